"""Arithmetic of sizes: polynomials in head counts, remembered because they recur."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy

from derive.algebra.copies import Copies, copies_of, folded, is_heads, opened, without_heads
from derive.algebra.kinds import Size


def multiplied_out(size: Size, known: tuple[Copies, ...] = ()) -> Any:
    """A size in its normal form: expanded, and cancelled where it has a sum below a fraction bar.

    Such sums come from a repeated block of symbolic depth, whose vectors are counted by name.

    Args:
        size: Copies in it stay whole, unless something below the fraction bar cancels in them.
        known: Copies that may stand for products in it, besides those that occur in it.
    """
    normal = _cancelled(sympy.expand(size))
    held = normal.atoms(Copies).union(known)
    if not held:
        return normal
    for level in range(max(copy.level for copy in held), 0, -1):
        if not _divided(normal):
            break
        normal = _cancelled(opened(normal, level))
    return folded(normal, held)


def _cancelled(size: Size) -> Any:
    if any(
        p.is_Pow and p.base.is_Add and p.exp.is_negative for p in sympy.preorder_traversal(size)
    ):
        return sympy.expand(sympy.cancel(size))
    return size


def _divided(size: Size) -> bool:
    """Whether a size with copies in it is divided by a symbol or by a sum."""
    return any(
        f.is_Pow and f.exp.is_negative for t in sympy.Add.make_args(size) for f in t.args
    )  # fmt: skip


@lru_cache(maxsize=65536)
def quotient(size: Size, divisor: Any) -> Any:
    """size / divisor for sizes that are polynomials in head counts."""
    ratio = without_heads(size, divisor)
    return multiplied_out(size / divisor) if ratio is None else ratio


@lru_cache(maxsize=65536)
def product(first: Any, second: Any) -> Any:
    """first * second, expanded; heads times a sum is held as copies."""
    pairs = ((first, second), (second, first))
    for heads, size in pairs:
        if is_heads(heads) and type(size) is sympy.Add:
            return copies_of(heads, size)
    return multiplied_out(first * second)


@lru_cache(maxsize=65536)
def difference_vanishes(first: Any, second: Any) -> bool:
    """Whether two sizes are equal as polynomials."""
    return bool(multiplied_out(first - second) == 0)


@lru_cache(maxsize=65536)
def total(*sizes: Any) -> Any:
    """The sum of sizes, expanded."""
    return multiplied_out(sympy.Add(*sizes))


@lru_cache(maxsize=65536)
def divides(divisor: Any, size: Size) -> bool:
    """Whether a size is a multiple of a divisor, as polynomials in head counts."""
    ratio = _plain(quotient(size, divisor))
    return bool(ratio.is_polynomial(*ratio.free_symbols)) and ratio.as_numer_denom()[1] == 1


def _plain(size: Size) -> Any:
    """A size with a symbol for every size of a layer, whose number is no variable here.

    So is a power of a depth: vectors that every copy of a block doubles.
    """
    parts = {p for p in sympy.preorder_traversal(size) if isinstance(p, sympy.Expr)}
    plain = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Symbol, sympy.Number)
    return size.xreplace({
        part: sympy.Dummy()
        for part in parts
        if not isinstance(part, plain) or (part.is_Pow and not part.exp.is_number)
    })  # fmt: skip


@lru_cache(maxsize=65536)
def at_least(first: Any, second: Any) -> bool:
    """Whether first >= second for all head counts from 1, as far as the coefficients show."""
    difference = sympy.expand(first - second)
    parts = sympy.Add.make_args(difference)
    return all(part.as_coeff_Mul()[0] >= 0 for part in parts)
