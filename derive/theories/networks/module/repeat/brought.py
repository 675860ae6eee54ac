"""The functions of what one part, or a shared stream, brings to the sums over all layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from derive.algebra import gradient
from derive.algebra.scalars import expand
from derive.programs.grouping import grouped
from derive.programs.program import Program
from derive.theories.networks.derivation.theory import Theory
from derive.theories.networks.module.functions import ARRAYS, Functions
from derive.theories.networks.module.repeat.names import Depths, Names

STATE = f"overlaps: {ARRAYS}", "problem: Problem"


class Brought(Functions):
    """Prints what something brings: numbers, gradients and the changes of these.

    Args:
        theory: Of the window that it is of.
        reserved: Names that are taken.
        names: The identifiers of the window's symbols.
        depths: The depths of the network.

    Attributes:
        name: What its functions are called after.
        what: What brings it, in docstrings.
        values: What it brings, by the field of a share, in the window's symbols.
        order_parameters: The overlaps that it depends on.
    """

    name: str
    what = "it"
    values: Mapping[str, Any]
    order_parameters: tuple[Any, ...]

    def __init__(
        self, theory: Theory, reserved: frozenset[str], names: Names, depths: Depths
    ) -> None:
        super().__init__(theory, reserved)
        self.hints, self.sizes = {}, {}  # sizes of a few layers are short
        self.names, self.depths = names, depths

    def unpack(self, program: Program, *, whole: bool = False) -> list[str]:
        """The lines that name what a program needs."""
        used = {str(getattr(symbol, "name", "")) for symbol in program.symbols}
        return self.names.unpack(used, self.depths)

    def arguments(self, *others: str) -> str:
        """The parameters of one of its functions."""
        return ", ".join(others)

    def called(self, function: str) -> str:
        """The name of one of its functions."""
        return f"{function}_of_{self.name}"

    def value(self, key: str) -> Any:
        """What it brings, in the identifiers of the module, grouped by widths."""
        return grouped(expand(self.names.of(self.values[key])), self.widths())

    def slopes(self) -> dict[Any, Any]:
        """The gradients of its part of S."""
        value, of = self.values["action"], self.names.of
        return {of(g): of(gradient(value, g)) for g in self.order_parameters}

    def listed(self) -> str:
        """The overlaps that it depends on, in words."""
        *others, last = [self.names.of(g).name for g in self.order_parameters]
        return f"{', '.join(others)} and {last}" if others else last

    def action(self) -> str:
        """Its part of S."""
        return self._brings("action", STATE, "S", "action")

    def overlap_law(self) -> str:
        """Its part of the exact law."""
        return self._brings("law", STATE, "ln p(overlaps)", "law")

    def constant_of(self, streams: Sequence[int]) -> str:
        """Its part of ln evidence + S/2.

        Args:
            streams: Those of the window whose vectors it has.
        """
        self.require_least_at_prior(self.values["kept"], streams)
        return self._brings("constant", STATE[1:], "ln p(labels) + S/2", "kept")

    def _brings(self, function: str, arguments: Sequence[str], to: str, key: str) -> str:
        value = self.names.of(self.values[key]) if key == "kept" else self.value(key)
        doc = f"What {self.what} brings to {to}."
        return self.number(self.called(function), self.arguments(*arguments), doc, value)

    def action_and_gradient(self) -> str:
        """Its part of S and of dS/dG."""
        doc = f"What {self.what} brings to S, and the gradients of that with respect to "
        name, arguments = self.called("action_and_gradient"), self.arguments(*STATE)
        return self.value_and_gradient(
            name, arguments, f"{doc}{self.listed()}.", self.value("action"), self.slopes()
        )

    def hessian_product(self) -> str:
        """Its part of the Hessian."""
        doc = f"The map from directions to the changes of its gradients, for {self.listed()}."
        return self.curvature(self.called("hessian"), self.arguments(*STATE), doc, self.slopes())
