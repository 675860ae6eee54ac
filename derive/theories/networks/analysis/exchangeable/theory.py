"""The theory of exchangeable heads: from a derivation and a declared symmetry, step by step."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from derive.algebra import build, substitute
from derive.arguments import takes
from derive.steps.certified import Certified
from derive.symmetry.sectors import Rules
from derive.theories.networks.analysis.exchangeable import (
    bending,
    certificates,
    limits,
    one_layer,
    statements,
)
from derive.theories.networks.analysis.exchangeable.infinite import Infinite
from derive.theories.networks.analysis.exchangeable.infinite import infinite_heads as take_limit
from derive.theories.networks.analysis.exchangeable.one_layer import OneLayer
from derive.theories.networks.analysis.exchangeable.reduce import Reduced, reduced
from derive.theories.networks.analysis.exchangeable.show import sections
from derive.theories.networks.analysis.exchangeable.stability import Margin
from derive.theories.networks.analysis.exchangeable.stability import stability as find_margins
from derive.theories.networks.analysis.exchangeable.symmetry import Symmetry, declare
from derive.theories.networks.derivation import Derivation, Equation, Order, Step, refuse_mean
from derive.typeset.media import LATEX, PLAIN
from derive.typeset.page import Heading, Page
from derive.typeset.plain import COLUMNS, plain_lines

HEADS = "H -> infinity, after N, P -> infinity"


@dataclass(frozen=True, repr=False)
class SymmetricTheory(Certified):
    """A theory at overlaps that permutations of heads do not change.

    Attributes:
        derivation: Of the network.
        symmetry: The permutations.
        streams: Action and saddle equations by sectors, in the normalisation of streams.
        papers: The same in the papers' normalisation; None where the network is no chain.
        one_layer: In the entries a and b of the overlaps; None with several declared layers.
        steps: How each was found, with certificates.
    """

    derivation: Derivation
    symmetry: Symmetry
    streams: Reduced
    papers: Reduced | None
    one_layer: OneLayer | None
    steps: tuple[Step, ...] = field(repr=False)

    @property
    def shown(self) -> Reduced:
        """In the papers' normalisation where there is one."""
        return self.papers or self.streams

    def infinite_heads(self, layers: Sequence[int] | None = None) -> tuple[Infinite, Step]:
        """The limit of infinitely many heads, after infinite widths, and its step.

        Args:
            layers: Layers whose heads become infinitely many; all declared ones where
                left out.

        Raises:
            RuleError: The limit does not exist, or cannot be taken.
        """
        limit = take_limit(self.symmetry, self.shown, layers)
        after = [Equation("C", limit.covariance)]
        after += [Equation(name, value) for name, value in (*limit.equations, *limit.fluxes)]
        step = Step(
            "infinitely many heads", *statements.INFINITE, Order.LEADING, (), tuple(after),
            limits.certificate(self.symmetry, self.shown, limit), limit=HEADS,
        )  # fmt: skip
        return limit, step

    def stability(self) -> tuple[tuple[Margin, ...], Step]:
        """When the heads of one layer break their symmetry, in closed form, and its step.

        Raises:
            RuleError: The network has skips.
        """
        margins = find_margins(self.symmetry, self.shown)
        after = tuple(Equation(margin.symbol, margin.value) for margin in margins)
        check = bending.certificate(self.symmetry, self.shown, margins)
        return margins, Step("stability", *statements.STABILITY, Order.EXACT, (), after, check)

    def page(
        self, infinite: Infinite | None = None, margins: Sequence[Margin] | None = None
    ) -> Page:
        """The theory, with a limit and margins of stability where they are given."""
        title = f"{self.derivation.network.name}: exchangeable heads"
        return Page(title, (Heading(1, "Theory"), *sections(self, infinite, margins, LATEX)))

    def text(
        self, infinite: Infinite | None = None, margins: Sequence[Margin] | None = None
    ) -> str:
        """The same in plain text, at most COLUMNS wide."""
        network = self.derivation.network
        title = f"{network.name}: {network.describe()}"
        lines = textwrap.wrap(title, COLUMNS, subsequent_indent="  ")
        return "\n".join((*lines, *plain_lines(sections(self, infinite, margins, PLAIN))))


