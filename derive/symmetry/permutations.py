r"""Independent permutations of several sets of indices, and the sectors of what they leave alone.

A space over H indices is the span of the ones and what is orthogonal to it, of dimensions 1 and
H - 1. A sector says for each set which of the two; where there are n(H) vectors, Taylor's formula

.. math:: n(H) = \sum_S k_S \prod_{l \in S} (H_l - 1)

counts them: a matrix that no permutation changes is, in sector S, a matrix of size k_S, as often as
the product says. Where every k_S is 1 the matrices are numbers.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import sympy

from derive.algebra.copies import opened

Sector = tuple[int, ...]
"""The sets over whose indices a sector is orthogonal to the ones, the lowest first."""


class Permutations:
    """Permutations of the indices of some sets; a theory says what the sets are.

    Attributes:
        weights: The sets, by number, in order.
        apart: Those over whose indices one direction, orthogonal to the ones, is left alone too.
    """

    weights: tuple[int, ...]
    apart: tuple[int, ...]

    def heads(self, weight: int) -> Any:
        """H_l, the number of indices of a set."""
        raise NotImplementedError

    @property
    def ones(self) -> dict[Any, Any]:
        """Symbols of sizes that have a value."""
        raise NotImplementedError

    @property
    def counting(self) -> set[Any]:
        """Symbols in numbers of vectors; other sizes have others in them."""
        raise NotImplementedError

    def is_paths(self, size: Any) -> bool:
        """Whether a size counts vectors, and nothing else."""
        return bool(size.free_symbols <= self.counting)

    def size(self, size: Any) -> Any:
        """A number of vectors, multiplied out, with the numbers that are known in place."""
        return opened(size.xreplace(self.ones))

    def count(self, size: Any, sector: Sector) -> Any:
        """k_S: the coefficient of prod (H_l - 1) in a number of vectors.

        Where indices stand apart, that of H_l - 2 in the place of H_l - 1.
        """
        chosen = {self.heads(weight) for weight in sector}
        kept = {self.heads(weight): self.kept(weight) for weight in self.weights}
        dimension = 0
        for term in sympy.Add.make_args(self.size(sympy.sympify(size))):
            number, heads = term.as_coeff_Mul()
            if chosen <= heads.free_symbols:
                dimension += number * math.prod(kept[h] for h in heads.free_symbols - chosen)
        return sympy.Integer(dimension)

    def kept(self, weight: int) -> int:
        """How many directions over the indices of a set are left alone: the ones, and one more."""
        return 2 if weight in self.apart else 1

    def sectors(self, size: Any) -> tuple[Sector, ...]:
        """The sectors of a number of vectors: fewer sets first, lower ones last."""
        sectors = []
        for order in range(len(self.weights) + 1):
            chosen = list(combinations(self.weights, order))
            sectors += [sector for sector in reversed(chosen) if self.count(size, sector) > 0]
        return tuple(sectors)

    def multiplicity(self, sector: Sector) -> Any:
        """prod (H_l - 1): the dimension of what the permutations mix."""
        parts = (self.heads(weight) - self.kept(weight) for weight in sector)
        return sympy.Mul(*parts)

    def label(self, size: Any, sector: Sector) -> str:
        """A digit for each set over which the vectors run: 1 where orthogonal to the ones."""
        passed = self.size(sympy.sympify(size)).free_symbols
        own = [weight for weight in self.weights if self.heads(weight) in passed]
        return "".join("1" if weight in sector else "0" for weight in own)
