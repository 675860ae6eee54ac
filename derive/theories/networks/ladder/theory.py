"""The part of a ladder that needs no data, as a job for a process of its own."""

from __future__ import annotations

from dataclasses import dataclass

from derive.evidence.rung import Rung
from derive.theories.networks.checks import Subject
from derive.theories.networks.derivation import derive
from derive.theories.networks.description import Network
from derive.theories.networks.ladder.exact import exact_law
from derive.theories.networks.ladder.nonlinear import nonlinear
from derive.theories.networks.ladder.rungs import Tell, certificates, claims, published


@dataclass(frozen=True)
class Theory:
    """Everything that is claimed of a network, whatever its numbers.

    Attributes:
        network: The description.
        digits: Decimal digits of the checks.
        seed: Of the random instances.
    """

    network: Network
    digits: int = 50
    seed: int = 0

    def rungs(self, tell: Tell = lambda _: None) -> tuple[Rung, ...]:
        """The rungs, from the derivation's steps to its exact law in closed form."""
        subject = Subject.of(self.network, self.digits, self.seed)
        network, derivation = subject.network, subject.derivation
        if self.network.depths():
            derivation = derive(self.network)
        assert derivation is not None
        rungs = [
            certificates(derivation, tell),
            *claims(subject, tell),
            published(network, min(self.digits, 30), self.seed, tell),
            exact_law(subject, tell),
            *nonlinear(network, subject.solver, self.seed, tell),
        ]
        return tuple(rung for rung in rungs if rung.results)
