"""The functions over all layers that add what the parts bring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from derive.programs import wrap
from derive.theories.networks.module.functions import ARRAYS
from derive.theories.networks.module.repeat.loops import STATE, Loops
from derive.theories.networks.module.repeat.sections import Section


class Sums(Loops):
    """Prints the sums over parts; a part may have the first rows of a stream alone."""

    def all(self) -> list[str]:
        """Every function, in the order of the module."""
        return [
            self.sum("action", STATE, "S, twice the negative log density at leading order."),
            self.sum(
                "constant", "problem: Problem",
                "ln p(labels) + S/2: the extensive constants, that no order parameter enters.",
                name="evidence_constant",
            ),
            self.action_and_gradient(),
            self.hessian_product(),
            ADD_UP,
        ]  # fmt: skip

    def law(self) -> str:
        """The exact law of the overlaps."""
        return self.sum("law", STATE, LAW, name="overlap_law", labels=False, first=REFUSED)

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


REFUSED = "refuse_no_density(overlaps, problem.widths)"
LAW = (
    "ln p(overlaps) at finite width, exact where every N_s is at least the number of vectors;\n"
    "    without a constant of widths and head counts."
)

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
