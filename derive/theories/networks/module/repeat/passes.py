"""The functions over all layers that go from part to part, up from the labels or down again."""

from __future__ import annotations

from derive.programs import wrap
from derive.theories.networks.derivation.repeat.parts import INDEX
from derive.theories.networks.module.functions import ARRAYS
from derive.theories.networks.module.repeat.loops import STATE, Loops
from derive.theories.networks.module.repeat.sections import SLOPE, Section


class Passes(Loops):
    """Prints the functions that hand something from part to part."""

    def all(self) -> list[str]:
        """Every function of any network, in the order of the module."""
        return [self.saddle_right_hand_side(), self.infinite_width(), self.first_correction()]

    def saddle_right_hand_side(self) -> str:
        """The right-hand sides, from the bottom up."""
        lines = [f"    right: {ARRAYS} = ()", *self._start()]
        for section in self.sections:
            if section.shared and not self._is_within(section, -1):
                lines += ["    total, within = slope.copy(), ()"]
            lines += self._in_loop(section, self._saddle)
            if section.shared and not section.within:
                lines += self._closed(section)
            if section.top:
                lines.append("    return right")
        handed = " and the ".join(self.hands)
        doc = (
            "Right-hand sides of the saddle-point equations G_s = ..., the lowest stream first;\n"
            f"    the {handed} goes up from part to part."
        )
        return self._function("saddle_right_hand_side", STATE, ARRAYS, doc, lines)

    def _start(self) -> list[str]:
        first = self.sections[0].takes
        call = "flux_of_labels(overlaps, problem)"
        if first == SLOPE:
            call = "action_and_gradient_of_labels(overlaps, problem)[1][0]"
        return [f"    {first} = {call}"]

    def _is_within(self, section: Section, step: int) -> bool:
        """Whether the part beside one stands in the stream that it begins in."""
        place = self.sections.index(section) + step
        return place >= 0 and self.sections[place].within

    def _saddle(self, section: Section, indent: int) -> list[str]:
        """What a part hands up, and the right-hand sides of its own streams."""
        space, lines = " " * indent, []
        if section.shared:
            call = section.call("action_and_gradient", "overlaps", "problem")
            lines = [
                *wrap.statement("own = ", f"{call}[1][0]", indent),
                f"{space}total[: len(own), : len(own)] += own",
            ]
        if section.name not in self.with_saddle:
            return lines
        given = () if section.shared else (section.takes,)
        call = section.call("saddle", *given, "overlaps", "problem")
        handed = () if section.top or section.within else self.hands
        lines += wrap.statement(f"{', '.join(('found', *handed))} = ", call, indent)
        return [*lines, f"{space}{'within' if section.shared else 'right'} += found"]

    def _closed(self, section: Section) -> list[str]:
        """The equation of a shared stream, once all parts that add vectors to it are passed."""
        stream = next(s for s in self.streams if s.entry == section.entry)
        call = f"saddle_of_{stream.name}(total, overlaps, problem)"
        return [f"    right += ({call}, *within)"]

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
        """What was found above a part; the lowest of it grows where it is in the same stream."""
        return f"{name}[1:]" if section.within else name

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


CLOSED = (
    "The saddle-point equations closed on the lowest overlaps: fluxes up, overlaps down.\n\n"
    "    A fixed point where no part is cut off is a stationary point of the action.\n    "
)
