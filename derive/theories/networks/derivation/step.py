"""What a derivation is made of: states, steps, equations and the evidence for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from derive.theories.networks.derivation.notation import Notation


class Order(Enum):
    """Whether a step holds exactly, or to leading order in a limit."""

    EXACT = "EXACT"
    LEADING = "LEADING"


PROPORTIONAL = "N, P -> infinity at fixed P/N"
WIDE = "N -> infinity at fixed P"


@dataclass(frozen=True)
class Equation:
    """left = right; `left` is an expression or a name in LaTeX."""

    left: Any
    right: Any


@dataclass(frozen=True)
class State:
    """A joint log density of labels and what has not been integrated yet.

    Attributes:
        notation: The symbols.
        body: The log density, without `constant`; a SymPy expression.
        constant: The part of the log density that depends on sizes alone.
        definitions: (vectors, expression in the weights): what deterministic vectors stand for,
            from the readout down.
        weights: Indices of the weights still in the density.
        overlaps: Streams whose vectors have been replaced by overlaps.
        outputs: The outputs f in the input weights, and the variance of these, once integrated.
        covariances: (weight, Sigma) of every set of vectors that has been replaced, in overlaps.
    """

    notation: Notation
    body: Any
    constant: Any
    definitions: tuple[tuple[Any, Any], ...]
    weights: tuple[int, ...]
    overlaps: tuple[int, ...] = ()
    outputs: tuple[Any, Any] | None = None
    covariances: tuple[tuple[int, Any], ...] = ()

    def covariance(self, weight: int) -> Any:
        """Sigma of a weight's vectors, as the law has it."""
        return dict(self.covariances)[weight]

    def but(self, **changes: Any) -> State:
        """A copy with some fields changed."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Evidence:
    """What a certificate found: how many digits agree, on what."""

    digits: int
    detail: str


@dataclass(frozen=True)
class Group:
    """Equations that are written in the same symbols.

    Attributes:
        window: A part of the network with symbols of its own; None for those of the network.
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
        order: EXACT or LEADING.
        limit: The limit in which a LEADING step holds; empty for an EXACT one.
        before: The equations that the rule changed.
        after: What it made of them.
        certificate: Checks this step numerically.
        moves: The elementary moves of an elimination, in order.
        model: What an EXACT step is exact for, where an earlier one has replaced the network.
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

    @property
    def exact(self) -> str:
        """EXACT, and for what."""
        return f"{Order.EXACT.value} for {self.model}" if self.model else Order.EXACT.value
