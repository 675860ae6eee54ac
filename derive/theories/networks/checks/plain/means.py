r"""What the mean of features adds to the action: docs/formulas.md 2.1, over the projections b.

.. math:: -N \ln\det(G - b b^\top/N) + N \ln\det G + (y - m b)^\top C^{-1} (y - m b)
          - y^\top C^{-1} y

at its minimum over b, where :math:`(t G^{-1} + m^\top C^{-1} m)\, b = m^\top C^{-1} y` with
:math:`t = 1 / (1 - b^\top G^{-1} b / N)`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

MOST_STEPS = 200
"""Of Newton's method for t, from 1."""


class Projected:
    """The minimum over b at given overlaps; they may be complex, near real ones.

    Args:
        overlap: G of the paths.
        covariance: C, without the means.
        means: m, shape (P, M).
        labels: y.
        width: N.

    Attributes:
        share: 1/t.
        along: b of the paths.
        added: What they add to the action.
    """

    def __init__(
        self, overlap: Array, covariance: Array, means: Array, labels: Array, width: float
    ) -> None:
        inverse, solved = np.linalg.inv(overlap), np.linalg.solve(covariance, means)
        response, force = means.T @ solved, solved.T @ labels
        t: Any = 1.0
        for _ in range(MOST_STEPS):
            resolvent = np.linalg.inv(t * inverse + response)
            along = resolvent @ force
            change = -resolvent @ inverse @ along
            rest = t * (1 - along @ inverse @ along / width) - 1
            slope = (rest + 1) / t - 2 * t * (along @ inverse @ change) / width
            step = rest / slope
            t = t - step
            if abs(step) < 1e-15 * abs(t):
                break
        self.share, self.along = 1 / t, np.linalg.solve(t * inverse + response, force)
        across = overlap - np.outer(self.along, self.along) / width
        ratio = np.linalg.det(across @ inverse)
        missed = labels - means @ self.along
        square = missed @ np.linalg.solve(covariance, missed)
        square = square - labels @ np.linalg.solve(covariance, labels)
        self.added = square - width * np.log(ratio)
        self.response, self.inverse = response, inverse

    def fluctuation(self) -> float:
        """-ln det(1 + rho G m^T C^-1 m) / 2, of a Gaussian integral over b."""
        size = len(self.along)
        ratio = np.eye(size) + self.share * np.linalg.solve(self.inverse, self.response)
        return float(-np.log(np.linalg.det(ratio)) / 2)

    def spread(self) -> Array:
        """The covariance of b of the paths, given the labels."""
        return np.asarray(np.linalg.inv(self.inverse / self.share + self.response))
