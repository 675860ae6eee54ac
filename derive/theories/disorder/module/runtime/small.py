"""Small numbers and matrices: ratios at zero, roots of covariances, the largest eigenvalue."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from derive.theories.disorder.module.runtime.quadrature import cut, gaussian_nodes, panel_nodes
from derive.theories.disorder.module.runtime.verdict import State

SMALLEST = 1e-300
CLOSEST = 1e-11
"""Of Q: the least Q - q at which averages over a replica have digits left."""


def ratio(above: float, below: float) -> float:
    """above / below; 0 where both are 0, as for overlaps that vanish together."""
    return above / below if below != 0 else 0.0


def positive(variance: float) -> float:
    """A variance that rounding may have made negative."""
    return max(variance, SMALLEST)


def require_positive(**parameters: float) -> None:
    """Refuse parameters for which integrals are not as they are written out.

    Raises:
        ValueError: One is not positive.
    """
    for name, value in parameters.items():
        if not value > 0:
            raise ValueError(
                f"{name} is {value:g}, and integrals are written out for a positive one, as the "
                "model's default is; derive the model with a default of that sign"
            )


def is_inside(state: State) -> bool:
    """Whether replicas are not all one configuration: q is below Q by more than rounding."""
    own = np.atleast_2d(np.asarray(state.self_overlap, dtype=float))
    spread, size = own - np.asarray(state.overlap), float(np.max(np.abs(own)))
    return bool(np.linalg.eigvalsh(spread)[0] > CLOSEST * size)


def square_root(covariance: np.ndarray) -> np.ndarray:
    """A root R of a covariance, R R^T, also of one that is singular."""
    values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def largest_eigenvalue(rows: Sequence[Sequence[float]]) -> float:
    """The largest real part of an eigenvalue of a matrix; nan where it is not finite."""
    matrix = np.array(rows, dtype=float)
    if not np.isfinite(matrix).all():
        return float("nan")
    return float(np.max(np.linalg.eigvals(matrix).real))


def rows_of_nodes(
    breaks: Sequence[np.ndarray], like: np.ndarray, refine: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Nodes of a standard Gaussian down the first axis, a column for each entry of `like`.

    Args:
        breaks: Where the integrand has a kink, one entry a column each.
        like: The columns.
    """
    placed = [np.broadcast_to(np.asarray(place, dtype=float), like.shape) for place in breaks]
    z, weight = gaussian_nodes(placed, [0.0] * len(placed), refine=refine)
    if z.ndim == 1:
        z, weight = (np.broadcast_to(v, (*like.shape, len(v))) for v in (z, weight))
    return z.T, weight.T


def density_nodes(
    log_density: Callable[[np.ndarray], np.ndarray], lower: float, upper: float, refine: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of a law by its density, on panels that grow away from 0."""
    rungs = 2.0 ** np.arange(-20, 7)
    edges = np.concatenate([-rungs[::-1], [0.0], rungs])
    inside = np.unique(np.clip(edges, lower, upper))
    t, lengths = panel_nodes(cut(inside, refine), 16)
    with np.errstate(divide="ignore", over="ignore"):
        weight = lengths * np.exp(log_density(t))
    return t, np.where(np.isfinite(weight), weight, 0.0)


def label_nodes(
    mean: Callable[[np.ndarray], np.ndarray],
    center: np.ndarray,
    variance: float,
    noise: float,
    refine: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Labels y = mean(u) + noise at nodes down the first axis, and the lengths of integrals over y.

    Args:
        mean: Of a label given u.
        center: The mean of u, one a column.
        variance: Of u.
        noise: The variance of a label given u.
    """
    part = np.linspace(-FAR, FAR, 201)[:, None]
    values, spread = mean(center + np.sqrt(variance) * part), np.sqrt(noise)
    beside = spread * np.sqrt(FAR**2 - part**2)  # both far out at once is as rare as twice as far
    low, high = (values - beside).min(axis=0), (values + beside).max(axis=0)
    count = refine * int(np.ceil(np.max(high - low) / (LABELS_APART * spread)))
    edges = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, min(count, 2000) + 1)
    y, lengths = panel_nodes(edges, 12)
    return y.T, lengths.T


FAR = 9.2
"""Standard deviations beyond which a Gaussian has 4e-20."""
LABELS_APART = 2.5
"""Standard deviations of a label's noise on a panel: the law of labels is smooth on that scale."""
