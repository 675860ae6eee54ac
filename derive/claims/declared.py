"""Declared symbols of a chain of its own: what they are, and how random ones are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from derive.algebra import build
from derive.algebra.arithmetic import Digits
from derive.checks.sample import Array
from derive.claims.definitions import refuse_word
from derive.claims.language import parse_declaration
from derive.errors import ClaimError

SIZE, POSITIVE, REAL = "size", "positive", "real"
DEFINITE, SYMMETRIC, ORTHOGONAL = "positive definite", "symmetric", "orthogonal"


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

    @property
    def is_definite(self) -> bool:
        """Whether it has a log-determinant whatever is drawn."""
        return self.domain == DEFINITE

    def shaped(self, entries: Array, arithmetic: Digits) -> Array:
        """A matrix of the domain, from independent entries."""
        if self.domain == DEFINITE:
            return entries @ entries.T + arithmetic.array(np.eye(len(entries)))
        if self.domain == SYMMETRIC:
            return entries + entries.T
        if self.domain == POSITIVE:
            return abs(entries) + arithmetic.ratio(1, 2)
        if self.domain == ORTHOGONAL:
            # Cayley's map: exact in rational arithmetic, and generic.
            skew = entries - entries.T
            unit = arithmetic.array(np.eye(len(entries)))
            return (unit - skew) @ arithmetic.inverse(unit + skew)
        return entries


def declarations(texts: Mapping[str, str]) -> dict[str, Declared]:
    """The declared symbols by name; sizes that only occur in shapes are among them.

    Raises:
        ClaimError: A declaration cannot be read, or a size is declared as something else.
    """
    for name in texts:
        refuse_word(f"declare.{name}", name)
    read = {name: parse_declaration(text, f"declare.{name}") for name, text in texts.items()}
    found = {name: _size(name) for name, item in read.items() if item.domain == SIZE}
    for name, item in read.items():
        for size in (s for shape in item.shape for s in shape.free_symbols):
            known = read.get(size.name)
            if known is not None and known.domain != SIZE:
                raise ClaimError(
                    f"declare.{name}: the shape has {size.name}, which is declared as "
                    f"{known.domain}; declare it a size"
                )
            found.setdefault(size.name, _size(size.name))
    sizes = {sympy.Symbol(name): item.symbol for name, item in found.items()}
    for name, item in read.items():
        if item.domain != SIZE:
            shape = tuple(sympy.sympify(size).subs(sizes) for size in item.shape)
            found[name] = Declared(_symbol(name, item.domain, shape), item.domain, shape)
    return found


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
