"""Run chains side by side and keep what they pass through; shared by all samplers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

import numpy as np

from derive.errors import SamplingError
from derive.sampling.draws import Array, Draws


class Reading(NamedTuple):
    """Overlaps of every stream, the predictor's mean and variance, and projections, of a draw."""

    overlaps: tuple[Array, ...]
    mean: Array
    variance: Array
    projections: Array | None = None


class Walker(Protocol):
    """One chain."""

    def sweep(self) -> None:
        """One step."""

    def reading(self) -> Reading:
        """What is kept of the draw."""

    def state(self) -> dict[str, Any]:
        """What the chain goes on from."""

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""


Progress = Callable[[int], None]


def slice_angles(generator: np.random.Generator) -> Iterator[float]:
    """Angles to try on an elliptical slice, each nearer to the present point than the last.

    They end where they are back at it, to rounding.
    """
    angle = generator.uniform(0, 2 * np.pi)
    low, high = angle - 2 * np.pi, angle
    while True:
        yield angle
        if high - low < 1e-12:
            return
        low, high = (angle, high) if angle < 0 else (low, angle)
        angle = generator.uniform(low, high)


def generators(draws: int, chains: int, seed: int) -> list[np.random.Generator]:
    """One for each chain.

    Raises:
        SamplingError: No draws, or no chains, are asked for.
    """
    if min(draws, chains) < 1:
        raise SamplingError(f"draws, chains: {draws} and {chains} given; give whole numbers from 1")
    return [np.random.default_rng([seed, number]) for number in range(chains)]


def record(
    walkers: Sequence[Walker],
    *,
    method: str,
    draws: int,
    burn: int,
    seed: int,
    progress: Progress | None = None,
    resume: Draws | None = None,
    note: str = "",
) -> Draws:
    """Chains of draws.

    Args:
        walkers: The chains, at their starts.
        method: WEIGHTS, OVERLAPS or FEATURES.
        draws: Draws wanted of each chain, those of `resume` included.
        burn: Steps of each chain that are not kept; with `resume` they have been made.
        seed: Of the chains.
        progress: Called with the number of steps done.
        resume: Draws of the same chains, to go on with.
        note: Which law is sampled, where it is not the model's own.

    Returns:
        All draws; after an interrupt those that every chain had reached.

    Raises:
        SamplingError: `resume` is of other chains, or `burn` is negative.
        KeyboardInterrupt: Before the first draw.
    """
    if burn < 0:
        raise SamplingError(f"burn: {burn} given; give a whole number from 0")
    started, steps = time.perf_counter(), 0
    kept: list[list[Reading]] = [[] for _ in walkers]
    states = [walker.state() for walker in walkers]
    remaining = draws - (0 if resume is None else _resumed(walkers, resume, method, seed, draws))
    interrupted = False
    try:
        for step in range((burn if resume is None else 0) + remaining):
            keep = resume is not None or step >= burn
            row = []
            for walker in walkers:
                walker.sweep()
                row.append(walker.reading() if keep else None)
            if keep:
                # one row of all chains at once: an interrupt leaves no chain ahead
                for readings, reading in zip(kept, row, strict=True):
                    assert reading is not None
                    readings.append(reading)
                states = [walker.state() for walker in walkers]
            steps += len(walkers)
            if progress is not None:
                progress(steps)
    except KeyboardInterrupt:
        if resume is None and not kept[0]:
            raise
        interrupted = True
    if resume is not None and not kept[0]:
        return replace(resume, interrupted=interrupted)
    seconds = time.perf_counter() - started
    told: dict[str, Any] = {"method": method, "seed": seed, "seconds": seconds, "note": note}
    recorded = Draws(**_stacked(kept), **told, interrupted=interrupted, state=tuple(states))
    return recorded if resume is None else _joined(resume, recorded)


def _resumed(walkers: Sequence[Walker], resume: Draws, method: str, seed: int, draws: int) -> int:
    if resume.method != method or resume.seed != seed or resume.chains != len(walkers):
        raise SamplingError(
            f"resume: draws of {resume.chains} chains of the {resume.method} with seed "
            f"{resume.seed}; give draws of {len(walkers)} chains of the {method} with seed {seed}"
        )
    if not resume.state or len(resume.state) != len(walkers):
        raise SamplingError("resume: the draws hold no state to go on from; draw anew")
    if draws < resume.draws:
        raise SamplingError(
            f"draws: {draws} wanted and {resume.draws} there; ask for as many or more"
        )
    pairs = list(zip(walkers, resume.state, strict=True))
    if any(_layout(walker.state()) != _layout(state) for walker, state in pairs) or (
        _shapes(walkers[0].reading()) != _shapes(_first(resume))
    ):
        raise SamplingError(
            "resume: draws of another model or of other data; give those that the draws were "
            "made with, or draw anew"
        )
    for walker, state in pairs:
        walker.restore(state)
    return resume.draws


def _layout(state: dict[str, Any]) -> dict[str, list[Any]]:
    arrays = {name: value for name, value in state.items() if name != "generator"}
    return {name: [np.shape(array) for array in value] for name, value in arrays.items()}


def _first(draws: Draws) -> Reading:
    overlaps = tuple(overlap[0, 0] for overlap in draws.overlaps)
    return Reading(overlaps, draws.means[0, 0], draws.variances[0, 0])


def _shapes(reading: Reading) -> list[Any]:
    return [np.shape(array) for array in (*reading.overlaps, reading.mean, reading.variance)]


def _stacked(kept: list[list[Reading]]) -> dict[str, Any]:
    """What every chain has reached."""
    first, shortest = kept[0][0], min(map(len, kept))

    def stacked(part: Callable[[Reading], Any]) -> Array:
        return np.array([[part(each) for each in readings[:shortest]] for readings in kept])

    def overlap(stream: int) -> Array:
        return stacked(lambda each: each.overlaps[stream])

    return {
        "overlaps": tuple(map(overlap, range(len(first.overlaps)))),
        "means": stacked(lambda each: each.mean),
        "variances": stacked(lambda each: each.variance),
        "projections": None if first.projections is None else stacked(lambda e: e.projections),
    }


def _joined(first: Draws, second: Draws) -> Draws:
    def joined(one: Array, other: Array) -> Array:
        return np.concatenate([one, other], axis=1)

    one, other = first.projections, second.projections
    return replace(
        second,
        overlaps=tuple(map(joined, first.overlaps, second.overlaps)),
        means=joined(first.means, second.means),
        variances=joined(first.variances, second.variances),
        seconds=first.seconds + second.seconds,
        projections=None if one is None or other is None else joined(one, other),
    )
