"""Lines of a function that lists paths, from the readout down to the vectors of each weight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from derive.programs import wrap
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.description.graph import Weight


class Branches(NamedTuple):
    """What stands for the branches of a weight: the key of a path's choice, and their number."""

    key: Any
    number: str


class PathLines:
    """Prints the paths of a graph.

    Args:
        notation: The graph.
        names: What stands for a weight in names.
        branches: For a weight that has several branches.
        output: The key of a path's output.
    """

    def __init__(
        self,
        notation: Notation,
        names: Callable[[int], str],
        branches: Callable[[Weight], Branches],
        output: Any,
    ) -> None:
        self.notation, self.names, self.branches = notation, names, branches
        self.output = output

    def ends(self) -> list[str]:
        """The paths that begin at the readout: one per output, and per position if it has some."""
        readout, ends = self.notation.graph.weights[-1], "[{}]"
        if self.notation.outputs() != 1:
            ends = f"[{{{self.output}: output + 1}} for output in range(OUTPUTS)]"
        kind, name = "list[dict[int, int]]", f"vectors_{self.names(readout.index)}"
        if readout.branching is None:
            return [f"    {name}: {kind} = {ends}"]
        return [f"    ends: {kind} = {ends}", *self._each(readout, "ends", 4)]

    def vectors(self, weight: Weight, indent: int = 4) -> list[str]:
        """The paths down to the vectors that a weight makes."""
        above, lines = self.joined(weight), []
        if len(weight.acts_on) > 1:
            lines, above = wrap.statement("above = ", above, indent), "above"
        return [*lines, *self._each(weight, above, indent)]

    def joined(self, weight: Weight) -> str:
        """Those that a weight acts on."""
        return " + ".join(f"vectors_{self.names(k)}" for k in weight.acts_on)

    def _each(self, weight: Weight, above: str, indent: int) -> list[str]:
        """The paths through each branch of a weight, one set after another."""
        name, space = f"vectors_{self.names(weight.index)}", " " * indent
        if weight.branching is None:
            return [f"{space}{name} = list({above})"]
        key, number = self.branches(weight)
        parts = f"{{{key}: h, **path}}", f"for h in range(1, {number} + 1)", f"for path in {above}"
        line = f"{space}{name} = [{' '.join(parts)}]"
        if len(line) <= wrap.WIDTH:
            return [line]
        return [f"{space}{name} = [", *(f"{space}    {part}" for part in parts), f"{space}]"]
