"""Random networks: files, stream graph, paths and attended inputs agree with the forward pass."""

import itertools
import math
import tomllib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from derive.errors import DataError
from derive.theories.networks.description import (
    Attention,
    Convolution,
    Embedding,
    Gated,
    Identity,
    Linear,
    Network,
    Parallel,
    Readout,
    Repeat,
    Residual,
    Serial,
    attended_inputs,
    forward,
    network_from_dict,
    network_to_toml,
    path_count,
    path_labels,
    path_table,
    stream_graph,
)
from derive.theories.networks.description.asked import matrices
from derive.theories.networks.description.layers import walk
from derive.theories.networks.description.placing import place, placed_weights
from derive.theories.networks.description.tokens import data_names, token_counts, weighted_layers

QUICK = settings(deadline=None, max_examples=60)
WIDTH_SYMBOLS = st.sampled_from(["N_1", "N"])  # a symbol is one kind of thing
SIZE_SYMBOLS = st.sampled_from(["H", "H_1"])
GATE_SYMBOLS = st.sampled_from(["K", "K_1"])
VARIANCE_SYMBOLS = st.sampled_from(["s", "sigma2"])
WIDTHS = st.integers(1, 3)
SIZES = st.integers(1, 4)
VARIANCES = st.floats(1e-300, 1e300)
TOKENS, FEATURES = 3, 2
KEEPING = (
    {"size": 1},
    {"size": 3, "padding": 1},
    {"size": (3, 1), "padding": (1, 0), "grid": (TOKENS, 1)},
)
"""Convolutions of as many tokens above as below."""
CHANGING = ({"size": 2}, {"size": 2, "padding": 1}, {"size": 1, "stride": 2})


@dataclass(frozen=True)
class Fields:
    """Strategies for the fields of layers."""

    widths: Any = WIDTHS
    sizes: Any = SIZES
    gates: Any = SIZES
    variances: Any = VARIANCES


@st.composite
def weighted(draw, given, width, shapes=KEEPING):
    """A layer with one weight; the shapes are those of convolutions."""
    variance, width = draw(given.variances), draw(width)
    kind = draw(st.sampled_from([Linear, Attention, Gated, Convolution]))
    if kind is Linear:
        return Linear(variance=variance, width=width)
    if kind is Convolution:
        return Convolution(variance=variance, width=width, **draw(st.sampled_from(shapes)))
    count = draw(given.sizes if kind is Attention else given.gates)
    return kind(count, variance=variance, width=width)


def closed(given, width, depth):
    """Layers one above the other that end in the stream of their sum, or in a given width."""
    inner = st.nothing() if depth == 0 else sums(given, depth - 1)
    first = st.one_of(weighted(given, st.none() | given.widths if width is None else given.widths))
    last = weighted(given, st.just(width))
    tail = st.lists(inner, max_size=1) if depth else st.just([])
    parts = st.tuples(st.lists(st.one_of(first, inner), max_size=2), last, tail)
    return parts.map(lambda part: (*part[0], part[1], *part[2]))


def branch(given, width, depth):
    """One branch of a sum of several."""
    layers = closed(given, width, depth)
    several = layers.map(lambda found: found[0] if len(found) == 1 else Serial(found))
    return st.one_of(layers.map(Serial), several)


@st.composite
def sums(draw, given, depth):
    """A residual, or branches of which one is a skip: it ends in the stream in which it begins."""
    if draw(st.booleans()):
        return Residual(draw(closed(given, None, depth)))
    inner = branch(given, None, depth)
    branches = draw(st.lists(inner | st.just(Identity()), max_size=2))
    branches.insert(draw(st.integers(0, len(branches))), Identity())
    return Parallel(tuple(branches))


@st.composite
def opening(draw, given, depth):
    """Branches that end in a stream of their own."""
    width = draw(given.widths)
    return Parallel(tuple(draw(st.lists(branch(given, width, depth), min_size=1, max_size=2))))


