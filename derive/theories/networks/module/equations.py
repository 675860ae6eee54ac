"""The functions of a module for the saddle-point equations, and for large widths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from derive.algebra import build, contains, substitute
from derive.programs.program import Assignment
from derive.programs.wrap import tuple_text
from derive.theories.networks.derivation.rules.eliminate.rewrite import SaddleEquation
from derive.theories.networks.module.projections import one_projection
from derive.theories.networks.module.texts import ARRAYS, Texts
from derive.theories.networks.module.unpacking import suffix

CLOSED = (
    "The saddle-point equations closed on {lowest}: fluxes up from it, overlaps down to it.\n\n"
    "    A fixed point where no part is cut off is a stationary point of the action.\n    "
)


class Equations(Texts):
    """Prints the equations of a theory."""

    def saddle_right_hand_side(self) -> str:
        """The right-hand sides of G_s = ..., with the fluxes named."""
        program = self.program([e.right for e in self.theory.equations], definitions=self.fluxes())
        doc = "Right-hand sides of the saddle-point equations G_s = ..., the lowest stream first."
        arguments = f"overlaps: {ARRAYS}, problem: Problem"
        names = [f"right_{s.name}" for s in self.notation.streams()]
        tail = self.named(names, program)
        return self.function(
            "saddle_right_hand_side", arguments, ARRAYS, doc, program, tuple_text(names), tail
        )

    def fluxes(self) -> list[tuple[Any, Any]]:
        """The named fluxes, the lowest first, and what they stand for."""
        equations = self.theory.equations
        return [(e.flux, one_projection(e.flux_value)) for e in equations if e.flux is not None]

    def closed_equations(self) -> list[str]:
        """The saddle-point equations closed on the lowest overlaps; nothing where they do not.

        The fluxes go up from the lowest overlaps; then every equation closes once those of the
        overlaps in its right-hand side have.
        """
        equations, fluxes = self.theory.equations, self.fluxes()
        lowest, *others = self.theory.order_parameters
        if any(e.flux is None for e in equations) or _reads([v for _, v in fluxes], others):
            return []
        closed: dict[Any, Any] = {}
        definitions = list(fluxes)
        waiting = list(equations)
        while waiting:
            ready = next((e for e in waiting if not _reads([e.right], _open(waiting))), None)
            if ready is None:
                return []
            name = build.overlap(f"closed_{suffix(ready.overlap)}", ready.overlap.shape[0])
            read = {g: to for g, to in closed.items() if _reads([ready.right], [g])}
            definitions.append((name, substitute(ready.right, read)))
            closed[ready.overlap] = name
            waiting.remove(ready)
        program = self.program([closed[g] for g in (lowest, *others)], definitions=definitions)
        names = {str(name) for name in closed.values()}
        program = replace(program, assignments=tuple(_positive(program.assignments, names)))
        doc = CLOSED.format(lowest=lowest.name)
        arguments = f"overlaps: {ARRAYS}, problem: Problem"
        result = tuple_text(program.results)
        return [self.function("closed_equations", arguments, ARRAYS, doc, program, result)]

    def infinite_width(self) -> str:
        """G_s at infinite width."""
        wide = self.theory.wide
        program = self.program(list(wide.overlaps), definitions=wide.points, hints={})
        doc = "Order parameters at infinite width: no weight's vectors overlap with another's."
        result = tuple_text(program.results)
        return self.function("infinite_width", "problem: Problem", ARRAYS, doc, program, result)

    def first_correction(self) -> str:
        """The shift of G_s at order 1/N."""
        wide, notation = self.theory.wide, self.notation
        definitions = [*wide.points, *wide.forces, *wide.corrections]
        shifts = {name.name: name for name, _ in wide.corrections}
        results = [shifts[f"D_{notation.letter(s.weights[-1])}"] for s in notation.streams()]
        bottom = {notation.overlap(0): wide.overlaps[0]}
        hints = {substitute(node, bottom): name for node, name in self.hints.items()}
        program = self.program(results, definitions=definitions, hints=hints)
        doc = "Shifts of the order parameters from infinite width, at first order in 1/N."
        result = tuple_text(program.results)
        return self.function("first_correction", "problem: Problem", ARRAYS, doc, program, result)


def _reads(expressions: Sequence[Any], overlaps: Sequence[Any]) -> bool:
    """Whether any of the expressions depends on any of the overlaps."""
    return any(contains(expression, set(overlaps)) for expression in expressions)


def _positive(assignments: Iterable[Assignment], names: set[str]) -> Iterator[Assignment]:
    """The assignments, those of some names made positive definite."""
    for assignment in assignments:
        cut = f"positive_part({assignment.code})" if assignment.name in names else assignment.code
        yield replace(assignment, code=cut)


def _open(equations: Sequence[SaddleEquation]) -> list[Any]:
    """The overlaps whose equations are not closed yet."""
    return [equation.overlap for equation in equations]
