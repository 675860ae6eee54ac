r"""One weight tensor given all others and the labels: a Gaussian, drawn exactly.

With f = Phi W + rest the conditional is drawn by Matheron's rule (Doucet 2010):

.. math:: W = W_0 + \sigma^2 \Phi^\top (\sigma^2 \Phi\Phi^\top + T)^{-1} (y - rest - \Phi W_0 - e)

with W_0 from the prior and e the label noise. The design Phi, shape (P, H N N'), is never built:
it is a sum over pairs of vectors, and so are its products.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import linalg

from derive.sampling.draws import Array
from derive.theories.networks.samplers.weights.model import Model


@dataclass(frozen=True, eq=False)
class Design:
    """Phi of one tensor: phi[mu, h, i, j] = scale sum_v g[v, i] z[h, v, mu, j].

    Attributes:
        scale: 1 / sqrt(H N).
        g: Vectors that it acts on, shape (m, N_above).
        z: Activations below, shape (H, m, P, N_below).
    """

    scale: float
    g: Array
    z: Array

    @classmethod
    def of(cls, model: Model, weight: int, g: Array, z: Array) -> Design:
        """From g (m, N_above) and z (H m, P, N_below) of one chain."""
        heads = model.shape(weight)[0]
        return cls(model.scale(weight), g, z.reshape(heads, len(g), *z.shape[1:]))

    def gram(self) -> Array:
        """Phi Phi^T, shape (P, P): (G z) and z share the axes h, v, j."""
        heads, count, examples, width = self.z.shape
        turned = np.tensordot(self.g @ self.g.T, self.z, axes=(1, 1)).transpose(2, 1, 0, 3)
        right = self.z.transpose(2, 0, 1, 3).reshape(examples, -1)
        return self.scale**2 * turned.reshape(examples, heads * count * width) @ right.T

    def forward(self, tensor: Array) -> Array:
        """Phi W, shape (P,), for W of shape (H, N_above, N_below)."""
        below = np.matmul(self.g, tensor)  # (H, m, N_below)
        return self.scale * np.tensordot(self.z.transpose(2, 0, 1, 3), below, axes=3)

    def backward(self, dual: Array) -> Array:
        """Phi^T d, shape (H, N_above, N_below)."""
        pulled = np.tensordot(dual, self.z, axes=(0, 2))  # (H, m, N_below)
        return self.scale * np.matmul(self.g.T, pulled)


def draw_conditional(
    design: Design,
    residual: Array,
    prior: Array,
    *,
    variance: float,
    temperature: float,
    generator: np.random.Generator,
) -> Array:
    """A tensor from its conditional.

    Args:
        design: Phi.
        residual: y - rest, shape (P,).
        prior: A draw from its prior, shape (H, N_above, N_below).
        variance: sigma^2.
        temperature: T, above zero.
        generator: Of the label noise.
    """
    noise = generator.normal(scale=sqrt(temperature), size=len(residual))
    covariance = variance * design.gram()
    covariance[np.diag_indices_from(covariance)] += temperature
    factor = linalg.cho_factor(covariance, lower=True, check_finite=False, overwrite_a=True)
    gap = residual - design.forward(prior) - noise
    return prior + variance * design.backward(linalg.cho_solve(factor, gap, check_finite=False))
