"""Rule 6: eliminate the hidden order parameters by multiplying, tracing, substituting, naming."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Identity

from derive.algebra import build, normal
from derive.algebra.kinds import Matrix
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.state import State
from derive.wording import plural


@dataclass(frozen=True)
class SaddleEquation:
    """The saddle-point equation of one stream, solved for its overlaps.

    Attributes:
        stream: Its index.
        overlap: G_s.
        right: The right-hand side of G_s = ...
        flux: R_s, a named matrix; None where the stream was not eliminated.
        flux_value: What R_s stands for.
        moves: What was done to the gradient.
        reason: Why the stream was not eliminated; empty where it was.
    """

    stream: int
    overlap: Any
    right: Any
    flux: Any | None
    flux_value: Any | None
    moves: tuple[str, ...]
    reason: str = ""


def eliminate(gradients: tuple[Any, ...], law: State) -> tuple[SaddleEquation, ...]:
    """Solve each stream's equation for its overlaps, from the bottom up.

    A stream that holds the vectors of one weight is eliminated: its equation becomes
    G = Sigma (I + R/N) with the flux R named. One that holds the vectors of several (a residual
    stream) cannot be, because G^{-1} mixes their blocks; its equation is only multiplied out.
    """
    solved: dict[int, SaddleEquation] = {}
    notation = law.notation
    for stream in notation.streams():
        if len(stream.weights) == 1 and notation.is_whole(stream.index):
            solved[stream.index] = _solve(gradients[stream.index], law, stream.index, solved)
        else:
            solved[stream.index] = _multiply_out(gradients[stream.index], notation, stream.index)
    return tuple(solved[stream.index] for stream in notation.streams())


def _solve(
    gradient: Matrix, law: State, stream: int, solved: dict[int, SaddleEquation]
) -> SaddleEquation:
    notation = law.notation
    overlap, width = notation.overlap(stream), notation.width(stream)
    (weight,) = notation.graph.streams[stream].weights
    covariance = law.covariance(weight)
    name = notation.graph.streams[stream].name
    flux = build.matrix_symbol(f"R_{name}", *overlap.shape)
    moves = [f"multiply by G_{name} from the right"]
    own = build.subtract(build.mul(build.inv(covariance), overlap), Identity(build.rows(overlap)))
    value = build.subtract(build.scale(width, own), build.mul(gradient, overlap))
    for lower in notation.graph.weights:
        if lower.above == stream and lower.below in solved and solved[lower.below].flux is not None:
            value = build.subtract(value, _traced(law, lower.index, solved[lower.below]))
            moves.append(_trace_move(notation, lower.index))
    moves.append(f"name the flux R_{name}; multiply by the prior covariance from the left")
    fluctuation = build.add(Identity(build.rows(overlap)), build.scale(1 / width, flux))
    right = build.mul(covariance, fluctuation)
    return SaddleEquation(stream, overlap, right, flux, normal(value), tuple(moves))


def _traced(law: State, weight: int, lower: SaddleEquation) -> Any:
    """The partial trace of a lower stream's equation N (Sigma^{-1} G - I) - R = 0."""
    width = law.notation.width(lower.stream)
    inverse = build.inv(law.covariance(weight))
    own = build.subtract(build.mul(inverse, lower.overlap), Identity(build.rows(lower.overlap)))
    residual = build.subtract(build.scale(width, own), lower.flux)
    return build.partial_trace(normal(residual), law.notation.heads(weight))


def _trace_move(notation: Notation, weight: int) -> str:
    item = notation.graph.weights[weight]
    assert item.below is not None
    name = notation.graph.streams[item.below].name
    heads = notation.heads(weight)
    if heads == 1:
        return f"substitute the equation of stream {name}"
    branches = f"the {heads} {plural(item.branch)} of {item.name}"
    return f"trace the equation of stream {name} over {branches}; substitute it"


def _multiply_out(gradient: Matrix, notation: Notation, stream: int) -> SaddleEquation:
    overlap, width = notation.overlap(stream), notation.width(stream)
    name = notation.graph.streams[stream].name
    count = len(notation.graph.streams[stream].weights)
    rest = build.add(build.scale(1 / width, gradient), build.inv(overlap))
    return SaddleEquation(
        stream,
        overlap,
        normal(build.mul(overlap, rest, overlap)),
        None,
        None,
        (f"multiply by G_{name} from both sides; divide by N_{name}",),
        f"Stream {name} holds the vectors of {count} weights (a skip or a sum of branches joins "
        f"them): the inverse of G_{name} mixes their blocks, so its equation stays implicit.",
    )
