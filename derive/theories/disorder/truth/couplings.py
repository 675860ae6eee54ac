r"""Gaussian Hamiltonians with E H(x) H(x') = N g(q), from the coefficients of g.

.. math:: H = \sum_k \sqrt{\frac{N g_k}{\prod_s N_s^{k_s}}}
          \sum_{i j \ldots} T^{(k)}_{i j \ldots} x_i x_j \cdots, \qquad T \sim \mathcal N(0, 1)

for g(q) = sum_k g_k prod_s q_s^{k_s}, where q_s is per site of its population: exact at every N.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy

from derive.errors import SamplingError
from derive.theories.disorder.truth.numeric import Array, Values

MOST_ENTRIES = 5 * 10**7
"""Of a coupling tensor: 400 MB."""


@dataclass(frozen=True, eq=False)
class Interaction:
    """One monomial of the Hamiltonian.

    Attributes:
        names: The component that each index of the tensor runs over.
        tensor: With its scale.
    """

    names: tuple[str, ...]
    tensor: Array = field(repr=False)

    def energy(self, x: Mapping[str, Array]) -> Array:
        """H of configurations, each component of shape (batch, sites)."""
        batch = len(next(iter(x.values())))
        if not self.names:
            return np.full(batch, float(self.tensor))
        total = np.tensordot(x[self.names[-1]], self.tensor, axes=(1, -1))
        for name in reversed(self.names[:-1]):
            total = np.einsum("b...i,bi->b...", total, x[name])
        return total

    def slope(self, x: Mapping[str, Array]) -> dict[str, Array]:
        """dH/dx by component, at one configuration of shape (sites,) each."""
        slopes: dict[str, Array] = {}
        for index, name in enumerate(self.names):
            rest = np.moveaxis(self.tensor, index, 0)
            for other in reversed(self.names[:index] + self.names[index + 1 :]):
                rest = rest @ x[other]
            slopes[name] = slopes.get(name, 0.0) + rest
        return slopes


Monomials = list[tuple[tuple[int, ...], float]]
"""Powers of the overlaps, and the coefficient."""


def draw_interactions(
    monomials: Monomials, own: Sequence[tuple[str, int]], size: int, rng: Any
) -> tuple[Interaction, ...]:
    """The monomials of one Gaussian Hamiltonian, drawn.

    Args:
        monomials: Of g.
        own: The component and the number of its sites, of each overlap.
        size: N.
        rng: The random generator.

    Raises:
        SamplingError: A tensor is too large.
    """
    terms = []
    for powers, coefficient in monomials:
        used = [entry for entry, power in zip(own, powers, strict=True) for _ in range(power)]
        names, shape = tuple(name for name, _ in used), tuple(sites for _, sites in used)
        entries = math.prod(shape)
        if entries > MOST_ENTRIES:
            raise SamplingError(f"couplings: a tensor of shape {shape} has too many entries")
        scale = np.sqrt(size * coefficient / entries)
        terms.append(Interaction(names, scale * rng.standard_normal(shape)))
    return tuple(terms)


def polynomial(covariance: Any, symbols: Sequence[Any], numbers: Values) -> Monomials:
    """g, taken apart.

    Raises:
        SamplingError: It is no polynomial, or a coefficient is negative.
    """
    given = covariance.subs({symbol: whole(value) for symbol, value in numbers.items()})
    try:
        terms = sympy.Poly(given, *symbols).terms()
        found = [(powers, float(coefficient)) for powers, coefficient in terms]
    except (sympy.PolynomialError, TypeError):
        found = [((), -1.0)]
    if any(coefficient < 0 for _, coefficient in found):
        raise SamplingError(
            f"couplings: {covariance} is no polynomial in {', '.join(map(str, symbols))} "
            "whose coefficients are positive, so no couplings can be drawn for it"
        )
    return [(powers, coefficient) for powers, coefficient in found if coefficient > 0]


def whole(value: Any) -> Any:
    """A number for SymPy: exact where it is whole, so that powers stay powers."""
    return sympy.Integer(int(value)) if float(value).is_integer() else sympy.Float(value)
