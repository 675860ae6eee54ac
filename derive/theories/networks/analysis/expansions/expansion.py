"""The two expansions in 1/N at fixed P: of the saddle point, and of the exact law."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from derive.algebra import build
from derive.algebra.series import Series
from derive.steps.certified import Certified
from derive.steps.compare import Agreement
from derive.steps.pages import Pages, step_blocks
from derive.steps.step import Equation, Step
from derive.theories.networks.analysis.expansions import equations, statements
from derive.theories.networks.analysis.expansions.averages import (
    Values,
    average_values,
    define_values,
)
from derive.theories.networks.analysis.expansions.laplace import Fluctuations
from derive.theories.networks.derivation.certifying.instance import Numbers
from derive.theories.networks.derivation.labels import CHAIN_SHIFT, MEAN, VARIANCE
from derive.theories.networks.derivation.render.names import names_of
from derive.theories.networks.derivation.render.pages import displays_of
from derive.theories.networks.derivation.rules.response import Assignments
from derive.theories.networks.derivation.theory import Theory
from derive.theories.networks.description import Network
from derive.theories.networks.description.feature_inputs import feature_note
from derive.typeset.page import Block, Display, Heading, Page, Prose
from derive.typeset.plain import COLUMNS, display_lines
from derive.typeset.text import unicode_of

Section = tuple[str, equations.Equations]
"""A title and what stands below it."""
FEATURES = "Here {}; at fixed $P$ nonlinear features have terms in $1/N$ of their own beside these."


@dataclass(frozen=True, repr=False, eq=False)
class Expansion(Certified):
    """What both expansions have.

    Attributes:
        network: The description.
        theory: What is expanded.
        order: The highest power of 1/N.
        definitions: (name, value) in order; every coefficient is an expression of these names.
        overlaps: For every stream the coefficients of G_s, that of 1 first.
        mean: The coefficients of the output's mean on test examples.
        variance: Those of its variance.
        steps: How it was reached.
        note: What it is not.
    """

    network: Network
    theory: Theory
    order: int
    definitions: Assignments
    overlaps: tuple[Series, ...]
    mean: Series
    variance: Series
    steps: tuple[Step, ...] = field(kw_only=True)
    note: ClassVar[str]

    @property
    def chain_overlaps(self) -> tuple[Series, ...]:
        """For a chain the coefficients of U_l = (H_l ... H_L) G_l; empty for other networks."""
        if self.theory.chain is None:
            return ()
        scales = zip(self.theory.chain.scales, self.overlaps, strict=True)
        return tuple(tuple(build.scale(c, g) for g in series) for c, series in scales)

    def values(self, numbers: Numbers, digits: int = 20) -> Values:
        """Every term as a number.

        Args:
            numbers: A number or an array for every symbol, as for `derive.algebra.evaluate`.
            digits: Decimal digits of the result.
        """
        agreement, at = Agreement(digits), dict(numbers)
        define_values(self.definitions, at, agreement)
        return self._values(at, agreement)

    def _values(self, numbers: Numbers, agreement: Agreement) -> Values:
        """The terms, once every definition has its value."""
        raise NotImplementedError

    def page(self, *results: Any) -> Page:
        """The results, then the steps."""
        blocks: list[Block] = [Heading(1, self.title), Prose(self._notes())]
        for head, shown in self._displays():
            blocks += [Heading(2, head), shown]
        blocks += [Heading(1, "How it was reached")]
        pages = Pages(displays_of(self.theory, names_of(self.theory)))
        for number, step in enumerate(self.steps, start=1):
            blocks += step_blocks(number, step, pages)
        return Page(self.network.name, tuple(blocks))

    def text(self) -> str:
        """The results first, then every name in the order in which it is defined."""
        lines = textwrap.wrap(f"{unicode_of(self.title)}: {self.network.name}", COLUMNS)
        lines += textwrap.wrap(unicode_of(self._notes()), COLUMNS)
        return "\n".join((*lines, *self.result_lines()))

    def result_lines(self) -> list[str]:
        """The results in plain text, a line each."""
        lines = []
        for head, shown in self._displays():
            lines += [head, *(f"  {line}" for line in display_lines(shown))]
        return lines

    def _displays(self) -> Iterator[tuple[str, Display]]:
        displays = displays_of(self.theory, names_of(self.theory))
        for head, own in self.sections():
            shown, where = displays.of(own)
            yield head, shown if where is None else Display((*shown.lines, *where.lines))

    def _notes(self) -> str:
        """What the expansion is not, and what its law is not."""
        own = feature_note(self.network)
        return f"{self.note} {FEATURES.format(own)}" if own else self.note

    @property
    def title(self) -> str:
        """What it is."""
        raise NotImplementedError

    def sections(self) -> tuple[Section, ...]:
        """Titles and equations, to be shown."""
        raise NotImplementedError

    def _overlaps(self, left: Callable[[Any], Any]) -> equations.Equations:
        """The series of every order parameter, in the papers' normalisation where there is one."""
        chain = self.theory.chain
        symbols = self.theory.order_parameters if chain is None else chain.overlaps
        series = self.overlaps if chain is None else self.chain_overlaps
        pairs = zip(symbols, series, strict=True)
        return tuple(equations.overlap(left(g), terms) for g, terms in pairs)


