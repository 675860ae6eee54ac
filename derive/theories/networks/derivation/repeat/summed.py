"""Sums over the parts of a network, each term in the symbols of its own window."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sympy

from derive.algebra import build
from derive.algebra.sums import layer_sum
from derive.theories.networks.derivation.repeat.pieces import Block
from derive.theories.networks.derivation.repeat.window import Window


@dataclass(frozen=True)
class Term:
    """What one part of the network brings to a sum, in the symbols of its window.

    Attributes:
        window: The window.
        value: The terms.
        block: The repeated block that they are summed over; None for layers that stand once.
    """

    window: Window = field(repr=False)
    value: Any
    block: Block | None = None


@dataclass(frozen=True)
class Summed:
    """A right-hand side that is a sum over the parts of a network.

    Attributes:
        terms: What the parts bring.
        around: A matrix on both sides of the sum, with its window; None where there is none.
    """

    terms: tuple[Term, ...]
    around: Term | None = None

    @property
    def values(self) -> tuple[Any, ...]:
        """What is added up."""
        return tuple(term.value for term in self.terms)

    def indexed(self) -> Any:
        """The sum in nodes of layers."""
        terms = []
        for term in self.terms:
            value = term.window.indexed(term.value)
            block = term.block
            terms.append(layer_sum(value, block.index, block.copies) if block else value)
        if not getattr(terms[0], "is_Matrix", False):
            return sympy.Add(*terms)
        total = build.add(*terms)
        if self.around is None:
            return total
        around = self.around.window.indexed(self.around.value)
        return build.mul(around, total, around)