@st.composite
def readouts(draw, given, layers):
    """A readout that fits the tokens that come to it."""
    token = draw(st.sampled_from(["last", "first", "mean", "each"]))
    positions = None
    if token == "each":
        bottom, top = Embedding(1, 1.0), Readout(1.0)
        plain = (layer.layers if isinstance(layer, Repeat) else (layer,) for layer in layers)
        network = Network((bottom, *itertools.chain(*plain), top), 0.0)
        try:
            positions = token_counts(network, TOKENS)[1]
        except DataError:  # a convolution leaves no token
            assume(False)
    return Readout(draw(given.variances), token, positions, draw(st.integers(1, 2)))


@st.composite
def networks(draw, given=Fields(), temperatures=VARIANCES, repeats=False):
    """Networks of up to three layers between embedding and readout, each of any kind."""
    single = weighted(given, given.widths, KEEPING + CHANGING)
    layer = st.one_of(single, sums(given, 2), opening(given, 1))
    block = st.lists(weighted(given, given.widths) | sums(given, 1), min_size=1, max_size=2)
    repeat = st.builds(Repeat, block.map(tuple), st.integers(1, 3) | st.sampled_from(["L", "D"]))
    middle = draw(st.lists(st.one_of(layer, repeat) if repeats else layer, max_size=3))
    bottom = Embedding(draw(given.widths), variance=draw(given.variances))
    top = draw(readouts(given, middle))
    name = draw(st.text(max_size=30).filter(str.isprintable))
    return Network((bottom, *middle, top), draw(st.just(0.0) | temperatures), name)


@given(
    networks(
        Fields(
            WIDTHS | WIDTH_SYMBOLS,
            SIZES | SIZE_SYMBOLS,
            SIZES | GATE_SYMBOLS,
            VARIANCES | st.integers(1, 9) | VARIANCE_SYMBOLS,
        ),
        st.just("T") | VARIANCES,
        repeats=True,
    )
)
@settings(QUICK)
def test_toml_round_trip(network):
    assert network_from_dict(tomllib.loads(network_to_toml(network))) == network


@given(networks())
@settings(QUICK)
def test_each_weight_acts_on_blocks_of_the_stream_above(network):
    graph = stream_graph(network)
    heads = tuple(weight.heads for weight in graph.weights)
    assert graph.block_sizes(heads)[0] == path_count(network)
    for weight in graph.weights[:-1]:
        blocks = graph.streams[weight.above].weights
        assert len(weight.acts_on) > 0
        assert [k for k in blocks if k in weight.acts_on] == list(weight.acts_on)
    assert sorted(k for stream in graph.streams for k in stream.weights) == list(
        range(1, len(graph.weights))
    )


def choices(layer):
    """What a path may do in a layer, in order: (weights of the layer, branch of each)."""
    if isinstance(layer, Identity):
        return [()]
    if isinstance(layer, Serial):
        return chosen(layer.layers)
    if isinstance(layer, Residual | Parallel):
        body = Serial(layer.layers)
        branches = [Identity(), body] if isinstance(layer, Residual) else layer.layers
        widths = [len(chosen((each,))[0]) for each in branches]
        found = []
        for number, each in enumerate(branches):
            before, after = sum(widths[:number]), sum(widths[number + 1 :])
            for choice in choices(each):
                row = (0,) * before + choice + (0,) * after
                if any(choice) or row not in found:  # skips at one point are one path
                    found.append(row)
        return sorted(found, key=any)  # what is skipped comes first, whatever the order of branches
    return [(h,) for h in range(1, layer.branches + 1)]


def chosen(layers):
    """Of layers one above the other, the lowest slowest."""
    rows = itertools.product(*map(choices, layers))
    return [tuple(itertools.chain(*row)) for row in rows]


@given(networks())
@settings(QUICK)
def test_paths_are_in_the_order_of_branches_the_lowest_layer_slowest(network):
    """What is skipped comes first; without sums of branches that is the lexicographic order."""
    assume(path_count(network) <= 300)
    readout = network.readout
    ends = [range(1, readout.branches + 1)] if readout.token == "each" else []
    ends += [range(1, readout.outputs + 1)] if readout.outputs > 1 else []
    rows = itertools.product(chosen(network.layers[1:-1]), itertools.product(*ends))
    found = path_table(network).tolist()
    assert found == [[*low, *high] for low, high in rows]
    parallel = any(isinstance(layer, Parallel) for _, layer in walk(network.layers))
    if not parallel:
        assert all(first < second for first, second in itertools.pairwise(found))
    assert len(set(path_labels(network))) == len(found) == path_count(network)