@dataclass(frozen=True, repr=False, eq=False)
class SaddleExpansion(Expansion):
    """The saddle point in powers of 1/N.

    Attributes:
        action: S at infinite width, which holds the terms of order N and 1; then those in 1/N^k.
    """

    action: Series = field(kw_only=True)
    note = statements.SADDLE_NOTE

    def _values(self, numbers: Numbers, agreement: Agreement) -> Values:
        def of(series: Series) -> tuple[Any, ...]:
            return tuple(agreement.value(term, numbers) for term in series)

        overlaps = tuple(map(of, self.overlaps))
        return Values(overlaps, of(self.mean), of(self.variance), of(self.action))

    @property
    def title(self) -> str:
        """What it is."""
        return f"Expansion of the saddle point in $1/N$ at fixed $P$, to order {self.order}"

    def _shift(self) -> equations.Equations:
        """What the action of the papers leaves out, for a chain."""
        chain = self.theory.chain
        return () if chain is None else (Equation(CHAIN_SHIFT, chain.shift),)

    def sections(self) -> tuple[Section, ...]:
        """Titles and equations, to be shown."""
        return (
            ("Order parameters", self._overlaps(lambda g: g)),
            ("Action", (*equations.action(self.action), *self._shift())),
            ("Predictor", equations.predictor((MEAN, VARIANCE), self.mean, self.variance)),
            (statements.NAMES, equations.named(self.definitions)),
        )


@dataclass(frozen=True, repr=False, eq=False)
class FiniteWidthExpansion(Expansion):
    """The posterior averages of the exact law to first order in 1/N.

    Attributes:
        fluctuations: Of the overlaps; the averages in `mean` and `variance` are over them.
        names: (name, value) of what depends on them, in order.
    """

    fluctuations: Fluctuations = field(kw_only=True)
    names: Assignments = field(kw_only=True)
    note = statements.EXACT_NOTE

    def _values(self, numbers: Numbers, agreement: Agreement) -> Values:
        def of(series: Series) -> tuple[Any, ...]:
            own = self.fluctuations
            return tuple(average_values(series, own, self.names, numbers, agreement))

        overlaps = tuple(map(of, self.overlaps))
        return Values(overlaps, of(self.mean), of(self.variance))

    @property
    def title(self) -> str:
        """What it is."""
        return "Expansion of the exact law in $1/N$ at fixed $P$"

    def sections(self) -> tuple[Section, ...]:
        """Titles and equations, to be shown."""
        own = self.fluctuations
        return (
            ("Order parameters", self._overlaps(lambda g: rf"\langle {g.name}\rangle")),
            (
                "Predictor",
                (
                    *equations.predictor((MEAN, VARIANCE), self.mean, self.variance),
                    *equations.named(self.names),
                ),
            ),
            ("Fluctuations", (*equations.laws(own), *equations.named(own.definitions))),
            (statements.NAMES, equations.named(self.definitions)),
        )
