r"""Moves along which no output changes, so that no label can pin them.

Whatever writes into a stream is multiplied by M, whatever reads it by the inverse of M. Drawing M
from its conditional under the prior, with the Jacobian and the invariant measure of the group,
leaves the posterior as it is (generalised Gibbs sampling, Liu and Sabatti 2000). With A and B the
Gram matrices of writers and readers over the units of the stream, each over its prior variance:

* a shear of the units I by the units J, M = 1 + V on (I, J): the conditional of V is Gaussian with
  mean solving V A_JJ + B_II V = B_IJ - A_IJ;
* a scale c of one unit, or of all: t = c^2 is generalised inverse Gaussian,
  t^{(n_w - n_r)/2 - 1} exp(-(A t + B / t)/2), n_w and n_r the entries that it multiplies,
  A and B their squares.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from derive.sampling.draws import Array
from derive.theories.networks.samplers.weights.model import Model, Tensors

SHEARS = 3
"""Random halvings of a stream in one move: they cost little beside the conditionals."""
FLAT = 1e-10
"""Eigenvalues of Gram matrices below this, over the largest, are zero to rounding."""


@dataclass(frozen=True)
class Ends:
    """The weights at a stream.

    Attributes:
        writers: Those that end in it and begin elsewhere.
        readers: Those that begin in it and end elsewhere.
        loops: Those that do both, around a skip.
    """

    writers: tuple[int, ...]
    readers: tuple[int, ...]
    loops: tuple[int, ...]


def ends(model: Model, stream: int) -> Ends:
    """The weights at a stream, by their direction."""
    weights = model.graph.weights
    into = {w.index for w in weights if w.above == stream}
    out = {w.index for w in weights if w.below == stream}
    loops = into & out
    return Ends(*(tuple(sorted(s)) for s in (into - loops, out - loops, loops)))


def move(model: Model, stream: int, tensors: Tensors, generator: np.random.Generator) -> None:
    """Draw the weights at a stream anew, in place, with the outputs as they are.

    A weight around a skip is multiplied from both sides: a shear is then not Gaussian, and the
    units are scaled one after another.
    """
    stream_ends = ends(model, stream)
    if stream_ends.loops:
        for unit in range(model.numbers.widths[stream]):
            _rescale_unit(model, stream_ends, tensors, unit, generator)
        return
    for _ in range(SHEARS):
        _shear(model, stream_ends, tensors, generator)
    _rescale(model, stream_ends, tensors, generator)


def _gram(model: Model, tensors: Tensors, weights: tuple[int, ...], axis: int) -> Array:
    """Gram matrix over the units, each tensor over its prior variance."""
    total: Array = np.zeros(())
    for k in weights:
        rows = np.moveaxis(tensors[k][0], axis, 0).reshape(tensors[k].shape[axis + 1], -1)
        total = total + rows @ rows.T / model.numbers.variances[k]
    return total


def _shear(
    model: Model, stream_ends: Ends, tensors: Tensors, generator: np.random.Generator
) -> None:
    """Shear one random half of the units by the other, and the other way round."""
    above, below = (
        _gram(model, tensors, stream_ends.writers, 1),
        _gram(model, tensors, stream_ends.readers, 2),
    )
    size = len(above)
    if size < 2:
        return
    order = generator.permutation(size)
    halves = order[: size // 2], order[size // 2 :]
    change, inverse = np.eye(size), np.eye(size)
    for moved, still in (halves, halves[::-1]):
        block = _draw_shear(above, below, moved, still, generator)
        step, back = np.eye(size), np.eye(size)
        step[np.ix_(moved, still)], back[np.ix_(moved, still)] = block, -block
        above, below = step @ above @ step.T, back.T @ below @ back
        change, inverse = step @ change, inverse @ back
    for k in stream_ends.writers:
        tensors[k] = np.matmul(change, tensors[k])
    for k in stream_ends.readers:
        tensors[k] = np.matmul(tensors[k], inverse)


def _draw_shear(
    above: Array, below: Array, moved: Array, still: Array, generator: np.random.Generator
) -> Array:
    alpha, right = np.linalg.eigh(above[np.ix_(still, still)])
    beta, left = np.linalg.eigh(below[np.ix_(moved, moved)])
    precision = beta[:, None] + alpha
    # without entries of a writer or a reader along it, a direction of V changes no weight
    free = precision > FLAT * (alpha[-1] + beta[-1])
    inverse = np.where(free, 1 / np.where(free, precision, 1), 0)
    slope = left.T @ (below[np.ix_(moved, still)] - above[np.ix_(moved, still)]) @ right
    noise = generator.normal(size=precision.shape)
    return np.asarray(left @ (slope * inverse + noise * np.sqrt(inverse)) @ right.T)


def _rescale(
    model: Model, stream_ends: Ends, tensors: Tensors, generator: np.random.Generator
) -> None:
    """Scale all units alike: with the shears this reaches every invertible M."""
    sides = []
    for weights in (stream_ends.writers, stream_ends.readers):
        norms = (np.vdot(tensors[k], tensors[k]) / model.numbers.variances[k] for k in weights)
        sides.append((float(sum(norms)), sum(tensors[k].size for k in weights)))
    (above, written), (below, read) = sides
    scale = _draw_scale(above, below, (written - read) / 2, generator)
    for k in stream_ends.writers:
        tensors[k] = tensors[k] * scale
    for k in stream_ends.readers:
        tensors[k] = tensors[k] / scale


def _rescale_unit(
    model: Model, stream_ends: Ends, tensors: Tensors, unit: int, generator: np.random.Generator
) -> None:
    """Scale one unit; entries of a loop that it has with itself stay as they are."""
    above, below, power = _sizes(model, stream_ends, tensors, unit)
    scale = _draw_scale(above, below, power, generator)
    for k in stream_ends.writers + stream_ends.loops:
        tensors[k][0, :, unit, :] *= scale
    for k in stream_ends.readers + stream_ends.loops:
        tensors[k][0, :, :, unit] /= scale


def _sizes(
    model: Model, stream_ends: Ends, tensors: Tensors, unit: int
) -> tuple[float, float, float]:
    """A_ii, B_ii and (n_w - n_r)/2 of a unit."""
    above, below, count = 0.0, 0.0, 0
    for k in stream_ends.writers + stream_ends.loops:
        row = tensors[k][0, :, unit, :]
        own = tensors[k][0, :, unit, unit] if k in stream_ends.loops else np.zeros(0)
        above += float(np.vdot(row, row) - np.vdot(own, own)) / model.numbers.variances[k]
        count += row.size - own.size
    for k in stream_ends.readers + stream_ends.loops:
        column = tensors[k][0, :, :, unit]
        own = tensors[k][0, :, unit, unit] if k in stream_ends.loops else np.zeros(0)
        below += float(np.vdot(column, column) - np.vdot(own, own)) / model.numbers.variances[k]
        count -= column.size - own.size
    return float(above), float(below), count / 2


def _draw_scale(above: float, below: float, power: float, generator: np.random.Generator) -> float:
    """c, where c^2 is generalised inverse Gaussian."""
    if not (above > 0 and below > 0):
        return 1.0  # no conditional without both ends: the move is left out
    middle = np.sqrt(below / above)
    draw = stats.geninvgauss.rvs(power, np.sqrt(above * below), random_state=generator)
    return float(np.sqrt(draw * middle))
