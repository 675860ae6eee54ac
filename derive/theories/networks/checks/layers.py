"""Attended inputs of built-in layers, from raw inputs, against index loops of docs/layers.md."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from derive.evidence.claim import Claim
from derive.evidence.numbers import Array
from derive.evidence.verdict import CheckResult, Unsettled
from derive.theories.networks.checks.plain.attended import attended_loops, tokens_through
from derive.theories.networks.checks.points import Point, random_point
from derive.theories.networks.checks.subject import FLOAT_DIGITS, Subject
from derive.theories.networks.description import data_from_arrays, path_table
from derive.theories.networks.description.features import Features
from derive.theories.networks.description.layers import Weighted

EXAMPLES, FEATURES = 3, 2
MOST_TOKENS = 64


def attended(subject: Subject, claim: str) -> CheckResult:
    """What is read from raw inputs is what the layers say, path by path."""
    point, comparison = random_point(subject), subject.comparison()
    network, heads = point.network, point.sample.heads
    inputs, arrays, names = raw(point)
    labels = inputs[:, :1, 0] * np.arange(1, network.readout.outputs + 1)  # no matter here
    data = data_from_arrays({**names, "labels": labels.squeeze()}, network)
    due = attended_loops(network, heads, inputs, arrays)
    comparison.add("the attended inputs", data.of_paths(), due)
    table = point.plain.wiring.branch_table()
    comparison.add("the branches of the paths", path_table(network), table)
    compared = (
        f"attended inputs of {len(point.plain.wiring.paths)} paths, from {inputs.shape[2]} tokens, "
        "against index loops over tokens: key before query, shifts with stride and padding, gates, "
        "positions and the readout token"
    )
    return comparison.result(claim, FLOAT_DIGITS, compared)


def raw(point: Point) -> tuple[Array, dict[int, Array], dict[str, Array]]:
    """Inputs and what layers need: by the number of the weight, and by name as a file has them."""
    generator = np.random.default_rng(5)
    counts: list[int] = []
    tokens = _tokens(point.network)
    tokens_through(point.network.layers, tokens, counts)
    inputs = generator.normal(size=(EXAMPLES, FEATURES, tokens))
    arrays: dict[int, Array] = {}
    names: dict[str, Array] = {"inputs": inputs}
    kinds: dict[str, int] = {}
    for tensor in point.plain.wiring.tensors:
        layer: Any = tensor.layer
        if isinstance(layer, Weighted) and layer.needs:
            shape = layer.with_branches(tensor.heads).data_shape(counts[tensor.number])
            kinds[layer.needs] = kinds.get(layer.needs, 0) + 1
            arrays[tensor.number] = generator.normal(size=(EXAMPLES, *shape))
            names[f"{layer.needs}_{kinds[layer.needs]}"] = arrays[tensor.number]
    return inputs, arrays, names


def _tokens(network: Any) -> int:
    """How many tokens serve: three, or the fewest of which as many are left as the readout reads.

    Raises:
        Unsettled: No number of tokens serves.
    """
    grids = [layer.grid for layer in _flat(network.layers) if getattr(layer, "grid", None)]
    options = (
        [math.prod(grids[0])] if grids else sorted(range(1, MOST_TOKENS), key=lambda t: (t < 3, t))
    )
    for tokens in options:
        counts: list[int] = []
        try:
            end = tokens_through(network.layers, tokens, counts)
        except ValueError:  # branches that end in unequal numbers of tokens
            continue
        due = network.readout.positions if network.readout.branched else end
        if min([*counts, end]) > 0 and end == due:
            return tokens
    raise Unsettled("no number of tokens serves this network")


def _flat(layers: Any) -> list[Any]:
    nested = []
    for layer in layers:
        nested += [layer, *_flat(getattr(layer, "layers", ()))]
    return nested


def is_linear(subject: Subject) -> bool:
    """Whether the first layer reads the inputs themselves, not features of them."""
    return not isinstance(subject.network.layers[0], Features)


CLAIMS = (Claim("layers: attended inputs", attended, is_linear),)
