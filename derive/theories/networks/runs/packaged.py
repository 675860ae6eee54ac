"""The packaged tasks: hidden Markov chains, and handwritten digits."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources

from derive.theories.networks.description import Network, network_from_dict
from derive.theories.networks.runs.task import Case, Task, with_infinity
from derive.theories.networks.tasks import (
    DENOISING_PATH,
    MATCH_PATH,
    PATH_NAMES,
    Digits,
    hidden_markov,
)
from derive.theories.networks.tasks.hidden_markov import HEAD_NAMES, Array

WIDTHS = (10, 30, 50, 100, 300, 500, 1000)
DIGITS_WIDTHS = (20, 50, 100, 200, 500, 1000)
"""At least as wide as the default heads of the digits have paths."""
SEEDS = 5
SUBJECT = (
    "Hidden Markov chain classification: a two-layer attention network tells chains that tend to "
    "keep their hidden state from chains that tend to change it, from noisy tokens."
)


@dataclass(frozen=True)
class Chains:
    """Draws the hidden Markov task with a number of paths."""

    paths: int
    baselines: tuple[str, ...] = ()

    def __call__(self, seed: int) -> dict[str, Array]:
        """The arrays of a data file."""
        return hidden_markov(seed, paths=self.paths)

    def baseline_means(self, seed: int) -> tuple[Array, ...]:
        """None."""
        return ()


def packaged_network() -> Network:
    """The network of the hidden Markov task: widths and head counts are symbols."""
    text = (
        resources.files("derive.theories.networks.runs")
        .joinpath("hidden_markov.toml")
        .read_text("utf-8")
    )
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
    return Task(network, cases, with_infinity(widths), seeds_drawn, None, command, title, SUBJECT)


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
        selections=(("match alone", (match,)), ("match + denoising", (match, denoising))),
        source=Chains(paths),
    )


def digits_task(
    digits: Digits,
    *,
    widths: Sequence[float] = DIGITS_WIDTHS,
    seeds: int = SEEDS,
    temperature: float | None = None,
    command: str = "derive run --task digits",
) -> Task:
    """Two handwritten digits, told apart by two layers of attention over patches.

    Args:
        digits: Classes, heads and number of training examples.
        widths: One for all layers; infinity is added.
        seeds: Number of splits of the images, and of draws of random heads.
        temperature: In place of the packaged network's.
        command: How to ask for this run.

    Raises:
        DataError: scikit-learn is not installed, or there are too few images.
    """
    arrays = digits(0)  # what is wrong is said before anything is written
    network = packaged_network()
    network = replace(
        network,
        name="two attention layers over patches",
        layers=(*network.layers[:-1], replace(network.readout, token="mean")),
    )
    if temperature is not None:
        network = network.with_temperature(temperature)
    sizes = {f"H_{layer}": len(names) for layer, names in enumerate(digits.heads, start=1)}
    case = Case(
        key="digits",
        title=digits.title,
        network=network.with_values(sizes),
        path_names=digits.path_names,
        head_names=digits.heads,
        source=digits,
        pruned=True,
    )
    title = f"Handwritten digits: {digits.title}"
    subject = digits.subject(len(arrays["labels"]), len(arrays["labels_test"]))
    return Task(
        network, (case,), with_infinity(widths), tuple(range(seeds)), None, command,
        title, subject, digits.legend,
    )  # fmt: skip
