"""Steps of a derivation for any depth: equations of several windows, and sums over their parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from derive.theories.networks.derivation.repeat.theory import RepeatedTheory
from derive.theories.networks.derivation.repeat.window import Window
from derive.theories.networks.derivation.step import Equation, Step
from derive.theories.networks.description import Network


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
