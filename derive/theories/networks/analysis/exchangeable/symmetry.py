r"""A declared symmetry: which layers have exchangeable heads, and what it splits.

The heads of each declared layer are permuted, independently of those of other layers. A space of
heads is the span of the ones and what is orthogonal to it, of dimensions 1 and H - 1. A sector says
for each declared layer which of the two; where a stream has n(H) vectors, Taylor's formula

.. math:: n(H) = \sum_S k_S \prod_{l \in S} (H_l - 1)

counts them: a matrix that no permutation changes is, in sector S, a matrix of size k_S, as often as
the product says. For chains every k_S is 1, and the matrices are numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import sympy

from derive.algebra.copies import opened
from derive.errors import RuleError
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.description.graph import Weight

Sector = tuple[int, ...]
"""The weights over whose heads a sector is orthogonal to the ones, the lowest first."""


@dataclass(frozen=True)
class Symmetry:
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

    def is_paths(self, size: Any) -> bool:
        """Whether a size counts vectors, and no examples or features."""
        heads = {self.notation.heads(weight) for weight in (*self.weights, *self.single)}
        return bool(size.free_symbols <= heads | {self.notation.outputs()})

    def size(self, size: Any) -> Any:
        """A number of vectors, multiplied out, with the head counts that are 1 in place."""
        return opened(size.xreplace(self.ones))

    def count(self, size: Any, sector: Sector) -> Any:
        """k_S: the coefficient of prod (H_l - 1) in a number of vectors.

        Where heads stand apart, that of H_l - 2 in the place of H_l - 1.
        """
        chosen = {self.notation.heads(weight) for weight in sector}
        kept = {self.notation.heads(weight): self.kept(weight) for weight in self.weights}
        found = 0
        for term in sympy.Add.make_args(self.size(sympy.sympify(size))):
            number, heads = term.as_coeff_Mul()
            if chosen <= heads.free_symbols:
                found += number * math.prod(kept[h] for h in heads.free_symbols - chosen)
        return sympy.Integer(found)

    def kept(self, weight: int) -> int:
        """How many directions over the heads of a layer are left alone: the ones, and one more."""
        return 2 if weight in self.apart else 1

    def sectors(self, size: Any) -> tuple[Sector, ...]:
        """The sectors of a number of vectors: fewer layers first, lower layers last."""
        found = []
        for order in range(len(self.weights) + 1):
            chosen = list(combinations(self.weights, order))
            found += [sector for sector in reversed(chosen) if self.count(size, sector) > 0]
        return tuple(found)

    def multiplicity(self, sector: Sector) -> Any:
        """prod (H_l - 1): the dimension of what the permutations mix."""
        parts = (self.notation.heads(weight) - self.kept(weight) for weight in sector)
        return sympy.Mul(*parts)

    def label(self, size: Any, sector: Sector) -> str:
        """A digit for each declared layer that the vectors pass: 1 where orthogonal to the ones."""
        passed = self.size(sympy.sympify(size)).free_symbols
        own = [weight for weight in self.weights if self.notation.heads(weight) in passed]
        return "".join("1" if weight in sector else "0" for weight in own)


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
