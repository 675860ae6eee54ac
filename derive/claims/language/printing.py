"""From expressions back to text of the language: one rule a node, by exact type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import (
    Add,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    Mul,
    OneMatrix,
    Pow,
    Trace,
    Transpose,
    ZeroMatrix,
)  # fmt: skip
from sympy.core import numbers

from derive.algebra import build, nodes
from derive.algebra.copies import Copies
from derive.algebra.polynomials import factored
from derive.algebra.rules import Table

SUM, PRODUCT, POWER, ATOM = range(4)
"""How tightly a text holds together."""
Text = tuple[str, int]


def to_text(expression: Any) -> str:
    """Text that `parse` reads back to the same expression, up to its normal form.

    Raises:
        NoRule: The expression has a node that the language has no word for.

    >>> U = build.overlap("U", 2)
    >>> to_text(3 * build.logdet(U) - build.trace(build.inv(U)) / 2)
    '3*logdet(U) - tr(inv(U))/2'
    """
    return _text(expression)[0]


def _text(node: Any) -> Text:
    text: Text = RULES.of(node)(node)
    return text


def held(node: Any, tightness: int) -> str:
    """A part of an expression, in brackets where it holds together less than is needed."""
    text, strength = _text(node)
    return text if strength >= tightness else f"({text})"


def _sum(node: Any) -> Text:
    args = node.args if isinstance(node, MatAdd) else sympy.Add.make_args(node)
    ordered = sorted(args, key=_negative)
    text = ""
    for arg in ordered:
        part = held(arg, PRODUCT)
        if not text:
            text = part
        elif part.startswith("-"):
            text += f" - {part[1:]}"
        else:
            text += f" + {part}"
    return text, SUM


def _negative(term: Any) -> bool:
    return bool(term.args and term.could_extract_minus_sign())


def _product(node: Any) -> Text:
    number, rest = node.as_coeff_Mul() if type(node) is Mul else (sympy.S.One, node)
    factors = list(rest.args) if type(rest) in (Mul, MatMul) else [rest]
    above, below = [], []
    if type(node) is MatMul and node.args[0].is_Rational:
        number, factors = node.args[0], list(node.args[1:])
    for factor in factors:
        if type(factor) is Pow and factor.exp.is_Rational and factor.exp < 0:
            below.append(1 / factor)
        else:
            above.append(factor)
    sign = "-" if number < 0 else ""
    top = [str(abs(number.p))] if abs(number.p) != 1 or not above else []
    bottom = [str(number.q)] if number.q != 1 else []
    top += [held(factor, PRODUCT if not factor.is_Add else POWER) for factor in above]
    bottom += [held(factor, POWER) for factor in below]
    return sign + "*".join(top) + "".join(f"/{text}" for text in bottom), PRODUCT


def _power(node: Any) -> Text:
    if node.exp == sympy.S.Half:
        return f"sqrt({to_text(node.base)})", ATOM
    if node.exp.is_Rational and node.exp < 0:
        return _product(node)
    return f"{held(node.base, ATOM)}**{held(node.exp, ATOM)}", POWER


def _rational(node: Any) -> Text:
    if node.q == 1:
        return str(node.p), (ATOM if node.p >= 0 else PRODUCT)
    return f"{node.p}/{node.q}", PRODUCT


def _magnitude(node: Any) -> Text:
    return f"sqrt({held(node.args[0], ATOM)}**2)", ATOM


def _call(word: str) -> Callable[[Any], Text]:
    def rule(node: Any) -> Text:
        return f"{word}({', '.join(to_text(arg) for arg in node.args)})", ATOM

    return rule


def _trace(node: Any) -> Text:
    inner = node.args[0]
    if build.is_unit(inner):
        return _text(inner)
    return f"tr({to_text(inner)})", ATOM


def _logdet(node: Any) -> Text:
    word = "log" if build.is_unit(node.args[0]) else "logdet"
    return f"{word}({to_text(node.args[0])})", ATOM


def _lift(node: Any) -> Text:
    return f"kron(eye({to_text(node.args[1])}), {to_text(node.args[0])})", ATOM


RULES = Table("word", "derive/claims/language/printing.py", {
    sympy.Symbol: lambda node: (node.name, ATOM),
    Copies: lambda node: _product(node.heads * factored(node.size)),
    sympy.MatrixSymbol: lambda node: (node.name, ATOM),
    nodes.Overlap: lambda node: (node.name, ATOM),
    numbers.Integer: _rational,
    numbers.Zero: _rational,
    numbers.One: _rational,
    numbers.NegativeOne: _rational,
    numbers.Rational: _rational,
    numbers.Half: _rational,
    numbers.Pi: lambda node: ("pi", ATOM),
    numbers.Exp1: lambda node: ("exp(1)", ATOM),
    Add: _sum,
    MatAdd: _sum,
    Mul: _product,
    MatMul: _product,
    Pow: _power,
    sympy.log: _call("log"),
    sympy.exp: _call("exp"),
    sympy.Abs: _magnitude,
    Inverse: lambda node: (f"inv({to_text(node.arg)})", ATOM),
    Transpose: lambda node: (f"{held(node.arg, ATOM)}.T", ATOM),
    Trace: _trace,
    nodes.LogDet: _logdet,
    Identity: lambda node: (f"eye({to_text(node.args[0])})", ATOM),
    OneMatrix: _call("ones"),
    ZeroMatrix: lambda node: (f"0*ones({', '.join(map(to_text, node.shape))})", PRODUCT),
    nodes.Lift: _lift,
    nodes.Kronecker: _call("kron"),
    nodes.PartialTrace: _call("ptrace"),
    nodes.FastTrace: _call("ptrace_fast"),
    nodes.Block: _call("block"),
}, says="the language has no word for {kind}")  # fmt: skip
"""Exact node type to its text and how tightly that holds together."""
