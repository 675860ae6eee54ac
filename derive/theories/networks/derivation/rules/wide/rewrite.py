"""Rules 7 and 8: the infinite-width point, and the first 1/N correction of the overlaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from derive.algebra import build, gradient, substitute
from derive.algebra.kinds import Matrix, Scalar
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.response import forces, shifts, with_above
from derive.theories.networks.derivation.state import State


@dataclass(frozen=True)
class Wide:
    """Overlaps at infinite width and their first correction, as named assignments in order.

    Attributes:
        points: (name, value) of the covariance of every weight's vectors at infinite width.
        overlaps: G_s at infinite width, in these names, the lowest stream first.
        forces: (name, value) of the first-order force on every weight's covariance.
        corrections: (name, value) of the shift of the overlaps of a stream's vectors down to
            those of one weight, from the readout down; a stream's last one is the shift of G_s.
    """

    points: tuple[tuple[Any, Any], ...]
    overlaps: tuple[Any, ...]
    forces: tuple[tuple[Any, Any], ...]
    corrections: tuple[tuple[Any, Any], ...]


def point_symbol(notation: Notation, weight: int) -> Any:
    """Q_l: the covariance of the vectors of a weight at infinite width."""
    return build.overlap(f"Q_{notation.letter(weight)}", notation.block_size(weight))


def force_symbol(notation: Notation, weight: int) -> Any:
    """Y_l: the first-order force on the covariance of a weight's vectors."""
    return build.overlap(f"Y_{notation.letter(weight)}", notation.block_size(weight))


def shift_symbol(notation: Notation, weight: int) -> Any:
    """D_l: the 1/N shift of the overlaps of a stream's vectors, down to those of weight l."""
    size = notation.block_start(weight) + notation.block_size(weight)
    return build.overlap(f"D_{notation.letter(weight)}", size)


def infinite_width(law: State) -> Wide:
    r"""At infinite width every weight's vectors have their prior covariance, and do not mix.

    .. math:: Q_W = \Sigma_W(Q_{above}), \qquad G_s = \mathrm{diag}(Q_W)

    The covariances are those of the exact law.
    """
    notation, points = law.notation, []
    for item in notation.inner_weights():
        above = [point_symbol(notation, k) for k in item.acts_on]
        value = law.covariance(item.index)
        if above:
            value = with_above(value, notation, item.index, build.block_diagonal(*above))
        points.append((point_symbol(notation, item.index), value))
    overlaps = tuple(
        build.block_diagonal(*(point_symbol(notation, k) for k in stream.weights))
        for stream in notation.streams()
    )
    return Wide(tuple(points), overlaps, (), ())


def first_correction(energy: Scalar, law: State, wide: Wide) -> Wide:
    r"""Solve the stationarity equations to first order in 1/N at fixed P.

    A force on a weight's covariance passes to the covariance above it; the shifts follow from the
    top down. With E' the gradient of the labels' part at infinite width,

    .. math:: \Phi_s = -E'\,[s = 1]
              + \sum_W \frac{\partial}{\partial G_s}\mathrm{tr}(Y_W \Sigma_W), \qquad
              Y_W = [\Phi_s]_W

    .. math:: D_s = \mathrm{diag}\left(\Sigma_W(D_{above})\right) + G_s \Phi_s G_s / N_s
    """
    notation = law.notation
    lowest, given = notation.overlap(0), {notation.overlap(0): wide.overlaps[0]}
    if notation.has_mean:
        given[notation.share()] = sympy.S.One  # up to 1/N, which counts in second order only
    bottom = substitute(gradient(energy, lowest), given)
    return response(build.scale(-1, bottom), law, wide)


def response(force: Matrix, law: State, wide: Wide) -> Wide:
    """The first correction under a given force on the lowest overlaps."""
    notation = law.notation
    assignments, totals = forces(law, {0: force}, force_symbol)

    def innovation(stream: int, total: Any) -> Any:
        point = build.block(wide.overlaps[stream], 0, total)
        response = build.mul(point, build.block(totals[stream], 0, total), point)
        return build.scale(1 / notation.width(stream), response)

    return Wide(wide.points, wide.overlaps, assignments, shifts(law, innovation, shift_symbol))
