r"""Images as patches, and attention over them by matrices that are chosen by name.

A head's score of key token s for query token t is :math:`x_s^\top W x_t`. As the positions are
one-hot, W scores any function of two positions, of the key's pixels, or of both patches' pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SIDE = 2
"""Of a patch, in pixels."""
PIXELS = SIDE**2
DARKEST = 16.0
SCALE = 5.0
"""Of the scores: multiplies every matrix W."""
SCORES = (
    f"softmax over key patches of {SCALE:g} times the score of a key for a query, which is given "
    "below; pixels are between -1, white, and 1, black"
)


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
    return SCALE * HEADS[name].matrix(grid, rng)


def attention(keys: Array, weights: Sequence[Array], queries: Array | None = None) -> Array:
    r"""The softmax over keys of every head.

    .. math:: \Omega[s, t] = e^{S_{st}} / \sum_{s'} e^{S_{s't}}, \qquad S = x^\top W x

    Args:
        keys: Tokens, shape (n, N_0, T).
        weights: One matrix (N_0, N_0) per head.
        queries: Tokens, shape (n, N_0, T_q); the keys where left out.

    Returns:
        Shape (n, H, T, T_q): key first, query second.
    """
    queries = keys if queries is None else queries
    scores = np.stack([keys.transpose(0, 2, 1) @ weight @ queries for weight in weights], axis=1)
    # The largest score becomes zero, so that the exponential cannot overflow.
    exponentials = np.exp(scores - scores.max(axis=2, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=2, keepdims=True))


@dataclass(frozen=True)
class Head:
    """How a head scores a key token for a query token.

    Attributes:
        meaning: In words.
        matrix: From the grid and a random generator to W, before `SCALE`.
    """

    meaning: str
    matrix: Callable[[Array, np.random.Generator], Array]


def _blocks(grid: Array, **blocks: Any) -> Array:
    """W from its blocks: pixels or positions of the key by those of the query."""
    matrix = np.zeros((PIXELS + len(grid), PIXELS + len(grid)))
    parts = {"pixel": slice(None, PIXELS), "place": slice(PIXELS, None)}
    for name, block in blocks.items():
        key, query = name.split("_")
        matrix[parts[key], parts[query]] = block
    return matrix


def _places(score: Callable[[Array, Array], Any]) -> Callable[..., Array]:
    """W of a score that depends on the two places alone."""
    return lambda grid, _: _blocks(grid, place_place=score(grid[:, None], grid[None, :]))


def _half(axis: int, *, far: bool) -> Callable[..., Array]:
    """W of a head that sees one half of the image."""

    def matrix(grid: Array, _: np.random.Generator) -> Array:
        inside = (grid[:, axis] > grid[:, axis].max() / 2) == far
        return _blocks(grid, place_place=inside[:, None])

    return matrix


def _distance(key: Array, query: Array) -> Array:
    return np.asarray(((key - query) ** 2).sum(axis=-1))


def _match(grid: Array, _: np.random.Generator) -> Array:
    return _blocks(grid, pixel_pixel=np.eye(PIXELS) / PIXELS)


def _ink(grid: Array, _: np.random.Generator) -> Array:
    # A query's position sums to one: a row that is the same for all places asks no query.
    return _blocks(grid, pixel_place=1.0 / PIXELS)


def _stroke(grid: Array, rng: np.random.Generator) -> Array:
    return _ink(grid, rng) + HEADS["local"].matrix(grid, rng)


def _random(grid: Array, rng: np.random.Generator) -> Array:
    return random_matrix(PIXELS, len(grid), rng)


def random_matrix(features: int, positions: int, rng: np.random.Generator) -> Array:
    r"""A matrix W whose blocks all contribute scores of order one.

    .. math:: W_{ij} \sim \mathrm{Normal}(0, c_i^2 c_j^2), \qquad c = n^{-1/2} \text{ for one of }
        n \text{ features, } 1 \text{ for a position}
    """
    scale = np.ones(features + positions)
    scale[:features] = features**-0.5
    return np.outer(scale, scale) * rng.standard_normal((scale.size, scale.size))


HEADS = {
    "uniform": Head("0: all patches alike", _places(lambda key, query: 0.0)),
    "local": Head(
        "minus the squared distance of the patches, neighbours being 1 apart",
        _places(lambda key, query: -_distance(key, query)),
    ),
    "row": Head("1 in the query's row", _places(lambda key, query: (key == query)[..., 0])),
    "column": Head("1 in the query's column", _places(lambda key, query: (key == query)[..., 1])),
    "top": Head("1 in the upper half of the image", _half(0, far=False)),
    "bottom": Head("1 in the lower half of the image", _half(0, far=True)),
    "left": Head("1 in the left half of the image", _half(1, far=False)),
    "right": Head("1 in the right half of the image", _half(1, far=True)),
    "match": Head("mean product of the pixels of key and query", _match),
    "ink": Head("mean pixel of the key", _ink),
    "stroke": Head("mean pixel of the key, minus the squared distance of the patches", _stroke),
    "random": Head(
        "Gaussian, pixels and positions alike in strength; drawn anew with every draw", _random
    ),
}
"""Name to score: the heads that there are."""
