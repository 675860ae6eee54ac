"""A declared symmetry: which layers have exchangeable heads, and what it splits.

The heads of each declared layer are permuted, independently of those of other layers; see
`derive.symmetry.permutations`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from derive.errors import RuleError
from derive.symmetry.permutations import Permutations
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.description.graph import Weight


@dataclass(frozen=True)
class Symmetry(Permutations):
    """Permutations of the heads of some layers.

    Attributes:
        notation: The symbols.
        weights: The weights whose heads are permuted, the lowest first.
        single: The weights of layers with branches that have one, by number.
        apart: Those over whose heads one direction, orthogonal to the ones, is left alone as well.
    """

    notation: Notation
    weights: tuple[int, ...]
    single: tuple[int, ...]
    apart: tuple[int, ...] = ()

    @property
    def layers(self) -> tuple[int, ...]:
        """The declared layers, as numbers of layers with branches from below."""
        graph = self.notation.graph
        return tuple(graph.weights[weight].branching or 0 for weight in self.weights)

    @property
    def ones(self) -> dict[Any, Any]:
        """From the head counts that are 1 to their value, and from the number of outputs."""
        outputs = {self.notation.outputs(): sympy.Integer(self.notation.outputs_apart)}
        heads = {self.notation.heads(weight): sympy.S.One for weight in self.single}
        return heads | {old: new for old, new in outputs.items() if old != new}

    @property
    def counting(self) -> set[Any]:
        """Symbols of numbers of vectors: heads, and outputs."""
        heads = {self.heads(weight) for weight in (*self.weights, *self.single)}
        return heads | {self.notation.outputs()}

    def heads(self, weight: int) -> Any:
        """H_l."""
        return self.notation.heads(weight)


def declare(notation: Notation, layers: Sequence[int] | None = None) -> Symmetry:
    """Declare which layers have exchangeable heads.

    Args:
        notation: Of the network.
        layers: Numbers of layers with branches, from 1 from below; all that have several heads (a
            symbol counts as several) where left out.

    Raises:
        RuleError: A layer does not exist, or has one head; or one with several heads is left out,
            so that its overlaps would stay matrices.
    """
    attention = {w.branching: w for w in notation.graph.weights if w.branching is not None}
    several = [number for number, weight in attention.items() if weight.heads != 1]
    if not several:
        raise RuleError(
            "no layer of the network has several heads or other branches, so there is nothing to "
            "exchange; give a layer more than one"
        )
    wanted = several if layers is None else list(layers)
    _check(wanted, attention, several)
    return Symmetry(
        notation=notation,
        weights=tuple(attention[number].index for number in sorted(wanted)),
        single=tuple(w.index for number, w in attention.items() if number not in several),
    )


def _check(wanted: list[int], attention: dict[int, Weight], several: list[int]) -> None:
    listed = ", ".join(map(str, several))
    remedy = f"declare layers with several heads: {listed}"
    for number in wanted:
        if number not in attention:
            raise RuleError(
                f"layer {number}: the network has {len(attention)} layers with branches; {remedy}"
            )
        if number not in several:
            raise RuleError(f"layer {number}: it has one head, and nothing to exchange; {remedy}")
        if wanted.count(number) > 1:
            raise RuleError(f"layer {number}: it is declared twice; declare it once")
    for number in several:
        if number not in wanted:
            raise RuleError(
                f"layer {number}: it has several heads and is not declared, so overlaps stay "
                f"matrices over its heads and have no eigenvalues by symmetry; {remedy}"
            )
