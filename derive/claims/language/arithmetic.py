"""Sums, products and powers of the language: shapes and sizes are checked as they are built."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

import sympy

from derive.algebra import build
from derive.claims.language.bounds import Bounds
from derive.claims.language.functions import number, shape_text
from derive.claims.language.scope import Scope
from derive.claims.language.syntax import place, snippet
from derive.errors import ClaimError

SUMS = (ast.Add, ast.Sub)
PRODUCTS = (ast.Mult, ast.MatMult, ast.Div)


@dataclass(eq=False)
class Arithmetic:
    """What a reader does at an operator.

    Attributes:
        text: What is read.
        scope: What names mean.
        where: What to call the text in messages.
        bounds: Of what is made.
    """

    text: str
    scope: Scope
    where: str
    bounds: Bounds = field(default_factory=Bounds)

    def fail(self, node: ast.AST, what: str) -> ClaimError:
        """What to raise at a place of the text."""
        place_ = place(self.text, node)
        return ClaimError(f"{self.where}: {place_}: {snippet(self.text, node)}: {what}")

    def read(self, node: ast.expr) -> Any:
        """The expression of a syntax tree."""
        raise NotImplementedError

    def sum_of(self, node: ast.BinOp) -> Any:
        """Terms of one shape; a number is no matrix."""
        terms: list[tuple[int, ast.expr]] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, SUMS):
            terms.append((1 if isinstance(left.op, ast.Add) else -1, left.right))
            left = left.left
        terms.append((1, left))
        values = [(sign, part, self.read(part)) for sign, part in reversed(terms)]
        matrices = [(part, v) for _, part, v in values if v.is_Matrix and not build.is_unit(v)]
        if not matrices:
            if all(v.is_Matrix for _, _, v in values):
                return build.add(*(build.scale(sympy.Integer(s), v) for s, _, v in values))
            return sympy.Add(*(sign * number(v) for sign, _, v in values))
        first, model = matrices[0]
        for _, part, v in values:
            if not v.is_Matrix or not same_shape(v.shape, model.shape):
                raise self._unequal(node, (first, model), (part, v))
        return build.add(*(build.scale(sympy.Integer(sign), v) for sign, _, v in values))

    def _unequal(
        self, node: ast.expr, first: tuple[ast.expr, Any], other: tuple[ast.expr, Any]
    ) -> ClaimError:
        (one, model), (two, value) = first, other
        told = f"{snippet(self.text, one)} has the shape {shape_text(model)}"
        name = snippet(self.text, two)
        if value.is_Matrix and not build.is_unit(value):
            return self.fail(node, f"{told} and {name} {shape_text(value)}; make them equal")
        rows = model.shape[0]
        remedy = f"write {name.strip(chr(39))}*eye({rows}) for a number on the diagonal"
        return self.fail(node, f"{told} and {name} is a number; {remedy}")

    def product_of(self, node: ast.BinOp) -> Any:
        """Factors whose sizes meet, or numbers."""
        factors: list[tuple[type, ast.expr]] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, PRODUCTS):
            factors.append((type(left.op), left.right))
            left = left.left
        product, before = self.read(left), left
        for kind, part in reversed(factors):
            value = self.read(part)
            if kind is ast.Div:
                product = self._quotient(node, product, (part, value))
            else:
                product = self._times(node, (before, product), (part, value))
            why = self.bounds.why_not(product)
            if why:
                raise self.fail(node, why)
            before = part
        return product

    def _quotient(self, node: ast.expr, dividend: Any, below: tuple[ast.expr, Any]) -> Any:
        part, value = below
        if value.is_Matrix and not build.is_unit(value):
            told = f"a matrix of shape {shape_text(value)} does not divide"
            name = snippet(self.text, part).strip("'")
            raise self.fail(node, f"{told}; write inv({name}), on the side where it belongs")
        divisor = number(value)
        if divisor == 0:
            raise self.fail(node, "division by zero")
        return build.scale(1 / divisor, dividend) if dividend.is_Matrix else dividend / divisor

    def _times(
        self, node: ast.expr, first: tuple[ast.expr, Any], second: tuple[ast.expr, Any]
    ) -> Any:
        (before, left), (part, right) = first, second
        if not (left.is_Matrix or right.is_Matrix):
            return left * right
        if not (left.is_Matrix and right.is_Matrix):
            return build.mul(left, right)
        if build.same_size(left.shape[1], right.shape[0]):
            return build.mul(left, right)
        if build.is_unit(left) or build.is_unit(right):
            small, large = (left, right) if build.is_unit(left) else (right, left)
            return build.scale(build.trace(small), large)
        raise self.fail(
            node,
            f"{snippet(self.text, before)} is {shape_text(left)}, {snippet(self.text, part)} is "
            f"{shape_text(right)}: {left.shape[1]} columns meet {right.shape[0]} rows; transpose "
            "one, or check the order",
        )

    def power_of(self, node: ast.BinOp) -> Any:
        """Powers of numbers; of matrices whole ones and the inverse."""
        base, exponent = self.read(node.left), number(self.read(node.right))
        if base.is_Matrix and not build.is_unit(base):
            if exponent == -1:
                return build.inv(base)
            if exponent.is_Integer and 1 <= exponent <= 8:
                return build.mul(*[base] * int(exponent))
            raise self.fail(node, "a matrix has the powers -1 and 1 to 8; write inv(A) or A*A")
        base = number(base)
        why = self.bounds.why_not_power(base, exponent)
        if why:
            raise self.fail(node, f"{why}; write it shorter")
        if base == 0 and not exponent.is_positive:
            raise self.fail(node, "division by zero")
        return base**exponent


def same_shape(first: Any, second: Any) -> bool:
    """Whether two shapes are equal."""
    return all(build.same_size(a, b) for a, b in zip(first, second, strict=True))
