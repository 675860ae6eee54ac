r"""Starting points that explain the labels: minima of the action along rays of prior overlaps.

Along a ray the prior variances of some weights grow by factors f_W, and the overlaps are those of
infinite width with them. Weights that lie on the same paths scale the kernel of these by one number
t, so that one eigendecomposition gives the action everywhere on the ray:

.. math:: S(t) = \sum_W M_W (f_W - \ln f_W) + \sum_i \ln(a_i + t b_i) + y_i^2 / (a_i + t b_i),
          \qquad t = \prod_W f_W, \quad f_W = 1 + r / M_W

M_W is the number of vectors that a weight makes, times their width; r is the same number for all
weights of the ray, which is the lowest action at a given t. With one vector in every stream the ray
of all weights holds every stationary point of the action.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy import linalg, optimize

from derive.programs.runtime.minimise import Overlaps

RAY_STEP = 0.03
"""Of ln t; a pair of a minimum and a maximum that is nearer to each other is passed over."""
DISPLACED = 10.0
"""How many times stronger labels lead to minima beyond a jump."""
COARSE, TOWARDS = 1e-2, 5
"""Relative gradient of a point near a minimum; steps from the ray towards that of the labels."""
BROKEN = 30.0
"""Spread of the lowest overlaps from which heads may have broken their symmetry in several ways."""
SCATTERED = 12
"""Random starts where they may have."""
VAIN = 3
"""After so many that led to nothing new no more are tried."""
COSTLY = 1e7, 1e9
"""Multiplications of a kernel above which a quarter of these starts are tried, and none."""
MOST_LOG_SCALE = 500.0
"""Of |ln t| on a ray: beyond it a double overflows."""


class Ray(NamedTuple):
    """The action along a ray.

    Attributes:
        weights: Which variances grow, True or False for each.
        sizes: M_W of these weights.
        constants: a_i.
        slopes: b_i.
        squares: y_i^2.
    """

    weights: np.ndarray
    sizes: np.ndarray
    constants: np.ndarray
    slopes: np.ndarray
    squares: np.ndarray

    def factors(self, z: Any) -> np.ndarray:
        """f_W, along the last axis, where the smallest M_W has the factor exp(z)."""
        shares = self.sizes.min() / self.sizes
        return np.asarray(1.0 + np.multiply.outer(np.expm1(z), shares))

    def log_scale(self, z: Any) -> np.ndarray:
        """ln t."""
        return np.asarray(np.log(self.factors(z)).sum(axis=-1))

    def slope(self, z: Any) -> np.ndarray:
        """dS/d ln t = r + sum_i t b_i (1 - y_i^2 / (a_i + t b_i)) / (a_i + t b_i)."""
        scaled = np.multiply.outer(np.exp(self.log_scale(z)), self.slopes)
        covariance = self.constants + scaled
        energy = np.sum(scaled / covariance * (1.0 - self.squares / covariance), axis=-1)
        return np.asarray(self.sizes.min() * np.expm1(z) + energy)

    def action(self, z: float) -> float:
        """S(t), without what is the same on the whole ray."""
        factors = self.factors(z)
        covariance = self.constants + np.exp(self.log_scale(z)) * self.slopes
        prior = self.sizes @ (factors - np.log(factors))
        return float(prior + np.sum(np.log(covariance) + self.squares / covariance))

    def grid(self) -> np.ndarray:
        """Values of z, RAY_STEP apart in ln t, between which every minimum lies."""
        warm = self.constants > 0.0
        steep = np.sum(self.slopes[warm] / self.constants[warm])
        cold = np.sum(self.squares[~warm] / self.slopes[~warm])
        # Below, the energy's slope is less than half of the smallest M_W, and every f_W > 1/2.
        low = -len(self.sizes) * np.log(2.0)
        low = min(low, np.log(self.sizes.min() / 2.0 / steep)) if steep > 0.0 else low
        low = min(low, np.log(cold / 2.0 / len(warm))) if cold > 0.0 else low
        # Above, r exceeds sum_i y_i^2 t b_i / (a_i + t b_i)^2, for t >= 1.
        high = np.where(warm, self.constants * 4.0, 0.0)
        most = np.sum(self.squares / np.maximum(high, self.slopes))
        fine = np.linspace(low, np.log1p(most / self.sizes.min()) + 0.1, 20_001)
        logs = self.log_scale(fine)
        ends = max(low, -MOST_LOG_SCALE), min(logs[-1], MOST_LOG_SCALE)
        count = int((ends[1] - ends[0]) / RAY_STEP) + 2
        return np.interp(np.linspace(*ends, count), logs, fine)

    def minima(self) -> list[float]:
        """z of every minimum, the lowest action first."""
        grid = self.grid()
        slopes = np.concatenate([self.slope(part) for part in np.array_split(grid, 50)])
        rising = np.flatnonzero((slopes[:-1] < 0.0) & (slopes[1:] >= 0.0))
        found = [optimize.brentq(self.slope, grid[k], grid[k + 1], xtol=1e-14) for k in rising]
        return sorted(found, key=self.action)


class Prior:
    """The overlaps at infinite width, and which weights every vector passes.

    Args:
        problem: Data and parameters.
        infinite_width: From a problem to its overlaps at infinite width.
    """

    def __init__(self, problem: Any, infinite_width: Callable[[Any], Overlaps]) -> None:
        self.problem, self.infinite_width = problem, infinite_width
        self.overlaps = infinite_width(problem)
        count = len(problem.variances)
        doubled = [self.grown(np.where(np.arange(count) == k, 2.0, 1.0)) for k in range(1, count)]
        # passes[s][i, k]: whether vector i of stream s passes weight k + 1.
        self.passes = [
            np.stack([point[s].diagonal() > 1.5 * own.diagonal() for point in doubled], axis=1)
            for s, own in enumerate(self.overlaps)
        ]

    def grown(self, factors: np.ndarray) -> Overlaps:
        """The overlaps with prior variances that are larger by factors."""
        pairs = zip(self.problem.variances, factors, strict=True)
        grown = tuple(float(variance * factor) for variance, factor in pairs)
        return self.infinite_width(self.problem._replace(variances=grown))

    def sizes(self) -> np.ndarray:
        """M_W of every weight above the embedding: a vector is made by the lowest it passes."""
        found = np.zeros(len(self.problem.variances) - 1)
        for width, passes in zip(self.problem.widths, self.passes, strict=True):
            found += width * np.bincount(passes.argmax(axis=1), minlength=len(found))
        return found

    def is_branched(self) -> bool:
        """Whether two weights make several vectors each: then heads can break their symmetry."""
        makers = [passes.argmax(axis=1) for passes in self.passes]
        counts = sum(np.bincount(made, minlength=len(self.problem.variances)) for made in makers)
        return int(np.sum(np.asarray(counts) > 1)) > 1

    def spread(self, lowest: np.ndarray) -> float:
        """Largest over smallest eigenvalue of lowest overlaps, relative to infinite width."""
        root = np.sqrt(self.overlaps[0].diagonal())
        values = np.linalg.eigvalsh(lowest / np.outer(root, root))
        return float(values[-1] / max(values[0], 1e-300))

    def groups(self) -> list[np.ndarray]:
        """Weights by the paths that they lie on: those on all paths first."""
        paths = self.passes[0].T
        found = {tuple(row): (paths == row).all(axis=1) for row in paths}
        return [found[key] for key in sorted(found, key=lambda key: -sum(key))]


def rays(prior: Prior, kernel: Callable[[Overlaps], np.ndarray]) -> list[Ray]:
    """The rays of a problem, one for each group of weights that lie on the same paths.

    Args:
        prior: The overlaps at infinite width.
        kernel: K of the training examples, shape (P, P), linear in the lowest overlaps.
    """
    sizes, found = prior.sizes(), []
    labels, temperature = prior.problem.labels, prior.problem.temperature
    whole = kernel(prior.overlaps)
    for weights in prior.groups():
        lies = prior.passes[0][:, np.argmax(weights)]
        if lies.all():
            values, axes = linalg.eigh(whole)
            slopes = np.where(values > len(values) * 1e-16 * values[-1], values, 0.0)
            constants = np.full(len(values), temperature)
        else:
            part = kernel((np.where(lies, prior.overlaps[0], 0.0), *prior.overlaps[1:]))
            covariance = whole + temperature * np.eye(len(whole))
            values, axes = linalg.eigh(part, covariance)
            slopes = np.clip(values, 0.0, 1.0)
            constants = 1.0 - slopes
        there = constants + slopes > 0.0
        squares = (axes.T @ labels) ** 2
        found.append(Ray(weights, sizes[weights], constants[there], slopes[there], squares[there]))
    return found


def ray_starts(prior: Prior, found: list[Ray]) -> list[Overlaps]:
    """Overlaps at the minima of every ray, those of the first ray and of lower action first.

    Of every further ray the minimum that is nearest to infinite width is left out.
    """
    starts: list[Overlaps] = []
    for number, ray in enumerate(found):
        minima = ray.minima()
        if number and minima:
            minima.remove(min(minima, key=lambda z: abs(ray.log_scale(z))))
        starts += [on_ray(prior, ray, z) for z in minima]
    return starts


def on_ray(prior: Prior, ray: Ray, z: float) -> Overlaps:
    """The overlaps at a point of a ray."""
    factors = np.ones(len(ray.weights) + 1)
    factors[1:][ray.weights] = ray.factors(z)
    return prior.grown(factors)


def displaced_start(prior: Prior, ray: Ray) -> tuple[Any, Overlaps]:
    """The problem of DISPLACED times the labels, and its lowest minimum on the ray.

    At a first-order transition the saddle point jumps; that of stronger labels is beyond the jump,
    and from there the descent reaches minima that explain the labels by a few directions.
    """
    stronger = prior.problem._replace(labels=DISPLACED * prior.problem.labels)
    there = ray._replace(squares=DISPLACED**2 * ray.squares)
    minima = there.minima()
    return stronger, on_ray(prior, there, minima[0]) if minima else prior.overlaps


def affordable(shape: tuple[int, int, int]) -> int:
    """How many random starts a problem gets, from the shape of its attended inputs."""
    multiplications = float(shape[0]) ** 2 * shape[1] * shape[2]
    return (SCATTERED, SCATTERED // 4, 0)[int(np.searchsorted(COSTLY, multiplications))]


def scattered_starts(prior: Prior, count: int) -> list[Overlaps]:
    """The prior overlaps, and random ones around them: log-normal eigenvalues, random axes."""
    generator = np.random.default_rng(0)
    starts = [prior.overlaps]
    for _ in range(count):
        start = []
        for overlap in prior.overlaps:
            axes = np.linalg.qr(generator.normal(size=overlap.shape))[0]
            sizes = np.exp(generator.normal(scale=1.5, size=len(overlap)))
            root = np.sqrt(overlap.diagonal())[:, None] * axes
            start.append((root * sizes) @ root.T)
        starts.append(tuple(start))
    return starts
