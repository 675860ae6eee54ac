"""What is outside the theory is refused by name, with the reason and the nearest network."""

import re

import pytest
from command_line import refusal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derive.errors import DescriptionError
from derive.theories.networks.derivation import derive
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Linear,
    Network,
    Parallel,
    Readout,
    Residual,
    Serial,
    attended_inputs,
    network_from_dict,
    stream_graph,
)
from derive.theories.networks.description.layers import kind_names
from derive.theories.networks.description.outside import (
    KEYS_OUTSIDE,
    KINDS_OUTSIDE,
    TABLE,
    VAGUE,
    kind_outside,
)

ENDS = ({"kind": "embedding", "width": 9, "variance": 1.0}, {"kind": "readout", "variance": 1.0})
INNER = {
    "linear": {"kind": "linear", "width": 9, "variance": 1.0},
    "attention": {"kind": "attention", "heads": 2, "width": 9, "variance": 1.0},
}


def described(*inner, **top):
    return {"temperature": 0.1, "layers": [ENDS[0], *inner, ENDS[1]], **top}


def refused(table):
    with pytest.raises(DescriptionError) as caught:
        network_from_dict(table)
    message = str(caught.value)
    assert len(message.splitlines()) == 1 and message.isprintable() and len(message) < 500
    return message


@pytest.mark.parametrize("name", KINDS_OUTSIDE)
def test_a_kind_is_refused_by_name(name):
    message = refused(described({"kind": name, "width": 3}))
    row = KINDS_OUTSIDE[name]
    assert f"layers[2].kind: '{name}' is {row.what}" in message
    assert row.why in message and row.nearest in message


@pytest.mark.parametrize("layer", INNER)
@pytest.mark.parametrize("name", KEYS_OUTSIDE)
def test_a_key_is_refused_by_name(name, layer):
    message = refused(described({**INNER[layer], name: "value"}))
    row = KEYS_OUTSIDE[name]
    assert f"layers[2]: '{name}' is {row.what}" in message
    assert row.why in message and row.nearest in message


def test_names_are_read_in_every_spelling():
    for name in ("ReLU", "relu_layer", "LeakyReLU", "Linear-Relu", "GELU"):
        assert "nonlinearity" in kind_outside(name)
    for name in ("LayerNorm1d", "layer_norm", "Batch Norm", "RMSNorm"):
        assert "normalisation" in kind_outside(name)
    for name in ("SelfAttention", "multi_head_self_attention", "self-attention"):
        assert "learned activations" in kind_outside(name)
    for name in ("tied_attention", "SharedLinear", "RNNCell", "weight sharing"):
        assert "more than one place" in kind_outside(name)
    for name in ("linaer", "atention", "stepwise", "sign_flip", "", 3, None, "relu" * 30):
        assert kind_outside(name) == ""


def test_the_table_says_each_thing_once_and_hides_no_kind():
    kinds = [name for row in TABLE for name in row.kinds]
    keys = [name for row in TABLE for name in row.keys]
    assert len(set(kinds)) == len(kinds) and len(set(keys)) == len(keys)
    assert all(re.fullmatch("[a-z]+", name) for name in (*kinds, *keys, *VAGUE))
    assert not set(kinds) & set(kind_names())
    for row in TABLE:  # the nearest network is made of kinds that there are
        named = re.findall('kind = "([a-z]+)"', row.nearest)
        assert set(named) <= set(kind_names())


def test_deep_inside_and_at_the_top():
    inner = {"kind": "residual", "layers": [{"kind": "mlp"}]}
    assert "layers[2].layers[1].kind: 'mlp'" in refused(described(inner))
    assert refused(described(activation="relu")).startswith("network: 'activation' is a nonlin")


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ('kind = "relu"', ["layers[2].kind", "'relu'", "outside the theory", "gated"]),
        ('kind = "tied"', ["'tied'", "each is used once", '"repeat"']),
        ('kind = "self_attention"', ["fixed function of the bare input", '"attention"']),
        ('kind = "linear"\nwidth = 9\nvariance = 1.0\ntied = true', ["layers[2]: 'tied'"]),
        ('kind = "linear"\nwidth = 9\nvariance = 1.0\nactivation = "erf"', ["'activation'"]),
    ],
)
@pytest.mark.parametrize("command", ["show", "check"])
def test_on_the_command_line(capsys, tmp_path, command, body, parts):
    spec = tmp_path / "spec.toml"
    spec.write_text(
        'temperature = 0.1\n[[layers]]\nkind = "embedding"\nwidth = 9\nvariance = 1.0\n'
        f'[[layers]]\n{body}\n[[layers]]\nkind = "readout"\nvariance = 1.0\n'
    )
    line = refusal(capsys, command, spec, folder=tmp_path)
    assert str(spec) in line and all(part in line for part in parts)


