r"""Certificate 3: vectors to overlaps, by the integral of a Gaussian over all vectors.

With J(G) dG the volume of the vectors F whose overlaps lie in dG, which is the ratio of the
density after the rule to the one before,

.. math:: \int J(G) e^{-\mathrm{tr} A G} dG = \int e^{-\mathrm{tr} A F F^T / N} dF
          = \prod_i (\pi N / A_i)^{N/2}

for diagonal A. Where vectors have projections b on the all-ones direction, they are b along it and
sqrt(N) L across; the integral over b is Gaussian, and J must not depend on b. With G = L L^T the
integral over G falls into one per entry of L, if J times the volume of these coordinates is a
product over the diagonal of L; that is checked first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from derive.algebra import contains
from derive.errors import CertificateError
from derive.steps.compare import Agreement, certifying, exact
from derive.steps.step import Evidence
from derive.theories.networks.derivation.certifying.instance import (
    Array,
    Instance,
    Numbers,
    instances,
    unseen,
)
from derive.theories.networks.derivation.certifying.rest import require_rest
from derive.theories.networks.derivation.state import State
from derive.theories.networks.derivation.turns import showing

FEW_PATHS = 4
"""As `MOST_VECTORS`."""
ROOM = 12
"""Vectors of a stream that shows a factor; integrals over more of them take minutes."""


@certifying
def change(agreement: Agreement, before: State, after: State, stream: int) -> Evidence:
    """The volume element, constant included, as a black box (the two densities' ratio)."""
    notation = before.notation
    vectors = {notation.vectors(k) for k in notation.graph.streams[stream].weights}
    if contains(after.body, vectors) or contains(after.constant, vectors):
        raise CertificateError(f"vectors of stream {stream + 1} are still in the density")
    if after.definitions != before.definitions:
        raise CertificateError("the definitions of vectors changed")
    require_rest(before, after, vectors, None)
    samples = instances(notation, 1, FEW_PATHS, ROOM)
    turns = showing([s.heads for s in samples], notation.graph.streams[stream].weights)
    samples = tuple(sample for sample in samples if sample.heads in turns)
    for sample in samples:
        _check(_Volume(before, after, stream, sample, agreement))
    return agreement.evidence(
        "the density before is invariant under rotations of the vectors; the integral of "
        "J(G) exp(-tr A G) equals that of a Gaussian over all vectors" + unseen(samples)
    )


@dataclass(frozen=True)
class _Volume:
    """J(G) as the ratio of two densities, at overlaps G = L L^T."""

    before: State
    after: State
    stream: int
    sample: Instance
    agreement: Agreement

    @property
    def width(self) -> int:
        return self.sample.widths[self.stream]

    @property
    def projected(self) -> bool:
        return self.before.notation.projected(self.stream)

    @property
    def free(self) -> int:
        """The dimensions across the projections, if there are any."""
        return self.width - 1 if self.projected else self.width

    def _along_ones(self) -> Any:
        """A reflection that brings the first axis onto the all-ones direction."""
        arithmetic, width = self.agreement.arithmetic, self.width
        normal = np.full(width, -1 / arithmetic.sqrt(width), dtype=object)
        normal[0] += 1
        return exact(arithmetic, np.eye(width)) - np.outer(normal, normal) * (2 / (normal @ normal))

    def surroundings(self) -> Numbers:
        """Random values for everything else in the density, and projections."""
        notation, sample = self.before.notation, self.sample
        numbers = {**sample.sizes(), **sample.data()}
        if self.projected:
            numbers[notation.along()] = sample.array(sample.count(0), 1)
        for stream in notation.streams():
            if stream.index in self.before.overlaps:
                overlap = notation.overlap(stream.index)
                numbers[overlap] = sample.positive(sample.count(stream.index))
            elif stream.index != self.stream:
                numbers |= {notation.vectors(k): sample.vectors(k) for k in stream.weights}
        return numbers

    def log(self, root: Any, numbers: Numbers, rotation: Any = None) -> Any:
        """ln J at G = L L^T, from vectors F = sqrt(N) [L, 0], rotated or not."""
        notation, size = self.before.notation, len(root)
        vectors = exact(self.agreement.arithmetic, np.zeros((size, self.free)))
        vectors[:, :size] = root * self.agreement.arithmetic.sqrt(self.width)
        if rotation is not None:
            vectors = vectors @ rotation
        point, start = dict(numbers), 0
        if self.projected:
            point[notation.along()] = along = exact(
                self.agreement.arithmetic, numbers[notation.along()]
            )
            vectors = np.concatenate([along, vectors], axis=1) @ self._along_ones()
        for weight in notation.graph.streams[self.stream].weights:
            end = start + self.sample.block_size(weight)
            point[notation.vectors(weight)] = vectors[start:end]
            start = end
        point[notation.overlap(self.stream)] = vectors @ vectors.T / self.width
        # Factors that the rule leaves alone cancel before they cost time.
        ratio = self.after.body + self.after.constant - self.before.body - self.before.constant
        return self.agreement.value(ratio, point)


def _check(volume: _Volume) -> None:
    agreement, sample = volume.agreement, volume.sample
    arithmetic, size = agreement.arithmetic, sample.count(volume.stream)
    numbers = volume.surroundings()
    root = _root(arithmetic, sample, size)

    def product(root: Any) -> Any:
        """ln of J times the volume of Cholesky coordinates."""
        return volume.log(root, numbers) + _log_coordinates(arithmetic, root)

    start = volume.log(root, numbers)
    turned = volume.log(root, numbers, _rotation(arithmetic, sample, volume.free))
    agreement.compare("the density at rotated vectors", turned, start)
    elsewhere = volume.log(root, volume.surroundings())
    agreement.compare("the volume, whatever the rest", elsewhere, start)
    base = start + _log_coordinates(arithmetic, root)
    _separable(agreement, product, (root, base), _root(arithmetic, sample, size))
    weights = [arithmetic.mpf(8 + 3 * k) / 8 for k in range(size)]
    integral = base * (1 - size)
    for k, weight in enumerate(weights):
        integral += _log_diagonal_integral(arithmetic, product, (root, k), weight, volume.free)
        integral += k * arithmetic.log(arithmetic.pi / weight) / 2  # the entries left of it
    expected = sum(arithmetic.log(arithmetic.pi * volume.width / a) for a in weights)
    if volume.projected:
        integral += expected / 2  # the integral of exp(-b^T A b / N) over b
    agreement.compare(
        "ln of the integral of J(G) exp(-tr A G)", integral, expected * volume.width / 2
    )


def _root(arithmetic: Any, sample: Instance, size: int) -> Any:
    """A random lower triangular matrix of positive diagonal."""
    root: Array = np.tril(sample.array(size, size), -1) / 2
    root += np.diag(np.abs(sample.array(size)) / 2 + 0.5)
    return exact(arithmetic, root)


def _rotation(arithmetic: Any, sample: Instance, width: int) -> Any:
    """A reflection I - 2 v v^T / v.v: orthogonal, and rational."""
    normal = exact(arithmetic, sample.array(width))
    return exact(arithmetic, np.eye(width)) - np.outer(normal, normal) * (2 / (normal @ normal))


def _log_coordinates(arithmetic: Any, root: Any) -> Any:
    """ln |dG/dL| for G = L L^T.

    G[p, q] = ... + L[p, q] L[q, q], with entries of columns left of q only in the dots: ordered by
    columns the matrix of derivatives is triangular, with L[q, q] on its diagonal, twice that
    where p = q.
    """
    size = len(root)
    powers = sum((size - q) * arithmetic.log(root[q, q]) for q in range(size))
    return powers + size * arithmetic.log(2)


def _separable(agreement: Agreement, product: Callable[[Any], Any], base: Any, other: Any) -> None:
    """J times the volume of L is a product over the diagonal of L.

    Args:
        agreement: Where the comparisons go.
        product: Its logarithm, of L.
        base: A point L and the logarithm there.
        other: Another point.
    """
    root, start = base
    size, moved = len(root), other.copy()
    np.fill_diagonal(moved, np.diagonal(root))
    agreement.compare("J at other off-diagonal entries of L", product(moved), start)
    total = start * (1 - size)
    for k in range(size):
        total += product(_with_entry(root, k, other[k, k]))
    agreement.compare("J as a product over the diagonal of L", product(other), total)


def _with_entry(root: Any, place: int, value: Any) -> Any:
    changed = root.copy()
    changed[place, place] = value
    return changed


def _log_diagonal_integral(
    arithmetic: Any, product: Callable[[Any], Any], entry: Any, weight: Any, width: int
) -> Any:
    """ln of the integral over one diagonal entry x > 0 of L, against exp(-weight x^2).

    Gauss nodes: in x^2 where the volume of a shell is an odd power of x, else in x; they are exact
    as long as it is a polynomial of degree below the width.
    """
    root, place = entry
    power = width - 1 - place
    odd = power % 2 == 1
    kind, nodes = ("laguerre", power // 4 + 2) if odd else ("hermite", 2 * (power // 4 + 2))
    points, factors = arithmetic.gauss_quadrature(nodes, kind)
    total = arithmetic.mpf(0)
    for point, factor in zip(points, factors, strict=True):
        if point < 0:
            continue  # an even function
        x = arithmetic.sqrt(point / weight) if odd else point / arithmetic.sqrt(weight)
        value = factor * arithmetic.exp(product(_with_entry(root, place, x)))
        total += value / (2 * x * weight) if odd else value / arithmetic.sqrt(weight)
    return arithmetic.log(total)
