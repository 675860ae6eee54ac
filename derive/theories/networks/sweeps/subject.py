"""What a sweep solves: a network, and where the examples of a point come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from derive.errors import DataError
from derive.files import digest_of
from derive.files.seals import made_from
from derive.running.program import program
from derive.theories.networks.description import Data, Network, Repeat, data_from_arrays
from derive.theories.networks.description.feature_inputs import kernel_variance
from derive.theories.networks.description.layers import walk
from derive.theories.networks.description.loading import load_arrays
from derive.theories.networks.description.tokens import data_names
from derive.theories.networks.runs.packaged import packaged_network
from derive.theories.networks.runs.task import digest_of_data
from derive.theories.networks.solver.memory import refuse_large_task
from derive.theories.networks.solver.scores import Score, fit
from derive.theories.networks.sweeps.grid import Axes, Point, grid_of, refuse_no_depths
from derive.theories.networks.tasks import hidden_markov
from derive.theories.networks.tasks.hidden_markov import HEAD_NAMES
from derive.wording import one_line

Depths = tuple[tuple[str, int], ...]
Reading = tuple[Depths, float | None]
"""Depths, and the variance inside a kernel."""
PATHS, EXAMPLES = 4, 100
"""Of the packaged task."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A network with its data; every worker has one.

    Attributes:
        network: Numbers for everything that is not swept.
        data: A user's own; None for the packaged task, which is drawn.
        solver: Digest of the generated solver's text, so that workers know that theirs is the same.
        arrays: Those of a user's file, until data of other points are made of them.
        file_digest: Of the arrays in a user's file.
        made: Data of points that read the file in another way, by how: at other depths, or with
            another variance inside the kernel of a first layer of features.
        depths: At which `data` are.
    """

    network: Network
    data: Data | None
    solver: str = ""
    arrays: Mapping[str, Any] = field(default_factory=dict, repr=False)
    file_digest: str = ""
    made: Mapping[Reading, Data] = field(default_factory=dict)
    depths: Depths = ()

    def with_solver(self, source: str) -> Subject:
        """The same subject, with the text of its solver."""
        return replace(self, solver=made_from(program(), source))

    def with_data(self, points: Sequence[Point]) -> Subject:
        """The same subject, with data for all depths, and every variance inside a kernel."""
        wanted = {_reading(point): point.network for point in points}
        own = self.depths, kernel_variance(self.network)
        others = [reading for reading in wanted if self.arrays and reading != own]
        made = {k: data_from_arrays(_needed(self.arrays, wanted[k]), wanted[k]) for k in others}
        return replace(self, made=made, arrays={})

    def deepest(self, points: Sequence[Point]) -> Point:
        """A point at the depths of the subject's own data, which are the largest."""
        return next(point for point in points if point.depths == self.depths)

    def fingerprint(self) -> str:
        """A digest of what all points depend on: the program, its solver and the data."""
        data = "" if self.data is None else digest_of_data(self.data)
        return made_from(self.solver, self.file_digest, data)

    def grid(self, axes: Axes) -> tuple[Point, ...]:
        """Every point, checked.

        Raises:
            DeriveError: A point cannot be what it is, or there are too few examples for it.
        """
        if self.data is None:
            points = grid_of(self.network, axes, examples=EXAMPLES, seeds=(0,))
            _refuse_odd(points)
            return points
        there = len(self.data.labels) // self.data.outputs
        if axes.seeds and not axes.examples:
            raise DataError(
                "--seeds: there is nothing to draw, as your data are as they are; give --examples "
                "too, and each seed draws its own from the file"
            )
        for examples in axes.examples:
            if examples > there:
                raise DataError(f"--examples: {examples} of {there} are asked for; give fewer")
        return grid_of(self.network, axes, examples=there)

    def data_at(self, point: Point) -> Data:
        """The data of a point.

        Of a user's own, the first P training examples; with a seed, the first P in an order that
        the seed draws, so that more examples contain fewer. The packaged task is drawn with P
        examples from the seed. The test examples do not depend on P.
        """
        if self.data is None:
            return _drawn(self.network, point.examples, point.seed or 0)
        data = self.made.get(_reading(point), self.data)
        chosen = np.arange(len(data.labels) // data.outputs)
        if point.seed is not None:
            chosen = np.random.default_rng(point.seed).permutation(chosen)
        chosen = chosen[: point.examples]
        chosen = (data.outputs * chosen[:, None] + np.arange(data.outputs)).ravel()  # all rows
        return replace(data, attended=data.attended[chosen], labels=data.labels[chosen])

    def fit(self, data: Data, mean: Any) -> Score:
        """The score on test examples; all of a user's labels say whether they are classes."""
        assert data.labels_test is not None
        return fit((self.data or data).labels, data.labels_test, mean, data.outputs)


def packaged_subject() -> Subject:
    """Hidden Markov chain classification with four paths; its data are drawn by seed."""
    heads = {f"H_{layer}": len(names) for layer, names in enumerate(HEAD_NAMES[PATHS], start=1)}
    return Subject(packaged_network().with_values(heads), None)


def user_subject(network: Network, data: str | Path, axes: Axes | None = None) -> Subject:
    """A network of one's own on data of one's own.

    Args:
        network: The description.
        data: The file; where depths are swept, for the largest of them.
        axes: What is swept.

    Raises:
        DescriptionError: A depth that is swept is none of the network.
        DataError: The file does not hold data for the network.
        SizeError: They, or solving them, do not fit into memory.
    """
    swept = {} if axes is None else {name: max(given) for name, given in axes.depths}
    refuse_no_depths(network, swept)
    deepest = network.with_values(swept)
    _refuse_unclear(network, deepest, swept)
    refuse_large_task(deepest, data)
    arrays = load_arrays(data, deepest)
    task = data_from_arrays(arrays, deepest, one_line(str(data)))
    kept = arrays if swept or kernel_variance(network) is not None else {}
    digest = digest_of(arrays)
    return Subject(
        network,
        task,
        arrays=kept,
        file_digest=digest,
        depths=tuple((name, int(number)) for name, number in swept.items()),
    )


def _reading(point: Point) -> Reading:
    """What decides how the arrays of a file become the data of a point."""
    return point.depths, kernel_variance(point.network)


def _needed(arrays: Mapping[str, Any], network: Network) -> dict[str, Any]:
    """The arrays of a file for the deepest network that a shallower one has."""
    own = {"attended", "inputs", "labels", *(name for name, _ in data_names(network))}
    return {name: array for name, array in arrays.items() if name.removesuffix("_test") in own}


def _refuse_unclear(network: Network, deepest: Network, swept: Mapping[str, float]) -> None:
    """Raise DataError where the names of arrays mean other layers at another depth.

    They count the layers from below: of one block above which no layer has an array they are those
    of its lowest copies.
    """
    if not swept or not data_names(deepest):
        return
    layers = iter(network.layers)
    block = next(layer for layer in layers if isinstance(layer, Repeat))
    above = [layer for _, layer in walk(tuple(layers)) if getattr(layer, "needs", "")]
    if above and any(getattr(layer, "needs", "") for _, layer in walk(block.layers)):
        raise DataError(
            "--depth: arrays are named by their layers, counted from below, and above the block "
            "whose depth is swept stand others; sweep with a file for each depth"
        )


def _refuse_odd(points: tuple[Point, ...]) -> None:
    for point in points:
        if point.examples % 2:
            raise DataError(
                f"--examples: the packaged task has two classes of one size, and {point.examples} "
                "is odd; give even numbers"
            )


@lru_cache(maxsize=4)
def _drawn(network: Network, examples: int, seed: int) -> Data:
    arrays = hidden_markov(seed, paths=PATHS, examples=examples)
    return data_from_arrays(arrays, network)
