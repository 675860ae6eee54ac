"""The logarithms of integrals of weights, where they have a closed form.

Nothing is integrated by SymPy. A weight is cut at its breaks, each piece is a sum of polynomials
times exponentials of quadratics, each of which has its square completed in the exponent; the
logarithm of their sum is taken of exponents, so that none of it overflows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, Mul, Pow, S, Symbol, exp, log, oo, pi, sqrt

from derive.theories.disorder.closed.measures import (
    FieldMeasure,
    GaussianMeasure,
    Measure,
    Normal,
)
from derive.theories.disorder.closed.moments import moments
from derive.theories.disorder.closed.pieces import Known, NoForm, Piece, pieces
from derive.theories.disorder.closed.terms import Term, terms
from derive.theories.disorder.nodes.functions import (
    LogInterval,
    LogSumExp,
    LogTail,
)
from derive.theories.disorder.nodes.sums import LogSignedSum


@dataclass(frozen=True)
class Closed:
    """The logarithm of an integral, and what must be positive for it to be that.

    Where a condition does not hold the integral diverges.
    """

    expression: Expr
    conditions: tuple[Expr, ...] = ()

    def at(self, values: Mapping[Any, Any]) -> Closed:
        """The form with other symbols."""
        moved = (self.expression, *self.conditions)
        expression, *conditions = (part.xreplace(dict(values)) for part in moved)
        return Closed(expression, tuple(conditions))


NOTHING = Known()


@dataclass(frozen=True)
class Share:
    """A number times e^exponent; `positive`, where the number is known to be."""

    number: Expr
    exponent: Expr
    positive: bool


def gaussian(
    weight: Expr,
    h: Symbol,
    omega: Expr,
    V: Expr,
    *,
    signs: Iterable[Symbol] = (),
    positive: Iterable[Symbol] = (),
) -> Closed | None:
    """ln of the average of a weight over h ~ N(omega, V), or None.

    Args:
        weight: Not negative; of an energy, exp(-beta energy).
        h: The field.
        omega: Its mean.
        V: Its variance, a positive number.
        signs: Symbols that are 1 or -1, such as a label y. The field is reflected by them, h to
            y h, so that a weight of y h has breaks that do not depend on y.
        positive: Symbols that are positive, by which breaks are put into their order.

    >>> from sympy import Heaviside
    >>> y, h, kappa, omega, V = sympy.symbols("y h kappa omega V", real=True)
    >>> gaussian(Heaviside(y * h - kappa), h, omega, V, signs=[y]).expression
    LogTail((kappa - omega*y)/sqrt(V))
    """
    variance = V if isinstance(V, Symbol) else Dummy("V", real=True)
    known = Known((*positive, variance), tuple(signs))
    present = Mul(*(s for s in known.signs if weight.has(s)))
    field = Dummy(h.name, real=True)
    reflected = known.reduced(weight.xreplace({h: present * field}))
    measure = GaussianMeasure(present * omega, variance)
    found = closed_log_integral(reflected, field, measure, known)
    return found and found.at({variance: V})


def site(base: Any, x: Symbol, B: Expr, A: Expr, positive: Iterable[Symbol] = ()) -> Closed | None:
    """ln of the integral of e^{B x - A x^2/2} over the measure of a variable, or None.

    Args:
        base: The measure, with `points`, `log_density`, `lower`, `upper`, `offset`.
        x: The symbol of its density.
        B: The field.
        A: The precision.
        positive: Symbols that are positive.
    """
    known = Known(tuple(positive))
    points = [
        Share(S.One, _log(weight) + B * value - A * value**2 / 2, True)
        for value, weight in base.points
    ]
    weight = S.Zero if base.log_density is None else exp(base.log_density)
    bounds = (base.lower, base.upper)
    found = closed_log_integral(weight, x, FieldMeasure(B, A), known, bounds, points)
    return found and Closed(gathered(found.expression + base.offset), found.conditions)


def closed_log_integral(
    weight: Expr,
    x: Symbol,
    measure: Measure,
    known: Known = NOTHING,
    bounds: tuple[Any, Any] = (-oo, oo),
    others: Iterable[Share] = (),
) -> Closed | None:
    """ln of the integral of a weight over a measure, with other shares added, or None.

    Args:
        weight: Polynomials, exponentials of quadratics, hyperbolic functions and tails, cut by
            thetas, signs, absolute values and extrema of linear or quadratic arguments.
        x: What is integrated over.
        measure: An exponential of a quadratic.
        known: Of the parameters.
        bounds: Of the integral.
        others: What is added to it.
    """
    shares, conditions, inside = list(others), dict[Expr, None](), set[Expr]()
    try:
        for piece in pieces(weight, x, known, *bounds):
            endless = piece.lower is -oo or piece.upper is oo
            for share, condition in _shares(piece, x, measure, known):
                shares.append(share)
                if known.sign(condition) == 1:
                    continue
                if endless:
                    conditions[condition] = None
                else:
                    inside.add(condition)
    except NoForm:
        return None
    # Between two ends a growing exponential has an integral too, of another form.
    if not shares or not inside <= conditions.keys():
        return None
    return Closed(known.reduced(_logarithm(shares)), tuple(conditions))


def _shares(
    piece: Piece, x: Symbol, measure: Measure, known: Known
) -> Iterator[tuple[Share, Expr]]:
    found = terms(piece.weight, x, known)
    for term in found:
        normal = measure.times(term.exponent)
        for number, exponent in _integral(term, piece, normal):
            alone = len(found) == 1 and len(term.polynomial) == 1  # positive, as the weight is
            sign = known.sign(number)
            if alone and sign == -1:
                raise NoForm  # no weight
            yield Share(number, exponent, alone or sign == 1), normal.condition


def _integral(term: Term, piece: Piece, normal: Normal) -> Iterator[tuple[Any, Any]]:
    """The integral of one term, as numbers times exponentials."""
    low, high = normal.standard(piece.lower), normal.standard(piece.upper)
    if term.tails:
        yield term.polynomial[0], normal.amplitude + _tail(term, low, high, normal)
        return
    inside, below, above = moments(term.polynomial, normal, piece.lower, piece.upper)
    interval = LogInterval(low, high) if (low, high) != (-oo, oo) else S.Zero
    for number, factor in ((inside, interval), (below, _density(low)), (above, _density(high))):
        if number != 0:
            yield number, normal.amplitude + factor


def _density(bound: Any) -> Any:
    return -(bound**2) / 2 - log(2 * pi) / 2


def _tail(term: Term, low: Any, high: Any, normal: Normal) -> Any:
    r"""The average of H(c + d x), which is H of the mean over a wider root.

    .. math:: E H(c + d x) = H\Big(\frac{c + d\mu}{\sqrt{1 + d^2 U}}\Big)
    """
    if len(term.tails) != 1 or len(term.polynomial) != 1 or (low, high) != (-oo, oo):
        raise NoForm
    constant, slope = term.tails[0]
    top, bottom = sympy.fraction(slope**2)
    argument = (constant + slope * normal.mean) * sqrt(bottom)
    return LogTail(argument / sqrt(bottom + top * normal.variance))


def _logarithm(shares: list[Share]) -> Any:
    """ln of a sum, of numbers that may be negative where nothing else is known."""
    if len(shares) == 1 or all(share.positive for share in shares):
        return LogSumExp(*(gathered(_log(s.number) + s.exponent) for s in shares))
    return LogSignedSum(*(part for share in shares for part in (share.number, share.exponent)))


def _log(number: Any) -> Any:
    """ln of a positive number, without exponentials, its roots as multiples of logarithms."""
    roots, rest, exponents = S.Zero, S.One, S.Zero
    for factor in Mul.make_args(number):
        if isinstance(factor, exp):
            exponents += factor.args[0]
            continue
        if isinstance(factor, Pow) and factor.exp.is_Rational and not factor.exp.is_Integer:
            roots += factor.exp * log(factor.base)
        else:
            rest *= factor
    if roots != 0:
        rational, rest = rest.as_coeff_Mul()
        roots += log(rational**2) / 2
    return roots + log(rest) + exponents


def gathered(expression: Any) -> Any:
    """Logarithms with the same number in front as one: what cancels in them is gone.

    >>> a, b = sympy.symbols("a b", real=True)
    >>> gathered(log(a * b) / 2 - log(b) / 2 + a)
    a + log(a)/2
    """
    found: dict[Any, Any] = {}
    rest = S.Zero
    for part in Add.make_args(expression):
        number, function = part.as_coeff_Mul()
        if isinstance(function, log) and number.is_Rational:
            inner = sympy.together(function.args[0]) ** sympy.sign(number)
            found[abs(number)] = found.get(abs(number), S.One) * inner
        else:
            rest += part
    return rest + Add(*(_multiple(*item) for item in found.items()))


def _multiple(number: Any, inner: Any) -> Any:
    top, bottom = sympy.fraction(inner)
    return -number * log(bottom) if top == 1 else number * log(inner)
