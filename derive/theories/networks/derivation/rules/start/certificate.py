"""Certificate 0: the starting density against a plain forward pass of the description."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import numpy as np

from derive.algebra.nodes import LogNormal
from derive.errors import CertificateError, DataError
from derive.steps.compare import Agreement, certifying, exact
from derive.steps.step import Evidence
from derive.theories.networks.derivation.certifying.dense import log_independent
from derive.theories.networks.derivation.certifying.instance import Array, Instance, Numbers
from derive.theories.networks.derivation.rules.features import rewrite as features
from derive.theories.networks.derivation.state import State
from derive.theories.networks.derivation.turns import counted, head_counts, hidden, rounds, unequal
from derive.theories.networks.description import Network, Readout, Weighted, asked, forward
from derive.theories.networks.description.attended import attended_inputs, path_operators
from derive.theories.networks.description.feature_inputs import feature_layer
from derive.theories.networks.description.feature_maps import MAPS, feature_map
from derive.theories.networks.description.layers import GROUPS, Identity
from derive.theories.networks.description.outputs import rows_of_outputs
from derive.theories.networks.description.tokens import data_names, token_counts, weighted_layers

TOKENS = 4
"""Where the network takes any number of tokens."""
EXAMPLES = 4
MOST_TOKENS = 10_000
MOST_VECTORS = 200


@certifying
def start(agreement: Agreement, network: Network, state: State) -> Evidence:
    """The outputs and the log density of random weights, by loops over the description."""
    turns = head_counts(state.notation, room=MOST_VECTORS)
    for seed, heads in rounds(turns):
        _compare(network, state, agreement, seed, heads)
    return agreement.evidence(
        "outputs equal those of a plain forward pass, and the log density is the sum of "
        "independent Gaussian ones" + hidden(state.notation, turns)
    )


def _compare(
    network: Network, state: State, agreement: Agreement, seed: int, heads: tuple[int, ...]
) -> None:
    notation = state.notation
    tokens, read = tokens_for(network)
    if network.readout.branched:
        heads = (*heads[:-1], read)
    rows = EXAMPLES * network.readout.outputs
    taken = (rows, *counted(notation, heads))
    features, *widths = unequal((2,) * (1 + len(notation.streams())), taken)
    sample = Instance(notation, heads, tuple(widths), rows, features, Random(seed))
    tensors = [sample.tensor(weight.index) for weight in notation.graph.weights]
    resized = exactly(resize(network, sample.heads))
    inputs, attentions = _inputs(sample, resized, tokens)
    inputs *= read  # so that a mean over tokens is a whole number
    numbers = {
        **sample.sizes(),
        **sample.data(),
        **{notation.tensor(k): tensor for k, tensor in enumerate(tensors)},
    }
    numbers |= _read(resized, sample, tensors[0], (inputs, attentions), agreement.arithmetic)
    for vectors, value in state.definitions:
        numbers[vectors] = agreement.value(value, numbers)
    outputs = _outputs(resized, sample, tensors, (inputs, attentions), agreement.arithmetic)
    mean = label_law(state).args[1]
    agreement.compare("the outputs f", agreement.value(mean, numbers), outputs)
    total = agreement.value(state.body + state.constant, numbers)
    plain = _log_density(sample, tensors, numbers, outputs, agreement.arithmetic)
    agreement.compare("the log density", total, plain)


def tokens_for(network: Network) -> tuple[int, int]:
    """A number of tokens that the network takes, and how many of them come to the readout.

    Raises:
        CertificateError: There is none.
    """
    for tokens in (TOKENS, *range(1, MOST_TOKENS)):
        with suppress(DataError):
            return tokens, token_counts(network, tokens)[1]
    raise CertificateError(f"the network takes no number of tokens below {MOST_TOKENS}")


def _read(network: Network, sample: Instance, tensor: Array, data: Any, arithmetic: Any) -> Numbers:
    """What the first layer reads; where it is one of features, its weights and its function."""
    notation = sample.notation
    if feature_layer(network) is None:
        return {notation.data(): attended_inputs(network, *data)}
    inputs, operators, divisor = path_operators(network, *data)
    outputs = network.readout.outputs
    whole = np.broadcast_to(operators, (len(inputs), *operators.shape[1:]))
    x, omega = features.raw_inputs(notation)
    return {
        features.raw_features(notation): sample.features,
        notation.features: sample.features
        + sum(sample.widths),  # of another space; no factor may take it for N_x
        features.feature_weights(notation): tensor,
        features.PHI: _nonlinearity(network, arithmetic),
        x: np.repeat(inputs, outputs, axis=0),
        omega: exact(arithmetic, rows_of_outputs(whole, outputs)) / divisor,
    }


def _nonlinearity(network: Network, arithmetic: Any) -> Any:
    """phi in an arithmetic; where a kernel alone is given, any function shows the form.

    What vanishes but for rounding is zero, so that a phi that jumps there takes the same side.
    """
    layer = feature_layer(network)
    assert layer is not None
    scalar = (feature_map(layer.kernel) or MAPS["arc-sine"]).scalar
    rounding = arithmetic.sqrt(arithmetic.eps)
    return lambda h: scalar(arithmetic, h if abs(h) > rounding else 0 * h)


@dataclass(frozen=True)
class Rounded(Weighted):
    """A layer whose operators are rounded to multiples of 1/64: sums of products are then exact.

    The certificate is about any operators; how exactly a kind computes its own is not its concern.
    """

    layer: Weighted
    variance: Any
    width: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "needs", self.layer.needs)
        object.__setattr__(self, "mixes_tokens", self.layer.mixes_tokens)
        object.__setattr__(self, "uniform", self.layer.uniform)

    @property
    def branches(self) -> Any:
        """As many as those of the layer."""
        return self.layer.branches

    def tokens_above(self, tokens: int) -> int:
        """As the layer has them."""
        return asked.tokens_above(self.layer, tokens)

    def data_shape(self, tokens: int) -> tuple[int, ...]:
        """As the layer has it."""
        return asked.data_shape(self.layer, tokens)

    def operators(self, data: Any, tokens: int) -> Any:
        """Those of the layer, rounded."""
        return np.round(64 * asked.operators(self.layer, data, tokens)) / 64


def exactly(network: Network) -> Network:
    """The network with operators that floating-point numbers hold."""

    def changed(layer: Any) -> Any:
        if isinstance(layer, GROUPS):
            return replace(layer, layers=tuple(changed(inner) for inner in layer.layers))
        branched = isinstance(layer, Weighted) and layer.branched
        return Rounded(layer, layer.variance, layer.width) if branched else layer

    return replace(network, layers=tuple(changed(layer) for layer in network.layers))


def resize(network: Network, heads: tuple[int, ...]) -> Network:
    """The network with other head counts, one per weight, the lowest first."""
    left = list(heads)

    def changed(layer: Any) -> Any:
        if isinstance(layer, GROUPS):
            return replace(layer, layers=tuple(changed(inner) for inner in layer.layers))
        if isinstance(layer, Identity):
            return layer
        count = left.pop(0)
        if isinstance(layer, Readout) and layer.branched:
            return replace(layer, positions=count)
        return layer.with_branches(count) if isinstance(layer, Weighted) else layer

    return replace(network, layers=tuple(changed(layer) for layer in network.layers))


def _inputs(sample: Instance, network: Network, tokens: int) -> tuple[Array, list[Array]]:
    """Integer inputs (P, N_0, T), and an integer array for every layer that needs one."""
    inputs = sample.integers(EXAMPLES, sample.features, tokens)
    inputs[:, 0, :] += 2  # no output may vanish by chance
    counts, _ = token_counts(network, tokens)
    layers = weighted_layers(network)
    arrays = [
        sample.integers(EXAMPLES, *asked.data_shape(layers[weight], counts[weight]))
        for _, weight in data_names(network)
    ]
    return inputs, arrays


def _operators(network: Network, tokens: int, arrays: list[Array], example: int) -> list[Any]:
    """For every layer with branches its operators on one example."""
    counts, _ = token_counts(network, tokens)
    given = dict(zip((weight for _, weight in data_names(network)), arrays, strict=True))
    operators = []
    for weight, layer in weighted_layers(network).items():
        if layer.branched:
            own = given[weight][example : example + 1] if weight in given else None
            operators.append(asked.matrices(layer, own, counts[weight])[0].tolist())
    return operators


def _outputs(
    network: Network, sample: Instance, tensors: list[Array], data: Any, arithmetic: Any
) -> list[Any]:
    inputs, attentions = data
    weights = []
    for weight, tensor in zip(sample.notation.graph.weights, tensors, strict=True):
        shape = (sample.heads[weight.index], -1, tensor.shape[1])
        weights.append(exact(arithmetic, tensor.reshape(shape)).tolist())
    phi = None if feature_layer(network) is None else _nonlinearity(network, arithmetic)
    outputs: list[Any] = []
    for example in range(EXAMPLES):
        operators = _operators(network, inputs.shape[2], attentions, example)
        out = forward(
            network, weights, inputs[example].tolist(), operators, arithmetic.sqrt,
            nonlinearity=phi,
        )  # fmt: skip
        outputs += out if isinstance(out, list) else [out]
    return outputs


def label_law(state: State) -> Any:
    """The Gaussian factor of the labels.

    Raises:
        CertificateError: There is none, or more than one.
    """
    laws = [law for law in state.body.atoms(LogNormal) if law.args[0] == state.notation.labels()]
    if len(laws) != 1:
        raise CertificateError(f"the labels have {len(laws)} laws in the density; one is due")
    return laws[0]


def _log_density(
    sample: Instance, tensors: list[Array], numbers: Numbers, outputs: list[Any], arithmetic: Any
) -> Any:
    labels = exact(arithmetic, numbers[sample.notation.labels()][:, 0])
    noise = [y - f for y, f in zip(labels, outputs, strict=True)]
    total = log_independent(arithmetic, noise, sample.temperature)
    for index, tensor in enumerate(tensors):
        entries = exact(arithmetic, tensor)
        total += log_independent(arithmetic, entries, sample.variance(index))
    return total
