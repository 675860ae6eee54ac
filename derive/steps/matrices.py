"""Matrix equations rearranged for reading: linear maps of equal kind are merged, factors taken out.

The rearranged matrix is compared with the given one, symbolically.
"""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra import build, equal, nodes, normal, rebuild
from derive.algebra.copies import opened
from derive.algebra.kinds import Matrix, Size
from derive.algebra.polynomials import is_small
from derive.algebra.rebuild import MAKERS
from derive.algebra.rules import Table
from derive.errors import RuleError

Term = tuple[Any, tuple[Any, ...]]
"""A coefficient and matrix factors."""

MERGED = Table("merge", "derive/steps/matrices.py", {
    nodes.Embed: nodes.Embed,
    nodes.Diagonal: nodes.Diagonal,
})  # fmt: skip
"""Linear maps whose terms are shown as one, with a constructor that leaves sums whole."""


def tidy(matrix: Matrix, *, share: bool = True) -> Any:
    """The matrix with equal linear maps merged and factors common to both ends taken out.

    Args:
        matrix: A matrix.
        share: Whether a coefficient that merged terms share is taken out of the map.

    Raises:
        RuleError: The result is not proved equal to the matrix.
    """
    plain = clipped(matrix)
    terms = [build.split(term) for term in build.terms(normal(plain))]
    if len(terms) < 2:
        return plain if not terms else build.mul(terms[0][0], _identity(matrix), *terms[0][1])
    arranged = _sum(_ends_taken_out(_maps_merged(terms, share)), matrix)
    if not equal(arranged, plain):
        raise RuleError(f"rearranging for display changed {matrix}")
    return arranged


def _identity(matrix: Matrix) -> Any:
    return sympy.Identity(build.rows(matrix))


def _sum(terms: list[Term], like: Any) -> Any:
    unit = [_identity(like)] if build.same_size(*like.shape) else []
    return build.add(*(build.mul(number, *unit, *factors) for number, factors in terms))


def _maps_merged(terms: list[Term], share: bool) -> list[Term]:
    """Terms that differ inside one linear map only, as one term."""
    families: dict[Any, list[Term]] = {}
    for number, factors in terms:
        at = next((k for k, f in enumerate(factors) if type(f) in MERGED), None)
        key: Any = (factors,)
        if at is not None:
            kind, rest, shape = type(factors[at]), factors[at].args[1:], factors[at].args[0].shape
            key = (factors[:at], kind, rest, factors[at + 1 :], shape)
        families.setdefault(key, []).append((number, factors))
    return [_merged(key, family, share) for key, family in families.items()]


def _merged(key: Any, family: list[Term], share: bool) -> Term:
    if len(family) == 1:
        return family[0]
    left, kind, rest, right, _ = key
    common = _common(tuple(number for number, _ in family)) if share else sympy.S.One
    inner = [build.scale(number / common, factors[len(left)].args[0]) for number, factors in family]
    return common, (*left, MERGED[kind](build.add(*inner), *rest), *right)


def _common(numbers: tuple[Any, ...]) -> Any:
    """A factor to take out: all of it, where the numbers are equal up to a sign."""
    first = numbers[0]
    if all(sympy.cancel(number / first) in (1, -1) for number in numbers):
        return next((n for n in numbers if not n.could_extract_minus_sign()), first)
    return sympy.gcd_list([sympy.numer(number) for number in numbers])


def _ends_taken_out(terms: list[Term]) -> list[Term]:
    """Terms with the same first and last factor, as one; only where there are several."""
    families: dict[Any, list[Term]] = {}
    for number, factors in terms:
        key = (factors[0], factors[-1]) if len(factors) > 2 else (factors,)
        families.setdefault(key, []).append((number, factors))
    sums: list[Term] = []
    for key, family in families.items():
        if len(family) == 1 or len(key) == 1 or build.is_unit(key[0]):
            sums.extend(family)
            continue
        inner = build.add(*(build.mul(number, *factors[1:-1]) for number, factors in family))
        sums.append((sympy.S.One, (key[0], inner, key[1])))
    return sums


def clipped(matrix: Matrix) -> Any:
    r"""Blocks of embedded matrices resolved, where the ranges can be compared.

    .. math:: [\mathcal E_{a:b}[A]]_{c:d} = [A]_{c-a:d-a} \quad (a \le c, d \le b), \qquad
              [\mathcal E_{a:b}[A]]_{c:d} = \mathcal E_{a-c:b-c}[A] \quad (c \le a, b \le d)
    """
    return rebuild(matrix, lambda _: None, {**MAKERS, nodes.Block: _block})


def _block(matrix: Matrix, start: Any, size: Size) -> Any:
    number, factors = build.split(matrix)
    if len(factors) != 1 or type(factors[0]) is not nodes.Embed:
        return build.block(matrix, start, size)
    inner, place, _ = factors[0].args
    end, stop = sympy.expand(start + size), sympy.expand(place + build.rows(inner))
    if _at_most(place, start) and _at_most(end, stop):
        return build.scale(number, build.block(inner, start - place, size))
    if _at_most(start, place) and _at_most(stop, end):
        return build.scale(number, build.embed(inner, place - start, size))
    return build.block(matrix, start, size)


def _at_most(first: Any, second: Any) -> bool:
    """Whether first <= second for all sizes from 1, as the polynomials show it."""
    gap = sympy.expand(second - first)
    gap = opened(gap) if is_small(gap) else gap
    # A size is 1 and what it exceeds 1 by: then no term may be negative.
    shifted = sympy.expand(gap.xreplace({size: 1 + size for size in gap.atoms(sympy.Symbol)}))
    return not any(term.could_extract_minus_sign() for term in sympy.Add.make_args(shifted))
