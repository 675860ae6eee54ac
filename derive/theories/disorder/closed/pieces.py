"""A weight between its breaks: thetas, signs, absolute values and extrema of polynomials."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Abs, Dummy, Expr, Heaviside, Max, Min, S, Symbol, oo, sign

from derive.theories.disorder.closed.polynomials import Polynomial, coefficients

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

    def root(self, expression: Any) -> Any:
        """The square root of a positive number, which is K of K^2 where K is positive."""
        held = {s: Dummy(s.name, positive=True) for s in self.positive}
        root = sympy.sqrt(sympy.factor_terms(expression).xreplace(held))
        return root.xreplace({dummy: symbol for symbol, dummy in held.items()})

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
        NoForm: A break is no root of a polynomial of degree two, or the order of two is unknown.
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
    polynomial = coefficients(argument, x)
    if polynomial is None:
        raise NoForm
    polynomial = tuple(map(known.reduced, polynomial))
    if node.func is Abs and len(polynomial) == 2 and known.reduced(polynomial[1] ** 2) == 1:
        turned = Abs(known.reduced(polynomial[1] * polynomial[0]) + x)
        if turned != node:  # the slope is 1 or -1: |y h - c| = |h - y c|
            yield from _split(_replaced(piece, node, turned), x, known)
            return
    for start, end, side in _sides(polynomial, known):
        lower = start if _before(piece.lower, start, known) else piece.lower
        upper = end if _before(end, piece.upper, known) else piece.upper
        if _before(lower, upper, known):
            yield from _split(_with(Piece(lower, upper, piece.weight), node, side), x, known)


def _sides(polynomial: Polynomial, known: Known) -> list[tuple[Any, Any, int]]:
    """From the left, where a linear or quadratic polynomial has which sign."""
    c, b, a = (*polynomial, *(S.Zero,) * 3)[:3]
    if len(polynomial) > 3:
        raise NoForm
    if len(polynomial) < 2:
        return [(-oo, oo, _decided(c, known))]
    leading = _decided(polynomial[-1], known)
    if len(polynomial) == 2:
        return [(-oo, -c / b, -leading), (-c / b, oo, leading)]
    square = b**2 - 4 * a * c
    if _decided(square, known) <= 0:
        return [(-oo, oo, leading)]
    root = leading * known.root(square)
    first, second = (-b - root) / (2 * a), (-b + root) / (2 * a)
    return [(-oo, first, leading), (first, second, -leading), (second, oo, leading)]


def _decided(expression: Any, known: Known) -> int:
    """A sign that has to be known."""
    sign = known.sign(expression)
    if sign is None:
        raise NoForm
    return sign


def _innermost(weight: Any, x: Symbol) -> Any:
    """A broken function of x with none in its arguments."""
    nodes = [node for node in weight.atoms(*BROKEN) if node.has(x)]
    inner = [n for n in nodes if not any(m.has(x) for arg in n.args for m in arg.atoms(*BROKEN))]
    return min(inner, key=sympy.default_sort_key, default=None)


def _before(first: Any, second: Any, known: Known) -> bool:
    if first is oo or second is -oo:
        return False
    return first is -oo or second is oo or _decided(second - first, known) > 0


def _with(piece: Piece, node: Any, side: int) -> Piece:
    """The piece where the argument of a broken function has a known sign."""
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
