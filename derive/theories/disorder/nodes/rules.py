"""What the functions of the normal distribution are worth, how they are drawn and printed."""

from __future__ import annotations

import math
from typing import Any

import sympy
from scipy import special

from derive.algebra.arithmetic import LARGEST_EXPONENT, Floats
from derive.algebra.drawing import drawer_sum
from derive.algebra.evaluate import Evaluation
from derive.algebra.rules import register
from derive.programs.printer import function
from derive.theories.disorder.nodes.functions import (
    Hazard,
    LogInterval,
    LogSignedSum,
    LogSumExp,
    LogTail,
    Tail,
)
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
    """The largest term taken out; what is too small for an exponential is no term."""
    terms = [run.of(arg) for arg in node.args]
    largest = max(terms)
    kept = [term - largest for term in terms if not term - largest < -LARGEST_EXPONENT]
    return largest + run.arithmetic.log(sum(map(run.arithmetic.exp, kept)))


def _called(name: str, *args: Box) -> Box:
    return Apply(symbols.letter(name), Fence(Listing(args) if len(args) > 1 else args[0]))


def _draw_hazard(drawer: Any, node: Any) -> Box:
    x = drawer.box(node.args[0])
    return Ratio(Apply(DENSITY, Fence(x)), _called("H", x))


def _draw_interval(drawer: Any, node: Any) -> Box:
    a, b = (_called("H", drawer.box(arg)) for arg in node.args)
    return Apply(symbols.LN, Fence(Sum(((False, a), (True, b))), SQUARE))


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


def _logarithm_of(drawer: Any, terms: list[Any]) -> Box:
    return Apply(symbols.LN, Fence(drawer_sum(drawer, terms), SQUARE))


register(
    Tail,
    rebuild=Tail,
    evaluate=lambda run, node: _tail(run, run.of(node.args[0])),
    draw=lambda drawer, node: _called("H", drawer.box(node.args[0])),
    print=function("tail"),
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
    LogInterval,
    rebuild=LogInterval,
    evaluate=_log_interval,
    draw=_draw_interval,
    print=function("log_interval"),
)
register(
    LogSumExp,
    rebuild=LogSumExp,
    evaluate=_log_sum_exp,
    draw=_draw_sum,
    print=function("log_sum_exp"),
)
register(
    LogSignedSum,
    rebuild=LogSignedSum,
    evaluate=lambda run, node: run.of(node.scaled),
    draw=_draw_signed,
    print=lambda node, emit: f"({emit(node.scaled)})",
)
