"""A derivation: a theory, and the steps that led to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from derive.errors import DescriptionError
from derive.steps.certified import Certified
from derive.steps.step import Step
from derive.theories.networks.derivation.render import content
from derive.theories.networks.derivation.render.names import names_of
from derive.theories.networks.derivation.render.terminal import table_of, theory_lines
from derive.theories.networks.derivation.theory import Theory
from derive.theories.networks.description import Network
from derive.typeset.markdown import markdown_of
from derive.typeset.page import Heading, Page


@dataclass(frozen=True, repr=False)
class Derivation(Certified):
    """A theory and the steps that led to it.

    Attributes:
        network: The description.
        theory: The result; of a symbolic depth, sums over layers and an equation for every kind.
        steps: How it was reached.

    >>> from derive import Embedding, Network, Readout, derive
    >>> derivation = derive(Network((Embedding("N", 1.3), Readout(1.2)), "T"))
    >>> print(derivation.steps[0].name)
    starting density
    """

    network: Network
    theory: Theory
    steps: tuple[Step, ...] = field(repr=False)

    @property
    def known_theory(self) -> Theory:
        """The theory of a network whose depth is a number.

        Raises:
            DescriptionError: The depth is a symbol.
        """
        return self.require_known()

    def require_known(self, missing: str = "") -> Theory:
        """The same.

        Args:
            missing: What is not derived for any depth.

        Raises:
            DescriptionError: The depth is a symbol.
        """
        if self.theory.composed is None:
            return self.theory
        name = self.network.depths()[0]
        raise DescriptionError(
            f"the depth {name!r} is a symbol, and a number is needed here{missing}; give one with "
            f"--set {name}=3 or network.with_values({{{name!r}: 3}})"
        )

    def names(self) -> dict[Any, str]:
        """Subexpressions that are printed by a name, for `latex(expression, names)`."""
        return names_of(self.known_theory).mapping()

    def page(self, *results: Any) -> Page:
        """The network, the notation, every step, and the theory in one view."""
        return self._page

    @cached_property
    def _page(self) -> Page:
        """Laid out once: a run writes it in Markdown, in LaTeX and into its report."""
        return content.page(self.network, self.theory, self.steps)

    def step_to_markdown(self, name: str) -> str:
        """One step by its name, as it stands in the whole derivation.

        Raises:
            KeyError: There is no step of this name; the message lists those that there are.
        """
        names = [step.name for step in self.steps]
        if name not in names:
            raise KeyError(", ".join(names))
        number, blocks = f"{names.index(name) + 1}. ", self.page().blocks
        titles = {k: block.text for k, block in enumerate(blocks) if isinstance(block, Heading)}
        first = next(k for k, title in titles.items() if title.startswith(number))
        last = next((k for k in titles if k > first), len(blocks))
        return markdown_of(Page("", blocks[first:last])).partition("\n")[2].strip() + "\n"

    def theory_lines(self) -> Iterator[str]:
        """The theory in plain text, a line each."""
        return theory_lines(self.theory, self.steps)

    def text(self) -> str:
        """The steps as a table, and the theory below it."""
        return table_of(self.network, self.steps, self.theory_lines())
