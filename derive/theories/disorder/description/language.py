"""Expressions of a description: text of the language of claims, with functions of numbers.

Every symbol is `sympy.Symbol(name, real=True)`, whatever it stands for: assumptions that differ
make symbols of one name differ.
"""

from __future__ import annotations

import ast
import keyword
import math
import numbers
from collections.abc import Callable
from typing import Any

import sympy

from derive.algebra.rules import register
from derive.claims.language import Scope, parse, to_text
from derive.claims.language.functions import FUNCTIONS, number
from derive.claims.language.printing import ATOM, Text
from derive.claims.language.syntax import tree_of
from derive.errors import ClaimError, DescriptionError, NoRule, ShapeError
from derive.theories.disorder.nodes.functions import Tail
from derive.wording import one_line, shown

MOST_PARTS = 12
HALF = sympy.Rational(1, 2)


def symbol(name: str) -> Any:
    """The symbol of a name."""
    return sympy.Symbol(name, real=True)


BETA, LABEL = symbol("beta"), symbol("y")


def theta(x: Any) -> Any:
    """The step, 1/2 at zero."""
    return sympy.Heaviside(x, HALF)


def _extremum(kind: Any, x: Any, y: Any) -> Any:
    """Min or Max; SymPy compares all parts with each other, in a time that soon has no end."""
    parts = [part for side in (x, y) for part in side.atoms(sympy.Min, sympy.Max)]
    if sum(len(part.args) for part in parts) >= MOST_PARTS:
        raise ShapeError(f"more than {MOST_PARTS} parts in max and min; write fewer")
    return kind(x, y)


OWN: dict[str, tuple[int, Callable[..., Any]]] = {
    "ln": FUNCTIONS["log"],
    "abs": (1, lambda x: sympy.Abs(number(x))),
    "sign": (1, lambda x: sympy.sign(number(x))),
    "theta": (1, lambda x: theta(number(x))),
    "min": (2, lambda x, y: _extremum(sympy.Min, number(x), number(y))),
    "max": (2, lambda x, y: _extremum(sympy.Max, number(x), number(y))),
    "tanh": (1, lambda x: sympy.tanh(number(x))),
    "cosh": (1, lambda x: sympy.cosh(number(x))),
    "erf": (1, lambda x: sympy.erf(number(x))),
    "Phi": (1, lambda x: Tail(-number(x))),
    "H": (1, lambda x: Tail(number(x))),
}
VOCABULARY = {**{name: FUNCTIONS[name] for name in ("exp", "log", "sqrt")}, **OWN}
"""The functions of an expression, each with the number of its arguments."""
WORDS = (*VOCABULARY, "sum", "pi")
"""Names that the language has."""
DEEP = ("name its parts in [symbols]", "write it shorter")
"""A remedy of claims, and what would do here."""


def is_name(text: Any) -> bool:
    """Whether a text may name something."""
    plain = isinstance(text, str) and text.isidentifier() and text.isascii() and len(text) <= 30
    return plain and not keyword.iskeyword(text) and text not in WORDS


def read(given: Any, where: str) -> Any:
    """An expression from text, a number or SymPy; names become real symbols.

    Raises:
        DescriptionError: It is none; in one line that begins with `where`.

    >>> read("theta(y*h)/2", "weight"), read(0.25, "ratio")
    (Heaviside(h*y)/2, 1/4)
    """
    if isinstance(given, sympy.Basic):
        return _settled(_realised(given, where), where)
    if isinstance(given, numbers.Real) and not isinstance(given, bool):
        given = _literal(given, where)
    if not isinstance(given, str):
        raise DescriptionError(
            f'{where}: {shown(given)} where an expression is due; write a number or text, "alpha"'
        )
    try:
        return _settled(_number(parse(given, _scope(given, where), where), where), where)
    except ClaimError as error:
        told = str(error).replace("docs/claims.md", "docs/disorder.md")
        raise DescriptionError(told.replace(*DEEP)) from None


