"""The functions of a stream that a symbolic number of copies share: what it brings as a whole."""

from __future__ import annotations

from typing import Any

from derive.algebra import build, gradient, normal
from derive.algebra.scalars import expand
from derive.programs.grouping import grouped
from derive.programs.program import Program
from derive.theories.networks.derivation.repeat.composed import SharedLayer
from derive.theories.networks.module.functions import ARRAYS, Functions
from derive.theories.networks.module.repeat.names import Depths, Names, Place
from derive.theories.networks.module.repeat.sections import SLOPE

STATE = f"overlaps: {ARRAYS}", "problem: Problem"


class StreamFunctions(Functions):
    """Prints what the change of variables of a whole stream brings, and its equation.

    Attributes:
        name: What the functions are called after.
        entry: The place of the stream, from 0.
    """

    def __init__(
        self, layer: SharedLayer, name: str, reserved: frozenset[str], depths: Depths
    ) -> None:
        super().__init__(layer.jacobian.window.theory, reserved)
        self.hints = {}
        self.name, self.depths, self.layer = name, depths, layer
        self.has_mean = any(here.notation.has_mean for here in layer.windows)
        self.entry = depths.in_code(layer.number - 1)
        change, width = layer.jacobian, self.notation.width(0)
        self.count = type(change.count)("m_s", **change.count.assumptions0)
        self.overlap = build.overlap("G_s", self.count)
        self.width = type(width)("N_s", **width.assumptions0)
        symbols = {change.overlap: self.overlap, change.count: self.count, width: self.width}
        places = (
            Place("G_s", "overlaps", self.entry),
            Place("N_s", "problem.widths", self.entry),
            Place("m_s", "problem.vectors", self.entry),
        )
        self.names = Names(symbols, places)

    def all(self) -> list[str]:
        """Every function of the stream."""
        return [
            self.action(),
            self.evidence_constant(),
            self.action_and_gradient(),
            self.hessian_product(),
            self.saddle_right_hand_side(),
            *([] if self.has_mean else [self.overlap_law()]),
        ]

    def unpack(self, program: Program, *, whole: bool = False) -> list[str]:
        """The lines that name what a program needs."""
        used = {str(getattr(symbol, "name", "")) for symbol in program.symbols}
        return self.names.unpack(used, self.depths)

    def _value(self, key: str) -> Any:
        return self.names.of(self.layer.jacobian.values[key])

    def _slopes(self) -> dict[Any, Any]:
        return {self.overlap: gradient(self._value("action"), self.overlap)}

    def _number(self, what: str, arguments: tuple[str, ...], doc: str, key: str) -> str:
        value = grouped(expand(self._value(key)), [self.width])
        return self.number(f"{what}_of_{self.name}", ", ".join(arguments), doc, value)

    def action(self) -> str:
        """Its part of S."""
        return self._number("action", STATE, "What its change of variables brings to S.", "action")

    def evidence_constant(self) -> str:
        """Its part of ln evidence + S/2."""
        self.require_least_at_prior(self.layer.jacobian.values["kept"], [0])
        doc = "What its change of variables brings to ln p(labels) + S/2."
        return self._number("constant", STATE[1:], doc, "kept")

    def overlap_law(self) -> str:
        """Its part of the exact law."""
        doc = "What its change of variables brings to ln p(overlaps)."
        return self._number("law", STATE, doc, "law")

    def action_and_gradient(self) -> str:
        """Its part of S and of dS/dG."""
        doc = "What its change of variables brings to S, and the gradient of that."
        return self.value_and_gradient(
            f"action_and_gradient_of_{self.name}", ", ".join(STATE), doc, self._value("action"),
            self._slopes(),
        )  # fmt: skip

    def hessian_product(self) -> str:
        """Its part of the Hessian."""
        doc = "The map from a direction to the change of its gradient, for G_s."
        return self.curvature(f"hessian_of_{self.name}", ", ".join(STATE), doc, self._slopes())

    def saddle_right_hand_side(self) -> str:
        """The right-hand side of its equation, which is multiplied out."""
        slope = build.overlap(SLOPE, self.count)
        total = build.add(slope, self._slopes()[self.overlap])
        rest = build.add(build.scale(1 / self.width, total), build.inv(self.overlap))
        right = normal(build.mul(self.overlap, rest, self.overlap))
        program = self.program([right])
        doc = (
            "The right-hand side of its saddle-point equation, from dS/dG of all else than the\n"
            "    change of its variables."
        )
        arguments = ", ".join((f"{SLOPE}: Array", *STATE))
        name = f"saddle_of_{self.name}"
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
