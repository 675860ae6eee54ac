"""What the functions of the normal distribution are worth, how they are drawn and printed."""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

import sympy
from scipy import special

from derive.algebra.arithmetic import LARGEST_EXPONENT, Floats
from derive.algebra.drawing import drawer_sum
from derive.algebra.evaluate import Evaluation, evaluate
from derive.algebra.rules import register
from derive.programs.printer import function
from derive.theories.disorder.nodes.functions import (
    Hazard,
    HazardExcess,
    IntervalHazard,
    LogInterval,
    LogSumExp,
    LogTail,
    Tail,
)
from derive.theories.disorder.nodes.sums import ExponentialRatio, LogSignedSum
from derive.typeset import symbols
from derive.typeset.boxes import SQUARE, Apply, Atom, Box, Fence, Listing, Ratio, Sum, row

DENSITY = Atom(r"\mathcal{N}", "𝒩", 0.9)
COSH = Atom(r"\cosh", "cosh", 2.0)


def _tail(run: Evaluation, x: Any) -> Any:
    """H(x) = erfc(x/sqrt(2)) / 2."""
    half = run.arithmetic.ratio(1, 2)
    return run.arithmetic.function("erfc", x * run.arithmetic.power(half, half)) / 2


def _log_tail(run: Evaluation, x: Any) -> Any:
    if isinstance(run.arithmetic, Floats):
        return float(special.log_ndtr(-x))
    return run.arithmetic.log(_tail(run, x))


def _hazard(run: Evaluation, node: Any) -> Any:
    x = run.of(node.args[0])
    if isinstance(run.arithmetic, Floats):
        return math.sqrt(2 / math.pi) / float(special.erfcx(x / math.sqrt(2)))
    root = run.arithmetic.power(2 * run.arithmetic.pi, run.arithmetic.ratio(1, 2))
    return run.arithmetic.exp(-x * x / 2) / (root * _tail(run, x))


def _hazard_excess(run: Evaluation, node: Any) -> Any:
    return run.of(Hazard(*node.args)) - run.of(node.args[0])


def _interval_hazard(run: Evaluation, node: Any) -> Any:
    a = run.of(node.args[0])
    root = run.arithmetic.power(2 * run.arithmetic.pi, run.arithmetic.ratio(1, 2))
    return run.arithmetic.exp(-a * a / 2 - run.of(LogInterval(*node.args))) / root


def _with_digits(rule: Any) -> Any:
    """A rule whose differences leave floats no digits: they take digits for it."""

    def value(run: Evaluation, node: Any) -> Any:
        if not isinstance(run.arithmetic, Floats):
            return rule(run, node)
        given = {sympy.Dummy(real=True): run.of(arg) for arg in node.args}
        return float(evaluate(node.func(*given), given, DIGITS))

    return value


DIGITS = 40
"""What a hazard and x lose to their difference, x^2 for x up to 1e12, and 16."""


def _log_interval(run: Evaluation, node: Any) -> Any:
    """From the side on which the tails are small."""
    a, b = (run.of(arg) for arg in node.args)
    if a + b < 0:
        a, b = -b, -a
    if isinstance(run.arithmetic, Floats) and a > 0:
        outside = _log_tail(run, a)
        return outside + math.log(-math.expm1(_log_tail(run, b) - outside))
    return run.arithmetic.log(_tail(run, a) - _tail(run, b))


def _log_sum_exp(run: Evaluation, node: Any) -> Any:
    largest, (total,) = _sums(run, node.args, [(sympy.S.One,) * len(node.args)])
    return largest + run.arithmetic.log(total)


def _log_signed_sum(run: Evaluation, node: Any) -> Any:
    largest, (total,) = _sums(run, node.args[1::2], [node.args[::2]])
    return largest + run.arithmetic.log(total)


def _ratio(run: Evaluation, node: Any) -> Any:
    _, (above, below) = _sums(run, node.args[2::3], [node.args[::3], node.args[1::3]])
    return above / below


def _sums(run: Evaluation, exponents: Any, rows: Any) -> tuple[Any, list[Any]]:
    """The largest exponent, and sums of numbers times exponentials without it.

    What is too small for an exponential is no term.
    """
    terms = [run.of(arg) for arg in exponents]
    largest = max(terms)
    kept = [k for k, term in enumerate(terms) if not term - largest < -LARGEST_EXPONENT]
    grown = {k: run.arithmetic.exp(terms[k] - largest) for k in kept}
    return largest, [sum(run.of(row[k]) * grown[k] for k in kept) for row in rows]


