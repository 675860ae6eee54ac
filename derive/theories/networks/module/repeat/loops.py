"""The functions over all layers: they add what the parts bring, or go from part to part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from derive.programs import wrap
from derive.theories.networks.derivation.repeat.parts import INDEX
from derive.theories.networks.module.functions import ARRAYS
from derive.theories.networks.module.repeat.names import Depths
from derive.theories.networks.module.repeat.sections import FLUX, SLOPE, Section

STATE = f"overlaps: {ARRAYS}, problem: Problem"


class Loops:
    """Prints the functions over all layers."""

    def __init__(self, sections: Sequence[Section], hands: Sequence[str], depths: Depths) -> None:
        self.sections = tuple(sections)
        self.hands = tuple(hands)
        self.depths = depths

    def all(self) -> list[str]:
        """Every function, in the order of the module."""
        parts = [
            self.sum("action", STATE, "S, twice the negative log density at leading order."),
            self.sum(
                "constant", "problem: Problem",
                "ln p(labels) + S/2: the extensive constants, that no order parameter enters.",
                name="evidence_constant",
            ),
            self.action_and_gradient(),
            self.hessian_product(),
            self.add_up(),
            self.saddle_right_hand_side(),
            self.infinite_width(),
            self.first_correction(),
        ]  # fmt: skip
        if not self.sections[0].has_mean:
            parts += [
                self.prior_covariances(),
                self.readers(),
                self.sum("law", STATE, LAW, name="overlap_law", labels=False, first=REFUSED),
            ]
        return [*parts, self.scaled()] if self._is_chain() else parts

    def _is_chain(self) -> bool:
        return all(section.window.theory.chain is not None for section in self.sections)

    def _function(self, name: str, arguments: str, kind: str, doc: str, lines: list[str]) -> str:
        head = f"def {name}({arguments}) -> {kind}:"
        if len(head) > wrap.WIDTH:
            head = f"def {name}(\n    {arguments}\n) -> {kind}:"
        entries = [s.entry for s in self.sections] if name in PLACED else []
        copies = [s.copies for s in self.sections if s.block]
        depths = self.depths.unpack([*entries, *copies])
        return "\n".join([head, f'    """{doc}"""', *depths, *lines])

    def _each(self, line: Any, *, down: bool = False) -> Iterable[str]:
        """A line for every part, in a loop where it is a block."""
        for section in reversed(self.sections) if down else self.sections:
            if section.block is None:
                yield from line(section, 4)
                continue
            copies = section.copies
            numbers = f"{copies}, 0, -1" if down else f"1, {copies + 1}"
            yield f"    for {INDEX} in range({numbers}):"
            yield from line(section, 8)

    def sum(
        self, what: str, arguments: str, doc: str, name: str = "", *, labels: bool = True,
        first: str = "",
    ) -> str:  # fmt: skip
        """A function that adds numbers."""
        given = [word.partition(":")[0] for word in ("overlaps", "problem") if word in arguments]
        start = "energy" if what == "action" else f"{what}_of_labels"
        start = f"{start}({', '.join(given)})" if labels else "0.0"

        def line(section: Section, indent: int) -> list[str]:
            return wrap.statement("total += ", section.call(what, *given), indent)

        lines = [f"    total = {start}", *self._each(line), *self._totals(what, given)]
        lines.append("    return total")
        lines = [f"    {first}", *lines] if first else lines
        return self._function(name or what, arguments, "float", doc, lines)

    def _totals(self, what: str, given: Sequence[str]) -> Iterable[str]:
        """Lines that add what belongs to no part."""
        return ()

    def add_up(self) -> str:
        """The sum over parts."""
        return ADD_UP

    def _collected(self, what: str, target: str) -> list[str]:
        """Lines that list what the parts bring, each with the places of its streams."""
        lines = [f"    {target} = [(slice(0, 1), {what}_of_labels(overlaps, problem))]"]
        for section in self.sections:
            entry, count = section.entry, len(section.window.notation.streams())
            pair = f"(slice({entry}, {entry + count}), {section.call(what, 'overlaps', 'problem')})"
            if section.block is None:
                lines += [f"    {target}.append({pair})"]
            else:
                numbers = f"for {INDEX} in range(1, {section.copies + 1})"
                lines += [f"    {target} += [", f"        {pair}", f"        {numbers}", "    ]"]
        return lines

    def action_and_gradient(self) -> str:
        """S and dS/dG."""
        lines = self._collected("action_and_gradient", "parts")
        lines += [
            "    value = sum(number for _, (number, _) in parts)",
            "    slopes = [(place, gradients) for place, (_, gradients) in parts]",
            "    return value, add_up(slopes, len(overlaps))",
        ]
        doc = "S and its gradients dS/dG_s, the lowest stream first."
        kind = f"tuple[float, {ARRAYS}]"
        return self._function("action_and_gradient", STATE, kind, doc, lines)

    def hessian_product(self) -> str:
        """The map from directions to Hessian products."""
        lines = self._collected("hessian", "products")
        lines += [
            "",
            f"    def product(directions: {ARRAYS}) -> {ARRAYS}:",
            "        changes = [(place, change(directions[place])) for place, change in products]",
            "        return add_up(changes, len(directions))",
            "",
            "    return product",
        ]
        doc = "The map from symmetric directions dG_s to the changes of the gradients, at G_s."
        kind = f"Callable[[{ARRAYS}], {ARRAYS}]"
        return self._function("hessian_product", STATE, kind, doc, lines)

    def saddle_right_hand_side(self) -> str:
        """The right-hand sides, from the bottom up."""
        sources = {
            FLUX: "flux_of_labels(overlaps, problem)",
            SLOPE: "action_and_gradient_of_labels(overlaps, problem)[1][0]",
        }
        lines = [f"    right: {ARRAYS} = ()"]
        first = self.sections[0].takes
        lines.append(f"    {first} = {sources[first]}")

        def line(section: Section, indent: int) -> list[str]:
            call = section.call("saddle", section.takes, "overlaps", "problem")
            if section.top:
                return wrap.statement("return right + ", call, indent)
            found = wrap.statement(f"found, {', '.join(self.hands)} = ", call, indent)
            return [*found, " " * indent + "right += found"]

        lines += self._each(line)
        doc = (
            "Right-hand sides of the saddle-point equations G_s = ..., the lowest stream first;\n"
            f"    the {' and the '.join(self.hands)} goes up from part to part."
        )
        return self._function("saddle_right_hand_side", STATE, ARRAYS, doc, lines)

    def closed_equations(self) -> str:
        """The saddle-point equations closed on the lowest overlaps: fluxes up, overlaps down."""

        def up(section: Section, indent: int) -> list[str]:
            if section.top:
                return []
            call = section.call("saddle", "fluxes[-1]", "overlaps", "problem")
            return [" " * indent + f"fluxes.append({call}[1])"]

        lines = [
            "    fluxes = [flux_of_labels(overlaps, problem)]",
            *self._each(up),
            "    closed: Any = list(overlaps)",
            *self._each(self._closing, down=True),
            "    return tuple(closed)",
        ]
        return self._function("closed_equations", STATE, ARRAYS, CLOSED, lines)

    def _closing(self, section: Section, indent: int) -> list[str]:
        """Lines that close the equations of a part's own streams, from the top down."""
        space, own = " " * indent, len(section.window.streams_of(0))
        if not own:
            return [f"{space}fluxes.pop()"]
        call = section.call("saddle", "flux", "closed", "problem")
        right = call if section.top else f"{call}[0]"
        lines = [f"{space}flux = fluxes.pop()"]
        if own > 1:
            lines.append(f"{space}for _ in range({own}):  # each closes one more stream")
            space += "    "
        target = f"closed[{section.entry} : {section.entry + own}]"
        return [*lines, f"{space}right = {right}", f"{space}{target} = map(positive_part, right)"]

    def prior_covariances(self) -> str:
        """Sigma_s, from the top down."""

        def line(section: Section, indent: int) -> list[str]:
            given = ["priors[0]"] if section.within else []
            call = section.call("prior_covariances", *given, "overlaps", "problem")
            more = "" if section.top else f" + {self._kept(section, 'priors')}"
            return wrap.statement("priors = ", f"{call}{more}", indent)

        doc = "Prior covariances of the vectors of every stream, given the overlaps above them."
        lines = [*self._each(line, down=True), "    return priors"]
        return self._function("prior_covariances", STATE, ARRAYS, doc, lines)

    def readers(self) -> str:
        """The streams whose prior covariances read each."""

        def line(section: Section, indent: int) -> list[str]:
            entry = section.stream_entry
            return [
                f"{' ' * indent}found[{entry(read)}].add({entry(stream)})"
                for read, stream in section.reads()
            ]

        lines = [
            "    found: list[set[int]] = [set() for _ in problem.vectors]",
            *self._each(line),
            "    return tuple(tuple(sorted(streams)) for streams in found)",
        ]
        doc = "For every stream, those whose prior covariance is made of its overlaps."
        kind = "tuple[tuple[int, ...], ...]"
        return self._function("readers", "problem: Problem", kind, doc, lines)

    def infinite_width(self) -> str:
        """The overlaps at infinite width, from the top down."""

        def line(section: Section, indent: int) -> list[str]:
            if section.top:
                return wrap.statement("points = ", section.call("infinite_width", "problem"))
            call = section.call("infinite_width", "points[0]", "problem")
            return wrap.statement("points = ", f"{call} + {self._kept(section, 'points')}", indent)

        doc = "Order parameters at infinite width: no weight's vectors overlap with another's."
        lines = [*self._each(line, down=True), "    return points"]
        return self._function("infinite_width", "problem: Problem", ARRAYS, doc, lines)

    def first_correction(self) -> str:
        """The shifts at order 1/N: forces up, shifts down."""

        def up(section: Section, indent: int) -> list[str]:
            if section.top:
                return []
            given = [INDEX] if section.block else []
            call = f"force_above_{section.name}({', '.join((*given, 'forces[-1]', 'problem'))})"
            return [" " * indent + f"forces.append({call})"]

        force = "-action_and_gradient_of_labels(points, problem)[1][0]"
        if self.sections[0].has_mean:  # there rho is 1, up to 1/N, whatever the overlaps
            force = "force_of_labels(points, problem)"
        lines = [
            "    points = infinite_width(problem)",
            f"    forces = [{force}]",
            *self._each(up),
            *self._each(self._shift, down=True),
            "    return shifts",
        ]
        doc = (
            "Shifts of the order parameters from infinite width, at first order in 1/N.\n\n"
            "    The forces go up from the labels, the shifts come down from the readout.\n    "
        )
        return self._function("first_correction", "problem: Problem", ARRAYS, doc, lines)

    def _shift(self, section: Section, indent: int) -> list[str]:
        if section.top:
            call = section.call("shift", "forces.pop()", "problem")
            return wrap.statement("shifts = ", call, indent)
        call = section.call("shift", "forces.pop()", "shifts[0]", "points", "problem")
        return wrap.statement("shifts = ", f"{call} + {self._kept(section, 'shifts')}", indent)

    def _kept(self, section: Section, name: str) -> str:
        """What stays of what was found above a part."""
        return name

    def scaled(self) -> str:
        """The papers' normalisation."""

        def line(section: Section, indent: int) -> list[str]:
            space, call = " " * indent, section.call("scaled", "overlaps", "problem")
            first = f"{space}found, shift = {call}"
            return [first, f"{space}scaled, value = scaled + found, value - shift"]

        doc = (
            "The papers' order parameters U_l = (H_l ... H_L) G_l and their action.\n\n"
            "    Returns:\n"
            "        (U_1, ..., U_L, u_a) and S without constants that do not depend on them.\n    "
        )
        lines = [f"    scaled: {ARRAYS} = ()", "    value = action(overlaps, problem)"]
        lines += [*self._each(line), "    return scaled, value"]
        kind = f"tuple[{ARRAYS}, float]"
        return self._function("chain_normalisation", STATE, kind, doc, lines)


PLACED = ("action_and_gradient", "hessian_product", "closed_equations", "readers")
"""Functions that name the places of streams."""

CLOSED = (
    "The saddle-point equations closed on the lowest overlaps: fluxes up, overlaps down.\n\n"
    "    A fixed point where no part is cut off is a stationary point of the action.\n    "
)
REFUSED = "refuse_no_density(overlaps, problem.widths)"
LAW = (
    "ln p(overlaps) at finite width, exact where every N_s is at least the number of vectors;\n"
    "    without a constant of widths and head counts."
)

ADD_UP = '''def add_up(parts: Any, count: int) -> tuple[Array, ...]:
    """Sums over parts, stream by stream.

    Args:
        parts: (the places of some streams, an array for each of them).
        count: The number of streams.
    """
    total: list[Any] = [0.0] * count
    for place, arrays in parts:
        for stream, array in zip(range(place.start, place.stop), arrays, strict=True):
            total[stream] = total[stream] + array
    return tuple(total)'''
