"""Random networks: files, stream graph, paths and attended inputs agree with the forward pass."""

import itertools
import math
import tomllib

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from derive.network import (
    Attention,
    Embedding,
    Linear,
    Network,
    Readout,
    Repeat,
    Residual,
    attended_inputs,
    forward,
    network_from_dict,
    network_to_toml,
    path_count,
    path_table,
    stream_graph,
)
from derive.network.graph import place, placed_weights

QUICK = settings(deadline=None, max_examples=60)
WIDTH_SYMBOLS = st.sampled_from(["N_1", "N"])  # a symbol is one kind of thing
SIZE_SYMBOLS = st.sampled_from(["H", "H_1"])
VARIANCE_SYMBOLS = st.sampled_from(["s", "sigma2"])
WIDTHS = st.integers(1, 3)
SIZES = st.integers(1, 4)
VARIANCES = st.floats(1e-300, 1e300)


@st.composite
def weighted(draw, widths, sizes, variances):
    """A linear or an attention layer."""
    if draw(st.booleans()):
        return Linear(draw(variances), draw(widths))
    return Attention(draw(sizes), draw(variances), draw(widths))


def bodies(widths, sizes, variances, depth):
    """Layers of a residual; the last one with a weight leaves its width out."""
    inner = st.nothing() if depth == 0 else residuals(widths, sizes, variances, depth - 1)
    last = weighted(st.none(), sizes, variances)
    first = st.one_of(weighted(st.none() | widths, sizes, variances), inner)
    tail = st.lists(inner, max_size=1) if depth else st.just([])
    parts = st.tuples(st.lists(first, max_size=2), st.one_of(last, inner), tail)
    return parts.map(lambda part: _closed((*part[0], part[1], *part[2])))


def _closed(body):
    """The body with the width of its last layer with a weight left out."""
    last = max((k for k, layer in enumerate(body) if not isinstance(layer, Residual)), default=None)
    if last is None:
        return body
    fields = {k: v for k, v in vars(body[last]).items() if k != "width"}
    return (*body[:last], type(body[last])(**fields), *body[last + 1 :])


def residuals(widths, sizes, variances, depth):
    return bodies(widths, sizes, variances, depth).map(Residual)


@st.composite
def networks(
    draw, widths=WIDTHS, sizes=SIZES, variances=VARIANCES, temperatures=VARIANCES, repeats=False
):
    layer = st.one_of(weighted(widths, sizes, variances), residuals(widths, sizes, variances, 2))
    block = st.lists(layer, min_size=1, max_size=2)
    repeat = st.builds(Repeat, block.map(tuple), st.integers(1, 3) | st.sampled_from(["L", "D"]))
    middle = draw(st.lists(st.one_of(layer, repeat) if repeats else layer, max_size=3))
    bottom = Embedding(draw(widths), draw(variances))
    top = Readout(draw(variances), draw(st.sampled_from(["last", "first", "mean"])))
    name = draw(st.text(max_size=30).filter(str.isprintable))
    return Network((bottom, *middle, top), draw(st.just(0.0) | temperatures), name)


@given(
    networks(
        WIDTHS | WIDTH_SYMBOLS,
        SIZES | SIZE_SYMBOLS,
        VARIANCES | st.integers(1, 9) | VARIANCE_SYMBOLS,
        st.just("T") | VARIANCES,
        repeats=True,
    )
)
@settings(QUICK)
def test_toml_round_trip(network):
    assert network_from_dict(tomllib.loads(network_to_toml(network))) == network


@given(networks())
@settings(QUICK)
def test_each_weight_acts_on_blocks_in_the_order_of_their_stream(network):
    graph = stream_graph(network)
    heads = tuple(weight.heads for weight in graph.weights)
    assert graph.block_sizes(heads)[0] == path_count(network)
    for weight in graph.weights[:-1]:
        blocks = graph.streams[weight.above].weights
        assert [k for k in blocks if k in weight.acts_on] == list(weight.acts_on)
    assert sorted(k for stream in graph.streams for k in stream.weights) == list(
        range(1, len(graph.weights))
    )


@given(networks())
@settings(QUICK)
def test_paths_are_in_lexicographic_order(network):
    assume(path_count(network) <= 300)
    rows = path_table(network).tolist()
    assert len(rows) == path_count(network)
    assert all(first < second for first, second in itertools.pairwise(rows))


class Instance:
    """A network with random weights, one example with generic attention matrices."""

    tokens, features = 3, 2

    def __init__(self, network, seed):
        rng = np.random.default_rng(seed)
        places, widths = place(network)
        widths = (*widths, 1)
        items = list(placed_weights(places))
        self.network = network
        self.heads = [getattr(item.layer, "heads", 1) for item in items]
        self.weights = [
            rng.normal(
                size=(
                    heads,
                    1 if item.above is None else widths[item.above],
                    self.features if item.below is None else widths[item.below],
                )
            )
            for heads, item in zip(self.heads, items, strict=True)
        ]
        self.inputs = rng.normal(size=(1, self.features, self.tokens))
        self.attentions = [
            rng.normal(size=(1, heads, self.tokens, self.tokens))
            for heads, item in zip(self.heads, items, strict=True)
            if item.attention
        ]

    def scaled(self, weight, branch):
        tensor = self.weights[weight]
        return tensor[branch] / math.sqrt(tensor.shape[0] * tensor.shape[2])

    def output(self):
        """f as a sum over paths of effective vectors times attended inputs."""
        attended = attended_inputs(self.network, self.inputs, self.attentions)[0]
        total = 0.0
        for path, xi in zip(path_table(self.network), attended.T, strict=True):
            vector = self.scaled(-1, 0)
            for weight in range(len(path), 0, -1):
                if path[weight - 1]:
                    vector = vector @ self.scaled(weight, path[weight - 1] - 1)
            total += (vector @ self.scaled(0, 0) @ xi)[0]
        return total

    def forward(self):
        attentions = [omega[0].tolist() for omega in self.attentions]
        return forward(self.network, self.weights, self.inputs[0].tolist(), attentions)


@given(networks(), st.integers(0, 99))
@settings(QUICK)
def test_paths_and_attended_inputs_make_the_forward_pass(network, seed):
    assume(path_count(network) <= 300)
    instance = Instance(network, seed)
    assert instance.output() == pytest.approx(instance.forward(), rel=1e-9, abs=1e-9)


@given(networks(), st.integers(0, 99))
@settings(QUICK)
def test_last_attention_for_one_query(network, seed):
    assume(path_count(network) <= 300)
    instance = Instance(network, seed)
    assume(instance.attentions)
    whole = attended_inputs(network, instance.inputs, instance.attentions)
    last = instance.attentions[-1]
    query = {
        "last": last[..., -1:],
        "first": last[..., :1],
        "mean": last.mean(axis=-1, keepdims=True),
    }[network.readout.token]
    found = attended_inputs(network, instance.inputs, [*instance.attentions[:-1], query])
    np.testing.assert_allclose(found, whole, rtol=1e-9, atol=1e-9)
