"""From a syntax tree to a SymPy expression in our nodes: a whitelist, and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sympy

from derive.algebra import build
from derive.claims.language.arithmetic import PRODUCTS, SUMS, Arithmetic, same_shape
from derive.claims.language.foreign import instead_of_function, instead_of_name
from derive.claims.language.functions import matrix, number
from derive.claims.language.scope import Scope
from derive.claims.language.syntax import MOST_DIGITS, tree_of
from derive.errors import ClaimError, NoRule, ShapeError
from derive.wording import choices, one_line, shown

MOST_SUMMED = 1_000
"""Terms of all sums of one text."""
LITERAL = re.compile(r"(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?")


def parse(text: str, scope: Scope, where: str = "expression") -> Any:
    """Read an expression; nothing in it is evaluated.

    Args:
        text: In the language of docs/claims.md.
        scope: What names mean.
        where: What to call the text in messages.

    Raises:
        ClaimError: It is no expression of the language; the message says where and what would do.

    >>> scope = Scope(names={"a": sympy.Symbol("a"), "U": build.overlap("U", 2)})
    >>> parse("logdet(2*U) + 0.5*a", scope)
    a/2 + LogDet(U) + 2*log(2)
    >>> parse("a + U", scope, "lines[1]")
    Traceback (most recent call last):
    derive.errors.ClaimError: lines[1]: column 1: 'a + U': 'U' has the shape (2, 2) and 'a' is \
