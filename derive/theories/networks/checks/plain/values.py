r"""Action, evidence, kernel and predictor from docs/formulas.md 2, in index loops.

.. math:: S = \sum_W N_W [\mathrm{tr}\ \Sigma_W^{-1} Q_W + \ln\det \Sigma_W]
              - \sum_s N_s \ln\det G_s + \ln\det C + y^\top C^{-1} y

with :math:`\Sigma_W = \sigma_W^2/H_W\ I \otimes G_{above}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.theories.networks.checks.plain.means import Projected
from derive.theories.networks.checks.plain.wiring import Tensor, Wiring

Array = NDArray[Any]
Overlaps = Sequence[Array]


@dataclass(frozen=True, eq=False)
class PlainValues:
    """A network with numbers and data.

    Args:
        wiring: The network's vectors.
        widths: N of every stream, the lowest first.
        variances: Of every weight, the lowest first.
        temperature: Of the label noise.
        attended: Shape (P, N_0, M), paths in data order.
        labels: y, shape (P,).
        has_mean: Whether the first feature of attended inputs is the mean of a layer of features.
    """

    wiring: Wiring
    widths: Sequence[float]
    variances: Sequence[float]
    temperature: float
    attended: Array
    labels: Array
    has_mean: bool = False

    @property
    def bottom_places(self) -> list[int]:
        """Where the paths are among the vectors of the stream that the embedding writes to."""
        return [vector.place for vector in self.wiring.paths]

    @property
    def bottom_stream(self) -> int:
        """The number of that stream."""
        return self.number_of(self.wiring.tensors[0].above)

    def number_of(self, stream: Any) -> int:
        """The place of a stream from below."""
        return next(k for k, other in enumerate(self.wiring.streams) if other is stream)

    def bottom(self, overlaps: Overlaps) -> Array:
        """G_bottom, one row per path."""
        places = self.bottom_places
        return overlaps[self.bottom_stream][..., places, :][..., :, places]

    def products(self, left: Array, right: Array) -> Array:
        """xi^pi_mu . xi^pi'_nu for all pairs, shape (rows, columns, M, M)."""
        products = np.zeros((len(left), len(right), left.shape[2], right.shape[2]))
        for mu, nu, i in np.ndindex(len(left), len(right), left.shape[1]):
            products[mu, nu] += np.outer(left[mu, i], right[nu, i])
        return products

    def centred(self, attended: Array) -> Array:
        """Attended inputs without the mean of features."""
        return attended[:, 1:] if self.has_mean else attended

    def means(self, attended: Array) -> Array:
        """m = sigma_0 / sqrt(N_0) times the mean, shape (P, M); zero where there is none."""
        scale = np.sqrt(self.variances[0] / self.attended.shape[1])
        return np.asarray(scale * attended[:, 0] * (1.0 if self.has_mean else 0.0))

    @cached_property
    def training_products(self) -> Array:
        """Of training examples with each other, without the mean."""
        return self.products(self.centred(self.attended), self.centred(self.attended))

    def projected(self, overlaps: Overlaps) -> Projected:
        """The projections of the paths' vectors at given overlaps."""
        return Projected(
            self.bottom(overlaps), self.covariance(overlaps), self.means(self.attended),
            self.labels, self.widths[self.bottom_stream],
        )  # fmt: skip

    def along(self, overlaps: Overlaps) -> Array:
        """b of all vectors of the stream: G_{v pi} (G_bottom)^-1 b of the paths."""
        places, whole = self.bottom_places, overlaps[self.bottom_stream]
        read = np.linalg.solve(self.bottom(overlaps), self.projected(overlaps).along)
        return np.asarray(whole[:, places] @ read)

    def added(self, overlaps: Overlaps) -> Any:
        """What the projections add to S; overlaps may be stacked along a first axis."""
        if not self.has_mean:
            return 0.0
        if overlaps[0].ndim == 2:
            return self.projected(overlaps).added
        return np.array([self.added([g[k] for g in overlaps]) for k in range(len(overlaps[0]))])

    def fluctuation(self, overlaps: Overlaps) -> float:
        """What their fluctuations add to the log evidence."""
        return self.projected(overlaps).fluctuation() if self.has_mean else 0.0

    def kernel(self, left: Array, right: Array, overlaps: Overlaps) -> Array:
        """K between two sets of examples, with what the means add to it for b of given spread."""
        bottom = self.bottom(overlaps)
        kernel = self.kernel_of(self.products(self.centred(left), self.centred(right)), bottom)
        if not self.has_mean:
            return kernel
        share = self.projected(overlaps).share
        return np.asarray(kernel + share * self.means(left) @ bottom @ self.means(right).T)

    def kernel_of(self, products: Array, bottom: Array) -> Array:
        """K = sigma_0^2 / N_0 sum_{pi pi'} G_{pi pi'} xi^pi . xi^pi'."""
        scale = self.variances[0] / self.attended.shape[1]
        return np.asarray(scale * np.tensordot(bottom, products, axes=([-2, -1], [2, 3])))

    def covariance(self, overlaps: Overlaps) -> Array:
        """C = K + T."""
        kernel = self.kernel_of(self.training_products, self.bottom(overlaps))
        return kernel + self.temperature * np.eye(len(self.labels))

    def prior(self, overlaps: Overlaps) -> Any:
        """What the weights' own densities add to S; overlaps may be stacked along first axes."""
        total: Any = 0.0
        for tensor in self.wiring.tensors[1:]:
            total = total + self._weight(tensor, overlaps)
        for width, overlap in zip(self.widths, overlaps, strict=True):
            total = total - width * _log_det(overlap)
        return total

    def prior_norm(self, stream: int, overlaps: Overlaps) -> float:
        """|Sigma|_F of all vectors of a stream, a weight and a head at a time."""
        total = 0.0
        for tensor in self.wiring.tensors[1:]:
            if self.number_of(tensor.below) == stream:
                scale = self.variances[tensor.number] / tensor.heads
                total += tensor.heads * scale**2 * np.sum(self._above(tensor, overlaps) ** 2)
        return float(np.sqrt(total))

    def _above(self, tensor: Tensor, overlaps: Overlaps) -> Array:
        """Overlaps of the vectors that a weight acts on."""
        if tensor.above is None:
            return np.eye(len(tensor.acts_on))
        places = [vector.place for vector in tensor.acts_on]
        return overlaps[self.number_of(tensor.above)][..., places, :][..., :, places]

    def _weight(self, tensor: Tensor, overlaps: Overlaps) -> Any:
        """N_W [tr Sigma_W^-1 Q_W + ln det Sigma_W], a head at a time."""
        stream = self.number_of(tensor.below)
        scale = self.variances[tensor.number] / tensor.heads
        width, size = self.widths[stream], len(tensor.acts_on)
        above = self._above(tensor, overlaps)
        total: Any = tensor.heads * (size * np.log(scale) + _log_det(above))
        for head in range(tensor.heads):
            places = [v.place for v in tensor.made[head * size : (head + 1) * size]]
            block = overlaps[stream][..., places, :][..., :, places]
            solved = np.linalg.solve(scale * above, block)
            total = total + sum(solved[..., i, i] for i in range(size))
        return width * total

    def energy(self, overlaps: Overlaps) -> Any:
        """ln det C + y^T C^-1 y."""
        covariance = self.covariance(overlaps)
        shape = (*covariance.shape[:-1], 1)
        dual = np.linalg.solve(covariance, np.broadcast_to(self.labels[:, None], shape))
        return _log_det(covariance) + np.tensordot(dual[..., 0], self.labels, axes=(-1, 0))

    def overlap_law(self, overlaps: Overlaps) -> float:
        """ln p(overlaps) at finite width, but for a constant: N_s - m_s - 1 in the place of N_s."""
        total = -self.prior(overlaps) / 2
        for overlap in overlaps:
            total = total - (len(overlap) + 1) * _log_det(overlap) / 2
        return float(total)

    def action(self, overlaps: Overlaps) -> Any:
        """S."""
        return self.prior(overlaps) + self.energy(overlaps) + self.added(overlaps)

    def log_evidence(self, overlaps: Overlaps) -> float:
        """The exact log density of the labels, and the rates at which the overlaps are unlikely.

        A rate is half of what the prior adds to S, less what it adds at its minimum, N_s m_s.
        """
        least = sum(n * g.shape[-1] for n, g in zip(self.widths, overlaps, strict=True))
        gaussian = -(self.energy(overlaps) + len(self.labels) * np.log(2 * np.pi)) / 2
        gaussian += self.fluctuation(overlaps) - self.added(overlaps) / 2
        return float(gaussian - (self.prior(overlaps) - least) / 2)

    def predictor(self, overlaps: Overlaps, tests: Array) -> tuple[Array, Array]:
        """Mean and variance on test examples (P_*, N_0, M), those of a Gaussian process."""
        bottom = self.bottom(overlaps)
        centred = self.centred(tests)
        cross = self.kernel_of(self.products(centred, self.centred(self.attended)), bottom)
        own = self.kernel_of(self.products(centred, centred), bottom)
        resolvent = np.linalg.inv(self.covariance(overlaps))
        mean = cross @ resolvent @ self.labels
        variance = np.array([own[k, k] - row @ resolvent @ row for k, row in enumerate(cross)])
        if not self.has_mean:
            return mean, variance
        projected = self.projected(overlaps)
        left = self.means(tests) - cross @ resolvent @ self.means(self.attended)
        return mean + left @ projected.along, variance + np.diag(left @ projected.spread() @ left.T)


def _log_det(matrix: Array) -> Any:
    """ln det, continued to complex matrices near real ones of positive determinant."""
    sign, value = np.linalg.slogdet(matrix)
    return value + 1j * np.angle(sign) if np.iscomplexobj(matrix) else value
