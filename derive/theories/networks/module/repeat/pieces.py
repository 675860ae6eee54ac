"""The functions of one part of a repeated network: of one copy of a block, or of single layers."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from derive.algebra import build, contains, gradient
from derive.programs import wrap
from derive.programs.program import Program
from derive.theories.networks.derivation.repeat.shared import respond_within
from derive.theories.networks.derivation.rules.eliminate.rewrite import SaddleEquation, eliminate
from derive.theories.networks.derivation.rules.wide.rewrite import Wide, response
from derive.theories.networks.derivation.state import State
from derive.theories.networks.module.functions import ARRAYS, suffix, tuple_text
from derive.theories.networks.module.repeat.brought import STATE, Brought
from derive.theories.networks.module.repeat.names import ABOVE
from derive.theories.networks.module.repeat.sections import FLUX, SLOPE, Section


class PartFunctions(Brought):
    """Prints the functions of one part, from what its window derives."""

    def __init__(self, section: Section, reserved: frozenset[str], hands: Sequence[str]) -> None:
        super().__init__(section.window.theory, reserved, section.names, section.depths)
        self.section, self.name = section, section.name
        self.values = section.share.plain
        self.order_parameters = self.theory.order_parameters
        self.own = section.window.streams_of(0)
        self.hands = () if section.top or section.within else tuple(hands)

    def all(self) -> list[str]:
        """Every function of the part."""
        parts = [
            self.action(),
            self.evidence_constant(),
            self.action_and_gradient(),
            self.hessian_product(),
            *([self.saddle_right_hand_side()] if self.has_saddle else []),
            self.infinite_width(),
            *([] if self.section.top else [self.force()]),
            self.first_correction(),
        ]
        if not self.section.has_mean:
            parts += [self.prior_covariances(), self.overlap_law()]
        return parts if self.theory.chain is None else [*parts, self.scaled()]

    @property
    def has_saddle(self) -> bool:
        """Whether it has saddle-point equations of its own, or hands something up."""
        return bool(self.own or self.hands)

    @property
    def closes(self) -> bool:
        """Whether its equations give overlaps from the flux below and the overlaps above alone."""
        equations, _ = self._equations()
        values = [e.flux_value for e in equations[1:] if e.flux is not None]
        read = set(self.theory.order_parameters)
        return all(e.flux is not None for e in equations) and not any(
            contains(value, read) for value in values
        )

    def widths(self) -> list[Any]:
        """The widths of the part's own streams."""
        return [self.names.of(self.notation.width(k)) for k in self.section.places]

    def evidence_constant(self) -> str:
        """Its part of ln evidence + S/2."""
        return self.constant_of(self.own)

    def arguments(self, *others: str) -> str:
        """The parameters of one of its functions: the number of the copy first."""
        return self.section.arguments(*others)

    def saddle_right_hand_side(self) -> str:
        """Right-hand sides of its streams, from what is below, and what it hands up."""
        equations, slope = self._equations()
        flux = self.names.of(equations[0].flux) if equations[0].flux is not None else None
        own = [self.names.of(equations[k].right) for k in self.own]
        fluxes = [(e.flux, e.flux_value) for e in equations[1:] if e.flux is not None]
        definitions = [(self.names.of(name), self.names.of(value)) for name, value in fluxes]
        handed = {
            FLUX: definitions[-1][0] if definitions else None,
            SLOPE: list(self.slopes().values())[-1],
        }
        results = [*own, *(handed[kind] for kind in self.hands)]
        program = self.program(results, definitions=definitions)
        given = "" if self.section.shared else slope.name if flux is None else flux.name
        names = [f"right_{suffix(self.names.of(equations[k].overlap))}" for k in self.own]
        handed_names = ["slope_above" if k == SLOPE else f"R_{ABOVE}" for k in self.hands]
        tail = self.named(names, replace(program, results=program.results[: len(names)]))
        if SLOPE in self.hands:
            tail += self.named(["slope_above"], replace(program, results=program.results[-1:]))
        arguments = self.arguments(*([f"{given}: Array"] if given else []), *STATE)
        returns = ", ".join((tuple_text(names), *handed_names))
        kind = f"tuple[{', '.join((ARRAYS, *['Array' for _ in self.hands]))}]"
        return self.function(
            self.called("saddle"), arguments, kind if self.hands else ARRAYS,
            self._saddle_doc(given), program, returns, tail,
        )  # fmt: skip

    def _saddle_doc(self, given: str) -> str:
        below = "flux from below" if self.section.takes == FLUX else "dS/dG of all that is below"
        doc = "Right-hand sides of its saddle-point equations"
        if given:
            doc = f"{doc}, from {given}, the {below}"
        texts = {FLUX: "the flux", SLOPE: "dS/dG of what it brings"}
        handed = " and ".join(texts[kind] for kind in self.hands)
        said = f"{doc}; and {handed} for the stream above." if handed else f"{doc}."
        return "\n    ".join(textwrap.wrap(said, wrap.WIDTH - 10))

    def _equations(self) -> tuple[tuple[SaddleEquation, ...], Any]:
        """The saddle-point equations, with one symbol for the slope of all that is below."""
        lowest = self.notation.overlap(0)
        slope = build.overlap(SLOPE, lowest.shape[0])
        below = build.trace(build.mul(slope, lowest))
        value = self.theory.action - self.theory.energy + below
        gradients = tuple(gradient(value, g) for g in self.theory.order_parameters)
        return eliminate(gradients, self.theory.law), slope

    def prior_covariances(self) -> str:
        """Sigma of its streams; where it adds vectors to one, below what is there already."""
        blocks = [self.section.covariances(k) for k in self.section.places]
        above = f"Sigma_{ABOVE}"
        if self.section.within:
            blocks[0].insert(0, build.overlap(above, self.section.window.notation.handed))
        results = [self.names.of(build.block_diagonal(*found)) for found in blocks]
        doc = "Prior covariances of the vectors of its streams, given the overlaps above them."
        given = [f"{above}: Array"] if self.section.within else []
        program = _without(self.program(results), {above})
        arguments = self.arguments(*given, *STATE)
        name, returns = self.called("prior_covariances"), tuple_text(program.results)
        return self.function(name, arguments, ARRAYS, doc, program, returns)

    def infinite_width(self) -> str:
        """Its overlaps at infinite width, from those above."""
        wide = self.theory.wide
        points = [*self._defined(wide.points)]
        results = [self.names.of(wide.overlaps[k]) for k in self.section.places]
        program = self.program(results, definitions=points)
        given = [] if self.section.top else [f"Q_{ABOVE}: Array"]
        doc = "Its overlaps at infinite width" + (
            f", from those above, Q_{ABOVE}." if given else "."
        )
        arguments = self.arguments(*given, "problem: Problem")
        return self.function(
            self.called("infinite_width"), arguments, ARRAYS, doc,
            _without(program, {f"Q_{ABOVE}"}), tuple_text(program.results),
        )  # fmt: skip

    def _defined(self, pairs: Any) -> list[tuple[Any, Any]]:
        """Definitions that belong to the part: not those of what stands in for what is above."""
        found = [(self.names.of(name), self.names.of(value)) for name, value in pairs]
        return [(name, value) for name, value in found if suffix(name) != ABOVE]

    def _response(self) -> Wide:
        """The first correction under a force on its lowest overlaps."""
        lowest = self.notation.overlap(0)
        law: State = self.theory.law
        return response(build.overlap("force", lowest.shape[0]), law, self.theory.wide)

    def _shifted(self) -> Wide:
        """The same, with the shifts of what stands in above where it is in the same stream."""
        found = self._response()
        if not self.section.within:
            return found
        force = build.overlap("force", self.notation.overlap(0).shape[0])
        forces, shifts = respond_within(self.section.window, force)
        return replace(found, forces=forces, corrections=shifts)

    def force(self) -> str:
        """The force on the overlaps above, from that on its lowest."""
        pairs = self._response().forces
        above = next(self.names.of(v) for n, v in pairs if self.names.of(n).name == f"Y_{ABOVE}")
        program = self.program([above], definitions=self._defined(pairs))
        doc = "The first-order force on the overlaps above, from that on its lowest overlaps."
        arguments = self.arguments("force: Array", "problem: Problem")
        name = f"force_above_{self.name}"
        return self.function(name, arguments, "Array", doc, program, program.results[0])

    def first_correction(self) -> str:
        """The shifts of its overlaps, from those above and the force from below."""
        found = self._shifted()
        definitions = [
            pair for pairs in (found.points, found.forces, found.corrections)
            for pair in self._defined(pairs)
        ]  # fmt: skip
        symbols = {name.name: name for name, _ in definitions}
        graph = self.notation.graph
        places = self.section.places
        last = [self.section.weights[graph.streams[k].weights[-1]] for k in places]
        program = self.program([symbols[f"D_{text}"] for text in last], definitions=definitions)
        given = [] if self.section.top else [f"D_{ABOVE}: Array", f"points: {ARRAYS}"]
        doc = "Shifts of its overlaps at first order in 1/N, from the force on its lowest" + (
            " and\n    the shift above; points are the overlaps at infinite width."
            if given
            else "."
        )
        arguments = self.arguments("force: Array", *given, "problem: Problem")
        return self.function(
            self.called("shift"), arguments, ARRAYS, doc,
            _without(program, {f"D_{ABOVE}"}), tuple_text(program.results),
        )  # fmt: skip

    def scaled(self) -> str:
        """Its overlaps in the papers' normalisation."""
        chain = self.theory.chain
        assert chain is not None
        scaled = [
            self.names.of(build.scale(chain.scales[k], self.theory.order_parameters[k]))
            for k in self.own
        ]
        program = self.program([*scaled, self.names.of(self.values["shift"])])
        *overlaps, shift = program.results
        doc = "Its overlaps in the papers' normalisation, and the constants that this leaves out."
        arguments = self.arguments(*STATE)
        kind = f"tuple[{ARRAYS}, float]"
        returns = f"{tuple_text(overlaps)}, float(shift)"
        tail = self.named(["shift"], replace(program, results=(shift,)))
        return self.function(self.called("scaled"), arguments, kind, doc, program, returns, tail)


def _without(program: Program, names: set[str]) -> Program:
    """A program whose arguments are not among the symbols to be looked up."""
    kept = {s for s in program.symbols if str(getattr(s, "name", "")) not in names}
    return replace(program, symbols=frozenset(kept))
