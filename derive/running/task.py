"""What to solve: networks, data, widths and seeds."""

from __future__ import annotations

import hashlib
import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

from derive.errors import DataError
from derive.network import (
    Attention,
    Data,
    Network,
    data_from_arrays,
    load_data,
    network_from_dict,
    network_to_toml,
    path_labels,
)
from derive.network.graph import stream_graph, values
from derive.network.layers import walk
from derive.report import AS_DESCRIBED
from derive.solver.memory import refuse_large_task
from derive.tasks import DENOISING_PATH, MATCH_PATH, PATH_NAMES, hidden_markov
from derive.tasks.hidden_markov import HEAD_NAMES

WIDTHS = (10, 30, 50, 100, 300, 500, 1000)
SEEDS = 5
SUBJECT = (
    "Hidden Markov chain classification: a two-layer attention network tells chains that tend to "
    "keep their hidden state from chains that tend to change it, from noisy tokens."
)


@dataclass(frozen=True)
class Case:
    """A network and its data.

    Attributes:
        key: Its name in the names of files; empty where there is one case only.
        title: Its name in the report.
        network: Numbers for everything but the widths.
        path_names: One per path, in data order.
        head_names: By attention layer, the lowest first.
        selections: Names of horizontal lines, and the paths whose infinite-width kernel each shows.
        markov_paths: Number of paths of the packaged task; None for a user's own data.
    """

    key: str
    title: str
    network: Network
    path_names: tuple[str, ...]
    head_names: tuple[tuple[str, ...], ...]
    selections: tuple[tuple[str, tuple[int, ...]], ...] = ()
    markov_paths: int | None = None


@dataclass(frozen=True)
class Task:
    """Everything that decides what a run computes.

    Attributes:
        network: What is derived; its numbers do not matter for that.
        cases: What is solved.
        widths: To solve at, the narrowest first; infinity is always among them.
        seeds: Of the packaged task's draws; one None for a user's own data.
        data: A user's own data.
        command: How to ask for this run, without the paths of one machine.
        title: Of the report.
        subject: What the task is, for the report.
    """

    network: Network
    cases: tuple[Case, ...]
    widths: tuple[float, ...]
    seeds: tuple[int | None, ...]
    data: Path | None
    command: str
    title: str
    subject: str = ""

    def fingerprint(self, source: str) -> str:
        """A digest of what the solutions depend on: solver, networks and data.

        Args:
            source: The text of the generated solver.
        """
        parts = [source, *(f"{case.key} {network_to_toml(case.network)}" for case in self.cases)]
        digest = hashlib.sha256("\0".join(parts).encode())
        if self.data is not None:
            with open(self.data, "rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()


def packaged_network() -> Network:
    """The network of the hidden Markov task: widths and head counts are symbols."""
    text = resources.files("derive.running").joinpath("hidden_markov.toml").read_text("utf-8")
    return network_from_dict(tomllib.loads(text), "hidden_markov.toml")


def packaged_task(
    *,
    widths: Sequence[float] = WIDTHS,
    seeds: int = SEEDS,
    temperature: float | None = None,
    command: str = "derive run",
) -> Task:
    """Hidden Markov chain classification with four paths, and with two.

    Args:
        widths: One for all layers; infinity is added.
        seeds: Number of draws of task and attention heads.
        temperature: In place of the packaged network's.
        command: How to ask for this run.
    """
    network = packaged_network()
    if temperature is not None:
        network = network.with_temperature(temperature)
    cases = tuple(_markov_case(network, paths) for paths in (4, 2))
    seeds_drawn = tuple(range(seeds))
    title = "Attention paths in a narrow transformer"
    return Task(network, cases, _with_infinity(widths), seeds_drawn, None, command, title, SUBJECT)


def _markov_case(network: Network, paths: int) -> Case:
    heads = HEAD_NAMES[paths]
    match, denoising = MATCH_PATH[paths], DENOISING_PATH[paths]
    word = {4: "four", 2: "two"}[paths]
    return Case(
        key=f"{word}-paths",
        title=f"{word} paths",
        network=network.with_values({"H_1": len(heads[0]), "H_2": len(heads[1])}),
        path_names=PATH_NAMES[paths],
        head_names=heads,
        selections=(
            ("match alone", (match,)),
            ("match + denoising", (match, denoising)),
        ),
        markov_paths=paths,
    )


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
    sized = network if widths is None else network.with_width(1)
    numbers = values(sized, stream_graph(sized))
    refuse_large_task(sized, data)  # before the paths are listed
    if widths is None:
        widths = (numbers.widths[0] if len(set(numbers.widths)) == 1 else AS_DESCRIBED,)
    case = Case("", network.name, network, path_labels(network), _head_names(network))
    wanted = _with_infinity(widths)
    return Task(network, (case,), wanted, (None,), Path(data), command, network.name)


def _head_names(network: Network) -> tuple[tuple[str, ...], ...]:
    layers = [layer for _, layer in walk(network.layers) if isinstance(layer, Attention)]
    return tuple(tuple(f"head {h}" for h in range(1, int(la.heads) + 1)) for la in layers)


def _with_infinity(widths: Sequence[float]) -> tuple[float, ...]:
    return tuple(sorted({*widths, math.inf}))


@lru_cache(maxsize=1)
def data_of(case: Case, seed: int | None, path: Path | None) -> Data:
    """The data of a case, drawn or read; the latest is kept.

    Raises:
        DataError: A user's file does not hold data for the network.
    """
    if case.markov_paths is not None and seed is not None:
        return data_from_arrays(hidden_markov(seed, paths=case.markov_paths), case.network)
    if path is None:
        raise DataError("the data are missing; give --data FILE.npz")
    return load_data(path, case.network)
