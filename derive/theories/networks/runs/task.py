"""What to solve: networks, data, widths and seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from derive.errors import DataError
from derive.files import digest_of
from derive.files.seals import made_from
from derive.running.program import program
from derive.theories.networks.description import (
    Data,
    Network,
    data_from_arrays,
    network_to_toml,
    path_labels,
)
from derive.theories.networks.description.graph import stream_graph, values
from derive.theories.networks.description.layers import Readout, Weighted, walk
from derive.theories.networks.description.loading import load_arrays
from derive.theories.networks.report import AS_DESCRIBED
from derive.theories.networks.solver.memory import refuse_large_task
from derive.wording import one_line


class Source(Protocol):
    """Draws the data of a packaged task; frozen, so that equal sources give equal data."""

    @property
    def baselines(self) -> tuple[str, ...]:
        """Names of predictors to show beside the network."""

    def __call__(self, seed: int) -> dict[str, Any]:
        """The named arrays of a data file."""

    def baseline_means(self, seed: int) -> tuple[Any, ...]:
        """Predictions on the test examples, one array (P_*,) per name in `baselines`."""


@dataclass(frozen=True)
class Case:
    """A network and its data.

    Attributes:
        key: Its name in the names of files; empty where there is one case only.
        title: Its name in the report.
        network: Numbers for everything but the widths.
        path_names: One per path, in data order.
        head_names: By layer with branches, the lowest first.
        selections: Names of horizontal lines, and the paths whose infinite-width kernel each shows.
        source: Of the data of a packaged task; None for a user's own data.
        pruned: Whether to remove heads one by one, in the order of their scores.
    """

    key: str
    title: str
    network: Network
    path_names: tuple[str, ...]
    head_names: tuple[tuple[str, ...], ...]
    selections: tuple[tuple[str, tuple[int, ...]], ...] = ()
    source: Source | None = None
    pruned: bool = False


@dataclass(frozen=True)
class Task:
    """Everything that decides what a run computes.

    Attributes:
        network: What is derived; its numbers do not matter for that.
        cases: What is solved.
        widths: To solve at, the narrowest first; infinity is always among them.
        seeds: Of the packaged task's draws; one None for a user's own data.
        data: A user's own data, read once.
        file: What the file of these data is called; empty where there is none.
        file_digest: Of the arrays in it.
        command: How to ask for this run, without the paths of one machine.
        title: Of the report.
        subject: What the task is, for the report.
        legend: Names that the report uses, and what they mean.
    """

    network: Network
    cases: tuple[Case, ...]
    widths: tuple[float, ...]
    seeds: tuple[int | None, ...]
    data: Data | None
    command: str
    title: str
    subject: str = ""
    legend: tuple[tuple[str, str], ...] = ()
    file: str = ""
    file_digest: str = ""

    def fingerprint(self, source: str) -> str:
        """A digest of what the solutions depend on: program, solver, networks and data.

        Args:
            source: The text of the generated solver.
        """
        cases = (
            f"{case.key} {network_to_toml(case.network)} {case.source!r}" for case in self.cases
        )
        return made_from(program(), source, *cases, self.file_digest)


def user_task(
    network: Network, data: str | Path, *, widths: Sequence[float] | None, command: str
) -> Task:
    """A network of one's own, on data of one's own.

    Args:
        network: Numbers for everything but the widths, and for these too if `widths` is None.
        data: The .npz file.
        widths: One for all layers; infinity is added. None: as described.
        command: How to ask for this run.

    Raises:
        DescriptionError: A symbol has no value.
        SizeError: The data, or the overlaps of the paths, do not fit into memory.
    """
    if widths is None and network.infinitely_wide:
        widths = (math.inf,)
    sized = network if widths is None else network.with_width(1)
    numbers = values(sized, stream_graph(sized))
    refuse_large_task(sized, data)  # before the paths are listed
    if widths is None:
        widths = (numbers.widths[0] if len(set(numbers.widths)) == 1 else AS_DESCRIBED,)
    arrays = load_arrays(data, network)
    case = Case("", network.name, network, path_labels(network), _head_names(network))
    return Task(
        network, (case,), with_infinity(widths), (None,),
        data_from_arrays(arrays, network, one_line(str(data))), command, network.name,
        file=Path(data).name, file_digest=digest_of(arrays),
    )  # fmt: skip


def _head_names(network: Network) -> tuple[tuple[str, ...], ...]:
    layers = (layer for _, layer in walk(network.layers) if isinstance(layer, Weighted | Readout))
    return tuple(
        tuple(f"{layer.branch} {h}" for h in range(1, int(layer.branches) + 1))
        for layer in layers
        if layer.branched
    )


def with_infinity(widths: Sequence[float]) -> tuple[float, ...]:
    """The widths, the narrowest first, and infinity."""
    return tuple(sorted({*widths, math.inf}))


def data_of(case: Case, seed: int | None, given: Data | None) -> Data:
    """The data of a case: drawn, or a user's own.

    Raises:
        DataError: There are none.
    """
    if case.source is not None and seed is not None:
        return _drawn(case, seed)
    if given is None:
        raise DataError("the data are missing; give --data FILE.npz")
    return given


@lru_cache(maxsize=1)
def _drawn(case: Case, seed: int) -> Data:
    """The data of a packaged task; the latest are kept."""
    assert case.source is not None
    return data_from_arrays(case.source(seed), case.network)


def digest_of_data(data: Data) -> str:
    """A digest of the arrays that are solved."""
    named = (
        "attended", "labels", "attended_test", "labels_test", "classes", "mean_direction",
    )  # fmt: skip
    arrays = {name: getattr(data, name) for name in named}
    return digest_of({name: array for name, array in arrays.items() if array is not None})