def write(expression: Any) -> str:
    """Text that `read` reads back.

    >>> write(read("Phi(h) + abs(h)/3", "energy"))
    'abs(h)/3 + H(-h)'
    """
    return to_text(expression.replace(sympy.Abs, _Magnitude))


def put(expression: Any, name: Any, given: Any, where: str) -> Any:
    """An expression with another in the place of a symbol.

    Raises:
        DescriptionError: It has no finite real value then, whatever the other symbols are.
    """
    try:
        found = expression.xreplace({name: given})
    except (ValueError, TypeError):  # complex numbers that SymPy is to compare
        found = sympy.nan
    if found.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.I):
        raise DescriptionError(f"{where}: it has no finite value at {name} = {given}; mend it")
    return found


def _settled(expression: Any, where: str) -> Any:
    """The form that its text is read back to; SymPy's depends on the order of products."""
    for _ in range(3):
        try:
            text = write(expression)
            again = parse(text, _scope(text, where), where)
        except (ClaimError, NoRule):
            told = "multiplied out it cannot be written down again; write it shorter or plainer"
            raise DescriptionError(f"{where}: {told}") from None
        if again == expression:
            break
        expression = again
    return expression


def _literal(given: Any, where: str) -> str:
    """A number as the language writes it, to the last digit."""
    if isinstance(given, numbers.Integral):
        if abs(int(given)) > 10**40:
            raise DescriptionError(f"{where}: {shown(int(given))}; write a smaller one")
        return str(int(given))
    if not math.isfinite(given):
        raise DescriptionError(f"{where}: {given!r} is no finite number; give one")
    return repr(float(given))


def _scope(text: str, where: str) -> Scope:
    tree = tree_of(text, where)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    functions = {id(call.func) for call in calls}
    indices = {index for call in calls for index in _indices(call)}
    found = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in functions}
    names = {name: symbol(name) for name in found - indices - {*WORDS}}
    return Scope(names=names, vocabulary=VOCABULARY)


def _indices(call: ast.Call) -> list[str]:
    """The name that a sum binds."""
    is_sum = isinstance(call.func, ast.Name) and call.func.id == "sum"
    return [index.id for index in call.args[1:2] if is_sum and isinstance(index, ast.Name)]


def _number(expression: Any, where: str) -> Any:
    if getattr(expression, "is_Matrix", False):
        raise DescriptionError(f"{where}: it is a matrix, and a number is due; leave .T out")
    return expression


def _realised(given: Any, where: str) -> Any:
    """A SymPy expression in real symbols and exact numbers, if the language has its nodes."""
    exact = {part: sympy.Rational(str(part)) for part in given.atoms(sympy.Float)}
    names = {part: symbol(part.name) for part in given.free_symbols}
    expression = given.xreplace({**exact, **names})
    try:
        to_text(expression)
    except NoRule as error:
        raise DescriptionError(f"{where}: {one_line(str(error))}") from None
    return _number(expression, where)


def _call(word: str, arguments: int = 1) -> Callable[[Any], Text]:
    def rule(node: Any) -> Text:
        return f"{word}({', '.join(to_text(arg) for arg in node.args[:arguments])})", ATOM

    return rule


def _nested(word: str) -> Callable[[Any], Text]:
    """A function of many arguments, by the one of two."""

    def rule(node: Any) -> Text:
        *first, last = map(to_text, node.args)
        text: str = last
        for part in reversed(first):
            text = f"{word}({part}, {text})"
        return text, ATOM

    return rule


class _Magnitude(sympy.Function):
    """|x|, which claims of networks write as a root."""


register(_Magnitude, word=_call("abs"))
register(sympy.sign, word=_call("sign"))
register(sympy.Heaviside, word=_call("theta"))
register(sympy.Min, word=_nested("min"))
register(sympy.Max, word=_nested("max"))
register(sympy.tanh, word=_call("tanh"))
register(sympy.cosh, word=_call("cosh"))
register(sympy.erf, word=_call("erf"))
register(Tail, word=_call("H"))
