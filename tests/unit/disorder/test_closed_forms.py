"""Closed forms against quadrature of the weight as it was given, which shares nothing with them."""

import random
from itertools import pairwise

import mpmath
import numpy as np
import pytest
import sympy
from disorder_source import computed
from sympy import (
    Abs,
    Heaviside,
    Max,
    Min,
    Rational,
    S,
    cosh,
    erf,
    exp,
    log,
    oo,
    pi,
    sign,
    sinh,
    sqrt,
)

from derive.algebra import evaluate
from derive.theories.disorder.closed import gaussian, site
from derive.theories.disorder.description.laws import Base
from derive.theories.disorder.nodes import LogTail, Tail

y, h, kappa, omega, V, beta, Delta, K, a, x, A, B, rho, lam = sympy.symbols(
    "y h kappa omega V beta Delta K a x A B rho lambda", real=True
)
VALUES = {
    kappa: "0.37", omega: "-0.83", V: "0.59", beta: "1.31", Delta: "0.43", K: "1.21", a: "0.71",
    A: "0.67", B: "-0.47", rho: "0.23", lam: "1.17",
}  # fmt: skip
DIGITS = 30
TOLERANCE = mpmath.mpf(10) ** -20
"""The digits asked for; quadrature and values carry ten more."""


@pytest.fixture(autouse=True)
def digits():
    with mpmath.workdps(DIGITS + 5):
        yield


def theta(argument):
    return Heaviside(argument, S.Half)


WEIGHTS = {
    "storage": theta(y * h - kappa),
    "Hebb": exp(beta * h**2 / 2),
    "hidden unit": 2 * cosh(beta * h),
    "forty hidden units": cosh(a * h / 9) ** 40,
    "two hidden units": cosh(beta * h) ** 2 * exp(-beta * h**2),
    "hidden unit and spin": cosh(beta * h + a) * exp(-((h - a) ** 2) / Delta),
    "odd": exp(-a * h**2) * (cosh(beta * h) - sinh(beta * h) / 3),
    "probit": Tail(-y * h / sqrt(Delta)),
    "probit with a margin": Tail((kappa - y * h) / Delta) * exp(-a * h**2 + y * h / 3),
    "error function": (1 + erf(a * h)) / 2,
    "logarithm of a tail": exp(LogTail(-y * h) + a * h),
    "polynomial": (h**2 + 1) * exp(-(h**2) / 2),
    "quartic": (h**2 - kappa) ** 2,
    "absolute value": exp(-beta * Abs(h)),
    "absolute deviation": exp(-beta * Abs(y - h)),
    "hinge": exp(-beta * Max(0, 1 - y * h)),
    "squared hinge": exp(-beta * Max(0, kappa - y * h) ** 2 / 2),
    "Gibbs": exp(-beta * theta(-y * h - kappa)),
    "Gibbs by a sign": exp(-beta * (1 - sign(y * h)) / 2),
    "window": theta(K - Abs(h)),
    "outside of a window": exp(-beta * theta(K - Abs(h))),
    "channel": exp(-((y - h) ** 2) / (2 * Delta)) / sqrt(2 * pi * Delta),
    "quadratic": exp(-beta * (y - h) ** 2 / 2),
    "ramp": exp(-beta * Min(2, Max(0, 1 - y * h))),
    "window by a square": theta(K**2 - h**2),
    "capped": exp(-3 * Min(K**2, (h - y) ** 2)),
    "shifted well": exp(-Max(y * h + h**2 / 3, (h**2 + 2) / 9)),
    "tent": Max(0, K - Abs(h)),
    "rectified": theta(h * y) * y * h * exp(-a * h**2),
    "dead zone": exp(-beta * Max(0, Abs(h) - K)),
    "quadratic on one side": theta(h) * h**2 + theta(-h) * exp(h),
}  # fmt: skip
BREAKS = [
    *(s + r * K for s in (0, 1, -1) for r in (1, -1)),
    *(s * Rational(9, 4) + r * sqrt(97) / 4 for s in (1, -1) for r in (1, -1)),
    -kappa,
    kappa,
    -K,
    K,
    -1,
    0,
    1,
]
"""Where any of the weights above has a break, for quadrature."""


