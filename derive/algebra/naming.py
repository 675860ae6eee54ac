"""Large expressions by the names of their parts: fold what is named, keep its value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy
from sympy import MatMul

from derive.algebra import build
from derive.algebra.kinds import Expression, Matrix
from derive.algebra.nodes import Overlap
from derive.algebra.rebuild import MAKERS, rebuild
from derive.algebra.walk import walk

Run = tuple[Any, tuple[Any, ...], Any]
"""A product to look for: its number, its matrix factors, and what stands for it."""


@dataclass(frozen=True)
class Name:
    """A named matrix.

    Attributes:
        name: Its name.
        value: The matrix.
        symbol: What stands for it: symmetric where the matrix is.
        runs: The products by which multiples of it are found, transposed too.
    """

    name: str
    value: Any
    symbol: Any
    runs: tuple[Run, ...]

    def occurs(self, present: set[Any]) -> bool:
        """Whether the matrix, or a product that is a multiple of it, may be among some nodes."""
        if self.value in present:
            return True
        return any(all(f in present for f in factors) for _, factors, _ in self.runs)


def named(value: Expression, name: str) -> Name:
    """A name for a matrix."""
    flipped = build.transpose(value)
    kind = Overlap if flipped == value else sympy.MatrixSymbol
    symbol = kind(name, *value.shape)
    if type(value) is not MatMul:
        return Name(name, value, symbol, ())
    both = {value: symbol, flipped: build.transpose(symbol)}
    runs = tuple((*build.split(matrix), stands) for matrix, stands in both.items())
    return Name(name, value, symbol, tuple(run for run in runs if run[1]))


def fold(expression: Expression, names: Iterable[Name]) -> Any:
    """Replace named matrices, and multiples of named products, by symbols.

    Returns:
        An expression that becomes the given one when every symbol is replaced by its matrix.

    >>> from derive.algebra import build
    >>> G, Z = build.overlap("G", 3), build.overlap("Z", 3)
    >>> fold(build.mul(8, G, Z, G), [named(build.mul(4, G, Z), "C")])
    2*C*G
    """
    names = tuple(names)
    if not names:
        return expression
    whole = {name.value: name.symbol for name in names}
    runs = _folded_runs(names)
    return rebuild(
        expression, whole.get, {**MAKERS, MatMul: lambda *args: _folded(build.mul(*args), runs)}
    )


@lru_cache(maxsize=64)
def _folded_runs(names: tuple[Name, ...]) -> tuple[Run, ...]:
    """The products to look for, with what is named inside them folded."""
    runs = []
    for name in names:
        whole = {other.value: other.symbol for other in names if other is not name}
        for number, factors, stands in name.runs:
            runs.append((number, tuple(rebuild(f, whole.get) for f in factors), stands))
    return tuple(runs)


def _folded(matrix: Matrix, runs: tuple[Run, ...]) -> Any:
    number, factors = build.split(matrix)
    for scale, run, symbol in runs:
        at = _find(factors, run)
        while at is not None:
            number = number / scale
            factors = (*factors[:at], symbol, *factors[at + len(run) :])
            at = _find(factors, run)
    return build.mul(number, *factors) if factors else matrix


def _find(factors: tuple[Any, ...], run: tuple[Any, ...]) -> int | None:
    for at in range(len(factors) - len(run) + 1):
        if factors[at : at + len(run)] == run:
            return at
    return None


def nodes_in(*expressions: Any) -> set[Any]:
    """All nodes of some expressions."""
    return set(walk(expressions))
