"""A weight between its breaks: thetas, signs, absolute values and extrema of linear arguments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Abs, Dummy, Expr, Heaviside, Max, Min, Symbol, oo, sign

from derive.theories.disorder.closed.polynomials import coefficients

BROKEN = (Abs, Heaviside, Max, Min, sign)
"""Functions with a break where their argument, or a difference of two arguments, is zero."""


class NoForm(Exception):
    """What has no closed form here; never seen by callers."""


@dataclass(frozen=True)
class Known:
    """What is known of parameters, beside that they are real.

    Args:
        positive: Symbols that are positive.
        signs: Symbols that are 1 or -1.
    """

    positive: tuple[Symbol, ...] = ()
    signs: tuple[Symbol, ...] = ()

    def sign(self, expression: Any) -> int | None:
        """1, -1, 0, or None where it cannot be told."""
        held = {s: Dummy(s.name, positive=True) for s in self.positive}
        value = sympy.sympify(self.reduced(expression)).xreplace(held)
        if value.is_zero:
            return 0
        if value.is_positive:
            return 1
        return -1 if value.is_negative else None

    def reduced(self, expression: Any) -> Any:
        """With s^2 = 1, sgn s = s and |s| = 1 for every sign s."""
        if not self.signs or not expression.has(*self.signs):
            return expression
        powers = expression.replace(
            lambda node: node.is_Pow and node.base in self.signs and node.exp.is_Integer,
            lambda node: node.base ** (node.exp % 2),
        )
        single = {sign(s): s for s in self.signs} | {Abs(s): sympy.S.One for s in self.signs}
        return powers.xreplace(single)


@dataclass(frozen=True)
class Piece:
    """A weight between two bounds, without breaks."""

    lower: Expr
    upper: Expr
    weight: Expr


def pieces(weight: Any, x: Symbol, known: Known, lower: Any = -oo, upper: Any = oo) -> list[Piece]:
    """The pieces of a weight, from the left, without those where it is zero.

    Raises:
        NoForm: A break is no linear equation, or the order of two cannot be told.
    """
    found = _split(Piece(sympy.sympify(lower), sympy.sympify(upper), weight), x, known)
    joined: list[Piece] = []
    for piece in found:
        last = joined[-1] if joined else None
        if last and last.upper == piece.lower and last.weight == piece.weight:
            joined[-1] = Piece(last.lower, piece.upper, piece.weight)
        else:
            joined.append(piece)
    return [piece for piece in joined if piece.weight != 0]


def _split(piece: Piece, x: Symbol, known: Known) -> Iterator[Piece]:
    node = _innermost(piece.weight, x)
    if node is None:
        yield piece
        return
    argument = node.args[0] - node.args[1] if node.func in (Max, Min) else node.args[0]
    constant, slope = _linear(argument, x, known)
    rising = known.sign(slope)
    if rising is None and node.func is Abs and known.reduced(slope**2) == 1:
        turned = Abs(known.reduced(slope * constant) + x)
        yield from _split(_replaced(piece, node, turned), x, known)
        return
    if rising is None:
        raise NoForm
    if rising == 0:
        yield from _split(_with(piece, node, known.sign(constant)), x, known)
        return
    at = -constant / slope
    lower, upper = piece.lower, piece.upper
    if _before(lower, at, known):
        left = Piece(lower, at if _before(at, upper, known) else upper, piece.weight)
        yield from _split(_with(left, node, -rising), x, known)
    if _before(at, upper, known):
        right = Piece(at if _before(lower, at, known) else lower, upper, piece.weight)
        yield from _split(_with(right, node, rising), x, known)


def _innermost(weight: Any, x: Symbol) -> Any:
    """A broken function of x with none in its arguments."""
    nodes = [node for node in weight.atoms(*BROKEN) if node.has(x)]
    inner = [n for n in nodes if not any(m.has(x) for arg in n.args for m in arg.atoms(*BROKEN))]
    return min(inner, key=sympy.default_sort_key, default=None)


def _linear(argument: Any, x: Symbol, known: Known) -> tuple[Any, Any]:
    found = coefficients(argument, x)
    if found is None or len(found) > 2:
        raise NoForm
    return tuple(known.reduced(c) for c in (*found, sympy.S.Zero)[:2])


def _before(first: Any, second: Any, known: Known) -> bool:
    if first is -oo or second is oo:
        return True
    order = known.sign(second - first)
    if order is None:
        raise NoForm
    return order > 0


def _with(piece: Piece, node: Any, side: int | None) -> Piece:
    """The piece where the argument of a broken function has a known sign."""
    if side is None:
        raise NoForm
    values = {
        Abs: lambda: side * node.args[0],
        sign: lambda: sympy.Integer(side),
        Heaviside: lambda: node.args[1] if side == 0 else sympy.Integer(int(side > 0)),
        Max: lambda: Max(node.args[int(side < 0)], *node.args[2:]),
        Min: lambda: Min(node.args[int(side > 0)], *node.args[2:]),
    }
    return _replaced(piece, node, values[node.func]())


def _replaced(piece: Piece, node: Any, value: Any) -> Piece:
    return Piece(piece.lower, piece.upper, piece.weight.xreplace({node: value}))
