"""The Hessian of an action at a stationary point: its signature, and the way down from a saddle."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import linalg, sparse

from derive.programs.runtime.basis import Basis
from derive.programs.runtime.closed import fixed_point
from derive.programs.runtime.minimise import (
    Overlaps,
    minimise,
    newton,
    quasi_newton,
    relative_gradient,
)
from derive.theories.networks.module.runtime.curvature import Curvature
from derive.theories.networks.module.runtime.geodesic import geodesic_newton

DENSE_HESSIAN = 500
"""Up to this many coordinates every Hessian eigenvalue is found; above it Lanczos bounds them."""


LANCZOS_STEPS = 30
MOST_RESTARTS = 20
"""Of Lanczos steps, each for some 20 products, towards the lowest eigenvalue of a bound."""
FAR = 0.2
"""Residual of closed equations above which their fixed point takes more steps than Newton's."""


class Signature(NamedTuple):
    """Hessian eigenvalues in whitened coordinates dG_s = G_s^(1/2) X_s G_s^(1/2).

    Attributes:
        lowest: The lowest eigenvalue, or a bound from above.
        negative: How many are negative, or a bound from below.
        is_bound: Whether Lanczos found them, not a full diagonalisation.
        direction: dG_s along the lowest eigenvector.
        floor: A bound on the lowest eigenvalue from below, where one above zero is known.
    """

    lowest: float
    negative: int
    is_bound: bool
    direction: Overlaps
    floor: float = -np.inf


def diagonalised(
    basis: Basis, product: Callable[[Overlaps], Overlaps]
) -> tuple[np.ndarray, np.ndarray]:
    """All eigenvalues and eigenvectors of the Hessian, the lowest first."""
    matrix = product.matrix(basis) if isinstance(product, Curvature) else None
    if matrix is None:
        times = basis.hessian(product)
        matrix = np.stack([times(unit) for unit in np.eye(basis.size)], axis=1)
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2.0)
    return values, vectors


def signature(overlaps: Overlaps, product: Callable[[Overlaps], Overlaps]) -> Signature:
    """The signature of the Hessian at a stationary point, from its products with directions."""
    basis = Basis(overlaps)
    dense = basis.size <= DENSE_HESSIAN
    if not dense and isinstance(product, Curvature):
        found = _positive(basis, product)
        if found is not None:
            return found
    values, vectors = (diagonalised if dense else _ritz)(basis, product)
    lowest = int(np.argmin(values))
    rounding = 1e-9 * max(1.0, float(np.max(np.abs(values))))
    negative = int(np.sum(values < -rounding))
    return Signature(float(values[lowest]), negative, not dense, basis.steps(vectors[:, lowest]))


def _positive(basis: Basis, product: Curvature) -> Signature | None:
    """The signature where a matrix below the Hessian, of cheap products, is positive definite.

    Its lowest eigenvalue less the residual bounds the Hessian's from below, and its eigenvector
    bounds it from above.
    """
    below = product.below()
    if below is None:
        return None
    times, start = basis.hessian(below), np.random.default_rng(0).normal(size=basis.size)
    operator = sparse.linalg.LinearOperator((basis.size,) * 2, matvec=times, dtype=float)
    try:
        values, vectors = sparse.linalg.eigsh(
            operator, k=1, which="SA", v0=start, tol=1e-2, maxiter=MOST_RESTARTS
        )
    except sparse.linalg.ArpackError:
        return None
    vector = vectors[:, 0]
    floor = float(values[0] - np.linalg.norm(times(vector) - values[0] * vector))
    if not floor > 0.0:
        return None
    direction = basis.steps(vector)
    lowest = float(vector @ basis.coordinates(product(direction)))
    return Signature(lowest, 0, True, direction, floor)


def _ritz(basis: Basis, product: Callable[[Overlaps], Overlaps]) -> tuple[np.ndarray, np.ndarray]:
    """Ritz values and vectors after LANCZOS_STEPS steps from a random start.

    The lowest bounds the lowest eigenvalue from above; no fewer eigenvalues than Ritz values are
    negative. Every step is made orthogonal to all before it.
    """
    times, size = basis.hessian(product), basis.size
    vector = np.random.default_rng(0).normal(size=size)
    found = [vector / np.linalg.norm(vector)]
    diagonal: list[float] = []
    beside: list[float] = []
    for _ in range(min(LANCZOS_STEPS, size)):
        image = times(found[-1])
        diagonal.append(float(image @ found[-1]))
        for _ in range(2):
            image = image - np.stack(found, axis=1) @ (np.stack(found) @ image)
        beside.append(float(np.linalg.norm(image)))
        if beside[-1] < 1e-12 * abs(diagonal[0]):
            break
        found.append(image / beside[-1])
    steps = len(diagonal)
    values, vectors = linalg.eigh_tridiagonal(diagonal, beside[: steps - 1])
    return values, np.stack(found[:steps], axis=1) @ vectors


