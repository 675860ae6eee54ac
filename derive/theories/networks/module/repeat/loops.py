"""What functions over all layers have in common: lines for every part, in a loop for a block."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from derive.programs import wrap
from derive.theories.networks.derivation.repeat.parts import INDEX
from derive.theories.networks.module.functions import ARRAYS
from derive.theories.networks.module.repeat.names import Depths
from derive.theories.networks.module.repeat.pieces import PartFunctions
from derive.theories.networks.module.repeat.sections import Section
from derive.theories.networks.module.repeat.streams import StreamFunctions

Line = Callable[[Section, int], Iterable[str]]
"""From a part and an indent to lines of code."""
STATE = f"overlaps: {ARRAYS}, problem: Problem"


class Loops:
    """Prints functions over all layers; streams that copies share bring their part as a whole.

    Args:
        parts: The functions of the parts, the lowest first.
        streams: Those of shared streams.
        hands: What parts hand up: flux, slope or both.
        depths: The depths of the network.
    """

    def __init__(
        self,
        parts: Sequence[PartFunctions],
        streams: Sequence[StreamFunctions],
        hands: Sequence[str],
        depths: Depths,
    ) -> None:
        self.sections = tuple(part.section for part in parts)
        self.with_saddle = {part.section.name for part in parts if part.has_saddle}
        self.streams, self.hands, self.depths = tuple(streams), tuple(hands), depths

    def _function(self, name: str, arguments: str, kind: str, doc: str, lines: list[str]) -> str:
        head = f"def {name}({arguments}) -> {kind}:"
        if len(head) > wrap.WIDTH:
            head = f"def {name}(\n    {arguments}\n) -> {kind}:"
        entries = [s.entry for s in self.sections] if name in PLACED else []
        copies = [s.copies for s in self.sections if s.block]
        depths = self.depths.unpack([*entries, *copies])
        return "\n".join([head, f'    """{doc}"""', *depths, *lines])

    def _each(self, line: Line, *, down: bool = False) -> Iterable[str]:
        """Lines for every part, in a loop where it is a block."""
        for section in reversed(self.sections) if down else self.sections:
            yield from self._in_loop(section, line, down=down)

    @staticmethod
    def _in_loop(section: Section, line: Line, *, down: bool = False) -> Iterable[str]:
        if section.block is None:
            yield from line(section, 4)
            return
        copies = section.copies
        numbers = f"{copies}, 0, -1" if down else f"1, {copies + 1}"
        yield f"    for {INDEX} in range({numbers}):"
        yield from line(section, 8)


PLACED = ("action_and_gradient", "hessian_product", "closed_equations", "readers")
"""Functions that name the places of streams."""