def _called(name: str, *args: Box) -> Box:
    return Apply(symbols.letter(name), Fence(Listing(args) if len(args) > 1 else args[0]))


def _draw_hazard(drawer: Any, node: Any) -> Box:
    x = drawer.box(node.args[0])
    return Ratio(Apply(DENSITY, Fence(x)), _called("H", x))


def _draw_excess(drawer: Any, node: Any) -> Box:
    return Fence(drawer_sum(drawer, [Hazard(*node.args), -node.args[0]]))


def _draw_interval(drawer: Any, node: Any) -> Box:
    return Apply(symbols.LN, Fence(_probability(drawer, node), SQUARE))


def _draw_interval_hazard(drawer: Any, node: Any) -> Box:
    return Ratio(Apply(DENSITY, Fence(drawer.box(node.args[0]))), _probability(drawer, node))


def _probability(drawer: Any, node: Any) -> Box:
    a, b = (_called("H", drawer.box(arg)) for arg in node.args)
    return Sum(((False, a), (True, b)))


def exponential(term: Any) -> Any:
    """The exponential of a term, with tails for their logarithms; to be read, not to be computed.

    >>> x = sympy.Symbol("x", real=True)
    >>> exponential(LogTail(x) - x + sympy.log(3))
    3*exp(-x)*Tail(x)
    """
    rest, product = [], sympy.S.One
    for part in sympy.Add.make_args(term):
        if isinstance(part, LogTail):
            product *= Tail(*part.args)
        elif isinstance(part, LogInterval):
            product *= Tail(part.args[0]) - Tail(part.args[1])
        else:
            rest.append(part)
    return sympy.exp(sympy.Add(*rest)) * product


def _draw_sum(drawer: Any, node: Any) -> Box:
    x = node.half_difference
    if x is not None:
        return Apply(symbols.LN, row(symbols.number(2), Apply(COSH, Fence(drawer.box(x)))))
    return _logarithm_of(drawer, [exponential(term) for term in node.args])


def _draw_signed(drawer: Any, node: Any) -> Box:
    return _logarithm_of(drawer, [c * exponential(a) for c, a in node.pairs])


def _draw_ratio(drawer: Any, node: Any) -> Box:
    above = drawer_sum(drawer, [u * exponential(a) for u, _, a in node.triples if u != 0])
    return Ratio(above, drawer_sum(drawer, [c * exponential(a) for _, c, a in node.triples]))


def _logarithm_of(drawer: Any, terms: list[Any]) -> Box:
    return Apply(symbols.LN, Fence(drawer_sum(drawer, terms), SQUARE))


def _print_sum(node: Any, emit: Any) -> str:
    """Two terms at a time."""
    x = node.half_difference
    if x is not None:
        return f"log_two_cosh({emit(x)})"
    return reduce("np.logaddexp({}, {})".format, map(emit, node.args))


register(
    Tail,
    rebuild=Tail,
    evaluate=lambda run, node: _tail(run, run.of(node.args[0])),
    draw=lambda drawer, node: _called("H", drawer.box(node.args[0])),
    print=lambda node, emit: f"special.ndtr({emit(-node.args[0])})",
)
register(
    LogTail,
    rebuild=LogTail,
    evaluate=lambda run, node: _log_tail(run, run.of(node.args[0])),
    draw=lambda drawer, node: Apply(symbols.LN, _called("H", drawer.box(node.args[0]))),
    print=function("log_tail"),
)
register(Hazard, rebuild=Hazard, evaluate=_hazard, draw=_draw_hazard, print=function("hazard"))
register(
    HazardExcess,
    rebuild=HazardExcess,
    evaluate=_with_digits(_hazard_excess),
    draw=_draw_excess,
    print=function("hazard_excess"),
)
register(
    IntervalHazard,
    rebuild=IntervalHazard,
    evaluate=_with_digits(_interval_hazard),
    draw=_draw_interval_hazard,
    print=function("interval_hazard"),
)
register(
    LogInterval,
    rebuild=LogInterval,
    evaluate=_log_interval,
    draw=_draw_interval,
    print=function("log_tail_difference"),
)
register(
    LogSumExp,
    rebuild=LogSumExp,
    evaluate=_log_sum_exp,
    draw=_draw_sum,
    print=_print_sum,
)
register(
    LogSignedSum,
    rebuild=LogSignedSum,
    evaluate=_log_signed_sum,
    draw=_draw_signed,
    print=function("log_signed_sum"),
)
register(
    ExponentialRatio,
    rebuild=ExponentialRatio,
    evaluate=_ratio,
    draw=_draw_ratio,
    print=function("exponential_ratio"),
)