@takes("derivation", "layers")
def exchangeable(
    derivation: Derivation, layers: Sequence[int] | None = None, *, rules: Rules | None = None
) -> SymmetricTheory:
    r"""The theory of a network whose heads are exchangeable, with head counts as symbols.

    .. math:: S(U) = S(\lambda), \qquad
              U_l = \sum_s \lambda_{l,s} P_s, \qquad P_s = \bigotimes_k \{J/H_k,\ I - J/H_k\}_{s_k}

    Args:
        derivation: Of the network.
        layers: Layers whose heads, or other branches, are permuted, independently of each other:
            from 1 from below, of those with branches; all with several where left out.
        rules: How nodes are split by sectors.

    Raises:
        RuleError: The network cannot have the symmetry.

    >>> from derive import Attention, Embedding, Network, Readout, derive
    >>> network = Network((Embedding(9, 1.0), Attention("H", 0.9, 8), Readout(1.1)), 0.1)
    >>> theory = exchangeable(derive(network))
    >>> [(u.symbol, u.multiplicity) for u in theory.papers.unknowns]
    [(lambda_1,0, 1), (lambda_1,1, H_1 - 1), (lambda_a, 1)]
    """
    theory = derivation.known_theory
    refuse_mean(theory, "the theory of exchangeable heads")
    symmetry = declare(theory.notation, layers)
    steps = [
        Step(
            "exchangeable heads", *statements.ALGEBRA, Order.EXACT, (), (),
            certificates.algebra(symmetry),
        )
    ]  # fmt: skip
    covariance = theory.predictor.covariance
    own = (theory.action, covariance, theory.order_parameters, theory.equations)
    streams = _recorded(steps, symmetry, own, rules, "")
    papers = single = None
    if theory.chain is not None:
        chain = theory.chain
        bottom = build.scale(1 / chain.scales[0], chain.overlaps[0])
        scaled = substitute(covariance, {theory.order_parameters[0]: bottom})
        own = (chain.action, scaled, chain.overlaps, chain.equations)
        papers = _recorded(steps, symmetry, own, rules, ", papers' normalisation")
        single = one_layer.one_layer(symmetry, papers)
    if papers is not None and single is not None:
        check = one_layer.certificate(symmetry, papers, single)
        after = tuple(Equation(symbol, value) for symbol, value in single.eigenvalues)
        name = "one layer of exchangeable heads"
        steps.append(Step(name, *statements.ONE_LAYER, Order.EXACT, (), after, check))
    return SymmetricTheory(derivation, symmetry, streams, papers, single, tuple(steps))


def _recorded(
    steps: list[Step], symmetry: Symmetry, own: Any, rules: Rules | None, which: str
) -> Reduced:
    """A theory by sectors, and the steps that say so."""
    by_sectors = reduced(symmetry, *own, rules=rules)
    left = [
        Equation(u.symbol, g)
        for u, g in zip(by_sectors.unknowns, by_sectors.gradients, strict=True)
    ]
    solved = [Equation(e.unknown.symbol, e.right) for e in by_sectors.equations]
    solved += [Equation(e.flux, e.flux_value) for e in by_sectors.equations if e.flux is not None]
    action = Equation("S", by_sectors.action)
    for name, said, before, after, check in (
        ("action by sectors", statements.ACTION, (Equation("S", own[0]),), (action,),
         certificates.action(symmetry, by_sectors)),
        ("gradients by sectors", statements.GRADIENTS, (action,), tuple(left),
         certificates.gradients(symmetry, by_sectors)),
        ("saddle equations by sectors", statements.EQUATIONS, (), tuple(solved),
         certificates.equations(symmetry, by_sectors, own[3])),
    ):  # fmt: skip
        steps.append(Step(name + which, *said, Order.EXACT, before, after, check))
    return by_sectors
