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
LARGE = 10**7
"""Entries of a tensor in place of which a landscape is drawn, where one can be."""
MOST_BITS = 22
"""Sites of a landscape."""


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


@dataclass(frozen=True, eq=False)
class Landscape:
    """The energy of every configuration of binary sites, where no tensor is small enough.

    Its covariance N g(q) depends on which sites differ, so that characters of the group of flips
    are its eigenvectors.

    Attributes:
        names: The component.
        energies: By number: sites at -1 are bits, the first the lowest.
    """

    names: tuple[str, ...]
    energies: Array = field(repr=False)

    @classmethod
    def drawn(cls, name: str, sites: int, power: int, scale: float, rng: Any) -> Landscape:
        """With the covariance scale * q^power."""
        flips = np.array([number.bit_count() for number in range(2**sites)])
        eigenvalues = _characters(scale * (1 - 2 * flips / sites) ** power)
        spread = np.sqrt(np.maximum(eigenvalues, 0) / 2**sites)
        return cls((name,), _characters(spread * rng.standard_normal(2**sites)))

    def energy(self, x: Mapping[str, Array]) -> Array:
        """H of configurations, shape (batch, sites)."""
        bits = (x[self.names[0]] < 0).astype(int)
        return np.asarray(self.energies[bits @ (1 << np.arange(bits.shape[1]))])


def _characters(values: Array) -> Array:
    """The sum of values times (-1) to the number of common bits, for every number."""
    found = values.astype(float)
    step = 1
    while step < len(found):
        pairs = found.reshape(-1, 2, step)
        found = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], axis=1).ravel()
        step *= 2
    return found


Monomials = list[tuple[tuple[int, ...], float]]
"""Powers of the overlaps, and the coefficient."""


def draw_interactions(
    monomials: Monomials, own: Sequence[tuple[str, int]], size: int, rng: Any, binary: bool
) -> tuple[Interaction | Landscape, ...]:
    """The monomials of one Gaussian Hamiltonian, drawn.

    Args:
        monomials: Of g.
        own: The component and the number of its sites, of each overlap.
        size: N.
        rng: The random generator.
        binary: Whether there is one component, whose values are -1 and 1.

    Raises:
        SamplingError: A tensor is too large.
    """
    terms: list[Interaction | Landscape] = []
    for powers, coefficient in monomials:
        used = [entry for entry, power in zip(own, powers, strict=True) for _ in range(power)]
        names, shape = tuple(name for name, _ in used), tuple(sites for _, sites in used)
        entries = math.prod(shape)
        if entries > LARGE and binary and shape[0] <= MOST_BITS:
            terms.append(Landscape.drawn(names[0], shape[0], len(shape), size * coefficient, rng))
            continue
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
