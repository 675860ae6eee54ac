"""The first layer that is not linear: random features, known to the theory by their kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from derive.theories.networks.description.by_name import ByName


@dataclass(frozen=True)
class Features(ByName):
    r"""A first layer with a nonlinearity, in the place of the embedding.

    .. math:: z = \phi(V x / \sqrt{N_x}), \qquad
              \kappa(x, x') = \langle \phi(h)\, \phi(h') \rangle

    with h the preactivations of one neuron, Gaussian of covariance
    :math:`\sigma_0^2\, x \cdot x' / N_x`. The theory holds to leading order in the proportional
    limit, not at finite width.

    Args:
        width: N, the number of features.
        kernel: "arc-sine" (phi = erf), "arc-cosine-0" (the step, 1/2 at 0) or "arc-cosine-1"
            (max(h, 0)), all without factors of sqrt 2; or a function of one's own of inputs
            (n, N_x) and (m, N_x) with values (n, m), symmetric and positive semidefinite; or the
            name of an installed entry point of the group `derive.kernels` that is such a function.
        variance: Prior variance of the entries of V, shape (N, N_x), which a kernel with a name
            contains; a function of one's own is multiplied by it.

    Source: Pacelli et al. 2023, for one hidden layer.
    """

    width: int | str
    kernel: str | Callable[[Any, Any], Any]
    variance: float | str
