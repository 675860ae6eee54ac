"""A derivation: a theory, and the steps that led to it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from derive.errors import CertificateError, DescriptionError
from derive.theories.networks.derivation import render
from derive.theories.networks.derivation.step import Evidence, Step
from derive.theories.networks.derivation.theory import Theory
from derive.theories.networks.description import Network


def certify_steps(
    steps: Sequence[Step], digits: int, progress: Callable[[str], None] | None = None
) -> tuple[Evidence, ...]:
    """The evidence for every step, in turn.

    Raises:
        CertificateError: A step failed; the message names it.
    """
    found = []
    for number, step in enumerate(steps, start=1):
        if progress is not None:
            progress(step.name)
        try:
            found.append(step.certificate(digits))
        except CertificateError as error:
            raise CertificateError(f"step {number}, {step.name}: refused: {error}") from None
    return tuple(found)


@dataclass(frozen=True, repr=False)
class Derivation:
    """A theory and the steps that led to it.

    >>> from derive import Embedding, Network, Readout, derive
    >>> derivation = derive(Network((Embedding("N", 1.3), Readout(1.2)), "T"))
    >>> print(derivation.steps[0].name)
    starting density
    """

    network: Network
    theory: Theory
    steps: tuple[Step, ...] = field(repr=False)

    def certify(
        self, digits: int = 20, progress: Callable[[str], None] | None = None
    ) -> tuple[Evidence, ...]:
        """Check every step numerically, on a random small instance of its own.

        Args:
            digits: Decimal digits to which exact steps must hold.
            progress: Called with the name of each step before it is checked.

        Returns:
            The evidence for each step.

        Raises:
            CertificateError: A step failed; the message names it.
        """
        return certify_steps(self.steps, digits, progress)

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return pickled(self)

    def names(self) -> dict[Any, str]:
        """Subexpressions that are printed by a name, for `latex(expression, names)`."""
        return render.names_of(self.theory).mapping()

    def to_markdown(self) -> str:
        """The derivation as Markdown, with equations in LaTeX."""
        return render.markdown(self)

    def to_latex(self) -> str:
        """The derivation as a LaTeX document that compiles as it is."""
        return render.document(self)

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def __repr__(self) -> str:
        return render.table(self)


def pickled(derivation: Any) -> tuple[Any, tuple[Any, ...]]:
    """What pickle keeps of a derivation: its network, and a digest of all that it shows.

    Steps carry their certificates, which are functions; so it is derived again when it is read.
    """
    return derived_again, (derivation.network, _digest(derivation))


def derived_again(network: Network, digest: str) -> Any:
    """The derivation of a network that was pickled.

    Raises:
        DescriptionError: This program, with its own rules, derives something else.
    """
    deriving = import_module(
        "derive.theories.networks.derivation.deriving"
    )  # stands above this file
    derive = deriving.derive
    found = derive(network)
    if _digest(found) != digest:
        raise DescriptionError(
            f"{network.name}: it was derived by other rules or another version of derive; derive "
            "the network again"
        )
    return found


def _digest(derivation: Any) -> str:
    return hashlib.sha256(derivation.to_markdown().encode()).hexdigest()


def known_theory(derivation: Any) -> Theory:
    """The theory of a network whose depth is a number.

    Raises:
        DescriptionError: The depth is a symbol.
    """
    theory = derivation.theory
    if isinstance(theory, Theory):
        return theory
    name = derivation.network.depths()[0]
    raise DescriptionError(
        f"the depth {name!r} is a symbol, and a number is needed here; derive the network with "
        f"one: network.with_values({{{name!r}: 3}})"
    )
