"""Elementary functions of real numbers: how they are rebuilt, their values, how they are drawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import sympy

from derive.algebra.balls import Balls, Unresolved
from derive.algebra.drawing import Drawer
from derive.algebra.evaluate import Evaluation
from derive.algebra.rules import register
from derive.typeset.boxes import Apply, Atom, Box, Fence, Listing

Draw = Callable[[Drawer, Any], Box]
SMOOTH = (sympy.tanh, sympy.sinh, sympy.cosh, sympy.erf, sympy.erfc)
"""Functions that each arithmetic has by the name that SymPy calls them by."""
STEP = Atom(r"\theta", "θ", 0.6)
BARS = ("|", "|")


def _smooth(run: Evaluation, node: Any) -> Any:
    return run.arithmetic.function(node.func.__name__, run.of(node.args[0]))


def _sign_of(run: Evaluation, node: Any) -> int:
    x = run.of(node.args[0])
    if isinstance(run.arithmetic, Balls) and x.contains(0) and not x.is_zero():
        raise Unresolved("the sign of what may be zero")
    return int(x > 0) - int(x < 0)


def _sign(run: Evaluation, node: Any) -> Any:
    return run.arithmetic.number(_sign_of(run, node))


def _step(run: Evaluation, node: Any) -> Any:
    """theta(x), whose value at zero is an argument of its own."""
    sign = _sign_of(run, node)
    return run.arithmetic.number(int(sign > 0)) if sign else run.of(node.args[1])


def _extreme(run: Evaluation, node: Any) -> Any:
    """Of balls that overlap, both together."""
    sign = 1 if node.func is sympy.Max else -1

    def further(a: Any, b: Any) -> Any:
        if isinstance(run.arithmetic, Balls):
            return (a + b + sign * abs(a - b)) / 2
        return max(a, b) if sign > 0 else min(a, b)

    return reduce(further, map(run.of, node.args))


def _named(latex: str, plain: str) -> Draw:
    head = Atom(latex, plain, 0.5 * len(plain))

    def draw(drawer: Drawer, node: Any) -> Box:
        parts = tuple(map(drawer.box, node.args))
        return Apply(head, Fence(Listing(parts) if len(parts) > 1 else parts[0]))

    return draw


def _step_drawn(drawer: Drawer, node: Any) -> Box:
    return Apply(STEP, Fence(drawer.box(node.args[0])))


for _kind in SMOOTH:
    _text = _kind.__name__
    _head = rf"\mathrm{{{_text}}}" if _text.startswith("erf") else rf"\{_text}"
    register(_kind, rebuild=_kind, evaluate=_smooth, draw=_named(_head, _text))
for _kind, _head, _text in ((sympy.Max, r"\max", "max"), (sympy.Min, r"\min", "min")):
    register(_kind, rebuild=_kind, evaluate=_extreme, draw=_named(_head, _text))
register(
    sympy.sign,
    rebuild=sympy.sign,
    evaluate=_sign,
    draw=_named(r"\mathop{\mathrm{sgn}}\nolimits", "sgn"),
)
register(sympy.Heaviside, rebuild=sympy.Heaviside, evaluate=_step, draw=_step_drawn)
register(
    sympy.Abs, rebuild=sympy.Abs, draw=lambda drawer, node: Fence(drawer.box(node.args[0]), BARS)
)
