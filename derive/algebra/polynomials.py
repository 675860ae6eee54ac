"""Sums of sizes arranged for reading: factored, and by the sizes that a network has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy
from sympy import Add, Mul

from derive.algebra.copies import Copies, common_factor, count_of_terms, opened
from derive.algebra.kinds import Node, Size
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
    sums |= {opened(size): shown for size, shown in sums.items() if is_small(size)}
    kept = [(size, shown) for size, shown in sums.items() if type(size) is sympy.Add]
    return sorted(kept, key=lambda item: -len(item[0].args))


def is_small(size: Size) -> bool:
    """Whether a size is soon multiplied out and factored."""
    few = len(size.free_symbols) <= MANY_SYMBOLS
    return few and is_monomial_sum(size) and count_of_terms(size) <= MANY_TERMS


def factored(size: Size, names: Mapping[Any, Any] | None = None) -> Any:
    """A size with copies as a product, where it is one: what the weights of a stream bring.

    Args:
        size: A sum, a product or copies.
        names: What stands for sizes that occur inside it.

    >>> from derive.algebra.copies import copies_of
    >>> H, G, K = sympy.symbols("H_1 H_2 H_3", positive=True, integer=True)
    >>> inner = 1 + K + copies_of(G, 1 + K)
    >>> factored(inner + copies_of(H, inner))
    (H_1 + 1)*(H_2 + 1)*(H_3 + 1)
    """
    return _Factoring(names or {}).fresh(sympy.sympify(size))


class _Factoring:
    """Writes sizes as products; every part once."""

    def __init__(self, names: Mapping[Any, Any]) -> None:
        self.names = names
        self.done: dict[Any, Any] = dict(names)

    def of(self, part: Any) -> Any:
        if part not in self.done:
            self.done[part] = self.fresh(part)
        return self.done[part]

    def fresh(self, part: Any) -> Any:
        """A part that is not to be written by its own name."""
        if type(part) is Copies:
            return part.heads * self.of(part.size)
        if type(part) is Mul:
            return Mul(*map(self.of, part.args))
        return self._sum(part) if type(part) is Add else part

    def _sum(self, part: Any) -> Any:
        """(what stands before the last weight's vectors) times (1 + its branches), if it can be."""
        shared, left = common_factor(part)
        if shared != 1:
            return self.of(shared) * self.of(left)
        held = [term for term in part.args if term.atoms(Copies)]
        if not held:
            return sympy.factor(part) if is_small(part) else part
        top = max(held, key=_level)
        copy = max(top.atoms(Copies), key=_level)
        factor, first = common_factor(part - top)
        branches = top / copy * copy.heads / factor
        if first == copy.size and sympy.denom(branches) == 1:
            return self.of(part - top) * (1 + branches)
        if first == copy.size:
            return self.of(first) * (factor + top / copy * copy.heads)
        return self._joined(part)

    def _joined(self, part: Any) -> Any:
        """The longest named sum in it, and the rest."""
        sums = [n for n in self.names if type(n) is Add and set(n.args) < set(part.args)]
        if not sums:
            return Add(*map(self.of, part.args))
        longest = max(sums, key=lambda size: len(size.args))
        return self.names[longest] + self.of(part - longest)


def _level(size: Size) -> tuple[int, str]:
    return max(copy.level for copy in size.atoms(Copies)), str(size)


def is_monomial_sum(size: Size) -> bool:
    """Whether a size is a sum of monomials, or one."""
    return all(map(is_monomial, Add.make_args(size)))


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


def arranged(node: Node, known: Known) -> tuple[Any, list[Any]]:
    """A sum of monomials as a number times the sum of some terms; a single term is a product."""
    for size, shown in known:
        if size == node and size != shown:
            return sympy.S.One, [shown]
    node = opened(node) if is_small(node) else node
    content, primitive = node.as_content_primitive()
    if all(term.could_extract_minus_sign() for term in primitive.args):
        content, primitive = -content, -primitive
    terms = _with_sizes(primitive, known)
    small = len(primitive.args) <= MANY_TERMS and len(primitive.free_symbols) <= MANY_SYMBOLS
    if small and not _has_fraction(primitive) and len(terms) == len(primitive.args):
        factored = sympy.factor(primitive)
        terms = [factored] if type(factored) is not sympy.Add else terms
    return content, ordered(terms)


def _has_fraction(node: Node) -> bool:
    """Whether a term of a sum has a denominator: no sum of sizes, and read best as it stands."""
    return any(f.is_Pow and f.exp.is_negative for term in node.args for f in Mul.make_args(term))


def _with_sizes(node: Node, known: Known) -> list[Any]:
    """The terms of a sum, those that make up a known size together as one term.

    >>> H, G = sympy.symbols("H_1 H_2", positive=True, integer=True)
    >>> _with_sizes(H + G + 2, [(H + G + 3, H + G + 3)])
    [2, H_1, H_2]
    """
    whole = node.as_coefficients_dict()
    left, multiples = dict(whole), []
    for size, shown in known:
        parts = dict(size.as_coefficients_dict())
        if size == node or len(parts) < LARGE:
            continue
        for factor in _factors(left, parts):
            ratios = {left.get(factor * part, 0) / n for part, n in parts.items() if part != 1}
            if len(ratios) > 1 or 0 in ratios:
                continue
            ratio = ratios.pop()
            rest = [k for k in whole if k != 1 and k / factor not in parts]
            if size == shown and not (rest and ratio.is_Integer):
                continue  # sums shown by each other would have no end: only by shorter ones
            for part, number in parts.items():
                left[factor * part] = left.get(factor * part, 0) - ratio * number
            multiples.append(Mul(ratio, factor, shown, evaluate=False))
    return multiples + [number * part for part, number in left.items() if number != 0]


def _factors(terms: Mapping[Any, Any], parts: Mapping[Any, Any]) -> list[Any]:
    """What a known size may be multiplied by in a sum: 1; any factor, where copies mark it."""
    held = [part for part in parts if part.atoms(Copies)]
    if not held:
        return [sympy.S.One]
    mark = max(held, key=_level)
    return [term / mark for term in terms if _divides(mark, term)]


def _divides(mark: Any, term: Any) -> bool:
    powers = term.as_powers_dict()
    return all(powers.get(base, 0) >= power for base, power in mark.as_powers_dict().items())


def gathered(node: Node, known: Known) -> Any:
    """A sum with copies in it, the terms of known sizes taken together; any other as it is."""
    if not any(type(f) is Copies for term in node.args for f in Mul.make_args(term)):
        return node
    terms = _with_sizes(node, known)
    return node if len(terms) == len(node.args) else Add(*ordered(terms), evaluate=False)
