"""What a sweep solves: a network, and where the examples of a point come from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from derive.errors import DataError
from derive.network import Data, Network, data_from_arrays, load_data
from derive.network.data import check_kernel_variance
from derive.running.packaged import packaged_network
from derive.running.scores import Score, fit
from derive.running.sweep.grid import Axes, Point, grid_of
from derive.solver.memory import refuse_large_task
from derive.tasks import hidden_markov
from derive.tasks.hidden_markov import HEAD_NAMES

PATHS, EXAMPLES = 4, 100
"""Of the packaged task."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A network with its data; every worker has one.

    Attributes:
        network: Numbers for everything that is not swept.
        data: A user's own; None for the packaged task, which is drawn.
        solver: Digest of the generated solver's text, so that workers know that theirs is the same.
    """

    network: Network
    data: Data | None
    solver: str = ""

    def with_solver(self, source: str) -> Subject:
        """The same subject, with the text of its solver."""
        return replace(self, solver=hashlib.sha256(source.encode()).hexdigest())

    def fingerprint(self) -> str:
        """A digest of what all points depend on: the solver and the data."""
        digest = hashlib.sha256(self.solver.encode())
        if self.data is not None:
            named = (self.data.attended, self.data.labels)
            rest = (self.data.attended_test, self.data.labels_test, self.data.classes)
            for array in (*named, *rest):
                digest.update(b"" if array is None else f"{array.shape}".encode() + array.tobytes())
        return digest.hexdigest()

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
        points = grid_of(self.network, axes, examples=there)
        _refuse_kernels(points, self.data)
        return points

    def data_at(self, point: Point) -> Data:
        """The data of a point.

        Of a user's own, the first P training examples; with a seed, the first P in an order that
        the seed draws, so that more examples contain fewer. The packaged task is drawn with P
        examples from the seed. The test examples do not depend on P.
        """
        if self.data is None:
            return _drawn(self.network, point.examples, point.seed or 0)
        outputs = self.data.outputs
        chosen = np.arange(len(self.data.labels) // outputs)
        if point.seed is not None:
            chosen = np.random.default_rng(point.seed).permutation(chosen)
        chosen = chosen[: point.examples]
        chosen = (outputs * chosen[:, None] + np.arange(outputs)).ravel()  # a row for each
        return replace(
            self.data, attended=self.data.attended[chosen], labels=self.data.labels[chosen]
        )

    def fit(self, data: Data, mean: Any) -> Score:
        """The score on test examples; all of a user's labels say whether they are classes."""
        assert data.labels_test is not None
        return fit((self.data or data).labels, data.labels_test, mean, data.outputs)


def packaged_subject() -> Subject:
    """Hidden Markov chain classification with four paths; its data are drawn by seed."""
    heads = {f"H_{layer}": len(names) for layer, names in enumerate(HEAD_NAMES[PATHS], start=1)}
    return Subject(packaged_network().with_values(heads), None)


def user_subject(network: Network, data: str | Path) -> Subject:
    """A network of one's own on data of one's own.

    Raises:
        DataError: The file does not hold data for the network.
        SizeError: They, or solving them, do not fit into memory.
    """
    refuse_large_task(network, data)
    return Subject(network, load_data(data, network))


def _refuse_kernels(points: tuple[Point, ...], data: Data) -> None:
    """Refuse what is swept inside the kernel from which the data were made."""
    for point in points:
        try:
            check_kernel_variance(point.network, data)
        except DataError:
            raise DataError(
                "--variance: that of the first layer is inside its kernel, from which the data are "
                "made; sweep over others, and give each value of this one in a file of its own"
            ) from None


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
