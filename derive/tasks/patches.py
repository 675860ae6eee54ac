r"""Images as patches, and attention over them by matrices that are chosen by name.

A head's score of key token s for query token t is :math:`x_s^\top W x_t`. As the positions are
one-hot, W scores any function of two positions, of the key's pixels, or of both patches' pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SIDE = 2
"""Of a patch, in pixels."""
PIXELS = SIDE**2
DARKEST = 16.0
SCALE = 5.0
"""Of the scores: multiplies every matrix W."""


def tokens(images: Array) -> tuple[Array, Array]:
    """Patches in reading order, pixels between -1 and 1 first, the one-hot position below.

    Args:
        images: Pixels between 0 and 16, shape (n, height, width), even sizes.

    Returns:
        Tokens of shape (n, N_0 = 4 + T, T), and the rows and columns of the patches, (T, 2).
    """
    count, height, width = images.shape
    rows, columns = height // SIDE, width // SIDE
    cut = images.reshape(count, rows, SIDE, columns, SIDE).transpose(0, 2, 4, 1, 3)
    patches = cut.reshape(count, PIXELS, rows * columns)
    places = np.broadcast_to(np.eye(rows * columns), (count, rows * columns, rows * columns))
    grid = np.stack(np.divmod(np.arange(rows * columns), columns), axis=1).astype(float)
    return np.concatenate([2.0 * patches / DARKEST - 1.0, places], axis=1), grid


def head_matrix(name: str, grid: Array, rng: np.random.Generator) -> Array:
    """W of one head, scale included.

    Args:
        name: One of `HEADS`.
        grid: Rows and columns of the patches, shape (T, 2).
        rng: Used by "random" alone.

    Returns:
        Shape (N_0, N_0), key first, query second.
    """
    return SCALE * HEADS[name](grid, rng)


def attention(inputs: Array, weights: Sequence[Array]) -> Array:
    r"""The softmax over keys of every head.

    Args:
        inputs: Tokens, shape (n, N_0, T).
        weights: One matrix (N_0, N_0) per head.

    Returns:
        Shape (n, H, T, T): key first, query second.
    """
    scores = np.stack([inputs.transpose(0, 2, 1) @ weight @ inputs for weight in weights], axis=1)
    exponentials = np.exp(scores - scores.max(axis=2, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=2, keepdims=True))


def _positions(score: Callable[[Array, Array], Array]) -> Callable[..., Array]:
    """Score the key's place, and the query's."""

    def matrix(grid: Array, _: np.random.Generator) -> Array:
        found = np.zeros((PIXELS + len(grid), PIXELS + len(grid)))
        found[PIXELS:, PIXELS:] = score(grid[:, None], grid[None, :])
        return found

    return matrix


def _match(grid: Array, _: np.random.Generator) -> Array:
    """The mean product of pixels: 1 for two patches all dark or all white."""
    found = np.zeros((PIXELS + len(grid), PIXELS + len(grid)))
    found[:PIXELS, :PIXELS] = np.eye(PIXELS) / PIXELS
    return found


def _ink(grid: Array, _: np.random.Generator) -> Array:
    """The key's mean pixel, whatever the query."""
    found = np.zeros((PIXELS + len(grid), PIXELS + len(grid)))
    found[:PIXELS, PIXELS:] = 1.0 / PIXELS
    return found


def _stroke(grid: Array, rng: np.random.Generator) -> Array:
    """Dark patches nearby."""
    return _ink(grid, rng) + HEADS["local"](grid, rng)


def _random(grid: Array, rng: np.random.Generator) -> Array:
    """Gaussian entries; pixels, all four together, and positions contribute alike."""
    scale = np.ones(PIXELS + len(grid))
    scale[:PIXELS] = PIXELS**-0.5
    return np.outer(scale, scale) * rng.standard_normal((scale.size, scale.size))


def _half(axis: int, *, far: bool) -> Callable[..., Array]:
    """The keys in one half of the image, whatever the query."""

    def score(key: Array, query: Array) -> Array:
        middle = query[..., axis].max() / 2
        return ((key[..., axis] > middle) == far) + 0.0 * query[..., axis]

    return _positions(score)


HEADS: dict[str, Callable[[Array, np.random.Generator], Array]] = {
    "uniform": _positions(lambda key, query: 0.0 * (key - query).sum(axis=-1)),
    "local": _positions(lambda key, query: -((key - query) ** 2).sum(axis=-1)),
    "row": _positions(lambda key, query: (key == query)[..., 0] + 0.0),
    "column": _positions(lambda key, query: (key == query)[..., 1] + 0.0),
    "top": _half(0, far=False),
    "bottom": _half(0, far=True),
    "left": _half(1, far=False),
    "right": _half(1, far=True),
    "match": _match,
    "ink": _ink,
    "stroke": _stroke,
    "random": _random,
}
"""Name to the matrix W of a head, before `SCALE`."""
