"""Long sums regrouped for reading: equal logarithms merged, terms collected stream by stream.

A regrouped sum is compared with the given one, symbolically; nothing is shown that is not equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Mul, Trace

from derive.algebra import contains
from derive.algebra.drawing import Drawer
from derive.algebra.kinds import Expression, Node, Scalar
from derive.algebra.nodes import LogDet, LogMultigamma, LogNormal
from derive.algebra.products import natural
from derive.errors import RuleError
from derive.typeset.boxes import SQUARE, Box, Fence, Sum, row, terms_of

ATOMS = (Trace, LogDet, LogNormal, LogMultigamma, sympy.log, sympy.loggamma)
ONE = sympy.S.One


@dataclass(frozen=True)
class Term:
    """coefficient * atom, where the atom is a function of matrices, a logarithm or 1."""

    coefficient: Any
    atom: Any


@dataclass(frozen=True)
class Group:
    """factor * (sum of terms): what one stream brings."""

    factor: Any
    terms: tuple[Term, ...]

    @property
    def value(self) -> Any:
        """The group as an expression."""
        return self.factor * sympy.Add(*(t.coefficient * t.atom for t in self.terms))


class Opener:
    """Multiplies sums out; symbols stand for functions of matrices, which stay as they are."""

    def __init__(self) -> None:
        self.symbols: dict[Any, Any] = {}
        self.atoms: dict[Any, Any] = {}

    def opened(self, expression: Expression) -> Any:
        """The sum multiplied out, logarithms of products taken apart, atoms as symbols."""
        return sympy.expand(self._flat(expression))

    def split(self, term: Any) -> tuple[Any, Any]:
        """The coefficient and the atom of a term of an opened sum."""
        marks = [factor for factor in Mul.make_args(term) if factor in self.atoms]
        if not marks:
            return term, ONE
        return term / Mul(*marks), Mul(*(self.atoms[mark] for mark in marks))

    def _flat(self, node: Node) -> Any:
        if type(node) in (sympy.Add, Mul):
            return node.func(*map(self._flat, node.args))
        if type(node) is sympy.log:
            return sympy.Add(*(e * self._symbol(sympy.log(b)) for b, e in _powers(node.args[0])))
        return self._symbol(node) if isinstance(node, ATOMS) else node

    def _symbol(self, atom: Node) -> Any:
        if atom not in self.symbols:
            self.symbols[atom] = sympy.Symbol(f"_{len(self.symbols):04d}")
            self.atoms[self.symbols[atom]] = atom
        return self.symbols[atom]


def _powers(argument: Any) -> list[tuple[Any, Any]]:
    """The argument of a logarithm as powers of numbers and symbols."""
    powers = []
    for factor in Mul.make_args(argument):
        if factor.is_Rational:
            powers += [(sympy.Integer(factor.p), 1), (sympy.Integer(factor.q), -1)]
        else:
            powers.append(factor.as_base_exp())
    return [(base, exponent) for base, exponent in powers if base != 1]


def by_stream(
    expression: Expression, homes: Mapping[Any, Any], *, factored: bool
) -> tuple[Group, ...]:
    """The terms of a sum, stream by stream from the bottom.

    What belongs to no stream comes last in an action, and first in a density.

    Args:
        expression: A sum of numbers: an action, or a log density.
        homes: From overlaps to the widths of their streams, the lowest stream first.
        factored: Whether to write N_s in front of each group.

    Raises:
        RuleError: The groups do not add up to the expression.
    """
    opener = Opener()
    total = opener.opened(expression)
    own = {LogDet(overlap): width for overlap, width in homes.items()}
    sorted_terms: dict[Any, list[Any]] = {width: [] for width in (*homes.values(), ONE)}
    for term in sympy.Add.make_args(total):
        home = _home(*opener.split(term), own, factored)
        sorted_terms[home].append(term / home if factored else term)
    groups = []
    for width, terms in sorted_terms.items():
        atoms = {atom for atom, home in own.items() if home == width}
        merged = _merged(_collected(terms, opener), atoms, density=not factored)
        groups.append(Group(width if factored else ONE, merged))
    if not factored:  # the labels' law before those of the streams
        groups.insert(0, groups.pop())
    kept = tuple(group for group in groups if group.terms)
    _check(kept, total, opener)
    return kept


def collected(expression: Expression) -> tuple[Term, ...]:
    """The terms of a sum, with equal functions and logarithms collected.

    Raises:
        RuleError: The terms do not add up to the expression.
    """
    opener = Opener()
    total = opener.opened(expression)
    terms = _merged(_collected(sympy.Add.make_args(total), opener), set(), density=True)
    _check((Group(ONE, terms),), total, opener)
    return terms


def _check(groups: tuple[Group, ...], total: Any, opener: Opener) -> None:
    if opener.opened(sympy.Add(*(group.value for group in groups))) != total:
        raise RuleError(f"regrouping for display changed the value of {total}")


def _home(coefficient: Scalar, atom: Node, own: Mapping[Any, Any], factored: bool) -> Any:
    """The width of the stream that a term belongs to."""
    present = coefficient.free_symbols
    for width in own.values():
        if width in present:
            return width
    if factored:
        return ONE
    if type(atom) is LogMultigamma:
        return next((width for width in own.values() if contains(atom, {width})), ONE)
    return own.get(atom, ONE)


def _collected(terms: Any, opener: Opener) -> dict[Any, Any]:
    coefficients: dict[Any, Any] = {}
    for term in terms:
        coefficient, atom = opener.split(term)
        coefficients[atom] = coefficients.get(atom, sympy.S.Zero) + coefficient
    return {atom: coefficient for atom, coefficient in coefficients.items() if coefficient != 0}


def _merged(coefficients: dict[Any, Any], own: set[Any], *, density: bool) -> tuple[Term, ...]:
    """Terms in order; logarithms with coefficients equal up to their sign become one."""
    logarithms: dict[Any, Any] = {}
    rest: list[Term] = []
    for atom, coefficient in sorted(coefficients.items(), key=lambda item: natural(str(item[0]))):
        if type(atom) is not sympy.log:
            rest.append(Term(coefficient, atom))
        elif -coefficient in logarithms:
            logarithms[-coefficient] /= atom.args[0]
        else:
            logarithms[coefficient] = logarithms.get(coefficient, ONE) * atom.args[0]
    for coefficient, argument in logarithms.items():
        flip = coefficient.could_extract_minus_sign() and argument.as_numer_denom()[1] != 1
        pair = (-coefficient, 1 / argument) if flip else (coefficient, argument)
        rest.append(Term(pair[0], sympy.log(pair[1])))
    return tuple(sorted(rest, key=lambda term: _rank(term, own, density)))


def _rank(term: Term, own: set[Any], density: bool) -> tuple[Any, ...]:
    """Labels first; then traces and determinants, as the papers order them; constants last."""
    kinds = [LogNormal, Trace, LogDet, sympy.log, LogMultigamma]
    place = kinds.index(type(term.atom)) + 1.0 if type(term.atom) in kinds else 0.0
    if term.atom in own:
        place = 1.5 if density else 2.5
    elif not own and type(term.atom) is LogDet:  # the labels' part: ln det C before y^T C^{-1} y
        place = 1.5
    variances = sorted(natural(s.name) for s in term.coefficient.free_symbols if s.name[:2] == "s_")
    return place, variances, natural(str(term.atom))


def terms_box(terms: tuple[Term, ...], drawer: Drawer) -> Box:
    """The terms as a sum."""
    summands: list[tuple[bool, Box]] = []
    for term in terms:
        if term.atom == ONE:
            parts = terms_of(drawer.box(term.coefficient))
        else:
            parts = terms_of(drawer.term(Mul(term.coefficient, term.atom, evaluate=False)))
        summands.extend(parts)
    return Sum(tuple(summands))


def groups_box(groups: tuple[Group, ...], drawer: Drawer) -> Box:
    """Groups as a sum that gives each of them a line of its own."""
    summands: list[tuple[bool, Box]] = []
    for group in groups:
        body = terms_box(group.terms, drawer)
        if group.factor == ONE:
            summands.append((False, body))
        else:
            summands.append((False, row(drawer.box(group.factor), Fence(body, SQUARE))))
    return Sum(tuple(summands), stacked=len(summands) > 1)
