"""What a derivation is made of: steps, equations and the evidence for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Order(Enum):
    """Whether a step holds exactly, to leading order in a limit, or on an assumption.

    An ANSATZ takes a form for granted; a CONTINUATION takes a formula for whole numbers to all.
    """

    EXACT = "EXACT"
    LEADING = "LEADING"
    ANSATZ = "ANSATZ"
    CONTINUATION = "CONTINUATION"


@dataclass(frozen=True)
class Equation:
    """left = right; `left` is an expression or a name in LaTeX."""

    left: Any
    right: Any


@dataclass(frozen=True)
class Evidence:
    """What a certificate found: how many digits agree, on what."""

    digits: int
    detail: str


@dataclass(frozen=True)
class Group:
    """Equations that are written in the same symbols.

    Attributes:
        window: A part of the whole with symbols of its own; None for those of the whole.
        where: For which layers they hold; empty where that is plain.
        before: What was given.
        after: What follows.
        moves: The moves of an elimination.
    """

    window: Any
    where: str
    before: tuple[Equation, ...]
    after: tuple[Equation, ...]
    moves: tuple[str, ...] = ()


Certificate = Callable[[int], Evidence]
"""From the number of digits asked for to the evidence; raises CertificateError on failure."""


@dataclass(frozen=True)
class Step:
    """One rewrite, with its statement, its source and its certificate.

    Attributes:
        name: The rule's name and what it acted on.
        statement: What the rule says, in words.
        source: Where it is from.
        order: Whether it is exact.
        limit: The limit in which a LEADING step holds, what an ANSATZ takes for granted, what a
            CONTINUATION continues; empty for an EXACT one.
        before: The equations that the rule changed.
        after: What it made of them.
        certificate: Checks this step numerically.
        moves: The elementary moves of an elimination, in order.
        model: What an EXACT step is exact for, where an earlier one has replaced the given.
        parts: The equations window by window, where they are written in the symbols of several;
            `before` and `after` then list them all.
    """

    name: str
    statement: str
    source: str
    order: Order
    before: tuple[Equation, ...]
    after: tuple[Equation, ...]
    certificate: Certificate = field(compare=False)
    limit: str = ""
    moves: tuple[str, ...] = ()
    model: str = ""
    parts: tuple[Group, ...] = ()

    @property
    def groups(self) -> tuple[Group, ...]:
        """The equations by the symbols in which they are written."""
        return self.parts or (Group(None, "", self.before, self.after, self.moves),)

    def holds(self, joint: str = " as ") -> str:
        """The order, and for what, in which limit, or on which assumption it holds.

        Args:
            joint: Stands between an order and its limit.
        """
        if self.order is Order.EXACT:
            return f"{self.order.value} for {self.model}" if self.model else self.order.value
        between = ": " if self.order is Order.ANSATZ else joint
        return f"{self.order.value}{between}{self.limit}"
