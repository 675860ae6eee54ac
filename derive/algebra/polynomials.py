"""Sums of sizes arranged for reading: factored, and by the sizes that a network has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy
from sympy import Mul

from derive.algebra.products import natural

LARGE = 3
"""A known size of as many terms is recognised also where its 1 stands with another number."""
MANY_TERMS = 32
MANY_SYMBOLS = 6
"""A sum with more terms or more symbols is not factored, which would take long."""

Known = list[tuple[Any, Any]]
"""Sizes that are sums, multiplied out, and how they are to be shown; the longest first."""


def known_sums(sizes: Mapping[Any, Any]) -> Known:
    """The sizes that are sums when they are multiplied out."""
    sums = {sympy.expand(size): shown for size, shown in sizes.items()}
    kept = [(size, shown) for size, shown in sums.items() if type(size) is sympy.Add]
    return sorted(kept, key=lambda item: -len(item[0].args))


def is_monomial(term: Any) -> bool:
    """Whether a term is a number times whole powers of symbols."""
    return all(
        f.is_Rational or f.is_Symbol or (f.is_Pow and f.base.is_Symbol and f.exp.is_Integer)
        for f in Mul.make_args(term)
    )


def ordered(terms: Any) -> list[Any]:
    """Terms with positive ones first; a positive number before all, a negative one after."""
    return sorted(terms, key=_order)


def _order(term: Any) -> tuple[Any, ...]:
    negative = bool(term.could_extract_minus_sign())
    return (negative, bool(term.is_number) == negative, natural(str(term)))


def arranged(node: Any, known: Known) -> tuple[Any, list[Any]]:
    """A sum of monomials as a number times the sum of some terms; a single term is a product."""
    for size, shown in known:
        if size == node and size != shown:
            return sympy.S.One, [shown]
    content, primitive = node.as_content_primitive()
    if all(term.could_extract_minus_sign() for term in primitive.args):
        content, primitive = -content, -primitive
    terms = _with_sizes(primitive, known)
    small = len(primitive.args) <= MANY_TERMS and len(primitive.free_symbols) <= MANY_SYMBOLS
    if small and not _has_fraction(primitive) and len(terms) == len(primitive.args):
        factored = sympy.factor(primitive)
        terms = [factored] if type(factored) is not sympy.Add else terms
    return content, ordered(terms)


def _has_fraction(node: Any) -> bool:
    """Whether a term of a sum has a denominator: no sum of sizes, and read best as it stands."""
    return any(f.is_Pow and f.exp.is_negative for term in node.args for f in Mul.make_args(term))


def _with_sizes(node: Any, known: Known) -> list[Any]:
    """The terms of a sum, those that make up a known size together as one term."""
    left = dict(node.as_coefficients_dict())
    found = []
    for size, shown in known:
        parts = dict(size.as_coefficients_dict())
        ratios = {left.get(part, 0) / number for part, number in parts.items() if part != 1}
        if size == node or len(parts) < LARGE or len(ratios) > 1 or 0 in ratios:
            continue
        ratio = ratios.pop()
        for part, number in parts.items():
            left[part] = left.get(part, 0) - ratio * number
        found.append(Mul(ratio, shown, evaluate=False))
    return found + [number * part for part, number in left.items() if number != 0]
