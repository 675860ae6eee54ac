r"""Differentiation with respect to symmetric matrices and numbers, in reverse.

The gradient of a number S with respect to a symmetric matrix U is the symmetric G of

.. math:: dS = \mathrm{tr}(G\, dU)

Each rule says how the cotangent of a node (the gradient with respect to the node itself) is handed
to its arguments. There is one rule per node, looked up by exact type.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Add, Identity, Inverse, MatAdd, MatMul, Mul, Pow, Trace, Transpose, ZeroMatrix

from derive.algebra import build, nodes
from derive.algebra.kinds import Expression, Matrix, Node, Size
from derive.algebra.layered import LAYERED, LayerOverlap, LayerSize, LayerSum
from derive.algebra.naming import nodes_in
from derive.algebra.rebuild import contains, rebuild
from derive.algebra.rules import Table
from derive.algebra.sizes import multiplied_out
from derive.algebra.sums import Known, is_other_layer, place_in_sum, reindex, require_apart
from derive.algebra.walk import walk_up
from derive.errors import NoRule

Cotangents = list[Any]
"""One cotangent per argument; None where the argument is a size, a name or data."""


def _mul(node: Node, cotangent: Matrix) -> Cotangents:
    return [cotangent * Mul(*node.args[:k], *node.args[k + 1 :]) for k in range(len(node.args))]


def _pow(node: Node, cotangent: Matrix) -> Cotangents:
    base, exponent = node.args
    if exponent.free_symbols:
        raise NoRule(f"differentiate has no rule for the exponent of {node}")
    return [cotangent * exponent * base ** (exponent - 1), None]


def _trace(node: Node, cotangent: Matrix) -> Cotangents:
    return [build.scale(cotangent, Identity(build.rows(node.args[0])))]


def _logdet(node: Node, cotangent: Matrix) -> Cotangents:
    return [build.scale(cotangent, build.transpose(build.inv(node.args[0])))]


def _matmul(node: Node, cotangent: Matrix) -> Cotangents:
    number, factors = build.split(node)
    handed: Cotangents = []
    for k, arg in enumerate(node.args):
        if not arg.is_Matrix:
            others = [other for j, other in enumerate(node.args) if j != k]
            handed.append(build.trace(build.mul(build.transpose(cotangent), *others)))
            continue
        place = k - (len(node.args) - len(factors))
        left = [build.transpose(factor) for factor in reversed(factors[:place])]
        right = [build.transpose(factor) for factor in reversed(factors[place + 1 :])]
        handed.append(build.mul(number, *left, cotangent, *right))
    return handed


def _inverse(node: Node, cotangent: Matrix) -> Cotangents:
    flipped = build.transpose(node)
    return [build.mul(-1, flipped, cotangent, flipped), None]


def _block_diagonal(node: Node, cotangent: Matrix) -> Cotangents:
    handed, start = [], sympy.S.Zero
    for part in node.args:
        handed.append(build.block(cotangent, start, build.rows(part)))
        start = start + build.rows(part)
    return handed


RULES = Table("differentiate", "derive/algebra/differentiate.py", {
    Add: lambda node, cotangent: [cotangent] * len(node.args),
    Mul: _mul,
    Pow: _pow,
    sympy.log: lambda node, cotangent: [cotangent / node.args[0]],
    Trace: _trace,
    nodes.LogDet: _logdet,
    MatAdd: lambda node, cotangent: [cotangent] * len(node.args),
    MatMul: _matmul,
    Inverse: _inverse,
    Transpose: lambda node, cotangent: [build.transpose(cotangent)],
    nodes.Lift: lambda node, c: [build.partial_trace(c, node.args[1]), None],
    nodes.PartialTrace: lambda node, c: [build.lift(c, node.args[1]), None],
    nodes.Block: lambda node, c: [
        build.embed(c, node.args[1], build.rows(node.args[0])),
        None,
        None,
    ],
    nodes.Embed: lambda node, c: [
        build.block(c, node.args[1], build.rows(node.args[0])),
        None,
        None,
    ],
    nodes.BlockDiagonal: _block_diagonal,
})  # fmt: skip
"""Exact node type to the rule that hands its cotangent to its arguments."""

LEAVES = (sympy.MatrixSymbol, nodes.Data, Identity, ZeroMatrix, nodes.Selection, *LAYERED)
"""Nodes whose arguments are names and sizes only."""


def gradient(expression: Expression, variable: Any, known: Known = ()) -> Any:
    r"""The gradient of a number with respect to an overlap matrix or a scalar symbol.

    .. math:: dS = \mathrm{tr}(G\, dU), \quad G = G^T

    Args:
        expression: A scalar expression.
        variable: An `Overlap` (the gradient is a symmetric matrix) or a symbol (a number); or the
            overlap of one layer, where the expression has sums over layers.
        known: What is at least 0 of the layer's number, where it is generic, and of depths.

    Raises:
        NoRule: A node between the expression and the variable has no rule, or it cannot be decided
            which member of a sum the variable is.

    >>> from derive.algebra import build, gradient
    >>> U = build.overlap("U", 3)
    >>> gradient(build.logdet(U) + 2 * build.trace(U), U)
    2*I + U**(-1)
    """
    if isinstance(variable, LayerOverlap):
        require_apart(expression, variable, known)
    total = _propagate(expression, variable, known).get(variable)
    if not getattr(variable, "is_Matrix", False):
        return sympy.S.Zero if total is None else total
    if total is None:
        return sympy.ZeroMatrix(*variable.shape)
    flipped = build.transpose(total)
    if flipped == total:
        return total
    return build.add(build.scale(sympy.S.Half, total), build.scale(sympy.S.Half, flipped))


def _propagate(expression: Expression, variable: Any, known: Known) -> dict[Any, Any]:
    order = _dependent(expression, variable)
    cotangents: dict[Any, Any] = {expression: sympy.S.One}
    for node in reversed(order):
        if node == variable or node not in cotangents:
            continue
        if type(node) in (sympy.Sum, LayerSum):
            for part in _of_sum(node, cotangents[node], variable, known):
                cotangents[variable] = _sum(cotangents.get(variable), part)
            continue
        handed: Cotangents = RULES.of(node)(node, cotangents[node])
        assert len(handed) == len(node.args), f"the rule for {type(node).__name__} is incomplete"
        for arg, part in zip(node.args, handed, strict=True):
            if arg in order:
                if part is None:
                    raise NoRule(f"differentiate has no rule for {node} through its size {arg}")
                cotangents[arg] = _sum(cotangents.get(arg), part)
    return cotangents


def _of_sum(total: Any, cotangent: Matrix, variable: Any, known: Known) -> list[Any]:
    """What a sum over layers, of numbers or of matrices, hands to one of them."""
    if type(total) is sympy.Sum:
        return [build.scale(cotangent, part) for part in _members(total, variable, known)]
    body, *limits = total.args
    held = sympy.MatrixSymbol("held", *cotangent.shape)  # no variable of the summand
    work = sympy.Sum(build.trace(build.mul(build.transpose(held), body)), tuple(limits))
    parts = _members(work, variable, known)
    return [rebuild(part, {held: cotangent}.get) for part in parts]


def _members(total: Any, variable: Any, known: Known) -> list[Any]:
    """The gradients of a sum over layers with respect to one of them.

    The variable U_k may be each member U_{l+d} of the summand: then l = k - d. One whose number
    does not depend on l is a member of every term.
    """
    body, (index, first, last) = total.args
    gradients = []
    for member in _layers_like(body, variable):
        if index not in member.number.free_symbols:
            if not is_other_layer(member, variable, known):
                gradients.append(build.layer_sum(gradient(body, member), index, first, last))
            continue
        at = place_in_sum(member.number, variable.number, total, known)
        if at is not None:
            part = reindex(gradient(body, member), {index: at})
            size = reindex(member.shape[0], {index: at})
            gradients.append(reindex(part, _settled(size, variable.shape[0])))
    return gradients


def _settled(size: Size, due: Any) -> dict[Any, Any]:
    """The number of vectors that comes down to the end of a sum, by its name, and in full."""
    names = size.atoms(LayerSize) - due.atoms(LayerSize)
    if len(names) != 1:
        return {}
    (name,) = names
    return {name: multiplied_out((due - size.coeff(name, 0)) / size.coeff(name, 1))}


def _layers_like(body: Any, variable: Any) -> list[Any]:
    """The layers of a summand of the variable's kind and letter."""
    if not isinstance(variable, LayerOverlap):
        if contains(body, {variable}):
            raise NoRule(f"differentiate has no rule for {variable} inside a sum over layers")
        return []
    like = [
        n for n in nodes_in(body) if type(n) is type(variable) and n.args[0] == variable.args[0]
    ]
    return sorted(like, key=lambda node: str(node.number))


def _sum(old: Any, new: Any) -> Any:
    if old is None:
        return new
    return build.add(old, new) if new.is_Matrix else old + new


def _dependent(expression: Expression, variable: Any) -> dict[Any, None]:
    """The nodes that depend on the variable, each after its arguments."""
    order: dict[Any, None] = {}
    for node in walk_up([expression], _inside):
        if type(node) in (sympy.Sum, LayerSum):
            below = contains(node, {variable}) or bool(_layers_like(node.args[0], variable))
        else:
            below = any(part in order for part in _inside(node))
        if below or node == variable:
            order[node] = None
    return order


def _inside(node: Node) -> tuple[Any, ...]:
    """What differentiation goes through.

    A size inside a symbol's shape is no dependence on a scalar of that name.
    """
    return () if isinstance(node, (*LEAVES, sympy.Sum, LayerSum)) else tuple(node.args)
