"""A derivation for any depth: its theory, and steps that show a base, a step and what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from derive.derivation.derivation import certify_steps
from derive.derivation.repeat.parts import Block
from derive.derivation.repeat.theory import RepeatedTheory
from derive.derivation.repeat.window import Window
from derive.derivation.step import Equation, Evidence, Step
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


@dataclass(frozen=True, repr=False)
class RepeatedDerivation:
    """A theory for any depth and the steps that led to it.

    Attributes:
        network: The description.
        theory: The result.
        steps: How it was reached.
    """

    network: Network
    theory: RepeatedTheory
    steps: tuple[RepeatedStep, ...] = field(repr=False)

    def certify(
        self, digits: int = 20, progress: Callable[[str], None] | None = None
    ) -> tuple[Evidence, ...]:
        """Check every step numerically; see `Derivation.certify`.

        Raises:
            CertificateError: A step failed; the message names it.
        """
        return certify_steps(self.steps, digits, progress)