def quadrature(weight, variable, values, breaks):
    """ln of the integral, mean and variance of a density on the line, by panels of 24 nodes."""
    exact = {key: Rational(value) for key, value in values.items()}
    ends = {Rational(k) for k in range(-24, 25)} | {sympy.sympify(b).subs(exact) for b in breaks}
    known = {"Heaviside": lambda z, half: (mpmath.sign(z) + 1) / 2,
             "Tail": lambda z: mpmath.erfc(z / mpmath.sqrt(2)) / 2,
             "LogTail": lambda z: mpmath.log(mpmath.erfc(z / mpmath.sqrt(2)) / 2)}  # fmt: skip
    function = sympy.lambdify(variable, weight.subs(exact), [known, "mpmath"])
    ordered = sorted(mpmath.mpf(str(sympy.N(end, DIGITS + 10))) for end in ends)
    moments = [mpmath.mpf(0)] * 3
    for panel in pairwise(ordered):
        if all(abs(function(end)) < NOTHING for end in panel):
            continue
        for node, share in LEGENDRE.get_nodes(*panel, 4, mpmath.mp.prec):
            height = share * function(node)
            moments = [m + node**k * height for k, m in enumerate(moments)]
    mean = moments[1] / moments[0]
    return mpmath.log(moments[0]), mean, moments[2] / moments[0] - mean**2


NOTHING = mpmath.mpf(10) ** -35
"""Of a density, here of order 1: a panel at whose ends it is smaller is skipped."""
LEGENDRE = mpmath.calculus.quadrature.GaussLegendre(mpmath.mp)


def close(first, second):
    return abs(first - second) <= TOLERANCE * (1 + abs(second))


NORMAL = exp(-((h - omega) ** 2) / (2 * V)) / sqrt(2 * pi * V)


@pytest.mark.parametrize(
    ("name", "label"), [(n, s) for n, w in WEIGHTS.items() for s in (1, -1) if s > 0 or w.has(y)]
)
def test_the_logarithm_of_an_average_and_its_slopes(name, label):
    """L' = (<h> - omega)/V and L'' = (Var h - V)/V^2 under the weighted Gaussian."""
    weight, values = WEIGHTS[name], VALUES | {y: label}
    form = gaussian(weight, h, omega, V, signs=[y], positive=[K])
    value, mean, variance = quadrature(weight * NORMAL, h, values, BREAKS)
    slope = form.expression.diff(omega)
    found = [evaluate(e, values, DIGITS) for e in (form.expression, slope, slope.diff(omega))]
    spread, centre = evaluate(V, values, DIGITS), evaluate(omega, values, DIGITS)
    assert close(found[0], value)
    assert close(found[1], (mean - centre) / spread)
    assert close(found[2], (variance - spread) / spread**2)
    assert all(evaluate(c, values) > 0 for c in form.conditions)


def base(*points, log_density=None, lower=-oo, upper=oo, offset=S.Zero):
    return Base(points, log_density, lower, upper, offset=offset)


GAUSS = -(x**2) / (2 * Delta) - log(2 * pi * Delta) / 2
DENSITIES = {
    "Gaussian": base(log_density=GAUSS),
    "Lebesgue with an offset": base(log_density=S.Zero, offset=-(1 + log(2 * pi)) / 2),
    "Laplace": base(log_density=-beta * lam * Abs(x)),
    "half-line": base(log_density=-lam * x, lower=S.Zero),
    "half-line below": base(log_density=a * x - x**2, upper=kappa),
    "interval": base(log_density=-a * x, lower=-kappa, upper=kappa),
    "elastic net": base(log_density=-beta * (lam * Abs(x) + a * x**2)),
    "mixture": base(log_density=log(exp(-((x - a) ** 2)) + rho * exp(-((x + a) ** 2) / 3))),
    "soft spin": base(log_density=2 * log(x) - a * x**2),
}


