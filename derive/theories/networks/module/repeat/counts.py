"""The functions that count: heads of weights, vectors of streams, and the table of paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy

from derive.programs import wrap
from derive.programs.printer import size
from derive.theories.networks.derivation.repeat.parts import INDEX
from derive.theories.networks.description.graph import Weight
from derive.theories.networks.module.functions import tuple_text
from derive.theories.networks.module.path_lines import Branches, PathLines
from derive.theories.networks.module.repeat.names import ABOVE, Depths
from derive.theories.networks.module.repeat.sections import Section


class Counts:
    """Prints the functions that count."""

    def __init__(self, sections: Sequence[Section], depths: Depths) -> None:
        self.sections = tuple(sections)
        self.depths = depths

    def all(self) -> list[str]:
        """Every function."""
        found = [self.weights_with_heads(), BRANCHES, self.vectors()]
        if any(section.shared for section in self.sections):
            found.append(self.rows())
        return [*found, self.path_table()]

    def _depths(self) -> list[str]:
        return self.depths.unpack([s.copies for s in self.sections if s.block], "depths")

    def weights_with_heads(self) -> str:
        """Which weights have heads."""
        found = ["False"]
        for section in self.sections:
            marks = [str(w.branching is not None) for w in _own(section)]
            if section.block is None:
                found += marks
            else:
                copies = section.copies
                times = str(copies) if copies.is_Symbol else f"({copies})"
                found.append(f"*{tuple_text(marks)} * {times}")
        return "\n".join([
            "def weights_with_heads(depths: tuple[int, ...]) -> tuple[bool, ...]:",
            '    """Whether each weight has heads, from V_0 up to the readout."""',
            *self._depths(),
            *wrap.statement("return ", tuple_text(found)),
        ])  # fmt: skip

    def vectors(self) -> str:
        """How many vectors every stream has."""
        lines = [
            "def vectors_of_streams(",
            "    branches: tuple[int, ...], depths: tuple[int, ...]",
            ") -> tuple[int, ...]:",
            '    """m_s, how many vectors every stream has, the lowest stream first.',
            "",
            "    They are made from the readout down, by every weight from those that it acts on.",
            '    """',
            *self._depths(),
        ]
        for section in reversed(self.sections):
            notation, places = section.window.notation, section.places
            counts = [notation.vectors_count(k) for k in places]
            above = "vectors[1:]" if section.within else "vectors"
            self._counted(section, counts, ("vectors", above), lines)
        return "\n".join([*lines, "    return vectors"])

    def rows(self) -> str:
        """How many vectors a stream has down to those of each weight."""
        lines = [
            "def rows_of_weights(",
            "    branches: tuple[int, ...], depths: tuple[int, ...]",
            ") -> tuple[int, ...]:",
            '    """How many vectors a stream has from its first down to those of each weight.',
            "",
            "    The first entry, of V_0, counts the paths.",
            '    """',
            *self._depths(),
        ]
        for section in reversed(self.sections):
            notation = section.window.notation
            counts = [
                notation.block_start(k) + notation.block_size(k)
                for k in section.window.weights_of(0)
            ]
            self._counted(section, counts, ("rows", "rows"), lines)
        return "\n".join([*lines, "    return rows[:1] + rows"])

    def _counted(
        self, section: Section, counts: list[Any], name: tuple[str, str], lines: list[str]
    ) -> None:
        """Lines that put the counts of a part before those found above it."""
        indent = self._loop(section, lines)
        counts = [section.names.of(count) for count in counts]
        target, above = name
        used = {s.name for c in counts for s in c.free_symbols}
        lines += self._unpack(section, used, indent, target)
        found = tuple_text([size(count) for count in counts])
        first = f"{target}: tuple[int, ...] = " if section.top else f"{target} = "
        lines += wrap.statement(first, found if section.top else f"{found} + {above}", indent)

    def _loop(self, section: Section, lines: list[str]) -> int:
        if section.block is None:
            return 4
        lines.append(f"    for {INDEX} in range({section.copies}, 0, -1):")
        return 8

    def _unpack(
        self, section: Section, used: set[str], indent: int, target: str = "vectors"
    ) -> list[str]:
        """Heads by their weights; the number of vectors above, which is the last one found."""
        places = [p for p in section.names.places if p.name in used]
        names = [place.name for place in places]
        values = [
            place.code("branches") if place.source == "problem.branches" else f"{target}[0]"
            for place in places
        ]
        if not names:
            return []
        return wrap.statement(f"{', '.join(names)} = ", ", ".join(values), indent)

    def path_table(self) -> str:
        """The heads that every path takes."""
        several = self.sections[-1].window.notation.outputs() != 1
        shape = "Shape (M, number of layers with heads); 0 where the path takes the skip."
        if several:
            shape = (
                "Shape (M, number of layers with heads + 1), the last column the output; 0 where "
                "the path takes the skip."
            )
        lines = [
            "def path_table(heads: tuple[int, ...], depths: tuple[int, ...]) -> Array:",
            '    """The head that each path takes in every layer with heads, the lowest first.',
            "",
            *wrap.paragraph(shape, 4),
            '    """',
            *self._depths(),
        ]
        body: list[str] = []
        for section in reversed(self.sections):
            indent = self._loop(section, body)
            body += self._paths_of(section, indent)
        if any("branches[" in line for line in body):
            lines.append("    branches = branches_of_weights(heads, depths)")
        layers = "    layers = [k for k, found in enumerate(weights_with_heads(depths)) if found]"
        layers += " + [OUTPUT]" if several else ""
        paths = f"    paths = vectors_{ABOVE}"
        return "\n".join([*lines, *body, paths, layers, *PATHS])

    def _paths_of(self, section: Section, indent: int) -> list[str]:
        here = section.window

        def branches(weight: Weight) -> Branches:
            entry = self.depths.in_code(here.weight_number(weight.index))
            return Branches(entry, f"branches[{entry}]")

        paths = PathLines(here.notation, section.weights.__getitem__, branches, "OUTPUT")
        lines = paths.ends() if section.top else []
        for weight in reversed(_own(section)):
            if weight.above is not None:
                lines += paths.vectors(weight, indent)
        total = paths.joined(here.notation.graph.weights[0])
        return lines + wrap.statement(f"vectors_{ABOVE} = ", total, indent)


def _own(section: Section) -> list[Weight]:
    weights = section.window.notation.graph.weights
    return [weights[k] for k in section.window.weights_of(0)]


PATHS = [
    "    rows = [[path.get(layer, 0) for layer in layers] for path in paths]",
    "    return np.array(rows, dtype=int).reshape(len(rows), len(layers))",
]

BRANCHES = '''def branches_of_weights(
    heads: tuple[int, ...], depths: tuple[int, ...]
) -> tuple[int, ...]:
    """H of every weight, from V_0 up to the readout; 1 for a weight without heads."""
    counts = iter(heads)
    return tuple(next(counts) if found else 1 for found in weights_with_heads(depths))'''


def count_of_streams(sections: Sequence[Section]) -> Any:
    """The number of streams, in the identifiers of a module."""
    own = [(s.copies if s.block else 1) * len(s.window.streams_of(0)) for s in sections]
    shared = {section.entry for section in sections if section.shared}
    return sympy.expand(sympy.Add(*own, len(shared)))