def test_every_name_on_the_command_line(capsys, tmp_path):
    spec = tmp_path / "spec.toml"
    linear = 'kind = "linear"\nwidth = 9\nvariance = 1.0\n'
    bodies = {f'kind = "{name}"': name for name in KINDS_OUTSIDE}
    bodies |= {f"{linear}{name} = true": name for name in KEYS_OUTSIDE}
    for body, name in bodies.items():
        spec.write_text(
            'temperature = 0.1\n[[layers]]\nkind = "embedding"\nwidth = 9\nvariance = 1.0\n'
            f'[[layers]]\n{body}\n[[layers]]\nkind = "readout"\nvariance = 1.0\n'
        )
        assert f"'{name}' is " in refusal(capsys, "show", spec, folder=tmp_path)


class ReLU:
    """As another library has it."""


def tanh(z):
    return z


@pytest.mark.parametrize("value", [ReLU(), ReLU, tanh, "softmax", "tied"])
def test_an_object_that_is_no_layer_is_refused_by_its_name(value):
    with pytest.raises(DescriptionError, match=r"^layers\[2\]: '.*outside the theory"):
        Network((Embedding(9, 1.0), value, Readout(1.0)), 0.1)


@pytest.mark.parametrize("value", [3, None, object(), "linaer", Linear])
def test_any_other_object_is_no_layer(value):
    with pytest.raises(DescriptionError, match=r"^layers\[2\]: .* is not a layer; use one of"):
        Network((Embedding(9, 1.0), value, Readout(1.0)), 0.1)


def test_one_object_in_two_places_is_two_layers_with_weights_of_their_own():
    layer = Attention(2, 0.9, 9)
    twice = Network((Embedding(9, 1.0), layer, layer, Residual((layer,)), Readout(1.0)), 0.1)
    apart = [Attention(2, 0.9, 9) for _ in range(3)]
    other = Network((Embedding(9, 1.0), *apart[:2], Residual((apart[2],)), Readout(1.0)), 0.1)
    assert twice == other and stream_graph(twice) == stream_graph(other)
    assert len(stream_graph(twice).weights) == 5


def test_unequal_widths_under_a_skip_and_the_two_networks_that_work():
    body = (Attention(2, 0.9, 7),)
    with pytest.raises(DescriptionError) as caught:
        Network((Embedding(9, 1.0), Residual(body), Readout(1.0)), 0.1)
    message = str(caught.value)
    assert "layers[2]: a skip between unequal widths, 9 below and 7 above" in message
    assert "width 9" in message and "linear layer of width 7 in the place of the skip" in message
    equal = Network((Embedding(9, 1.0), Residual((Attention(2, 0.9, 9),)), Readout(1.0)), 0.1)
    sum_of_both = Parallel((Serial(body), Linear(0.8, 7)))
    other = Network((Embedding(9, 1.0), sum_of_both, Readout(1.0)), 0.1)
    for network in (equal, other):
        derive(network).certify(15)
    shape = attended_inputs(other, [[[1.0, 2.0]]], [[[[[1.0, 0.0], [0.0, 1.0]]] * 2]]).shape
    assert shape == (1, 1, 3)


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=3), st.integers()),
)  # fmt: skip
WORDS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(sorted({*KINDS_OUTSIDE, *KEYS_OUTSIDE, *kind_names()})),
    st.lists(st.sampled_from(sorted(KEYS_OUTSIDE)), max_size=3).map("_".join),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kind=WORDS | VALUES, keys=st.dictionaries(WORDS, VALUES, max_size=3))
def test_whatever_kind_and_keys_are_given_one_line_or_a_network_comes(kind, keys):
    for layer in ({"kind": kind, **keys}, {**keys, "kind": kind}, {**INNER["linear"], **keys}):
        try:
            network_from_dict(described(layer))
        except DescriptionError as error:
            message = str(error)
            assert len(message.splitlines()) == 1 and message.isprintable() and len(message) < 700
