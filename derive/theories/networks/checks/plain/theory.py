"""The definitions with their derivatives, by differences.

Gradients are steps into the complex plane, which lose no digits to a difference; second derivatives
are differences of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg import sqrtm

from derive.theories.networks.checks.plain.values import Array, Overlaps, PlainValues

IMAGINARY = 1e-30
"""A step into the complex plane; nothing is subtracted, so the smaller the better."""
STEP = 1e-3
"""Of fourth-order differences, in whitened coordinates: an error of 1e-12, noise of 1e-13."""
STENCIL = ((1, 8.0), (-1, -8.0), (2, -1.0), (-2, 1.0))
"""Places and weights of the fourth-order difference; their sum is over 12 steps."""


class PlainTheory(PlainValues):
    """The definitions, and their derivatives in the order parameters."""

    def gradient(self, overlaps: Overlaps) -> tuple[Array, ...]:
        """dS/dG_s, symmetric: dS = tr(gradient dG)."""
        slopes = []
        for stream, overlap in enumerate(overlaps):
            slope = np.zeros(overlap.shape)
            for i, j in np.ndindex(*overlap.shape):
                step = np.zeros(overlap.shape)
                step[i, j] += 0.5
                step[j, i] += 0.5
                moved = [np.array(g, dtype=complex) for g in overlaps]
                moved[stream] += 1j * IMAGINARY * step
                slope[i, j] = np.imag(self.action(moved)) / IMAGINARY
            slopes.append(slope)
        return tuple(slopes)

    def relative_gradient(self, overlaps: Overlaps) -> float:
        """max_s |G_s^(1/2) (dS/dG_s) G_s^(1/2)|_F / N_s."""
        norms = []
        roots, slopes = self.roots(overlaps), self.gradient(overlaps)
        for width, root, slope in zip(self.widths, roots, slopes, strict=True):
            norms.append(np.sqrt(np.sum((root @ slope @ root) ** 2)) / width)
        return float(max(norms))

    def units(self, overlaps: Overlaps) -> list[tuple[int, Array]]:
        """(stream, X): the orthonormal basis of symmetric matrices, stream after stream."""
        units = []
        for stream, overlap in enumerate(overlaps):
            for i in range(len(overlap)):
                for j in range(i + 1):
                    unit = np.zeros(overlap.shape)
                    unit[i, j] = unit[j, i] = 1.0 if i == j else 0.5**0.5
                    units.append((stream, unit))
        return units

    def coordinates(self, matrices: Overlaps, overlaps: Overlaps) -> Array:
        """The coordinates of X_s in that basis."""
        units = self.units(overlaps)
        return np.array([np.sum(unit * matrices[stream]) for stream, unit in units])

    def roots(self, overlaps: Overlaps) -> list[Array]:
        """G_s^(1/2), symmetric, by the Schur method: no eigenvectors."""
        return [np.real(sqrtm(overlap)) for overlap in overlaps]

    def slope(self, overlaps: Overlaps, step: Overlaps) -> float:
        """The change of S along a direction dG_s."""
        moved = [g + 1j * IMAGINARY * d for g, d in zip(overlaps, step, strict=True)]
        return float(np.imag(self.action(moved)) / IMAGINARY)

    def bend(self, overlaps: Overlaps, first: Overlaps, second: Overlaps) -> float:
        """The second change of S along two directions dG_s."""
        total = 0.0
        for place, weight in STENCIL:
            moved = [g + place * STEP * d for g, d in zip(overlaps, first, strict=True)]
            total += weight * self.slope(moved, second) / (12 * STEP)
        return total

    def steps(self, overlaps: Overlaps, matrices: Overlaps) -> tuple[Array, ...]:
        """dG_s = G_s^(1/2) X_s G_s^(1/2)."""
        pairs = zip(self.roots(overlaps), matrices, strict=True)
        return tuple(root @ matrix @ root for root, matrix in pairs)

    def hessian(self, overlaps: Overlaps) -> Array:
        """The Hessian in whitened coordinates dG_s = G_s^(1/2) X_s G_s^(1/2), symmetric roots."""
        roots = self.roots(overlaps)
        units = self.units(overlaps)
        sides = [roots[stream] @ unit @ roots[stream] for stream, unit in units]
        hessian = np.zeros((len(units), len(units)))
        for k, (stream, _) in enumerate(units):
            for place, weight in STENCIL:
                moved = [np.array(g) for g in overlaps]
                moved[stream] += place * STEP * sides[k]
                slopes = self._slopes(moved, [s for s, _ in units], sides)
                hessian[:, k] += weight * slopes / (12 * STEP)
        return (hessian + hessian.T) / 2

    def _slopes(self, overlaps: Overlaps, streams: Sequence[int], sides: Sequence[Array]) -> Array:
        """The change of S along many directions, from one stacked evaluation."""
        stacked = [np.repeat(g[None].astype(complex), len(sides), axis=0) for g in overlaps]
        for k, (stream, side) in enumerate(zip(streams, sides, strict=True)):
            stacked[stream][k] += 1j * IMAGINARY * side
        return np.imag(self.action(stacked)) / IMAGINARY
