"""How products look: one fraction for all numbers in front, then functions, then matrices."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Identity, Inverse, MatAdd, MatMul, MatrixSymbol, Mul, Pow, Trace

from derive.algebra import build
from derive.algebra.layered import LayerMatrix, LayerOverlap, LayerSize, LayerValue
from derive.algebra.nodes import Block, Gram, Lift, Overlap
from derive.typeset.boxes import (
    Box,
    Fence,
    Infix,
    Radical,
    Ratio,
    Script,
    Sum,
    height,
    negated,
    power,
    row,
)
from derive.typeset.symbols import INVERSE, OTIMES, is_square, letter, number

ToBox = Callable[[Any], Box]
HALF = sympy.Rational(1, 2)
SYMBOLIC = (Overlap, MatrixSymbol, LayerOverlap, LayerMatrix, Block, MatAdd)


@dataclass
class Product:
    """The factors of a term, sorted by how they are written.

    Attributes:
        rational: The number.
        powers: Exponents of symbols, sums and 1 x 1 matrices, which commute.
        functions: Numbers that are functions: traces, logarithms, densities.
        matrices: Matrix factors in order; no identities.
        size: The size of the identity, where nothing else is a matrix.
    """

    rational: Any = sympy.S.One
    powers: dict[Any, Any] = field(default_factory=dict)
    functions: list[Any] = field(default_factory=list)
    matrices: list[Any] = field(default_factory=list)
    size: Any = None

    def multiply(self, factor: Any, exponent: Any = sympy.S.One) -> None:
        """Take in one factor."""
        if getattr(factor, "is_Matrix", False):
            self._matrix(factor, exponent)
        elif exponent == 1 and _is_negative_sum(factor):
            self.rational = -self.rational
            self.multiply(-factor)
        elif type(factor) is Mul:
            for part in factor.args:
                self.multiply(part, exponent)
        elif factor.is_Rational and exponent.is_Integer:
            self.rational *= factor**exponent
        elif type(factor) is Pow and factor.base is not sympy.E:
            self.multiply(factor.base, factor.exp * exponent)
        elif type(factor) is Trace and build.is_unit(factor.args[0]):
            self.multiply(factor.args[0], exponent)
        elif _is_power_base(factor) or exponent != 1:
            self.powers[factor] = self.powers.get(factor, 0) + exponent
        else:
            self.functions.append(factor)

    def _matrix(self, factor: Any, exponent: Any) -> None:
        coefficient, parts = build.split(factor)
        if type(factor) is MatMul:
            self.multiply(coefficient, exponent)
            for part in parts:
                self._matrix(part, exponent)
            if not parts:
                self._identity(next(arg for arg in factor.args if arg.is_Matrix))
        elif type(factor) is Identity:
            self._identity(factor)
        elif type(factor) is Lift and build.is_unit(factor.args[0]):
            self._matrix(factor.args[0], exponent)
            self._identity(factor)
        elif type(factor) is Gram and exponent == 1:
            self.multiply(1 / build.columns(factor.args[0]))
            both = (factor.args[0], build.transpose(factor.args[0]))
            (self.functions if build.is_unit(factor) else self.matrices).extend(both)
        elif not build.is_unit(factor):
            self.matrices.append(factor)
        elif type(factor) is Inverse:
            self._matrix(factor.arg, -exponent)
        elif type(factor) in SYMBOLIC or exponent != 1:
            self.powers[factor] = self.powers.get(factor, 0) + exponent
        else:
            self.functions.append(factor)

    def _identity(self, matrix: Any) -> None:
        if not build.is_unit(matrix):
            self.size = build.rows(matrix)


def _is_power_base(factor: Any) -> bool:
    named = factor.is_Symbol or type(factor) in (LayerSize, LayerValue)
    return bool(named or type(factor) in (sympy.Add, sympy.Indexed) or factor is sympy.pi)


def _is_negative_sum(factor: Any) -> bool:
    return type(factor) is sympy.Add and all(t.could_extract_minus_sign() for t in factor.args)


def natural(name: str) -> list[tuple[int, int, str]]:
    """A sort key in which numbers count as numbers, before letters."""
    parts = re.findall(r"\d+|\D+", name)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]


def _order(base: Any) -> tuple[Any, ...]:
    rank = 3 if getattr(base, "is_Matrix", False) else 2 if type(base) is sympy.Add else 1
    return (0 if base is sympy.pi else rank, natural(getattr(base, "name", str(base))))


def named_sizes(powers: dict[Any, Any], sizes: dict[Any, Any]) -> dict[Any, Any]:
    """Powers in which products that are named sizes are replaced by their names."""
    exponents = dict(powers)
    for value, name in sizes.items():
        parts = Mul.make_args(value)
        if len(parts) > 1 and all(exponents.get(part) == 1 for part in parts):
            for part in parts:
                del exponents[part]
            exponents[name] = exponents.get(name, 0) + 1
    return exponents


def product_box(product: Product, to_box: ToBox, *, bare: bool = False) -> Box:
    """A term as a box.

    Args:
        product: Its factors; `powers` with sizes already named.
        to_box: Draws a factor.
        bare: The identity goes without its size, because a neighbouring term shows it.
    """
    numbers = _numbers(product, to_box)
    functions = [to_box(item) for item in product.functions]
    matrices = [to_box(item) for item in product.matrices]
    if not matrices and product.size is not None:
        identity = build_identity(None if bare else to_box(product.size))
        body: Box = row(*numbers, *functions, identity)
    elif len(matrices) == 1 and isinstance(matrices[0], Infix) and matrices[0].operator is OTIMES:
        first, *rest = matrices[0].parts
        body = Infix(OTIMES, (row(*numbers, *functions, first), *rest))
    else:
        parts = [*numbers, *functions, *matrices]
        body = row(*parts) if parts else number(1)
    return negated(body) if product.rational < 0 else body


def build_identity(size: Box | None) -> Box:
    """I, or I_size."""
    return letter("I") if size is None else Script(letter("I"), size)


def _numbers(product: Product, to_box: ToBox) -> list[Box]:
    """What stands in front: factors, or one fraction; fractions are not put inside another."""
    top, bottom = _sides(product, to_box)
    if not bottom:
        return top
    if len(top) == 1 and isinstance(top[0], Sum) and height(top[0]) == 2:
        return [Ratio(number(1), _line(bottom)), Fence(top[0])]
    return [Ratio(_line(top), _line(bottom))]


def _line(parts: list[Box]) -> Box:
    return parts[0] if len(parts) == 1 else row(*parts) if parts else number(1)


def _sides(product: Product, to_box: ToBox) -> tuple[list[Box], list[Box]]:
    sides: list[list[Box]] = []
    for sign, value in ((1, abs(product.rational.p)), (-1, product.rational.q)):
        chosen = {b: sign * e for b, e in product.powers.items() if sign == _sign(e)}
        bases = sorted(chosen, key=_order)
        parts: list[Box] = [] if value == 1 else [number(int(value))]
        parts += [_raised(b, chosen[b], to_box) for b in bases if not _rooted(b, chosen[b])]
        roots = [to_box(b) for b in bases if _rooted(b, chosen[b])]
        parts += [Radical(_line(roots))] if roots else []
        sides.append(parts)
    return sides[0], sides[1]


def _sign(exponent: Any) -> int:
    """Above the line or below it; a symbolic exponent with a minus in front goes below."""
    if sympy.sympify(exponent).is_Rational:
        return int(sympy.sign(exponent))
    return -1 if exponent.could_extract_minus_sign() else 1


def _rooted(base: Any, exponent: Any) -> bool:
    return bool(exponent == HALF) and not is_square(getattr(base, "name", ""))


def _raised(base: Any, exponent: Any, to_box: ToBox) -> Box:
    box = to_box(base)
    if isinstance(box, Script) and is_square(getattr(base, "name", "")):
        total = 2 * exponent
        return Script(box.base, box.low, None if total == 1 else _exponent(total, to_box))
    if exponent == 1:
        return box
    return power(box, _exponent(exponent, to_box))


def _exponent(exponent: Any, to_box: ToBox) -> Box:
    return to_box(exponent)


def inverse(box: Box) -> Box:
    """The inverse of a matrix."""
    return power(box, INVERSE)
