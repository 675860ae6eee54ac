"""Sums and products over layers: SymPy's `Sum` and `Product`, never asked to do anything.

A sum's index occurs in the numbers of layers only. What is done to sums is done here: other numbers
in the place of symbols, terms written out, and the place of a given layer within a sum.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import sympy
from scipy.optimize import linprog
from sympy import Sum

from derive.algebra import build
from derive.algebra.kinds import Expression, Node
from derive.algebra.layered import LayerOverlap, LayerProduct, LayerSum, index_text
from derive.algebra.rebuild import MAKERS, rebuild
from derive.algebra.walk import walk
from derive.errors import NoRule


def layer_sum(summand: Any, index: Any, last: Any) -> Any:
    """sum_{index = 1}^{last} summand, a number or a matrix; 0 where the summand is 0."""
    if getattr(summand, "is_Matrix", False):
        return build.layer_sum(summand, index, sympy.S.One, last)
    return sympy.S.Zero if summand == 0 else Sum(summand, (index, 1, last))


def reindex(expression: Expression, numbers: Mapping[Any, Any]) -> Any:
    """The expression with other numbers in the place of symbols: G(l) becomes G(l + 1).

    The index of a sum or product is its own, and stays.

    >>> l = sympy.Symbol("l", positive=True, integer=True)
    >>> from derive.algebra.layered import LayerValue
    >>> reindex(LayerValue("s", l), {l: l + 1}).name
    's_l+1'
    """

    def replaced(node: Node) -> Any:
        if node in numbers:
            return numbers[node]
        index = _own_index(node)
        if index not in numbers:
            return None
        others = {old: new for old, new in numbers.items() if old != index}
        body, *limits = node.args
        if type(node) in (Sum, sympy.Product):
            ends = (index, *(reindex(end, others) for end in limits[0][1:]))
            return type(node)(reindex(body, others), ends)
        ends = (index, *(reindex(end, others) for end in limits[1:]))
        return MAKERS[type(node)](reindex(body, others), *ends)

    return rebuild(sympy.sympify(expression), replaced)


def _own_index(node: Node) -> Any:
    """The index of a sum or a product; None for other nodes."""
    if type(node) in (Sum, sympy.Product):
        return node.args[1][0]
    return node.args[1] if type(node) in (LayerSum, LayerProduct) else None


def expand_sums(expression: Expression, values: Mapping[Any, int]) -> Any:
    """The expression at given depths, its sums and products written out term by term.

    Args:
        expression: Its sums do not stand inside one another.
        values: A number for every symbol in a limit.
    """

    def members(body: Any, index: Any, first: Any, last: Any) -> list[Any]:
        numbers = range(int(reindex(first, values)), int(reindex(last, values)) + 1)
        return [reindex(body, {**values, index: sympy.Integer(n)}) for n in numbers]

    def written(node: Node) -> Any:
        if type(node) in (Sum, sympy.Product):
            join = sympy.Add if type(node) is Sum else sympy.Mul
            return join(*members(node.args[0], *node.args[1]))
        if type(node) is LayerSum:
            terms = members(*node.args)
            zero = sympy.ZeroMatrix(*(reindex(size, values) for size in node.shape))
            return build.add(zero, *terms)
        if type(node) is LayerProduct:
            unit = sympy.Identity(reindex(node.shape[0], values))
            return build.mul(unit, *reversed(members(*node.args)))
        return values.get(node)

    return rebuild(sympy.sympify(expression), written)


Known = tuple[Any, ...]
"""Linear expressions in numbers and depths that are at least 0."""


def is_at_least_zero(expression: Expression, known: Known = ()) -> bool | None:
    """Whether a linear expression in numbers of layers is at least 0; None where it may be either.

    Args:
        expression: Linear in its symbols, which are whole numbers from 1.
        known: What is at least 0 besides.

    >>> l, L = sympy.symbols("l L", positive=True, integer=True)
    >>> is_at_least_zero(L - l), is_at_least_zero(L - l, (L - 3 - l,)), is_at_least_zero(-l)
    (None, True, False)
    """
    expression = sympy.expand(expression)
    if expression.is_Rational:
        return bool(expression >= 0)
    least = _least(expression, known)
    if least >= -TOLERANCE:
        return True
    return False if -_least(-expression, known) < -TOLERANCE else None


TOLERANCE = 1e-6
"""The corners of such regions are whole numbers; linear programming finds them to rounding."""


def _least(expression: Expression, known: Known) -> float:
    """The least value, minus infinity where there is none."""
    names = sorted(set().union(*(e.free_symbols for e in (expression, *known))), key=str)
    at_zero = dict.fromkeys(names, 0)

    def slopes(linear: Any) -> list[float]:
        return [float(sympy.expand(linear).coeff(name)) for name in names]

    rows = [[-slope for slope in slopes(linear)] for linear in known] or None
    bounds = [float(linear.subs(at_zero)) for linear in known] or None
    optimum = linprog(slopes(expression), rows, bounds, bounds=[(1, None)] * len(names))
    if optimum.status == 2:
        raise NoRule("differentiate: no number of layers is in the range that is given")
    return float(optimum.fun + expression.subs(at_zero)) if optimum.status == 0 else -math.inf


def place_in_sum(node: Node, number: Any, total: Any, known: Known) -> Any | None:
    """The value of a sum's index at which a layer of the summand has a given number.

    Args:
        node: The number of the layer in the summand, linear in the index.
        number: The number looked for.
        total: The sum.
        known: What is known of the number, where it is generic, and of the depths.

    Returns:
        The value, or None where there is none within the limits.

    Raises:
        NoRule: It cannot be decided.
    """
    _, (index, first, last) = total.args
    step = sympy.expand(node).coeff(index)
    if step == 0:
        raise NoRule(f"differentiate: {node} in a sum over {index} does not depend on {index}")
    place = sympy.expand((number - node.subs(index, 0)) / step)
    if _is_broken(place):
        return None  # half a layer: the number belongs to another stream of the block
    inside = [is_at_least_zero(place - first, known), is_at_least_zero(last - place, known)]
    if all(inside):
        return place
    if False in inside:
        return None
    raise NoRule(
        f"differentiate: whether layer {index_text(number)} is in the sum over {index} from "
        f"{first} to {last} is not known; give the range of its number"
    )


def require_apart(expression: Expression, variable: LayerOverlap, known: Known) -> None:
    """Raise NoRule unless no other layer in an expression, outside sums, can be the variable."""

    def outside(node: Node) -> Any:
        return () if type(node) in (Sum, LayerSum) else node.args

    for node in walk([expression], outside):
        if type(node) is type(variable) and node.args[0] == variable.args[0]:
            is_other_layer(node, variable, known)


def is_other_layer(node: LayerOverlap, variable: LayerOverlap, known: Known) -> bool:
    """Whether the overlap of a layer is not that of another, of the same letter.

    Raises:
        NoRule: It cannot be decided.
    """
    if node.number == variable.number:
        return False
    gap = sympy.expand(node.number - variable.number)
    beside = (is_at_least_zero(gap - 1, known), is_at_least_zero(-gap - 1, known))
    if True not in beside and not _is_broken(gap):
        raise NoRule(
            f"differentiate: whether {node.name} is {variable.name} is not known; give the "
            "range of its number"
        )
    return True


def _is_broken(number: Any) -> bool:
    return any(part.as_coeff_Mul()[0].q != 1 for part in sympy.Add.make_args(number))
