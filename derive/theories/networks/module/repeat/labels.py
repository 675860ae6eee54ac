"""The functions of the labels and of the predictor, which see the lowest overlaps alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy

from derive.algebra import build, gradient, substitute
from derive.programs.program import Program
from derive.theories.networks.derivation.repeat.composed import Composed
from derive.theories.networks.module import exact
from derive.theories.networks.module.functions import ARRAYS, OUTSIDE, Functions, unpack_data
from derive.theories.networks.module.projections import one_projection
from derive.theories.networks.module.repeat.names import Names, Place
from derive.theories.networks.module.repeat.sections import Section

STATE = f"overlaps: {ARRAYS}, problem: Problem"


def reads_whole_stream(theory: Composed) -> bool:
    """Whether the first weight acts on all vectors of its stream: then they are the paths."""
    graph = theory.lowest.notation.graph
    return set(graph.weights[0].acts_on) == set(graph.streams[0].weights)


class LabelFunctions(Functions):
    """Prints what holds at the lowest stream, from the window there."""

    def __init__(self, theory: Composed, reserved: frozenset[str], lowest: Section) -> None:
        super().__init__(theory.lowest.theory, reserved)
        self.brought = theory.labels.plain
        self.sizes = {}
        overlap, variance = self.notation.overlap(0), self.notation.variance(0)
        width = self.notation.width(0)
        found = (
            Place(overlap.name, "overlaps", 0),
            Place(variance.name, "problem.variances", 0),
            Place(width.name, "problem.widths", 0),
        )
        self.names, self.depths = Names({}, found), lowest.depths
        if not reads_whole_stream(theory):  # sizes of the parts that are read
            symbols = {**lowest.names.symbols, variance: variance}
            self.names = Names(symbols, (*lowest.names.places, found[1]))
        self.definitions = [(n, self.names.of(value)) for n, value in self.definitions]
        self.slopes = {overlap: gradient(self.theory.energy, overlap)}

    def program(self, results: Sequence[Any], **options: Any) -> Program:
        """A program of expressions whose symbols have the module's names."""
        of = self.names.of
        pairs = options.pop("definitions", ())
        options["definitions"] = [(of(name), of(value)) for name, value in pairs]
        hints = options.get("hints", self.hints)
        options["hints"] = {of(node): name for node, name in hints.items()}
        if "last" in options:
            options["last"] = tuple(map(of, options["last"]))
        return super().program([of(result) for result in results], **options)

    def unpack(self, program: Program, *, whole: bool = False) -> list[str]:
        """The lines that name what a program needs."""
        used = {str(getattr(symbol, "name", "")) for symbol in program.symbols}
        data = unpack_data(used, whole=whole, apart=self.notation.has_mean)
        return self.names.unpack(used, self.depths) + data

    def energy(self) -> str:
        """E, and what projections on the mean of features bring."""
        if not self.notation.has_mean:
            return super().energy()
        doc = "What the labels, and projections on the mean of features, bring to S."
        return self.number("energy", STATE, doc, self.brought["action"], more=OUTSIDE)

    def evidence_constant(self) -> str:
        """Their part of ln evidence + S/2."""
        constant = self.brought["kept"]
        doc = "What they bring to ln p(labels) + S/2."
        return self.number("constant_of_labels", "problem: Problem", doc, constant, hints={})

    def action_and_gradient(self) -> str:
        """E and dE/dG_1."""
        name, doc = "action_and_gradient_of_labels", "E and dE/dG_1."
        energy, slopes = self.brought["action"], self.slopes
        return self.value_and_gradient(name, STATE, doc, energy, slopes, more=OUTSIDE)

    def hessian_product(self) -> str:
        """The Hessian of E."""
        doc = "The map from a direction dG_1 to the change of dE/dG_1."
        return self.curvature("hessian_of_labels", STATE, doc, self.slopes, self.theory.share)

    def force(self) -> str:
        """-dE/dG_1 at infinite width, where the projections leave all of the overlaps."""
        (slope,) = self.slopes.values()
        assert self.theory.share is not None
        value = substitute(slope, {self.theory.share.symbol: sympy.S.One})
        program = self.program([build.scale(-1, value)], hints={})
        doc = "-dE/dG_1 at infinite width, where rho = 1: the force on the lowest overlaps."
        result = program.results[0]
        return self.function("force_of_labels", STATE, "Array", doc, program, result)

    def flux(self) -> str:
        """R_1."""
        program = self.program([one_projection(self.theory.equations[0].flux_value)])
        doc = "R_1, the flux from the labels into the lowest stream."
        result = program.results[0]
        return self.function("flux_of_labels", STATE, "Array", doc, program, result)

    def label_law(self) -> str:
        """ln p(labels | overlaps)."""
        return exact.label_law(self)
