"""Numbers of vectors that are not multiplied out: H copies of a sum stay one symbol.

Where a stream holds the vectors of several weights, the next weight makes H copies of a sum. Were
these multiplied out, the terms would double with every layer. `Copies` keeps each product whole,
so that sizes stay linear; it knows what it stands for, so that values and replacements of head
counts reach it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sympy
from sympy import Add, Mul, Symbol


class Copies(Symbol):
    """H times a sum S of numbers of vectors: a positive whole number, held as one symbol.

    Attributes:
        heads: H, a symbol.
        size: S, a sum without a common factor.
        level: How many of its kind stand inside one another, itself included.
        within: Every symbol and all copies inside it.
    """

    heads: Any
    size: Any
    level: int
    within: frozenset[Any]

    def __new__(cls, heads: Any, size: Any) -> Copies:
        """The same object for the same heads and sum; use `copies_of`, which takes any."""
        return _held(heads, size)

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.heads, self.size)

    def __getnewargs_ex__(self) -> Any:
        return (self.heads, self.size), {}

    @property
    def free_symbols(self) -> set[Any]:
        """The symbols that its value depends on; itself is not one of them."""
        return {part for part in self.within if type(part) is not Copies}

    def xreplace(self, rule: Any, hack2: bool = False) -> Any:
        """Itself, or what it is copies of, replaced."""
        return self._xreplace(rule)[0]

    def _xreplace(self, rule: Any) -> tuple[Any, bool]:
        if self in rule:
            return rule[self], True
        replacements = frozenset((part, rule[part]) for part in self.within if part in rule)
        return (_replaced(self, replacements), True) if replacements else (self, False)

    def _eval_subs(self, old: Any, new: Any) -> Any:
        return self.xreplace({old: new}) if old in self.within else None


@lru_cache(maxsize=65536)
def _held(heads: Any, size: Any) -> Copies:
    copies = Symbol.__xnew__(Copies, f"b{heads.name[1:]}", positive=True, integer=True)
    inner = size.atoms(Copies)
    copies.heads, copies.size = heads, size
    copies.level = 1 + max((copy.level for copy in inner), default=0)
    copies.within = frozenset({heads, *size.atoms(Symbol)}.union(*(copy.within for copy in inner)))
    assert isinstance(copies, Copies)
    return copies


@lru_cache(maxsize=4096)
def _replaced(copies: Copies, rule: frozenset[Any]) -> Any:
    values = dict(rule)
    return copies_of(copies.heads.xreplace(values), copies.size.xreplace(values))


def is_heads(size: Any) -> bool:
    """Whether a size is the symbol of a number of heads."""
    return type(size) is Symbol and size.name.startswith("H_")


def copies_of(heads: Any, size: Any) -> Any:
    """H times a number of vectors; held where H is a symbol of heads and the number a sum.

    >>> H, G, K = sympy.symbols("H_1 H_2 H_3", positive=True, integer=True)
    >>> copies_of(H, G), copies_of(H, 1 + G), copies_of(3, 1 + G)
    (H_1*H_2, b_1, 3*H_2 + 3)
    >>> copies_of(H, K + G * K)
    b_1*H_3
    """
    heads, size = sympy.sympify(heads), sympy.expand(size)
    if not is_heads(heads) or type(size) is not Add:
        return sympy.expand(heads * size)
    common, rest = common_factor(size)
    return common * Copies(heads, rest)


def common_factor(size: Any) -> tuple[Any, Any]:
    """A sum as the factor that its terms share, and the rest; anything else as it is."""
    if type(size) is not Add:
        return sympy.S.One, size
    number, rest = size.as_content_primitive()
    powers = [Counter(term.as_powers_dict()) for term in rest.args]
    shared = powers[0]
    for other in powers[1:]:
        shared &= other
    factor = Mul(*(base**power for base, power in shared.items() if not base.is_number))
    return number * factor, rest if factor == 1 else Add(*(term / factor for term in rest.args))


def without_heads(size: Any, heads: Any) -> Any | None:
    """A size divided by heads that make copies in every term of it; None where they do not.

    >>> H, G, K = sympy.symbols("H_1 H_2 H_3", positive=True, integer=True)
    >>> without_heads(H * K + copies_of(H, 1 + G), H)
    H_2 + H_3 + 1
    """
    quotients = []
    for term in Add.make_args(size):
        factors = Mul.make_args(term)
        held = [f for f in factors if type(f) is Copies and f.heads == heads]
        if heads in factors:
            quotients.append(term / heads)
        elif held:
            quotients.append(sympy.expand(term / held[0] * held[0].size))
        else:
            return None
    return Add(*quotients)


def opened(size: Any, level: int = 1) -> Any:
    """A size with the copies of a level, and those above it, multiplied out.

    >>> H, G, K = sympy.symbols("H_1 H_2 H_3", positive=True, integer=True)
    >>> inner = copies_of(G, 1 + K)
    >>> opened(copies_of(H, 1 + inner), 2)
    b_2*H_1 + H_1
    """
    total = sympy.expand(size)
    while True:
        high = {copy for copy in total.atoms(Copies) if copy.level >= level}
        if not high:
            return total
        total = sympy.expand(total.xreplace({copy: copy.heads * copy.size for copy in high}))


@lru_cache(maxsize=65536)
def count_of_terms(size: Any) -> int:
    """How many terms a size has at most when it is multiplied out: its value for single heads."""
    single = dict.fromkeys(size.free_symbols, sympy.S.One)
    return sum(abs(int(term)) for term in Add.make_args(sympy.sympify(size).xreplace(single)))


def folded(expression: Any, known: Iterable[Any] = ()) -> Any:
    """A sum, multiplied out, with products that copies hold written by these.

    Each H S that copies hold is known by one of its terms: where that occurs, it is replaced by
    the copies less the other terms. Equal sums have equal forms.

    Args:
        expression: The sum.
        known: Copies, besides those that occur in it.

    >>> H, G, K = sympy.symbols("H_1 H_2 H_3", positive=True, integer=True)
    >>> held = copies_of(H, 1 + G)
    >>> folded(K + 2 * H + 2 * H * G - held)
    b_1 + H_3
    """
    present = expression.atoms(Copies).union(known)
    rules = {part for copy in present for part in (copy, *copy.within) if type(part) is Copies}
    by_heads: dict[Any, list[Copies]] = {}
    for copy in sorted(rules, key=lambda copy: -copy.level):
        by_heads.setdefault(copy.heads, []).append(copy)
    if not rules:
        return expression
    done, pending = sympy.S.Zero, expression
    while pending != 0:
        partners = {term: _replaced_in(term, by_heads) for term in Add.make_args(pending)}
        done += Add(*(term for term, other in partners.items() if other is None))
        pending = sympy.expand(Add(*(other for other in partners.values() if other is not None)))
    return done


def _replaced_in(term: Any, by_heads: dict[Any, list[Copies]]) -> Any | None:
    """A term that is a multiple of the leading term of copies, with the copies in it."""
    powers = term.as_powers_dict() if type(term) in (Mul, sympy.Pow) else {term: 1}
    for heads in by_heads.keys() & powers.keys():
        for copy in by_heads[heads]:
            first = _leading(copy)
            due = Counter(first.as_powers_dict())
            due[heads] += 1
            if all(base.is_number or powers.get(base, 0) >= due[base] for base in due):
                rest = copy.heads * (copy.size - first)
                return term / (heads * first) * (copy - rest)
    return None


@lru_cache(maxsize=65536)
def _leading(copy: Copies) -> Any:
    """The term of a sum by which it is known: with the most copies inside, and an own symbol."""

    def rank(term: Any) -> tuple[Any, ...]:
        inner = [part.level for part in term.atoms(Copies)]
        return max(inner, default=0), len(term.atoms(Symbol)), str(term)

    return max(copy.size.args, key=rank)
