"""Roots in numbers: against bisection, polynomials, the generated solver, and wrong values."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scalar_networks import any_depth, chain, context, root, theory_of

from derive.errors import SolveError
from derive.theories.networks.analysis.scalar import scalar_theory
from derive.theories.networks.analysis.scalar.described import values_on_data
from derive.theories.networks.description import Data
from derive.theories.networks.solver import Solver

COLD = {"N_1": 10, "N_a": 10, "c": 1, "P": 100, "s": 60}


def test_the_root_of_theory_1_3_is_not_a_spurious_one():
    """formulas.md 1.3: widths 10 and 10, P = 100, s = 60 has the roots 0.613, 0.737 and 79.6."""
    found = theory_of(2).solve(COLD)
    assert len(found.roots) == 1
    assert float(found.best.overlap) == pytest.approx(0.613, abs=5e-4)
    assert [float(u) for u in found.spurious] == pytest.approx([0.737, 79.65], rel=1e-3)
    assert min(found.best.factors) > 0 and found.best.residual < 1e-30


@given(
    widths=st.lists(st.integers(1, 10**6), min_size=1, max_size=5),
    prior=st.fractions("1/1000", 1000),
    examples=st.integers(1, 10**6),
    scale=st.integers(-12, 12),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_root_is_that_of_bisection(widths, prior, examples, scale):
    """Widths, alpha and s/P over many orders of magnitude; c is not one."""
    signal = examples * 10.0**scale
    theory = theory_of(len(widths))
    values = {w.name: n for w, n in zip(theory.equation.widths, widths, strict=True)}
    found = theory.solve({**values, "c": prior, "P": examples, "s": signal}, digits=20).best
    at = context(60)
    expected = root(widths, at.mpf(prior.numerator) / prior.denominator, examples, signal, 40)
    assert abs(found.overlap / expected - 1) < 1e-18
    assert min(found.factors) > 0 and found.residual < 1e-18


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("alpha", ["1/1000", "1/2", "1", "7/5", "10", "1000"])
@pytest.mark.parametrize("signal", ["1/1000000", "2", "1000000"])
def test_closed_forms_are_the_roots(depth, alpha, signal):
    """Also where the cubic has three real roots."""
    from fractions import Fraction

    import sympy

    from derive.theories.networks.analysis.scalar.symbols import LOAD, PRIOR, RATIO

    theory, width = theory_of(depth), 1000
    examples = Fraction(alpha) * width
    at = {"N": width, "c": "11/8", "P": int(examples), "s": Fraction(signal)}
    found = theory.solve(at, digits=25).best.overlap
    ratio = Fraction(signal) / (Fraction(11, 8) * examples)
    exact = {
        LOAD: sympy.Rational(alpha),
        PRIOR: sympy.Rational(11, 8),
        RATIO: sympy.Rational(ratio),
    }
    equal = sympy.re(theory.explicit().expression.xreplace(exact).evalf(60))
    assert abs(mpmath.mpf(str(sympy.Float(equal, 30))) / found - 1) < 1e-13
    assert float(equal) == pytest.approx(float(found), rel=1e-13)


def on_data(network, data):
    theory = scalar_theory(network)
    return theory, theory.solve(values_on_data(theory.theory, network.temperature, data), digits=20)


def data_of(examples, *, scale=1.0, seed=5):
    random = np.random.default_rng(seed)
    inputs = random.normal(size=(examples, examples + 6, 1))
    return Data(inputs, scale * random.normal(size=examples))


@pytest.mark.parametrize("temperature", [0, 1e-3, 0.3, 5.0])
@pytest.mark.parametrize(("depth", "heads"), [(1, None), (2, 1), (3, None)])
def test_the_best_root_is_the_saddle_point_of_the_generated_solver(depth, temperature, heads):
    network = chain(depth, temperature=temperature, heads=heads)
    data = data_of(8)
    _, found = on_data(network, data)
    solution = Solver.of(network).solve(network, data)
    assert solution.converged
    assert float(found.best.overlap) == pytest.approx(solution.bottom[0, 0], rel=1e-8)
    # The papers' action leaves out sum N ln sigma^2; at T = 0 ours leaves out ln det K_1.
    variances = [layer.variance for layer in network.layers[1:]]
    widths = [layer.width for layer in network.layers[:-1]]
    shift = sum(n * math.log(v) for n, v in zip(widths, variances, strict=True))
    if temperature:
        assert float(found.best.action) - shift == pytest.approx(solution.action, rel=1e-9)


BISTABLE = {
    "N_1": 2, "N_2": 2, "N_a": 2, "c": "1/100", "temperature": 1,
    "eigenvalues": [1] * 8, "projections": [math.sqrt(5)] * 8,
}  # fmt: skip


def test_all_roots_at_a_temperature_are_found_and_ordered():
    """Three roots; with one eigenvalue the equation is a polynomial in u, whose roots are known."""
    found = theory_of(3).solve(BISTABLE, digits=20)
    expected = one_eigenvalue(BISTABLE, 8, 3)
    assert len(found.roots) == len(expected) == 3
    assert sorted(float(r.overlap) for r in found.roots) == pytest.approx(expected, rel=1e-12)
    actions = [root.action for root in found.roots]
    assert actions == sorted(actions)
    assert all(root.residual < 1e-18 for root in found.roots)


def one_eigenvalue(values, examples, depth):
    """Roots with positive factors of u (u k + T)^2n = c prod ((u k + T)^2 (1 + r/N)), all alike."""
    at = context(40)
    k, t = values["eigenvalues"][0], values["temperature"]
    width, prior = values["N_1"], at.mpf(1) / 100
    y = at.mpf(values["projections"][0]) ** 2
    square = np.polynomial.Polynomial([t * t, 2 * t * k, k * k])
    flux = np.polynomial.Polynomial([0, examples * k * (float(y) - t), -examples * k * k])
    factor = square + flux / width
    whole = np.polynomial.Polynomial([0, 1]) * square**depth - float(prior) * factor**depth
    roots = whole.roots()
    real = roots[abs(roots.imag) < 1e-9].real
    return sorted(u for u in real if u > 0 and factor(u) > 0)


@pytest.mark.parametrize("seed", range(12))
def test_no_root_at_a_temperature_is_missed(seed):
    """Against the polynomial, at random numbers of one eigenvalue."""
    random = np.random.default_rng(seed)
    width, examples = int(random.integers(1, 6)), int(random.integers(1, 12))
    label = float(np.exp(random.uniform(-1, 3)))
    values = {
        **dict.fromkeys(("N_1", "N_2", "N_a"), width),
        "c": "1/100", "temperature": 1,
        "eigenvalues": [1] * examples, "projections": [label] * examples,
    }  # fmt: skip
    found = theory_of(3).solve(values, digits=15)
    expected = one_eigenvalue(values, examples, 3)
    assert sorted(float(r.overlap) for r in found.roots) == pytest.approx(expected, rel=1e-7)


def test_no_root_is_missed_on_a_fine_grid():
    """Random spectra, labels with zeros among them, against signs on a grid of ln u."""
    random = np.random.default_rng(3)
    several = 0
    for trial in range(40):
        depth, examples = int(random.integers(2, 6)), int(random.integers(1, 12))
        spread, strength = (4, 3) if trial % 2 else (0.3, 0.3)
        kernel = np.exp(random.uniform(-spread, spread, examples))
        labels = np.exp(random.uniform(-strength, strength, examples))
        labels *= random.choice([-1, 0, 1], examples) if trial % 2 else 2.3
        temperature = float(np.exp(random.uniform(-6, 3))) if trial % 2 else 1.0
        prior = float(np.exp(random.uniform(-8, 0) if trial % 2 else random.uniform(-5.5, -3.5)))
        widths = [int(width) for width in random.integers(1, 8 if trial % 2 else 4, depth)]
        theory = theory_of(depth)
        values = {w.name: n for w, n in zip(theory.equation.widths, widths, strict=True)}
        values |= {"c": prior, "temperature": temperature}
        values |= {"eigenvalues": kernel.tolist(), "projections": labels.tolist()}
        found = theory.solve(values, digits=15)
        expected = on_a_grid(widths, prior, temperature, kernel, labels)
        logs = sorted(math.log(float(root.overlap)) for root in found.roots)
        assert logs == pytest.approx(expected, abs=1e-3)
        several += len(logs) > 1
    assert several > 0


def on_a_grid(widths, prior, temperature, kernel, labels):
    """ln u where c prod (1 + r/N_l) - u changes sign, factors that are not positive set to zero."""
    nodes = np.linspace(-40, 60, 100_001)
    flux = np.zeros_like(nodes)
    for k, y in zip(kernel, labels, strict=True):
        covariance = np.exp(nodes) * k + temperature
        flux += np.exp(nodes) * k / covariance * (y**2 / covariance - 1)
    factors = [np.maximum(1 + flux / width, 0) for width in widths]
    above = prior * np.prod(factors, axis=0) > np.exp(nodes)
    (changes,) = np.nonzero(above[1:] != above[:-1])
    return list((nodes[changes] + nodes[changes + 1]) / 2)


@pytest.mark.parametrize("temperature", ["1e-12", "1e-30"])
@pytest.mark.parametrize(("width", "label"), [(2, 1e-3), (2, 30.0), (20, 1e-6)])
def test_a_vanishing_temperature_is_zero_temperature(temperature, width, label):
    """Also where a factor vanishes within 1e-13 of the root."""
    kernel, labels = [0.5 + 0.25 * k for k in range(10)], [label] * 10
    at = {"N": width, "c": "1.3", "eigenvalues": kernel, "projections": labels}
    warm = theory_of(2).solve({**at, "temperature": temperature}, digits=20)
    cold = theory_of(2).solve({**at, "temperature": 0}, digits=20)
    assert len(warm.roots) == 1
    assert float(warm.best.overlap / cold.best.overlap) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", ["1e999999999", "1e-999999999", "1" * 101, "1e1e1", "__import__"])
def test_huge_exponents_and_other_texts_are_refused_at_once(text):
    with pytest.raises(SolveError, match="give a number"):
        theory_of(2).solve({**COLD, "s": text})


def test_the_lowest_action_is_the_minimum_that_the_generated_solver_returns():
    """Two minima and a saddle; the higher minimum, near infinite width, is told beside it."""
    network = chain(3, widths=(2, 2, 2), temperature=1.0)
    variances = [layer.variance for layer in network.layers[1:]]
    examples, labels = 8, math.sqrt(5) * np.ones(8)
    # K_1 = k I with c k = 1/100, as in BISTABLE.
    scale = math.sqrt(examples / 100 / math.prod(variances) / 1.3)
    data = Data((scale * np.eye(examples))[:, :, None], labels)
    _, found = on_data(network, data)
    lowest, middle, highest = found.roots
    shift = 2 * math.log(math.prod(variances))  # the papers' action leaves it out
    solver = Solver.of(network)
    best = solver.solve(network, data)
    from_the_root = solver.solve(network, data, start=stages(lowest, variances))
    (other,) = best.others
    for root_of_ours, solution in ((lowest, best), (lowest, from_the_root), (middle, other)):
        assert solution.converged and solution.hessian_negative == 0
        assert solution.bottom[0, 0] == pytest.approx(float(root_of_ours.overlap), rel=1e-6)
        assert solution.action == pytest.approx(float(root_of_ours.action) - shift, rel=1e-10)
    assert lowest.action < middle.action < highest.action


def stages(solution, variances):
    """The overlaps of all streams at a root, the lowest first."""
    found, above = [], 1.0
    for variance, factor in zip(reversed(variances), reversed(solution.factors), strict=True):
        above *= variance * float(factor)
        found.insert(0, np.array([[above]]))
    return tuple(found)


def test_any_depth_takes_n_and_one_width():
    values = {"n": 3, "N": 7, "c": 2, "P": 9, "s": 30}
    own = theory_of(3).solve({k: v for k, v in values.items() if k != "n"}, digits=20)
    assert any_depth().solve(values, digits=20).best.overlap == own.best.overlap


def test_labels_of_zero():
    found = theory_of(2).solve({"N": 10, "c": 2, "P": 5, "s": 0}).best
    assert float(found.overlap) == pytest.approx(2 * (1 - 0.5) ** 2, rel=1e-14)
    with pytest.raises(SolveError, match=r"without a signal \(s = 0\) u is zero"):
        theory_of(2).solve({"N": 5, "c": 2, "P": 5, "s": 0})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"N": 10}, "N stands for every width and N_1 for one of them"),
        ({"s_a": 2}, "c is the product of the variances and s_a one of them"),
        ({"width": 3}, "unknown name 'width'; valid: N_1, N_a, s_1, s_a, N, c, P, s"),
        ({"P": None}, "P has no value; give one"),
        ({"s": None}, "s has no value; give one"),
        ({"N_1": None}, "N_1 has no value; give one"),
        ({"c": None}, "s_1 has no value; give one"),
        ({"P": 2.5}, "P is 5/2; give a whole number"),
        ({"P": 0}, "P is 0; give a number from 1"),
        ({"s": -1}, "s is -1; give a positive number or 0"),
        ({"c": 0}, "c is 0; give a positive number"),
        ({"s": "sixty"}, "s is 'sixty'; give a number"),
        ({"s": math.nan}, "s is nan; give a number"),
        ({"s": math.inf}, "s is inf; give a number"),
        ({"c": True}, "c is the truth value true; give a number"),
        ({"temperature": 1}, "P belongs to zero temperature"),
        ({"temperature": -1}, "temperature is -1; give a positive number or 0"),
    ],
)
def test_a_wrong_value_is_named_in_one_line(change, said):
    values = {k: v for k, v in {**COLD, **change}.items() if v is not None}
    with pytest.raises(SolveError, match="scalar numbers: ") as caught:
        theory_of(2).solve(values)
    assert said in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"eigenvalues": [1, 2]}, "2 eigenvalues and 8 projections"),
        ({"eigenvalues": []}, "0 eigenvalues and 8 projections"),
        ({"eigenvalues": 3}, "eigenvalues is a list of numbers"),
        ({"eigenvalues": [-1] * 8}, "an eigenvalue is -1; give a positive number or 0"),
        ({"temperature": 0, "eigenvalues": [0] + [1] * 7}, "an eigenvalue 0, and at zero temp"),
    ],
)
def test_a_wrong_spectrum_is_named_in_one_line(change, said):
    with pytest.raises(SolveError) as caught:
        theory_of(3).solve({**BISTABLE, **change})
    assert said in str(caught.value)


def test_a_kernel_of_too_many_examples_needs_a_temperature():
    network = chain(2, temperature=0)
    inputs = np.random.default_rng(0).normal(size=(9, 4, 1))
    with pytest.raises(SolveError, match="the kernel of 9 examples is singular"):
        on_data(network, Data(inputs, np.ones(9)))
    _, found = on_data(chain(2, temperature=0.1), Data(inputs, np.ones(9)))
    assert found.best.residual < 1e-18