a number; write a*eye(2) for a number on the diagonal
    """
    tree = tree_of(text, where)
    try:
        return _Reader(text, scope, where).read(tree)
    except (RecursionError, MemoryError):
        raise ClaimError(f"{where}: it is too deep; name its parts in [symbols]") from None


@dataclass(eq=False)
class _Reader(Arithmetic):
    indices: dict[str, Any] = field(default_factory=dict)
    summed: int = 0

    def read(self, node: ast.expr) -> Any:
        rule = _RULES.get(type(node))
        if rule is None:
            raise self.fail(node, "this is not in the language; see docs/claims.md")
        expression = self._guarded(node, lambda: rule(self, node))
        why = self.bounds.why_not(expression)
        if why:
            raise self.fail(node, why)
        return expression

    def _guarded(self, node: ast.expr, make: Callable[[], Any]) -> Any:
        try:
            expression = make()
        except (ShapeError, NoRule) as error:
            raise self.fail(node, one_line(str(error))) from None
        except (ArithmeticError, ValueError, TypeError, AttributeError, NotImplementedError):
            raise self.fail(node, "this has no meaning; check its arguments") from None
        if not expression.is_Matrix and not _is_finite(expression):
            raise self.fail(node, "this is no finite real number; mend it")
        return expression

    def constant(self, node: ast.Constant) -> Any:
        text = ast.get_source_segment(f"({self.text}\n)", node) or ""
        literal = LITERAL.fullmatch(text)
        if isinstance(node.value, bool) or not isinstance(node.value, int | float) or not literal:
            raise self.fail(node, "this is no decimal number; write for example 3, 0.5 or 1e-3")
        whole, part, power = literal[1] or "", literal[2] or "", int(literal[3] or 0)
        if len(whole) + len(part) > MOST_DIGITS or abs(power) > 100:
            raise self.fail(node, f"a number of more than {MOST_DIGITS} digits; write fewer")
        return sympy.Integer(whole + part or "0") * sympy.Integer(10) ** (power - len(part))

    def name(self, node: ast.Name) -> Any:
        scope = self.scope
        if node.id in self.indices:
            return sympy.sympify(self.indices[node.id])
        if node.id in self.scope.names:
            return self.scope.names[node.id]
        if node.id == "pi":
            return sympy.pi
        if any(node.id in t for t in (scope.vocabulary, scope.functions, scope.binders)):
            raise self.fail(node, f"{node.id} is a function; write {node.id}(...)")
        valid = [*self.scope.names, *self.indices, "pi"]
        functions = [*scope.vocabulary, "sum", *scope.functions, *scope.binders]
        raise self.fail(node, f"unknown name{instead_of_name(node.id, valid, functions)}")

    def subscript(self, node: ast.Subscript) -> Any:
        if not isinstance(node.value, ast.Name):
            raise self.fail(node, "only names have an index, such as N[l]")
        family = self.scope.families.get(node.value.id)
        if family is None:
            known = choices(node.value.id, self.scope.families)
            raise self.fail(node, f"no indexed name {shown(node.value.id)}{known}")
        index = number(self.read(node.slice))
        if not index.is_Integer or int(index) not in family:
            places = ", ".join(map(str, sorted(family)))
            raise self.fail(node, f"{node.value.id} has no index {index}; it has {places}")
        return family[int(index)]

    def attribute(self, node: ast.Attribute) -> Any:
        if node.attr != "T":
            raise self.fail(node, f".{one_line(node.attr, 40)} is not in the language; only .T is")
        return build.transpose(matrix(self.read(node.value)))

    def sign(self, node: ast.UnaryOp) -> Any:
        operand = self.read(node.operand)
        if isinstance(node.op, ast.UAdd):
            return operand
        if not isinstance(node.op, ast.USub):
            raise self.fail(node, "this operator is not in the language; see docs/claims.md")
        return build.scale(sympy.S.NegativeOne, operand) if operand.is_Matrix else -operand

    def operation(self, node: ast.BinOp) -> Any:
        if isinstance(node.op, SUMS):
            return self.sum_of(node)
        if isinstance(node.op, PRODUCTS):
            return self.product_of(node)
        if isinstance(node.op, ast.Pow):
            return self.power_of(node)
        if isinstance(node.op, ast.BitXor):
            raise self.fail(node, "^ is not in the language; write ** for a power")
        raise self.fail(node, "this operator is not in the language; it has + - * @ / **")

    def call(self, node: ast.Call) -> Any:
        if not isinstance(node.func, ast.Name):
            raise self.fail(node, "only functions of the language are called; see docs/claims.md")
        name = node.func.id
        if node.keywords or any(isinstance(arg, ast.Starred) for arg in node.args):
            raise self.fail(node, "arguments stand between commas, without names or stars")
        if name == "sum":
            return self.layers(node)
        if name in self.scope.binders:
            return self.binding(node, name)
        arguments = [self.read(arg) for arg in node.args]
        if name in self.scope.functions:
            self._count(node, name, 1)
            return self.scope.functions[name](matrix(arguments[0]))
        if name not in self.scope.vocabulary:
            valid = [*self.scope.vocabulary, "sum", *self.scope.functions, *self.scope.binders]
            known = instead_of_function(name, valid)
            if name in self.scope.names:
                known = f", it is a name; write {name}*(...) for a product{choices('', valid)}"
            raise self.fail(node, f"unknown function {shown(name)}{known}")
        count, make = self.scope.vocabulary[name]
        self._count(node, name, count)
        return make(*arguments)

    def _count(self, node: ast.Call, name: str, count: int) -> None:
        if len(node.args) != count:
            plural = "" if count == 1 else "s"
            raise self.fail(node, f"{name} takes {count} argument{plural}, not {len(node.args)}")

    def layers(self, node: ast.Call) -> Any:
        """sum(expression, l, first, last)."""
        self._count(node, "sum", 4)
        body, index, *ends = node.args
        if not isinstance(index, ast.Name):
            raise self.fail(index, "the second argument of sum is its index, a name such as l")
        if self._is_taken(index.id):
            raise self.fail(index, "the index of sum is a name in use; choose another")
        first, last = (number(self.read(end)) for end in ends)
        if not (first.is_Integer and last.is_Integer):
            raise self.fail(node, "the ends of sum are whole numbers, such as 1 and L")
        count = max(0, int(last) - int(first) + 1) if abs(first) + abs(last) < 10**9 else 10**9
        self.summed += count
        if self.summed > MOST_SUMMED:
            raise self.fail(node, f"more than {MOST_SUMMED} terms in sums; sum over fewer")
        return self._summed(node, body, index.id, range(int(first), int(first) + count))

    def binding(self, node: ast.Call, name: str) -> Any:
        """avg(expression, z): the name is bound in the expression, and unknown outside."""
        self._count(node, name, 2)
        body, bound = node.args
        if not isinstance(bound, ast.Name):
            raise self.fail(bound, f"the second argument of {name} is a name such as z")
        if self._is_taken(bound.id):
            raise self.fail(bound, f"{name} binds a name in use; choose another")
        self.indices[bound.id] = symbol = sympy.Dummy(bound.id, real=True)
        try:
            return self.scope.binders[name](number(self.read(body)), symbol)
        finally:
            del self.indices[bound.id]

    def _is_taken(self, name: str) -> bool:
        scope = self.scope
        taken = (scope.names, scope.functions, scope.vocabulary, scope.binders, self.indices)
        return name == "sum" or any(name in names for names in taken)

    def _summed(self, node: ast.Call, body: ast.expr, index: str, values: range) -> Any:
        terms = []
        for value in values:
            self.indices[index] = value
            try:
                terms.append(self.read(body))
            finally:
                del self.indices[index]
        if not terms:
            return sympy.S.Zero
        if all(term.is_Matrix for term in terms):
            if not all(same_shape(term.shape, terms[0].shape) for term in terms):
                raise self.fail(node, "the terms of the sum have different shapes")
            return build.add(*terms)
        return sympy.Add(*map(number, terms))


def _is_finite(expression: Any) -> bool:
    return not expression.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.I)


_RULES: dict[type, Callable[[_Reader, Any], Any]] = {
    ast.BinOp: _Reader.operation,
    ast.UnaryOp: _Reader.sign,
    ast.Constant: _Reader.constant,
    ast.Name: _Reader.name,
    ast.Subscript: _Reader.subscript,
    ast.Attribute: _Reader.attribute,
    ast.Call: _Reader.call,
}
"""Exact type of a syntax node to its rule; what is not here is refused."""
