"""A derivation for any depth: its theory, and steps that show a base, a step and what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from derive.theories.networks.derivation.derivation import certify_steps, pickled
from derive.theories.networks.derivation.repeat import render
from derive.theories.networks.derivation.repeat.steps import RepeatedStep
from derive.theories.networks.derivation.repeat.theory import RepeatedTheory
from derive.theories.networks.derivation.step import Evidence
from derive.theories.networks.description import Network


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

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return pickled(self)

    def to_markdown(self) -> str:
        """The derivation as Markdown, with equations in LaTeX."""
        return render.markdown(self)

    def step_to_markdown(self, name: str) -> str:
        """One step by its name, as it stands in the whole derivation.

        Raises:
            KeyError: There is no step of this name.
        """
        return render.step_markdown(self, name)

    def to_latex(self) -> str:
        """The derivation as a LaTeX document that compiles as it is."""
        return render.document(self)

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def __repr__(self) -> str:
        return render.table(self)