class Instance:
    """A network with random weights, one example with generic arrays for its layers."""

    def __init__(self, network, seed):
        rng = np.random.default_rng(seed)
        places, widths = place(network)
        self.network, readout = network, network.readout
        self.layers = weighted_layers(network)
        self.counts, _ = token_counts(network, TOKENS)
        self.branches = {0: 1} | {k: layer.branches for k, layer in self.layers.items()}
        self.weights = []
        for item in placed_weights(places):
            above = readout.outputs if item.above is None else widths[item.above]
            below = FEATURES if item.below is None else widths[item.below]
            branches = self.branches.get(item.weight, readout.branches)
            self.weights.append(rng.normal(size=(branches, above, below)))
        self.inputs = rng.normal(size=(1, FEATURES, TOKENS))
        self.arrays = {
            weight: rng.normal(size=(1, *self.layers[weight].data_shape(self.counts[weight])))
            for _, weight in data_names(network)
        }

    def scaled(self, weight, branch):
        tensor = self.weights[weight]
        return tensor[branch] / math.sqrt(tensor.shape[0] * tensor.shape[2])

    def outputs(self):
        """f as sums over paths of effective vectors times attended inputs."""
        arrays = list(self.arrays.values())
        attended = attended_inputs(self.network, self.inputs, arrays)
        found = np.zeros(self.network.readout.outputs)
        count = len(self.weights) - 2
        table = path_table(self.network)
        for number, path in enumerate(table):
            ends = list(path[count:])
            output = ends.pop() - 1 if len(found) > 1 else 0
            vector = self.scaled(-1, ends.pop() - 1 if ends else 0)[output]
            for weight in self.through(path[:count]):
                vector = vector @ self.scaled(weight, path[weight - 1] - 1)
            found += attended[:, :, number] @ (vector @ self.scaled(0, 0))
        return found

    def through(self, path):
        """The weights that a path takes, the highest first."""
        return [weight for weight in range(len(path), 0, -1) if path[weight - 1]]

    def forward(self):
        operators = [
            matrices(layer, self.arrays.get(weight), self.counts[weight])[0].tolist()
            for weight, layer in self.layers.items()
            if layer.branched
        ]
        return forward(self.network, self.weights, self.inputs[0].tolist(), operators)


@given(networks(), st.integers(0, 99))
@settings(QUICK)
def test_paths_and_attended_inputs_make_the_forward_pass(network, seed):
    assume(path_count(network) <= 300 and leaves_tokens(network))
    instance = Instance(network, seed)
    assert instance.outputs() == pytest.approx(np.ravel(instance.forward()), rel=1e-9, abs=1e-9)


def leaves_tokens(network):
    try:
        return token_counts(network, TOKENS)[1] > 0
    except DataError:
        return False


@given(networks(), SIZES, st.sampled_from(["last", "first", "mean"]), st.integers(0, 99))
@settings(QUICK)
def test_last_attention_for_one_query(network, heads, token, seed):
    assume(path_count(network) <= 300 and leaves_tokens(network))
    top = Attention(heads, 1.0, 2)
    network = Network((*network.layers[:-1], top, Linear(1.0, 2), Readout(1.0, token)), 0.1)
    instance = Instance(network, seed)
    arrays = list(instance.arrays.values())
    whole = attended_inputs(network, instance.inputs, arrays)
    last = arrays[-1]
    query = {
        "last": last[..., -1:],
        "first": last[..., :1],
        "mean": last.mean(axis=-1, keepdims=True),
    }[token]
    found = attended_inputs(network, instance.inputs, [*arrays[:-1], query])
    np.testing.assert_allclose(found, whole, rtol=1e-9, atol=1e-9)