@pytest.mark.parametrize("name", DENSITIES)
def test_the_logarithm_over_a_density_and_its_slopes(name):
    """F' = <x> and F'' = Var x."""
    given = DENSITIES[name]
    form = site(given, x, B, A, positive=[kappa, A])
    ends = [end for end in (given.lower, given.upper) if abs(end) != oo]
    inside = theta(x - given.lower) * theta(given.upper - x) if len(ends) == 2 else 1
    inside = theta(x - given.lower) if ends == [given.lower] else inside
    inside = theta(given.upper - x) if ends == [given.upper] else inside
    weight = inside * exp(given.log_density + B * x - A * x**2 / 2 + given.offset)
    expected = quadrature(weight, x, VALUES, [*BREAKS, *ends])
    slope = form.expression.diff(B)
    for found, due in zip((form.expression, slope, slope.diff(B)), expected, strict=True):
        assert close(evaluate(found, VALUES, DIGITS), due)


def test_points_and_a_density_are_summed():
    given = base((0, 1 - rho), (Rational(3, 2), Rational(1, 7)), log_density=log(rho) + GAUSS)
    form = site(given, x, B, A)
    expected = quadrature(rho * exp(GAUSS + B * x - A * x**2 / 2), x, VALUES, [0])[0]
    extra = sum(w * exp(B * v - A * v**2 / 2) for v, w in given.points)
    total = mpmath.exp(expected) + evaluate(extra, VALUES, DIGITS)
    assert close(evaluate(form.expression, VALUES, DIGITS), mpmath.log(total))


@pytest.mark.parametrize("seed", range(8))
def test_random_weights(seed):
    """Sums of quadratics in the exponent, cut at random places, with polynomials in front."""
    draw = random.Random(seed)

    def number(low=-1.5, high=1.5):
        return Rational(round(draw.uniform(low, high), 3)).limit_denominator(1000)

    broken = [Abs(h - number()), Max(0, number() - number() * h), theta(number() * h - number())]
    breaks = {r for e in broken for r in _breaks(e)}
    exponent = sum(number() * e for e in draw.sample(broken, 2)) - number(0.1, 1) * h**2
    other = theta(number() - h) if seed % 2 else Abs(h - number())
    weight = (1 + other) * exp(exponent) * (h**2 + number(0.1, 2) if seed % 3 == 0 else 1)
    form = gaussian(weight, h, omega, V)
    breaks |= _breaks(other)
    value, mean, _ = quadrature(weight * NORMAL, h, VALUES, breaks)
    assert close(evaluate(form.expression, VALUES, DIGITS), value)
    slope = (mean - evaluate(omega, VALUES, DIGITS)) / evaluate(V, VALUES, DIGITS)
    assert close(evaluate(form.expression.diff(omega), VALUES, DIGITS), slope)


def _breaks(broken):
    argument = (
        broken.args[0] if broken.func is not Max else next(e for e in broken.args if e.has(h))
    )
    return set(sympy.solve(argument, h))


def test_the_breaks_of_a_label_need_its_sign():
    assert gaussian(theta(y * h - kappa), h, omega, V) is None
    assert gaussian(theta(y * h - kappa), h, omega, V, signs=[y]).expression == LogTail(
        (kappa - y * omega) / sqrt(V)
    )


REFUSED = {
    "order of two breaks": theta(h - kappa) * theta(a - h),
    "slope of unknown sign": theta(a * h - kappa),
    "logistic": 1 / (1 + exp(-beta * h)),
    "logistic energy": exp(-beta * log(1 + exp(-h))),
    "two tails": Tail(h) * Tail(-a * h),
    "a tail on a half-line": theta(h) * Tail(h),
    "a quadratic argument of unknown sign": theta(h**2 - kappa),
    "a cubic argument": theta(h**3 - 1),
    "a cubic exponent": exp(-(h**3)),
    "growing between two ends": exp(-Abs(h**2 - 3)),
    "negative": sign(h),
    "a rational function": 1 / (1 + h**2),
}


