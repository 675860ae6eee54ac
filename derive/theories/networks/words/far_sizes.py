"""Sizes of a network that are at once above the numbers of a claim, as far as that is not dear."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from derive.claims import beyond
from derive.claims.beyond import Sizes
from derive.theories.networks.words.conditions import MOST_SIZE, Conditions, Parameters

MOST_HEADS = 40
"""Bounds that heads are above, at most; vectors bound them too."""
MOST_KERNEL = 2_000_000
"""Examples times features times the square of the paths."""


class FarSizes:
    """Makes sizes of instances: heads first, then data, and widths beyond both.

    Args:
        conditions: What they allow.
        expressions: Of the claim, with its numbers.
        vectors: Of a stream, at most.
        widest: Widths are no larger.
        generator: Of whatever is random.

    Attributes:
        bounds: What sizes are above, by their names; 0 where they are not.
    """

    def __init__(
        self,
        conditions: Conditions,
        expressions: Sequence[Any],
        vectors: int,
        widest: int,
        generator: np.random.Generator,
    ) -> None:
        self.conditions, self.expressions, self.generator = conditions, expressions, generator
        self.vectors, self.widest = vectors, widest
        self.bounds: dict[str, int] = {}
        self.base: Sizes = dict.fromkeys(conditions.sizes, 1)

    def parameters(self, variances: Callable[[], Parameters]) -> list[Parameters]:
        """All parameters of a few instances; none where conditions allow none.

        Args:
            variances: Draws what is no size.
        """
        notation = self.conditions.ours.theory.notation
        sizes, heads = self.conditions.sizes, self.conditions.heads
        widths = [notation.width(stream.index) for stream in notation.streams()]
        widths = [width for width in widths if width in sizes]
        data = [size for size in sizes if size not in (*heads, *widths)]
        instances = [self.base]
        for group, most, fits in (
            (heads, MOST_HEADS, self._fit_heads),
            (data, MOST_SIZE, self._fit_data),
            (widths, self.widest, self._fit_widths),
        ):
            if group:
                self.base = instances[0]
                last = self._largest() if group is widths else 0
                made = beyond.made(group, self.expressions, most, fits, self.generator, last)
                self.bounds[", ".join(size.name for size in group)] = made[-1][0] if made else 0
                instances = beyond.together(instances, [numbers for _, numbers in made])
        complete = (self._complete(numbers | variances()) for numbers in instances)
        return [numbers for numbers in complete if numbers is not None]

    def _fit_heads(self, heads: Sizes) -> bool:
        parameters = self._complete(dict.fromkeys(self.base, self.vectors) | heads)
        return parameters is not None and max(self.conditions.vectors(parameters)) <= self.vectors

    def _fit_data(self, data: Sizes) -> bool:
        parameters = self._complete(dict.fromkeys(self.base, self.vectors) | self._heads() | data)
        if parameters is None:
            return False
        notation = self.conditions.ours.theory.notation
        paths = notation.graph.block_size(0, self.conditions.counts(parameters))
        count = math.prod(parameters.get(s, 1) for s in (notation.examples, notation.features))
        return bool(count * paths**2 <= MOST_KERNEL)

    def _fit_widths(self, widths: Sizes) -> bool:
        return (
            max(widths.values()) <= self.widest and self._complete(self.base | widths) is not None
        )

    def _heads(self) -> Sizes:
        return {symbol: self.base[symbol] for symbol in self.conditions.heads}

    def _largest(self) -> int:
        """Of what was chosen, and of the vectors, below which no width may be."""
        return max([*self.base.values(), *self.conditions.vectors(dict(self.base))], default=1)

    def _complete(self, parameters: Parameters) -> Parameters | None:
        return self.conditions.complete(parameters, most=max(MOST_SIZE, self.vectors))
