"""Declared symbols of a chain of its own: what they are, and how random ones are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from derive.algebra import build
from derive.algebra.arithmetic import Arithmetic
from derive.algebra.balls import Rationals
from derive.claims import aspects
from derive.claims.coverage import Aspect
from derive.claims.definitions import refuse_word
from derive.claims.draws import Entries
from derive.claims.language import parse_declaration
from derive.errors import ClaimError
from derive.evidence.numbers import Array

SIZE, POSITIVE, REAL = "size", "positive", "real"
DEFINITE, SYMMETRIC, ORTHOGONAL = "positive definite", "symmetric", "orthogonal"
LEAN = 20
"""Makes some symmetric matrices definite."""


@dataclass(frozen=True, eq=False)
class Declared:
    """A declared symbol.

    Attributes:
        symbol: In expressions.
        domain: "size", "positive", "real", "positive definite", "symmetric", "orthogonal".
        shape: Rows and columns; empty for a number.
    """

    symbol: Any
    domain: str
    shape: tuple[Any, ...]

    @property
    def is_size(self) -> bool:
        """Whether it counts something."""
        return self.domain == SIZE

    @property
    def is_positive(self) -> bool:
        """Whether its entries are drawn positive."""
        return self.domain == POSITIVE

    def shaped(self, entries: Entries, arithmetic: Arithmetic | Rationals) -> Array:
        """A matrix of the domain, from independent entries."""
        given, unit = arithmetic.array(entries.array), np.eye(len(entries.array), dtype=int)
        scale, shift = map(arithmetic.number, (entries.scale, entries.shift))
        if self.domain == DEFINITE:
            eighths = (8 * entries.array).astype(int)  # whole numbers multiply fast
            square = arithmetic.ratio(1, 64) * arithmetic.array(eighths @ eighths.T)
            return scale * (square + shift * arithmetic.array(unit))
        if self.domain == SYMMETRIC:
            signs = arithmetic.array(np.diag(np.array(entries.signs)))
            leaning = entries.signs[0] if entries.shift > 1 else 0
            return scale * (given + given.T + shift * (signs + LEAN * leaning * unit))
        if self.domain == POSITIVE:
            return scale * abs(given) + (arithmetic.ratio(1, 8) if not given.all() else 0)
        if self.domain == ORTHOGONAL:
            # Cayley's map: exact in rational arithmetic, and generic; it gives rotations alone.
            skew = given - given.T
            rotation = 2 * arithmetic.inverse(arithmetic.array(unit + skew)) - unit
            return arithmetic.array(np.array(entries.signs)[:, None] * rotation)
        return scale * given

    @property
    def aspects(self) -> Iterator[Aspect]:
        """The sides that draws of a matrix have to reach."""
        name, square = self.symbol.name, sympy.expand(self.shape[0] - self.shape[1]) == 0
        if self.domain == DEFINITE:
            yield from aspects.of_definite(name, self.symbol)
        elif self.domain == SYMMETRIC:
            yield from aspects.of_symmetric(name, self.symbol)
        elif self.domain == ORTHOGONAL:
            yield from aspects.of_square(name, self.symbol)
        else:
            yield from aspects.of_entries(name, self.symbol)
            if square:
                yield from aspects.of_square(name, self.symbol)


def declarations(texts: Mapping[str, str]) -> dict[str, Declared]:
    """The declared symbols by name; sizes that only occur in shapes are among them.

    Raises:
        ClaimError: A declaration cannot be read, or a size is declared as something else.
    """
    for name in texts:
        refuse_word(f"declare.{name}", name)
    read = {name: parse_declaration(text, f"declare.{name}") for name, text in texts.items()}
    symbols = {name: _size(name) for name, item in read.items() if item.domain == SIZE}
    for name, item in read.items():
        for size in (s for shape in item.shape for s in shape.free_symbols):
            known = read.get(size.name)
            if known is not None and known.domain != SIZE:
                raise ClaimError(
                    f"declare.{name}: the shape has {size.name}, which is declared as "
                    f"{known.domain}; declare it a size"
                )
            symbols.setdefault(size.name, _size(size.name))
    sizes = {sympy.Symbol(name): item.symbol for name, item in symbols.items()}
    for name, item in read.items():
        if item.domain != SIZE:
            shape = tuple(sympy.sympify(size).subs(sizes) for size in item.shape)
            symbols[name] = Declared(_symbol(name, item.domain, shape), item.domain, shape)
    return symbols


def _size(name: str) -> Declared:
    return Declared(sympy.Symbol(name, positive=True, integer=True), SIZE, ())


def _symbol(name: str, domain: str, shape: tuple[Any, ...]) -> Any:
    if not shape:
        # SymPy would write |x| for the root of the square of a real number.
        assumptions = {"positive": True} if domain == POSITIVE else {}
        return sympy.Symbol(name, **assumptions)
    if domain in (DEFINITE, SYMMETRIC):
        return build.overlap(name, shape[0])
    return build.matrix_symbol(name, *shape)
