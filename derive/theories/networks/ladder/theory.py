"""The part of a ladder that needs no data, as a job for a process of its own."""

from __future__ import annotations

from dataclasses import dataclass

from derive.evidence.rung import Rung
from derive.theories.networks.checks import Subject
from derive.theories.networks.description import Network
from derive.theories.networks.ladder.exact import exact_law
from derive.theories.networks.ladder.nonlinear import nonlinear
from derive.theories.networks.ladder.rungs import Tell, certificates, claims, published
from derive.theories.networks.solver import Solver


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
        solver = Solver.of(self.network)
        theory = solver.derivation.known_theory
        subject = Subject(self.network, theory, solver.module, self.digits, self.seed)
        rungs = [
            certificates(solver.derivation, tell),
            *claims(subject, tell),
            published(self.network, min(self.digits, 30), self.seed, tell),
            exact_law(subject, tell),
            *nonlinear(self.network, solver, self.seed, tell),
        ]
        return tuple(rung for rung in rungs if rung.results)
