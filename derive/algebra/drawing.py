"""How every node is drawn, in the notation of the papers; a node without a rule raises.

Rules draw boxes, which are no text yet: `derive.algebra.latex` and `plain` write them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy
from sympy import Identity, Inverse, MatAdd, MatMul, MatrixSymbol, Mul, Pow, Trace, Transpose

from derive.algebra import build, drawn_maps, indexed, layered, nodes, polynomials
from derive.algebra.copies import Copies
from derive.algebra.kinds import Node
from derive.algebra.products import Product, build_identity, inverse, named_sizes, product_box
from derive.algebra.rules import Table
from derive.typeset import symbols
from derive.typeset.boxes import (
    ANGLE,
    Apply,
    Box,
    Fence,
    Listing,
    Ratio,
    Script,
    Sum,
    apply,
    negated,
    power,
    row,
    terms_of,
)

LONG = 6
"""A sum with as many terms stands in brackets behind a number, where it can be broken."""


class Drawer:
    """Draws expressions; every node once.

    Args:
        sizes: From sizes, each after those that it is made of, to their names, if any.
    """

    def __init__(self, sizes: Mapping[Any, str | None]) -> None:
        chosen = {v: sympy.Symbol(name, positive=True) for v, name in sizes.items() if name}
        self.formulas = {size: polynomials.factored(size, chosen) for size in sizes}
        long_first = sorted(chosen, key=lambda size: -len(Mul.make_args(self.formulas[size])))
        self.names = {self.formulas[size]: chosen[size] for size in long_first}
        self.named = {sympy.expand(size): symbol for size, symbol in chosen.items()}
        self.known = polynomials.known_sums(self.formulas | chosen)
        self._done: dict[Any, Box] = {}

    def box(self, node: Node) -> Box:
        """The box of a node, by the rule of its exact type."""
        if node not in self._done:
            plain = type(node) not in RULES and getattr(node, "is_Rational", False)
            self._done[node] = self.term(node) if plain else RULES.of(node)(self, node)
        return self._done[node]

    def term(self, node: Node, *, bare: bool = False) -> Box:
        """A product, or anything as a product of one factor."""
        product = Product()
        product.multiply(node)
        return self.draw(product, bare=bare)

    def draw(self, product: Product, *, bare: bool = False) -> Box:
        """A product, its named sizes by their names."""
        product.powers = named_sizes(self._without_copies(product.powers), self.names)
        return product_box(product, self.box, bare=bare)

    def _without_copies(self, powers: dict[Any, Any]) -> dict[Any, Any]:
        """Powers with copies by their name, or as heads times what they are copies of."""
        product = Product(powers={b: e for b, e in powers.items() if type(b) is not Copies})
        for copies in powers.keys() - product.powers.keys():
            shown = self.named.get(copies, polynomials.factored(copies, self.named))
            product.multiply(shown, powers[copies])
        return product.powers

    def size(self, node: Node) -> Box:
        """A size: a named one by its name, any other as a product."""
        node = sympy.sympify(node)
        return self.box(self.named.get(sympy.expand(node), node))


def _add(drawer: Drawer, node: Node) -> Box:
    """A sum of numbers: named, or factored, or term by term."""
    if node in drawer.named:
        return drawer.box(drawer.named[node])
    if not all(map(polynomials.is_monomial, node.args)):
        return drawer_sum(drawer, polynomials.ordered(node.args))
    content, terms = polynomials.arranged(node, drawer.known)
    if len(terms) == 1:
        product = Product(rational=content)
        product.multiply(terms[0])
        return drawer.draw(product)
    shown = drawer_sum(drawer, terms)
    return shown if content == 1 else _times(content, shown, drawer)


def _times(content: Any, shown: Box, drawer: Drawer) -> Box:
    """A rational number times a sum, in one fraction where the sum is short."""
    if len(terms_of(shown)) >= LONG:
        number = drawer.box(abs(content))
        return negated(row(number, shown)) if content < 0 else row(number, shown)
    top = shown if abs(content.p) == 1 else row(symbols.number(abs(content.p)), shown)
    body = Ratio(top, symbols.number(content.q)) if content.q != 1 else top
    return negated(body) if content < 0 else body


def drawer_sum(drawer: Drawer, terms: Any, *, bare: bool = False) -> Box:
    """Terms in the order given."""
    summands: list[tuple[bool, Box]] = []
    for term in terms:
        summands.extend(terms_of(drawer.term(term, bare=bare)))
    return Sum(tuple(summands))


def _matrix_add(drawer: Drawer, node: Node) -> Box:
    """A sum of matrices.

    The identity comes first, multiples of it by a symbol late, terms with a sum among their
    factors last.
    """

    def order(term: Any) -> tuple[bool, bool, int]:
        number, factors = build.split(term)
        identity = all(type(factor) is Identity for factor in factors)
        rank = (0 if number.is_Number else 2) if identity else 1
        long = any(type(factor) is MatAdd for factor in factors)
        return long, bool(number.could_extract_minus_sign()), rank

    return drawer_sum(drawer, sorted(node.args, key=order), bare=True)


def drawn_name(drawer: Drawer, node: Node) -> Box:
    """By its name; what stands for a number in small letters."""
    name = node.name
    if name.startswith(("R_", "U_")) and build.is_unit(node):
        name = name[0].lower() + name[1:]
    return symbols.symbol(name)


def _identity(drawer: Drawer, node: Node) -> Box:
    if build.is_unit(node):
        return symbols.number(1)
    return build_identity(drawer.size(node.shape[0]))


def _inverse(drawer: Drawer, node: Node) -> Box:
    return inverse(drawer.box(node.arg))


def _transpose(drawer: Drawer, node: Node) -> Box:
    return power(drawer.box(node.arg), symbols.TOP)


def _trace(drawer: Drawer, node: Node) -> Box:
    inner = node.args[0]
    if build.is_unit(inner):
        return drawer.term(inner)
    number, factors = build.split(inner)
    for start, factor in enumerate(factors):
        if factor.shape[0] == 1:  # tr(y y^T A) is the number y^T A y
            return drawer.term(build.mul(number, *factors[start:], *factors[:start]))
    return apply(symbols.TRACE, drawer.box(inner))


def _logdet(drawer: Drawer, node: Node) -> Box:
    inner = node.args[0]
    return apply(symbols.LN if build.is_unit(inner) else symbols.LNDET, drawer.box(inner))


def _lognormal(drawer: Drawer, node: Node) -> Box:
    value, mean, covariance = map(drawer.box, node.args)
    return Apply(symbols.LNNORMAL, Fence(Listing((value, Listing((mean, covariance))), ";")))


def _multigamma(drawer: Drawer, node: Node) -> Box:
    argument, count = node.args
    head = Script(symbols.LNGAMMA, drawer.size(count))
    return Apply(head if count != 1 else symbols.LNGAMMA, Fence(drawer.box(argument)))


def _exp(drawer: Drawer, node: Node) -> Box:
    return Apply(symbols.EXP, Fence(drawer.box(node.args[0])))


def _average(drawer: Drawer, node: Node) -> Box:
    return Fence(drawer.box(node.args[0]), ANGLE)


def _log(drawer: Drawer, node: Node) -> Box:
    return apply(symbols.LN, drawer.box(node.args[0]))


def _loggamma(drawer: Drawer, node: Node) -> Box:
    return Apply(symbols.LNGAMMA, Fence(drawer.box(node.args[0])))


RULES = Table("draw", "derive/algebra/drawing.py", {
    sympy.Symbol: lambda drawer, node: symbols.symbol(node.name),
    type(sympy.pi): lambda drawer, node: symbols.PI,
    sympy.Add: _add,
    Mul: lambda drawer, node: drawer.term(node),
    Copies: lambda drawer, node: drawer.term(node),
    Pow: lambda drawer, node: drawer.term(node),
    sympy.log: _log,
    sympy.loggamma: _loggamma,
    MatrixSymbol: drawn_name,
    nodes.Overlap: drawn_name,
    Identity: _identity,
    sympy.ZeroMatrix: lambda drawer, node: symbols.number(0),
    MatMul: lambda drawer, node: drawer.term(node),
    MatAdd: _matrix_add,
    Inverse: _inverse,
    Transpose: _transpose,
    Trace: _trace,
    nodes.LogDet: _logdet,
    nodes.LogNormal: _lognormal,
    nodes.LogMultigamma: _multigamma,
    sympy.exp: _exp,
    nodes.Gram: lambda drawer, node: drawer.term(node),
    layered.LayerOverlap: drawn_name,
    layered.LayerMatrix: drawn_name,
    layered.LayerValue: lambda drawer, node: symbols.symbol(node.name),
    layered.LayerSize: lambda drawer, node: symbols.symbol(node.name),
    layered.LayerCount: lambda drawer, node: symbols.symbol(node.name),
    nodes.Average: _average,
    **drawn_maps.RULES,
    **indexed.RULES,
}, says="latex has no rule for {node}; add one in {home}")  # fmt: skip
"""Exact node type to the rule that draws it; a node that is not here raises."""
