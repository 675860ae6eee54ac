"""Steps of a derivation for any depth: equations of several windows, and sums over their parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import sympy

from derive.algebra.sums import layer_sum
from derive.derivation.repeat.parts import Block
from derive.derivation.repeat.theory import RepeatedTheory
from derive.derivation.repeat.window import Window
from derive.derivation.step import Equation, Step
from derive.network import Network


@dataclass(frozen=True)
class Term:
    """What one part of the network brings to a sum, in the symbols of its window.

    Attributes:
        window: The window.
        value: The terms.
        block: The repeated block that they are summed over; None for layers that stand once.
    """

    window: Window
    value: Any
    block: Block | None = None


@dataclass(frozen=True)
class Summed:
    """A right-hand side that is a sum over the parts of a network."""

    terms: tuple[Term, ...]

    def indexed(self) -> Any:
        """The sum in nodes of layers."""
        found = []
        for term in self.terms:
            value = term.window.indexed(term.value)
            block = term.block
            found.append(layer_sum(value, block.index, block.copies) if block else value)
        return sympy.Add(*found)


@dataclass(frozen=True)
class Group:
    """Equations of one window.

    Attributes:
        window: The window, whose symbols they are written in.
        where: For which layers they hold; empty where that is plain.
        before: What was given.
        after: What follows.
        moves: The moves of an elimination.
    """

    window: Window
    where: str
    before: tuple[Equation, ...]
    after: tuple[Equation, ...]
    moves: tuple[str, ...] = ()


@dataclass(frozen=True)
class RepeatedStep(Step):
    """A step whose equations are those of several windows; `before` and `after` list them all."""

    groups: tuple[Group, ...] = ()


class Derived(Protocol):
    """What rendering needs of a derivation."""

    @property
    def network(self) -> Network:
        """The description."""

    @property
    def theory(self) -> RepeatedTheory:
        """The result."""

    @property
    def steps(self) -> tuple[RepeatedStep, ...]:
        """How it was reached."""
