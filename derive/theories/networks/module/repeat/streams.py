"""The functions of a stream that a symbolic number of copies share: what it brings as a whole."""

from __future__ import annotations

from typing import Any

from derive.algebra import build, normal
from derive.theories.networks.derivation.repeat.composed import SharedLayer
from derive.theories.networks.module.repeat.brought import STATE, Brought
from derive.theories.networks.module.repeat.names import Depths, Names, Place
from derive.theories.networks.module.repeat.sections import SLOPE


class StreamFunctions(Brought):
    """Prints what the change of variables of a whole stream brings, and its equation.

    Attributes:
        entry: The place of the stream, from 0.
    """

    what = "its change of variables"

    def __init__(
        self, layer: SharedLayer, name: str, reserved: frozenset[str], depths: Depths
    ) -> None:
        entry, found = depths.in_code(layer.number - 1), layer.jacobian
        width = found.window.notation.width(0)
        count = type(found.count)("m_s", **found.count.assumptions0)
        self.width = type(width)("N_s", **width.assumptions0)
        self.overlap = build.overlap("G_s", count)
        symbols = {found.overlap: self.overlap, found.count: count, width: self.width}
        sources = {"G_s": "overlaps", "N_s": "problem.widths", "m_s": "problem.vectors"}
        places = tuple(Place(key, source, entry) for key, source in sources.items())
        super().__init__(found.window.theory, reserved, Names(symbols, places), depths)
        self.name, self.entry, self.values = name, entry, found.values
        self.order_parameters = (found.overlap,)
        self.has_mean = any(here.notation.has_mean for here in layer.windows)

    def all(self) -> list[str]:
        """Every function of the stream."""
        return [
            self.action(),
            self.constant_of([0]),
            self.action_and_gradient(),
            self.hessian_product(),
            self.saddle_right_hand_side(),
            *([] if self.has_mean else [self.overlap_law()]),
        ]

    def widths(self) -> list[Any]:
        """That of the stream."""
        return [self.width]

    def saddle_right_hand_side(self) -> str:
        """The right-hand side of its equation, which is multiplied out."""
        slope = build.overlap(SLOPE, self.overlap.shape[0])
        total = build.add(slope, self.slopes()[self.overlap])
        rest = build.add(build.scale(1 / self.width, total), build.inv(self.overlap))
        right = normal(build.mul(self.overlap, rest, self.overlap))
        program = self.program([right])
        doc = (
            "The right-hand side of its saddle-point equation, from dS/dG of all else than the\n"
            "    change of its variables."
        )
        name, arguments = self.called("saddle"), self.arguments(f"{SLOPE}: Array", *STATE)
        return self.function(name, arguments, "Array", doc, program, program.results[0])


def streams_of(
    layers: tuple[Any, ...], reserved: frozenset[str], depths: Depths
) -> tuple[StreamFunctions, ...]:
    """The streams that copies share, the lowest first."""
    shared = [layer for layer in layers if isinstance(layer, SharedLayer)]
    mark = len(shared) > 1
    return tuple(
        StreamFunctions(layer, f"shared_stream_{k}" if mark else "shared_stream", reserved, depths)
        for k, layer in enumerate(shared, start=1)
    )
