"""The functions over all layers where copies share a stream: they work on the first of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from derive.programs import wrap
from derive.theories.networks.derivation.repeat.parts import INDEX
from derive.theories.networks.module.functions import ARRAYS
from derive.theories.networks.module.repeat.loops import STATE, Loops
from derive.theories.networks.module.repeat.names import Depths
from derive.theories.networks.module.repeat.pieces import PartFunctions
from derive.theories.networks.module.repeat.sections import SLOPE, Section
from derive.theories.networks.module.repeat.streams import StreamFunctions


class SharedLoops(Loops):
    """Prints the functions over all layers; shared streams bring their part as a whole."""

    def __init__(
        self,
        parts: Sequence[PartFunctions],
        streams: Sequence[StreamFunctions],
        hands: Sequence[str],
        depths: Depths,
    ) -> None:
        super().__init__([part.section for part in parts], hands, depths)
        self.with_saddle = {part.section.name for part in parts if part.has_saddle}
        self.streams = tuple(streams)

    def add_up(self) -> str:
        """The sum over parts."""
        return ADD_UP

    def _totals(self, what: str, given: Sequence[str]) -> Iterable[str]:
        for stream in self.streams:
            yield f"    total += {what}_of_{stream.name}({', '.join(given)})"

    def _count(self, section: Section, place: int) -> str:
        """How many rows a part has of a stream."""
        if place == 0 and section.shared:
            return f"problem.rows[{section.row_entry(0)}]"
        return f"problem.vectors[{section.stream_entry(place)}]"

    def _places(self, section: Section) -> str:
        streams = range(len(section.window.notation.streams()))
        pairs = [f"({section.stream_entry(k)}, {self._count(section, k)})" for k in streams]
        return f"({', '.join(pairs)},)" if len(pairs) == 1 else f"({', '.join(pairs)})"

    def _collected(self, what: str, target: str) -> list[str]:
        """Lines that list what the parts bring, each with the places of its streams."""
        lines = [
            f"    {target} = [",
            f"        (((0, problem.vectors[0]),), {what}_of_labels(overlaps, problem))",
            "    ]",
        ]

        def line(section: Section, indent: int) -> list[str]:
            space, call = " " * indent, section.call(what, "overlaps", "problem")
            places = wrap.statement("places = ", self._places(section), indent)
            return [*places, f"{space}{target}.append((places, {call}))"]

        lines += self._each(line)
        for stream in self.streams:
            place = f"(({stream.entry}, problem.vectors[{stream.entry}]),)"
            call = f"{what}_of_{stream.name}(overlaps, problem)"
            lines += [f"    places = {place}", f"    {target}.append((places, {call}))"]
        return lines

    def action_and_gradient(self) -> str:
        """S and dS/dG."""
        lines = [
            *self._collected("action_and_gradient", "parts"),
            "    value = sum(number for _, (number, _) in parts)",
            "    slopes = [(places, gradients) for places, (_, gradients) in parts]",
            "    return value, add_up(slopes, problem)",
        ]
        doc = "S and its gradients dS/dG_s, the lowest stream first."
        kind = f"tuple[float, {ARRAYS}]"
        return self._function("action_and_gradient", STATE, kind, doc, lines)

    def hessian_product(self) -> str:
        """The map from directions to Hessian products."""
        lines = [
            *self._collected("hessian", "products"),
            "",
            f"    def product(directions: {ARRAYS}) -> {ARRAYS}:",
            "        changes = []",
            "        for places, change in products:",
            "            own = tuple(leading(directions[k], count) for k, count in places)",
            "            changes.append((places, change(own)))",
            "        return add_up(changes, problem)",
            "",
            "    return product",
        ]
        doc = "The map from symmetric directions dG_s to the changes of the gradients, at G_s."
        kind = f"Callable[[{ARRAYS}], {ARRAYS}]"
        return self._function("hessian_product", STATE, kind, doc, lines)

    def saddle_right_hand_side(self) -> str:
        """The right-hand sides, from the bottom up."""
        lines = [f"    right: {ARRAYS} = ()", *self._start()]
        for section in self.sections:
            first = section.shared and not self._is_within(section, -1)
            if first:
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

    def _in_loop(self, section: Section, line: Any) -> list[str]:
        if section.block is None:
            return list(line(section, 4))
        found = [f"    for {INDEX} in range(1, {section.copies + 1}):"]
        return [*found, *line(section, 8)]

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

    def _kept(self, section: Section, name: str) -> str:
        """What was found above a part; the lowest of it grows where it is in the same stream."""
        return f"{name}[1:]" if section.within else name


ADD_UP = '''def add_up(parts: Any, problem: Problem) -> tuple[Array, ...]:
    """Sums over parts, stream by stream; a part may have the first rows of a stream alone.

    Args:
        parts: ((stream, number of rows) for some streams, an array for each of them).
        problem: Its streams.
    """
    total = [np.zeros((count, count)) for count in problem.vectors]
    for places, arrays in parts:
        for (stream, count), array in zip(places, arrays, strict=True):
            total[stream][:count, :count] += array
    return tuple(total)


def leading(matrix: Array, count: int) -> Array:
    """Its first rows and columns."""
    return matrix[:count, :count]'''
