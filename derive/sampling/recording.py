"""Run chains side by side and keep what they pass through; shared by all samplers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from derive.errors import SamplingError
from derive.sampling.draws import Array, Draws

Reading = tuple[tuple[Array, ...], Array, Array]
"""Overlaps of every stream, the predictor's mean and its variance, of one draw."""


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
    beside: list[list[Array]] = [[] for _ in walkers]
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
                for projections, walker in zip(beside, walkers, strict=True):
                    if (along := getattr(walker, "along", None)) is not None:
                        projections.append(along())
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
    recorded = _stacked(kept, method, seed, seconds, interrupted, states)
    if beside[0]:
        shortest = min(map(len, beside))
        recorded = replace(recorded, projections=np.array([each[:shortest] for each in beside]))
    return _joined(resume, replace(recorded, note=note))


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
    return overlaps, draws.means[0, 0], draws.variances[0, 0]


def _shapes(reading: Reading) -> list[Any]:
    overlaps, mean, variance = reading
    return [np.shape(array) for array in (*overlaps, mean, variance)]


def _stacked(
    kept: list[list[Reading]],
    method: str,
    seed: int,
    seconds: float,
    interrupted: bool,
    states: list[dict[str, Any]],
) -> Draws:
    shortest = min(map(len, kept))
    kept = [readings[:shortest] for readings in kept]
    streams = range(len(kept[0][0][0]))
    return Draws(
        method=method,
        overlaps=tuple(
            np.array([[r[0][s] for r in readings] for readings in kept]) for s in streams
        ),
        means=np.array([[r[1] for r in readings] for readings in kept]),
        variances=np.array([[r[2] for r in readings] for readings in kept]),
        seed=seed,
        seconds=seconds,
        interrupted=interrupted,
        state=tuple(states),
    )


def _joined(first: Draws | None, second: Draws) -> Draws:
    if first is None:
        return second
    pairs = zip(first.overlaps, second.overlaps, strict=True)
    return replace(
        second,
        overlaps=tuple(np.concatenate(pair, axis=1) for pair in pairs),
        means=np.concatenate([first.means, second.means], axis=1),
        variances=np.concatenate([first.variances, second.variances], axis=1),
        seconds=first.seconds + second.seconds,
        projections=_along_both(first.projections, second.projections),
    )


def _along_both(first: Array | None, second: Array | None) -> Array | None:
    if first is None or second is None:
        return None
    return np.concatenate([first, second], axis=1)
