"""Signs of order parameters that a model does not see: m and -m are one solution."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

SAME_STEP = 1e-10
"""Two updates are each other's image where they differ by so much, relative to the larger and 1."""

MOST_SIGNS = 6
"""Order parameters that change sign independently: all pairs of signs of so many are tried."""


def symmetries(
    update: Callable[[np.ndarray], np.ndarray],
    points: Sequence[np.ndarray],
    signs: Sequence[float],
) -> list[np.ndarray]:
    """The diagonal matrices S of signs with update(S x) = S update(x) at some points.

    Args:
        update: One undamped step.
        points: Generic ones.
        signs: -1 for each component of x that may change its sign.
    """
    may = np.array(signs) < 0.0
    count = int(may.sum())
    found = [np.ones(max(len(may), 1))]
    if not 0 < count <= MOST_SIGNS:
        return found
    with np.errstate(all="ignore"):  # what is not finite is no symmetry
        steps = [np.asarray(update(x), dtype=float) for x in points]
        for part in list(np.ndindex(*(2,) * count))[1:]:
            flip = np.ones(len(may))
            flip[may] = 1.0 - 2.0 * np.array(part)
            images = [np.asarray(update(flip * x), dtype=float) for x in points]
            if all(close(a, flip * b) for a, b in zip(images, steps, strict=True)):
                found.append(flip)
    return found


def close(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two updates are one but for rounding."""
    size = np.maximum(np.maximum(np.abs(one), np.abs(other)), 1.0)
    return bool(np.all(np.abs(one - other) <= SAME_STEP * size))


def representative(flips: Sequence[np.ndarray], x: np.ndarray) -> np.ndarray:
    """Among all images of x the one whose first components are positive."""
    images = [np.asarray(flip * x) for flip in flips]
    return max(images, key=lambda image: np.round(image, 6).tolist())
