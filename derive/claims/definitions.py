"""Symbols that a claim defines: names for expressions, worked out when they are needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from keyword import iskeyword
from typing import Any

import numpy as np
import sympy

from derive.algebra import build, contains, nodes, substitute
from derive.algebra.arithmetic import Arithmetic, Digits
from derive.algebra.balls import Balls
from derive.claims.language import Scope, parse, value
from derive.claims.language.functions import FUNCTIONS
from derive.errors import ClaimError
from derive.evidence.numbers import Numbers
from derive.wording import shown

RESERVED = (*FUNCTIONS, "sum", "pi")
"""Words of the language."""

Definitions = dict[Any, Any]
"""A symbol to the expression that it stands for."""


def with_symbols(scope: Scope, symbols: Mapping[str, str]) -> tuple[Scope, Definitions]:
    """The scope with their symbols, each an expression in ours or in theirs above it.

    Sizes, and other names for one of ours, are put in where they stand; everything else keeps its
    name, so that expressions stay as short as they were written.

    Raises:
        ClaimError: A symbol cannot be read, or has a meaning already.
    """
    definitions: Definitions = {}
    for name, text in symbols.items():
        refuse_word(f"symbols.{name}", name)
        if name in {**scope.names, **scope.functions}:
            raise ClaimError(
                f"symbols.{name}: {shown(name)} is one of our names already; take another, or "
                "leave it out if it means the same"
            )
        meaning = parse(text, scope, f"symbols.{name}")
        if getattr(meaning, "is_Matrix", False) and build.is_unit(meaning) and meaning.args:
            meaning = meaning if _is_plain(meaning) else build.trace(meaning)
        if not _is_plain(meaning):
            symbol = _symbol(name, meaning)
            definitions[symbol] = meaning
            meaning = symbol
        scope = replace(scope, names={**scope.names, name: meaning})
    return scope, definitions


def refuse_word(where: str, name: str) -> None:
    """Raise ClaimError if a name is a word of the language."""
    if name in RESERVED or iskeyword(name):
        raise ClaimError(f"{where}: {shown(name)} is a word of the language; take another name")


def _is_plain(meaning: Any) -> bool:
    """Whether it is a symbol, or made from sizes and whole numbers."""
    if isinstance(meaning, sympy.Symbol | sympy.MatrixSymbol):
        return True
    if getattr(meaning, "is_Matrix", False):
        return False
    return all(symbol.is_integer for symbol in meaning.free_symbols)


def _symbol(name: str, meaning: Any) -> Any:
    if getattr(meaning, "is_Matrix", False):
        return build.matrix_symbol(name, *meaning.shape)
    return sympy.Symbol(name)


def expanded(expression: Any, definitions: Definitions) -> Any:
    """An expression with what its symbols stand for in their places."""
    for symbol, meaning in reversed(definitions.items()):  # a later one may use an earlier one
        if contains(expression, {symbol}):
            expression = substitute(expression, {symbol: meaning})
    return expression


def digits_of(arithmetic: Arithmetic | Balls) -> int | Balls | None:
    """Decimal digits of an arithmetic; None for float64; balls themselves."""
    if isinstance(arithmetic, Balls):
        return arithmetic
    return arithmetic.context.dps if isinstance(arithmetic, Digits) else None


class Point(dict[Any, Any]):
    """Numbers for symbols; those of defined symbols are worked out when they are asked for."""

    def __init__(
        self, numbers: Numbers, definitions: Definitions, arithmetic: Arithmetic | Balls
    ) -> None:
        super().__init__(numbers)
        self.definitions = definitions
        self.arithmetic = arithmetic

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or key in self.definitions

    def __missing__(self, key: Any) -> Any:
        number = value(self.definitions[key], self, digits_of(self.arithmetic))
        self[key] = number
        return number

    def with_numbers(self, numbers: Numbers) -> Point:
        """The same with some numbers changed; what depends on them is worked out again."""
        return Point(self._given() | numbers, self.definitions, self.arithmetic)

    def enclosed(self, balls: Balls, error: float = 0.0) -> Point:
        """The same numbers as balls, which are working; order parameters with a relative error."""
        given = {
            key: balls.array(value) if np.ndim(value) else balls.number(value)
            for key, value in self._given().items()
        }
        for key in given if error else ():
            if type(key) is nodes.Overlap:
                given[key] = balls.wider(given[key], error)
        return Point(given, self.definitions, balls)

    def _given(self) -> Numbers:
        return {key: self[key] for key in list(self) if key not in self.definitions}
