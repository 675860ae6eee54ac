"""Walk an expression once, from the leaves up, through the constructors of `build`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import is_
from typing import Any

import sympy
from sympy import Add, Identity, Inverse, MatAdd, MatMul, Mul, Pow, Trace, Transpose, ZeroMatrix
from sympy.core.symbol import Str

from derive.algebra import build, layered, nodes
from derive.algebra.copies import Copies, copies_of
from derive.algebra.kinds import Expression, Node
from derive.algebra.rules import Table
from derive.algebra.walk import parts_of, walk
from derive.errors import NoRule, ShapeError

MAKERS = Table("rebuild", "derive/algebra/rebuild.py", {
    Add: Add,
    Mul: Mul,
    Pow: Pow,
    Copies: copies_of,
    sympy.log: sympy.log,
    sympy.loggamma: sympy.loggamma,
    MatMul: build.mul,
    MatAdd: build.add,
    Inverse: lambda matrix, *_: build.inv(matrix),
    Transpose: build.transpose,
    Trace: build.trace,
    Identity: Identity,
    ZeroMatrix: ZeroMatrix,
    nodes.Overlap: lambda name, size, _: nodes.Overlap(name, size),
    sympy.MatrixSymbol: sympy.MatrixSymbol,
    nodes.Lift: build.lift,
    nodes.Kronecker: build.kronecker,
    sympy.OneMatrix: sympy.OneMatrix,
    sympy.exp: sympy.exp,
    sympy.LambertW: sympy.LambertW,
    nodes.FastTrace: build.fast_trace,
    nodes.PartialTrace: build.partial_trace,
    nodes.Block: build.block,
    nodes.Embed: build.embed,
    nodes.Selection: nodes.Selection,
    nodes.BlockDiagonal: build.block_diagonal,
    nodes.Stack: build.stack,
    nodes.Gram: build.gram,
    nodes.Along: build.along,
    nodes.Diagonal: build.diagonal,
    nodes.Average: build.average,
    nodes.LogDet: build.logdet,
    nodes.LogNormal: nodes.LogNormal,
    nodes.LogMultigamma: nodes.LogMultigamma,
    layered.LayerOverlap: layered.LayerOverlap,
    layered.LayerMatrix: layered.LayerMatrix,
    layered.LayerValue: layered.LayerValue,
    layered.LayerSize: layered.LayerSize,
    layered.LayerCount: layered.LayerCount,
    layered.LayerProduct: layered.LayerProduct,
    layered.LayerSum: build.layer_sum,
    sympy.Product: lambda body, *limits: sympy.Product(body, *limits),
    sympy.Sum: lambda body, *limits: sympy.Sum(body, *limits),
    sympy.Tuple: sympy.Tuple,
})  # fmt: skip
"""Exact node type to its constructor; a node that is not here raises."""


def rebuild(
    expression: Expression,
    replace: Callable[[Any], Any | None],
    makers: Mapping[type, Callable[..., Any]] = MAKERS,
) -> Any:
    """Rebuild an expression, each subexpression once.

    Args:
        expression: What to walk.
        replace: Called on every node before its arguments; its answer, unless None, stands for
            the node.
        makers: The constructor for each node type.

    Raises:
        NoRule: A node type has no constructor.
    """
    done: dict[Any, Any] = {}

    def visit(node: Node) -> Any:
        if node not in done:
            replacement = replace(node)
            done[node] = replacement if replacement is not None else remake(node)
        return done[node]

    def remake(node: Node) -> Any:
        parts = parts_of(node)
        if not parts or isinstance(node, Str):
            return node
        args = [visit(part) for part in parts]
        maker = maker_of(node, makers)
        if maker is MAKERS.get(type(node)) and all(map(is_, args, parts)):
            return node
        return maker(*args)

    return visit(expression)


def maker_of(node: Node, makers: Mapping[type, Callable[..., Any]]) -> Callable[..., Any]:
    """The constructor of a node's exact type.

    Raises:
        NoRule: There is none.
    """
    try:
        return makers[type(node)]
    except KeyError:
        made: Callable[..., Any] = MAKERS.of(node)  # it says what is missing
        return made


def substitute(expression: Expression, replacements: Mapping[Any, Any]) -> Any:
    """Replace subexpressions, all at once.

    >>> from derive.algebra import build, substitute
    >>> U, V = build.overlap("U", 2), build.overlap("V", 2)
    >>> substitute(build.logdet(U), {U: build.lift(V, 1)})
    LogDet(V)

    A product is found among the factors of a longer one too.

    >>> W = build.overlap("W", 2)
    >>> substitute(build.mul(3, U, V, W), {build.mul(U, V): W}) == build.mul(3, W, W)
    True

    Raises:
        NoRule: Nothing in the expression matches, or a symmetric symbol would get a matrix that
            is not symmetric.
        ShapeError: A matrix would get one of another shape.
    """
    hits: set[Any] = set()
    for old, new in replacements.items():
        if type(old) is nodes.Overlap and not build.is_symmetric(new):
            raise NoRule(f"substitute: {old} is symmetric, {new} is not known to be")

    def replace(node: Node) -> Any | None:
        if node in replacements:
            hits.add(node)
            return replacements[node]
        run = _run_of(node, products)
        if run is None:
            return None
        old, before, after = run
        hits.add(old)
        rest = ([rebuild(part, replace) for part in parts] for parts in (before, after))
        left, right = rest
        return build.mul(*left, replacements[old], *right)

    products = [old for old in replacements if type(old) is MatMul]
    for old, new in replacements.items():
        _require_same_shape(old, new, replace)
    result = rebuild(expression, replace)
    missed = [old for old in replacements if old not in hits]
    if missed:
        raise NoRule(f"substitute: {missed[0]} does not occur in {expression}")
    return result


def _run_of(node: Node, products: list[Any]) -> tuple[Any, Any, Any] | None:
    """A product among the factors of a longer one: it, the factors before it and those after it."""
    if type(node) is not MatMul:
        return None
    for old in products:
        length = len(old.args)
        for start in range(len(node.args) - length + 1):
            if node.args[start : start + length] == old.args:
                return old, node.args[:start], node.args[start + length :]
    return None


def _require_same_shape(old: Any, new: Any, replace: Callable[[Any], Any | None]) -> None:
    """Raise ShapeError unless the shapes agree, once sizes are replaced too."""
    if not getattr(old, "is_Matrix", False):
        return
    due = tuple(rebuild(size, replace) for size in old.shape)
    if not all(build.same_size(*pair) for pair in zip(due, new.shape, strict=True)):
        raise ShapeError(f"substitute: {old} has shape {due}, {new} has shape {new.shape}")


def contains(expression: Expression, targets: set[Any]) -> bool:
    """Whether any of the targets occurs in an expression."""
    return any(node in targets for node in walk([expression], parts_of))