@pytest.mark.parametrize("name", REFUSED)
def test_no_form_is_made_up(name):
    assert gaussian(REFUSED[name], h, omega, V) is None


def test_what_diverges_is_told_by_a_condition():
    form = gaussian(exp(beta * h**2 / 2), h, omega, V)
    (condition,) = form.conditions
    for number, converges in (("0.5", True), ("1.9", False)):
        values = {beta: number, V: "0.8"}
        assert (evaluate(condition, values) > 0) == converges == (evaluate(beta * V, values) < 1)
    (condition,) = site(base(log_density=a * x**2), x, B, A).conditions
    assert condition == A - 2 * a


def test_between_two_ends_nothing_diverges_and_the_form_needs_a_sign():
    given = DENSITIES["interval"]
    assert site(given, x, B, A, positive=[kappa]) is None
    assert site(given, x, B, A, positive=[kappa, A]).conditions == ()
    assert gaussian(theta(K - Abs(h)) * exp(beta * h**2), h, omega, V, positive=[K]) is None
    capped = exp(-beta * Min(K**2, h**2))
    assert gaussian(capped, h, omega, V, positive=[K]) is None
    assert gaussian(capped, h, omega, V, positive=[K, beta]).conditions == ()
    wide = exp(-beta * Max(0, Abs(h) - K) ** 2)
    assert gaussian(wide, h, omega, V, positive=[K]).conditions == (1 + 2 * V * beta,)


def test_weights_of_points_leave_their_exponentials():
    given = base((-1, exp(lam)), (2, rho * exp(-lam) / sqrt(A)))
    form = site(given, x, B, A).expression
    assert not form.atoms(exp)
    due = log(sum(w * exp(B * v - A * v**2 / 2) for v, w in given.points))
    assert close(evaluate(form, VALUES, DIGITS), evaluate(due, VALUES, DIGITS))


def test_variances_may_be_expressions():
    Q, q = sympy.symbols("Q q", real=True)
    form = gaussian(exp(-beta * Abs(h)), h, omega, Q - q).expression
    again = gaussian(exp(-beta * Abs(h)), h, omega, V).expression
    assert form == again.xreplace({V: Q - q})


def test_binary_sums_are_textbook_forms():
    binary = site(base((-1, 1), (1, 1)), x, B, A).expression
    assert binary.diff(B) == sympy.tanh(B)
    assert binary.diff(A) == -S.Half
    assert site(base(log_density=GAUSS), x, B, A).expression == (
        B**2 / (2 * A + 2 / Delta) / 1 - log(1 + A * Delta) / 2
    )


COLD = ["Gibbs", "hinge", "window", "absolute value", "probit", "squared hinge", "hidden unit"]
FIELDS = [-40, Rational(-101, 100), Rational(1, 100), Rational(11, 10), 12]


@pytest.mark.parametrize("name", COLD)
def test_nothing_overflows_at_a_low_temperature(name):
    """The NumPy source against sixty digits.

    To 1e-9 of the scale of each: 1300 standard deviations out, a curvature is a difference of
    squares of 1e6 and keeps ten digits of sixteen.
    """
    cold = VALUES | {y: 1, beta: 1000, V: Rational(1, 1000)}
    form = gaussian(WEIGHTS[name], h, omega, V, signs=[y], positive=[K]).expression
    for order in range(3):
        slope, scale = form.diff(omega, order), float(cold[V]) ** (-order / 2)
        exact = [float(evaluate(slope, cold | {omega: at}, 60)) for at in FIELDS]
        given = {s: float(v) for s, v in cold.items()} | {omega: list(map(float, FIELDS))}
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            found = computed(slope, given) * np.ones(len(FIELDS))
        assert found == pytest.approx(exact, rel=1e-9, abs=1e-9 * scale)
