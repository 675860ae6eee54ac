r"""Taylor coefficients of an expression along a path of its symbols: arithmetic of power series.

With each symbol a series in a small number epsilon, so is every node above it; a rule per node
says how its coefficients follow from those of its arguments. Sums and linear maps go term by term,
products by Cauchy's formula; with a of leading coefficient a_0,

.. math:: (a^{-1})_k = -a_0^{-1} \sum_{j=1}^k a_j (a^{-1})_{k-j}, \qquad
          (\ln\det a)_k = \frac1k \sum_{j=1}^k j\, \mathrm{tr}\left((a^{-1})_{k-j}\, a_j\right)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy
from sympy import Add, Inverse, MatAdd, MatMul, Mul, Pow, Trace, Transpose, ZeroMatrix

from derive.algebra import build, nodes
from derive.algebra.kinds import Expression, Node
from derive.algebra.rebuild import MAKERS
from derive.algebra.rules import Table
from derive.errors import NoRule

Series = tuple[Any, ...]
"""Coefficients of 1, epsilon, epsilon^2, ...; all of one shape."""


def taylor(expression: Expression, paths: Mapping[Any, Sequence[Any]], order: int) -> Series:
    """The coefficients of an expression along a path.

    Args:
        expression: A number or a matrix.
        paths: The coefficients of every symbol that moves; those left out at the end are zero.
        order: The highest power of epsilon.

    Returns:
        The coefficients of 1, epsilon, ..., epsilon^order.

    Raises:
        NoRule: A node between the expression and the paths has no rule, or no series.

    >>> from derive.algebra import build
    >>> from derive.algebra.series import taylor
    >>> U, X = build.overlap("U", 2), build.overlap("X", 2)
    >>> taylor(build.inv(U), {U: (U, X)}, 1)[1]
    -U**(-1)*X*U**(-1)
    """
    done: dict[Any, Series] = {}

    def of(node: Node) -> Series:
        if node not in done:
            done[node] = fresh(node)
        return done[node]

    def fresh(node: Node) -> Series:
        if node in paths:
            given = tuple(map(sympy.sympify, paths[node]))[: order + 1]
            return given + (_zero(node),) * (order + 1 - len(given))
        args = [of(arg) for arg in node.args]
        if all(s[0] == arg and _is_constant(s) for s, arg in zip(args, node.args, strict=True)):
            return (node,) + (_zero(node),) * order
        coefficients: Series = RULES.of(node)(node, args)
        assert len(coefficients) == order + 1, f"the rule for {type(node).__name__} is incomplete"
        return coefficients

    return of(sympy.sympify(expression))


def _zero(node: Node) -> Any:
    return ZeroMatrix(*node.shape) if getattr(node, "is_Matrix", False) else sympy.S.Zero


def _is_zero(value: Expression) -> bool:
    return bool(value == 0) or build.is_zero(value)


def _is_constant(series: Series) -> bool:
    return all(map(_is_zero, series[1:]))


def _sum(values: Sequence[Any]) -> Any:
    return build.add(*values) if values[0].is_Matrix else Add(*values)


def _times(left: Expression, right: Expression) -> Any:
    return build.mul(left, right) if left.is_Matrix or right.is_Matrix else left * right


def _product(left: Series, right: Series) -> Series:
    """Cauchy's formula."""
    return tuple(
        _sum([_times(left[j], right[k - j]) for j in range(k + 1)]) for k in range(len(left))
    )


def _products(node: Node, args: list[Series]) -> Series:
    total = args[0]
    for series in args[1:]:
        total = _product(total, series)
    return total


def _terms(node: Node, args: list[Series]) -> Series:
    return tuple(_sum(values) for values in zip(*args, strict=True))


def _power(node: Node, args: list[Series]) -> Series:
    """k b_0 a_k = sum_j (n j - (k - j)) b_j a_{k-j}, from b a' = n b' a for a = b^n."""
    (base, exponent), power = args, node.args[1]
    if not _is_constant(exponent) or power.free_symbols:
        raise NoRule(f"taylor has no rule for the exponent of {node}")
    if base[0] == 0 and power.is_Integer and power > 0:
        return _products(node, [base] * int(power))
    if base[0] == 0:
        raise NoRule(f"taylor: {node} has no series where its base vanishes")
    coefficients = [base[0] ** power]
    for k in range(1, len(base)):
        parts = ((power * j - (k - j)) * base[j] * coefficients[k - j] for j in range(1, k + 1))
        coefficients.append(Add(*parts) / (k * base[0]))
    return tuple(coefficients)


def _log(node: Node, args: list[Series]) -> Series:
    """k a_k b_0 = k b_k - sum_{j<k} j a_j b_{k-j}, for a = ln b."""
    (base,) = args
    coefficients = [sympy.log(base[0])]
    for k in range(1, len(base)):
        earlier = Add(*(j * coefficients[j] * base[k - j] for j in range(1, k)))
        coefficients.append((base[k] - earlier / k) / base[0])
    return tuple(coefficients)


def _inverse_of(base: Series) -> Series:
    start = build.inv(base[0])
    coefficients = [start]
    for k in range(1, len(base)):
        parts = [build.mul(-1, start, base[j], coefficients[k - j]) for j in range(1, k + 1)]
        coefficients.append(build.add(*parts))
    return tuple(coefficients)


def _logdet(node: Node, args: list[Series]) -> Series:
    (base,) = args
    inverse, coefficients = _inverse_of(base), [build.logdet(base[0])]
    for k in range(1, len(base)):
        parts = (j * build.trace(build.mul(inverse[k - j], base[j])) for j in range(1, k + 1))
        coefficients.append(Add(*parts) / k)
    return tuple(coefficients)


def linear(node: Node, args: list[Series]) -> Series:
    """A linear map of its first argument; the others are sizes and data."""
    if not all(map(_is_constant, args[1:])):
        raise NoRule(f"taylor has no rule for {node} through its sizes")
    make, rest = MAKERS[type(node)], node.args[1:]
    return tuple(_zero(node) if _is_zero(value) else make(value, *rest) for value in args[0])


def _block_diagonal(node: Node, args: list[Series]) -> Series:
    return tuple(
        _zero(node) if all(map(_is_zero, parts)) else build.block_diagonal(*parts)
        for parts in zip(*args, strict=True)
    )


RULES = Table("taylor", "derive/algebra/series.py", {
    Add: _terms,
    MatAdd: _terms,
    Mul: _products,
    MatMul: _products,
    Pow: _power,
    sympy.log: _log,
    Inverse: lambda node, args: _inverse_of(args[0]),
    nodes.LogDet: _logdet,
    Transpose: linear,
    Trace: linear,
    nodes.Lift: linear,
    nodes.PartialTrace: linear,
    nodes.FastTrace: linear,
    nodes.Block: linear,
    nodes.Embed: linear,
    nodes.Diagonal: linear,
    nodes.BlockDiagonal: _block_diagonal,
})  # fmt: skip
"""Exact node type to the rule from the series of its arguments to its own."""
