"""Minimise an action over positive definite matrices: scipy's L-BFGS, then Newton steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import optimize, sparse

Overlaps = tuple[np.ndarray, ...]


class Chart:
    """Coordinates z around the centres C_s C_s^T: G_s = F_s F_s^T.

    F_s = C_s (I + Z_s), with Z_s lower triangular and z its entries times sqrt(2 N_s), so that the
    prior's Hessian is of order one.
    """

    def __init__(self, centre: Overlaps, widths: tuple[float, ...]) -> None:
        self.roots = [np.linalg.cholesky(overlap) for overlap in centre]
        self.scales = [1.0 / np.sqrt(2.0 * width) for width in widths]
        self.lower = [np.tril_indices(len(overlap)) for overlap in centre]
        self.size = sum(len(rows) for rows, _ in self.lower)

    def unpack(self, z: np.ndarray) -> list[np.ndarray]:
        """The lower-triangular matrices Z_s."""
        parts, start = [], 0
        for root, scale, lower in zip(self.roots, self.scales, self.lower, strict=True):
            part = np.zeros_like(root)
            part[lower] = scale * z[start : start + len(lower[0])]
            parts.append(part)
            start += len(lower[0])
        return parts

    def pack(self, parts: list[np.ndarray]) -> np.ndarray:
        """The coordinates of a gradient with respect to Z_s."""
        columns = zip(parts, self.scales, self.lower, strict=True)
        return np.concatenate([scale * part[lower] for part, scale, lower in columns])

    def factors(self, z: np.ndarray) -> list[np.ndarray]:
        """F_s."""
        parts = zip(self.roots, self.unpack(z), strict=True)
        return [root @ (np.eye(len(root)) + part) for root, part in parts]

    def overlaps(self, z: np.ndarray) -> Overlaps:
        """G_s."""
        return tuple(factor @ factor.T for factor in self.factors(z))

    def gradient(self, z: np.ndarray, gradients: Overlaps) -> np.ndarray:
        """The gradient in z, from the gradients with respect to G_s."""
        factors = self.factors(z)
        parts = zip(self.roots, gradients, factors, strict=True)
        return self.pack([2.0 * root.T @ gradient @ factor for root, gradient, factor in parts])

    def hessian(
        self, z: np.ndarray, gradients: Overlaps, product: Callable[[Overlaps], Overlaps]
    ) -> Callable[[np.ndarray], np.ndarray]:
        """The map from a direction in z to the Hessian times it."""
        factors = self.factors(z)

        def times(direction: np.ndarray) -> np.ndarray:
            moved = [
                root @ part for root, part in zip(self.roots, self.unpack(direction), strict=True)
            ]
            steps = [move @ factor.T for move, factor in zip(moved, factors, strict=True)]
            curved = product(tuple(step + step.T for step in steps))
            parts = zip(self.roots, curved, factors, gradients, moved, strict=True)
            return self.pack([2.0 * r.T @ (c @ f + g @ m) for r, c, f, g, m in parts])

        return times


def whitened(overlaps: Overlaps, matrices: Overlaps) -> list[np.ndarray]:
    """C_s^T A_s C_s with G_s = C_s C_s^T: gradients in coordinates where G_s is the unit."""
    roots = [np.linalg.cholesky(overlap) for overlap in overlaps]
    return [root.T @ matrix @ root for root, matrix in zip(roots, matrices, strict=True)]


def relative_gradient(overlaps: Overlaps, gradients: Overlaps, widths: tuple[float, ...]) -> float:
    """max_s |G_s^(1/2) (dS/dG_s) G_s^(1/2)|_F / N_s."""
    parts = zip(whitened(overlaps, gradients), widths, strict=True)
    return max(float(np.linalg.norm(part)) / width for part, width in parts)


def minimise(
    start: Overlaps,
    widths: tuple[float, ...],
    action_and_gradient: Callable[[Overlaps], tuple[float, Overlaps]],
    hessian_product: Callable[[Overlaps], Callable[[Overlaps], Overlaps]],
    tolerance: float,
) -> tuple[Overlaps, str]:
    """Descend from a starting point to a stationary point of the action.

    Quasi-Newton steps lead near it, Newton steps onto it; each round starts from new coordinates
    around the last point.

    Args:
        start: G_s, positive definite.
        widths: N_s.
        action_and_gradient: S and dS/dG_s.
        hessian_product: From G_s to the map from directions to Hessian products.
        tolerance: Bound on the relative gradient.

    Returns:
        G_s, and the reason why the descent stopped: "" where the tolerance was reached.
    """
    overlaps, norm = start, np.inf
    for _ in range(12):
        overlaps = quasi_newton(overlaps, widths, action_and_gradient, tolerance)
        overlaps, norm = newton(overlaps, widths, action_and_gradient, hessian_product, tolerance)
        if norm <= tolerance:
            return overlaps, ""
    return overlaps, f"the relative gradient stays at {norm:.1e}"


def quasi_newton(
    start: Overlaps,
    widths: tuple[float, ...],
    action_and_gradient: Callable[[Overlaps], tuple[float, Overlaps]],
    tolerance: float,
    most: int = 300,
    until: Callable[[Overlaps, float], bool] = lambda *_: False,
) -> Overlaps:
    """L-BFGS in coordinates around the start, to where rounding begins to hide the descent.

    At most so many steps are taken, and none from a point of which `until` says, by its action
    too, that it is near enough.
    """
    chart = Chart(start, widths)

    def value(z: np.ndarray) -> tuple[float, np.ndarray]:
        try:
            action, gradients = action_and_gradient(chart.overlaps(z))
        except np.linalg.LinAlgError:
            return 1e100, np.zeros(chart.size)
        return action, chart.gradient(z, gradients)

    def halt(intermediate_result: optimize.OptimizeResult) -> None:
        if until(chart.overlaps(intermediate_result.x), float(intermediate_result.fun)):
            raise StopIteration

    small = np.sqrt(2.0 * min(widths)) * max(tolerance, 1e-6) / np.sqrt(chart.size)
    options = {"gtol": small, "ftol": 0.0, "maxiter": most, "maxfun": 2 * most, "maxcor": 30}
    origin = np.zeros(chart.size)
    result = optimize.minimize(
        value, origin, jac=True, method="L-BFGS-B", options=options, callback=halt
    )
    return chart.overlaps(result.x)


def newton(
    overlaps: Overlaps,
    widths: tuple[float, ...],
    action_and_gradient: Callable[[Overlaps], tuple[float, Overlaps]],
    hessian_product: Callable[[Overlaps], Callable[[Overlaps], Overlaps]],
    tolerance: float,
    measures: tuple[float, ...] | None = None,
) -> tuple[Overlaps, float]:
    """Newton steps as long as each at least halves the relative gradient.

    It is relative to the widths, or to other measures where these are given.

    A point that is within the tolerance from the start (at very large widths the infinite-width
    point is) still takes two steps, for the sake of its distance to the limit.
    """
    gradients, measures = action_and_gradient(overlaps)[1], measures or widths
    norm = relative_gradient(overlaps, gradients, measures)
    least, loosest = (2, 1e-8) if norm <= tolerance and measures == widths else (0, 1e-2)
    tightness = 1.0
    for number in range(8):
        if norm <= tolerance and number >= least:
            break
        chart = Chart(overlaps, widths)
        origin = np.zeros(chart.size)
        slope = chart.gradient(origin, gradients)
        times = chart.hessian(origin, gradients, hessian_product(overlaps))
        operator = sparse.linalg.LinearOperator((chart.size, chart.size), matvec=times, dtype=float)
        # One step squares the error, so it is solved as far as the tolerance asks and no further.
        accuracy = tightness * min(loosest, max(0.03 * tolerance / max(norm, 1e-300), 1e-8))
        step, _ = sparse.linalg.minres(operator, -slope, rtol=accuracy, maxiter=chart.size + 20)
        candidate = chart.overlaps(step)
        try:
            slopes = action_and_gradient(candidate)[1]
            found = relative_gradient(candidate, slopes, measures)
        except np.linalg.LinAlgError:
            break
        if found < 0.5 * norm:
            overlaps, gradients, norm = candidate, slopes, found
        elif tightness == 1.0:
            tightness = 1e-4  # MINRES measures its error against |Hessian| |step|, not the slope
        else:
            break
    return overlaps, norm
