"""The value of an expression, in float64 or in mpmath at a chosen precision.

Precision is never global: it lives in the mpmath context that the caller hands in. Matrices are
NumPy arrays, of floats or of the context's numbers, so that one table of rules serves both.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from sympy import Add, Inverse, MatAdd, MatMul, Mul, Pow, Trace, Transpose
from sympy.core import numbers

from derive.algebra import evaluated_maps, nodes
from derive.algebra.arithmetic import Arithmetic, Digits, Floats
from derive.algebra.balls import Balls
from derive.algebra.copies import Copies
from derive.algebra.evaluated_maps import filled
from derive.algebra.layered import LayerSum
from derive.algebra.rules import Table
from derive.algebra.sums import reindex
from derive.errors import ShapeError


class Evaluation:
    """One pass over expressions: the value of a node that they share is found once.

    Args:
        values: As in `evaluate`. They are asked as they are, not copied: a `Point` of a claim
            works out what a name stands for when it is asked for it.
        arithmetic: Of the values.
    """

    def __init__(self, values: Mapping[Any, Any], arithmetic: Arithmetic | Balls) -> None:
        self.values = values
        self.arithmetic = arithmetic
        self.done: dict[Any, Any] = {}

    def of(self, node: Any) -> Any:
        """The value of an expression."""
        if node not in self.done:
            self.done[node] = value = self._fresh(node)
            if isinstance(self.arithmetic, Balls):
                self.arithmetic.observe(value)
        return self.done[node]

    def size(self, expression: Any) -> int:
        """The value of a size."""
        value = self.of(expression)
        whole = self.whole(value)
        if whole is None:
            raise ShapeError(f"the size {expression} is {value}, no whole number")
        return whole

    def whole(self, value: Any) -> int | None:
        """The whole number that a value is; None where it is none."""
        if isinstance(self.arithmetic, Balls):
            return self.arithmetic.whole(value)
        return int(value) if int(value) == value else None

    def product(self, first: Any, second: Any) -> Any:
        """The product of matrices or numbers."""
        if not (np.ndim(first) and np.ndim(second)):
            # An array leads: mpmath would print one, to say that it is no number.
            return second * first if np.ndim(second) else first * second
        if isinstance(self.arithmetic, Balls):
            return self.arithmetic.product(first, second)
        return first @ second

    def _fresh(self, node: Any) -> Any:
        if node in self.values:
            return self._given(node, self.values[node])
        return RULES.of(node)(self, node)

    def _given(self, node: Any, given: Any) -> Any:
        due = _due_shape(node)
        if not due:
            return self.arithmetic.number(given)
        array = self.arithmetic.array(given)
        if array.ndim == 0 and due == (1, 1):
            return array.reshape(1, 1)
        known = all(size.free_symbols <= set(self.values) for size in due)
        if known and array.shape != tuple(self.size(size) for size in due):
            raise ShapeError(f"the value of {node} has shape {array.shape}, not {due}")
        if type(node) is nodes.Overlap and not _is_symmetric(array):
            raise ShapeError(f"{node} is symmetric; its value is not")
        return array


def _due_shape(node: Any) -> tuple[Any, ...]:
    """The shape that a value should have; empty for a number."""
    if isinstance(node, nodes.Data):
        return node.dimensions
    return tuple(node.shape) if getattr(node, "is_Matrix", False) else ()


def _is_symmetric(array: np.ndarray) -> bool:
    return bool(abs(array - array.T).max() <= 1e-8 * abs(array).max())


def _product(run: Evaluation, node: Any) -> Any:
    total = run.of(node.args[0])
    for arg in node.args[1:]:
        total = run.product(total, run.of(arg))
    return total


def _trace(run: Evaluation, node: Any) -> Any:
    """Of a product without its last multiplication: only the diagonal counts."""
    inner = node.args[0]
    factors: Any = inner.args if type(inner) is MatMul and inner not in run.values else ()
    if len(factors) < 2 or not factors[-2].is_Matrix:
        return np.trace(run.of(inner))
    total = run.of(factors[0])
    for factor in factors[1:-1]:
        total = run.product(total, run.of(factor))
    return (total * run.of(factors[-1]).T).sum()


def _exponential(run: Evaluation, node: Any) -> Any:
    """exp(k ln det A + x) is (det A)^k e^x for whole k, whatever the sign of the determinant."""
    rest, total = [], None
    for term in Add.make_args(node.args[0]):
        factor = _power_of_determinant(run, term)
        if factor is None:
            rest.append(run.of(term))
        else:
            total = factor if total is None else total * factor
    if rest:
        factor = run.arithmetic.exp(sum(rest[1:], rest[0]))
        total = factor if total is None else total * factor
    return total


def _power_of_determinant(run: Evaluation, term: Any) -> Any | None:
    factors = Mul.make_args(term)
    logs = [factor for factor in factors if type(factor) is nodes.LogDet]
    if len(logs) != 1 or logs[0] in run.values:
        return None
    count = run.of(Mul(*(factor for factor in factors if factor is not logs[0])))
    whole = run.whole(count)
    if whole is None:
        return None
    return run.arithmetic.power(run.arithmetic.det(run.of(logs[0].args[0])), whole)


def _scalar_product(run: Evaluation, node: Any) -> Any:
    """A product of numbers; twice ln det A is ln (det A)^2, whatever the sign."""
    logs = [arg for arg in node.args if type(arg) is nodes.LogDet and arg not in run.values]
    if len(logs) == 1:
        count = run.of(Mul(*(arg for arg in node.args if arg is not logs[0])))
        whole = run.whole(count)
        if whole is not None and whole % 2 == 0:
            return count * run.arithmetic.log(abs(run.arithmetic.det(run.of(logs[0].args[0]))))
    return _product(run, node)


def _sum(run: Evaluation, node: Any) -> Any:
    terms = [run.of(arg) for arg in node.args]
    if isinstance(run.arithmetic, Balls):
        run.arithmetic.observe(*terms)
    return sum(terms[1:], terms[0])


def _sum_over_layers(run: Evaluation, node: Any) -> Any:
    """Numbers or matrices; layers have their values by their numbers."""
    limits = node.args[1:] if type(node) is LayerSum else node.args[1]
    body, (index, first, last) = node.args[0], limits
    total = run.arithmetic.number(0)
    if body.is_Matrix:
        count, width = (run.size(size) for size in node.shape)
        total = filled(run, count, width, 0)
    for number in range(run.size(first), run.size(last) + 1):
        total = total + run.of(reindex(body, {index: sympy.Integer(number)}))
    return total


def _log_normal(run: Evaluation, node: Any) -> Any:
    value, mean, covariance = (run.of(arg) for arg in node.args)
    rest = value - mean
    weighted = run.product(run.arithmetic.inverse(covariance), rest)
    quadratic = (weighted * rest).sum(axis=1).sum()
    count = rest.shape[1]
    constant = run.arithmetic.log(2 * run.arithmetic.pi) * rest.shape[0]
    return -(quadratic + count * (run.arithmetic.logdet(covariance) + constant)) / 2


def _log_multigamma(run: Evaluation, node: Any) -> Any:
    x, m = run.of(node.args[0]), run.size(node.args[1])
    half = run.arithmetic.ratio(1, 2)
    total = run.arithmetic.log(run.arithmetic.pi) * m * (m - 1) / 4
    for j in range(m):
        total = total + run.arithmetic.loggamma(x - half * j)
    return total


def _integer(run: Evaluation, node: Any) -> Any:
    return run.arithmetic.number(int(node))


NO_VALUE = "evaluate has no value and no rule for {node}; give its value, or add a rule in {home}"

RULES = Table("evaluate", "derive/algebra/evaluate.py", {
    **evaluated_maps.RULES,
    Add: _sum,
    Mul: _scalar_product,
    Copies: lambda run, node: run.of(node.heads) * run.of(node.size),
    Pow: lambda run, node: run.arithmetic.power(run.of(node.args[0]), run.of(node.args[1])),
    sympy.log: lambda run, node: run.arithmetic.log(run.of(node.args[0])),
    sympy.loggamma: lambda run, node: run.arithmetic.loggamma(run.of(node.args[0])),
    numbers.Integer: _integer,
    numbers.Zero: _integer,
    numbers.One: _integer,
    numbers.NegativeOne: _integer,
    numbers.Rational: lambda run, node: run.arithmetic.ratio(node.p, node.q),
    numbers.Half: lambda run, node: run.arithmetic.ratio(1, 2),
    numbers.Pi: lambda run, node: run.arithmetic.number(1) * run.arithmetic.pi,
    MatAdd: _sum,
    MatMul: _product,
    Inverse: lambda run, node: run.arithmetic.inverse(run.of(node.arg)),
    Transpose: lambda run, node: run.of(node.arg).T,
    Trace: _trace,
    sympy.exp: _exponential,
    sympy.Abs: lambda run, node: abs(run.of(node.args[0])),
    numbers.Exp1: lambda run, node: run.arithmetic.exp(run.arithmetic.number(1)),
    sympy.LambertW: lambda run, node: run.arithmetic.lambertw(run.of(node.args[0])),
    LayerSum: _sum_over_layers,
    sympy.Sum: _sum_over_layers,
    nodes.LogDet: lambda run, node: run.arithmetic.logdet(run.of(node.args[0])),
    nodes.LogNormal: _log_normal,
    nodes.LogMultigamma: _log_multigamma,
}, says=NO_VALUE)  # fmt: skip
"""Exact node type to the rule that finds its value."""


@lru_cache
def _kept(digits: int, _thread: int) -> Digits:
    return Digits(digits)


def _precise(digits: int) -> Digits:
    """The arithmetic of so many digits, kept: to make a context takes longer than many values."""
    arithmetic = _kept(digits, threading.get_ident())
    arithmetic.context.dps = digits  # whatever an interrupted function left behind
    return arithmetic


def evaluate(expression: Any, values: Mapping[Any, Any], digits: int | Balls | None = None) -> Any:
    """The value of an expression.

    Args:
        expression: A scalar or matrix expression.
        values: A number or an array for every symbol, sizes included; `Attended` data as arrays
            of shape (P, N_0, M). For more than 15 digits give integers, strings or fractions, or
            numbers of an mpmath context.
        digits: Decimal digits of the arithmetic; None for float64; or balls that are working.

    Returns:
        A number, or a NumPy array (of mpmath numbers where digits are given).

    Raises:
        Unresolved: The precision of balls does not tell whether there is a value.
        NoRule: A symbol without a value, a node without a rule, the logarithm of a number or a
            determinant that is not positive, or a float literal inside the expression, which
            would be right to 15 digits only.
        ShapeError: A value does not have its symbol's shape, or not its symmetry.

    >>> from derive.algebra import build, evaluate
    >>> U = build.overlap("U", 2)
    >>> evaluate(build.trace(build.inv(U)), {U: [[2, 0], [0, 4]]})
    0.75
    """
    if isinstance(digits, Balls):
        return Evaluation(values, digits).of(expression)
    arithmetic: Arithmetic = Floats() if digits is None else _precise(digits)
    result = Evaluation(values, arithmetic).of(expression)
    return float(result) if digits is None and not np.ndim(result) else result