def descend(
    start: Overlaps,
    widths: tuple[float, ...],
    action_and_gradient: Callable[[Overlaps], tuple[float, Overlaps]],
    hessian_product: Callable[[Overlaps], Callable[[Overlaps], Overlaps]],
    tolerance: float,
    closed: Callable[[Overlaps], Overlaps] | None = None,
    hidden: Callable[[Overlaps], float] = lambda _: 0.0,
) -> tuple[Overlaps, str, Signature]:
    """Find a minimum of the action.

    Where the equations close their fixed point is tried first, and kept if it is stationary to the
    tolerance and no direction leads downhill. Where the Hessian's matrix is cheap, Newton's steps
    along geodesics are tried in the same way, at once where the fixed point is far. Else the action
    is minimised; where the stationary point is a saddle, the descent leaves it downhill and goes
    on.

    Args:
        start: G_s, positive definite.
        widths: N_s.
        action_and_gradient: S and dS/dG_s.
        hessian_product: From G_s to the map from directions to Hessian products.
        tolerance: Bound on the relative gradient.
        closed: The equations closed on the lowest overlaps, where they do; see `fixed_point`.
        hidden: How large a relative gradient rounding may leave where these equations hold.

    Returns:
        G_s, the reason for stopping ("" where converged), and the signature of the Hessian.
    """
    here = _direct(start, hessian_product)
    if closed is not None:
        farthest = np.inf if here is None else FAR
        try:
            with np.errstate(all="ignore"):  # what overflows is no fixed point
                point = _fixed(
                    start, widths, action_and_gradient, hessian_product, tolerance, closed, hidden,
                    farthest,
                )  # fmt: skip
        except np.linalg.LinAlgError:  # too far from any stationary point for its factors
            point = None
        if point is not None:
            found = signature(point, hessian_product(point))
            if not found.negative:
                return point, "", found
    if here is not None:
        here, norm = geodesic_newton(here, widths, tolerance)
        start = here.overlaps
        if norm <= tolerance:
            found = signature(start, here)
            if not found.negative:
                return start, "", found
    overlaps, reason = minimise(start, widths, action_and_gradient, hessian_product, tolerance)
    found = signature(overlaps, hessian_product(overlaps))
    for _ in range(6):
        if reason or not found.negative:
            break
        aside = [_beside(overlaps, found.direction, sign) for sign in (0.5, -0.5)]
        lower = min(aside, key=lambda point: action_and_gradient(point)[0])
        overlaps, reason = minimise(lower, widths, action_and_gradient, hessian_product, tolerance)
        found = signature(overlaps, hessian_product(overlaps))
    return overlaps, reason, found


def _direct(
    point: Overlaps, hessian_product: Callable[[Overlaps], Callable[[Overlaps], Overlaps]]
) -> Curvature | None:
    """The Hessian at a point, where its matrix is cheap enough for every step."""
    few = sum(len(part) * (len(part) + 1) // 2 for part in point) <= DENSE_HESSIAN
    here = hessian_product(point) if few else None
    return here if isinstance(here, Curvature) and here.is_cheap() else None


def approach(
    start: Overlaps,
    widths: tuple[float, ...],
    action_and_gradient: Callable[[Overlaps], tuple[float, Overlaps]],
    hessian_product: Callable[[Overlaps], Callable[[Overlaps], Overlaps]],
    tolerance: float,
    most: int = 300,
    until: Callable[[Overlaps, float], bool] = lambda *_: False,
) -> Overlaps:
    """Go down from a start to near a minimum, or for so many quasi-Newton steps.

    One of Newton's, where the Hessian's matrix is cheap, counts for two. The steps end where
    `until` says so of a point and its action.
    """
    here = _direct(start, hessian_product)
    if here is None:
        return quasi_newton(start, widths, action_and_gradient, tolerance, most, until)
    return geodesic_newton(here, widths, tolerance, most // 2, until)[0].overlaps


def _fixed(
    start: Overlaps,
    widths: tuple[float, ...],
    action_and_gradient: Callable[[Overlaps], tuple[float, Overlaps]],
    hessian_product: Callable[[Overlaps], Callable[[Overlaps], Overlaps]],
    tolerance: float,
    closed: Callable[[Overlaps], Overlaps],
    hidden: Callable[[Overlaps], float],
    farthest: float,
) -> Overlaps | None:
    """The fixed point of the closed equations, if it is stationary as far as can be known."""
    point = fixed_point(start, closed, 0.3 * tolerance, farthest)
    if point is None:
        return None
    norm = relative_gradient(point, action_and_gradient(point)[1], widths)
    if tolerance < norm <= hidden(point):
        return point
    if norm > tolerance:
        point, norm = newton(point, widths, action_and_gradient, hessian_product, tolerance)
    return point if norm <= tolerance else None


def _beside(overlaps: Overlaps, direction: Overlaps, length: float) -> Overlaps:
    """G + d + d G^{-1} d / 2, positive definite for every step d."""
    steps = [length * part for part in direction]
    pairs = zip(overlaps, steps, strict=True)
    return tuple(g + d + d @ np.linalg.solve(g, d) / 2.0 for g, d in pairs)
