"""Drawings of networks: everything is on them once, at the right place, and they fit the page."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from repeated_networks import REPEATED
from small_networks import NETWORKS

from derive.theories.networks.derivation import derive, draw
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Gated,
    Identity,
    Linear,
    Network,
    Parallel,
    Readout,
    Residual,
    Serial,
    path_count,
    stream_graph,
)
from derive.theories.networks.description.graph import values

SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋ₐₗ", "0123456789+-al")
END = ((Embedding(9, 1.0),), (Readout(1.0),))


def weights(text):
    """Names of the weights and streams of a drawing, from the output down."""
    found = re.findall(r"[│┊ ]*■[ │┊]*(V\S+|a) ", text.translate(SUBSCRIPTS))
    return found, re.findall(r"● .*stream (\S+) ", text)


def layers(depth):
    width = st.sampled_from([None, 9])
    simple = st.one_of(
        st.builds(Linear, st.just(1.0), width),
        st.builds(Attention, st.integers(1, 3), st.just(0.5), width),
        st.builds(Gated, st.integers(1, 2), st.just(0.25), width),
    )
    if depth == 0:
        return simple
    inner = st.lists(layers(depth - 1), min_size=1, max_size=3).map(tuple)
    branch = st.one_of(layers(depth - 1), st.builds(Serial, inner), st.just(Identity()))
    sums = st.builds(
        lambda found: Parallel((*found, Identity())), st.lists(branch, min_size=1, max_size=3)
    )
    return st.one_of(simple, st.builds(Residual, inner), sums)


@settings(max_examples=40, deadline=None)
@given(st.lists(layers(2), max_size=4))
def test_every_weight_and_every_stream_is_drawn_once_and_lines_fit(inner):
    inner = [Residual((layer,)) if getattr(layer, "width", 0) is None else layer for layer in inner]
    network = Network((*END[0], *inner, *END[1]), 0.1)
    text = draw(network)
    assert all(len(line) <= 100 for line in text.splitlines())
    if "more" in text:
        return
    graph = stream_graph(network)
    names, streams = weights(text)
    assert names == ["a", *(f"V_{w.index}".replace("_", "") for w in graph.weights[-2::-1])]
    assert sorted(streams) == sorted(stream.name for stream in graph.streams)
    assert text.count("⊕") == text.count("├")


@pytest.mark.parametrize("name", NETWORKS)
def test_numbers_of_vectors_and_of_paths(name):
    network = NETWORKS[name]
    text, graph = draw(network), stream_graph(network)
    if network.symbols():
        return
    heads = values(network, graph).heads
    for stream in graph.streams:
        line = next(line for line in text.splitlines() if f" stream {stream.name} " in line)
        count = graph.vectors(stream, heads)
        assert re.search(rf"\b{count} vectors?$", line), line
        assert f"= {stream.width} " in line
    assert re.search(rf"^{path_count(network)} paths?\b", text, re.MULTILINE)


def test_the_number_of_vectors_is_printed_as_a_formula():
    body = Residual((Attention(3, 0.9),))
    network = Network((*END[0], Attention(2, 1.0, 7), body, Attention(2, 1.0, 8), *END[1]), 0.1)
    lines = draw(network).splitlines()
    (line,) = (line for line in lines if "stream 1" in line)
    assert line.endswith("H₁ H₃ (1 + H₂) = 16 vectors")


def number(name, values):
    """A number of a drawing, such as 2l+1."""
    terms = re.findall(r"([+-]?)(\d*)([LDl]?)", name)
    found = [
        int(sign + (count or "1")) * values.get(letter, 1)
        for sign, count, letter in terms
        if count or letter
    ]
    return sum(found)


@pytest.mark.parametrize("name", REPEATED)
def test_numbers_in_a_block_are_those_of_the_network_written_out(name):
    network, depth = REPEATED[name], 3
    whole = network.with_values(dict.fromkeys(network.depths(), depth))
    graph = stream_graph(whole)
    streams, drawn = set(), set()
    for copy in range(1, depth + 1):
        for line in draw(network).translate(SUBSCRIPTS).splitlines():
            if "●" in line or "■" in line:
                found = re.search(r"stream (\S+)|V_?\{?([^ }]+)", line)
                value = number(found[1] or found[2], {"L": depth, "D": depth, "l": copy})
                (streams if "●" in line else drawn).add(value)
    assert drawn == set(range(len(graph.weights)))
    assert streams == set(range(1, len(graph.streams) + 1))


@pytest.mark.parametrize("name", list(NETWORKS)[:3])
def test_a_drawing_stands_in_text_and_markdown_and_not_in_latex(name):
    derivation = derive(NETWORKS[name])
    text = draw(NETWORKS[name])
    assert f"\n\n{text}\n\n" in str(derivation)
    assert f"\n\n```text\n{text}\n```\n\n" in derivation.to_markdown()
    assert "■" not in derivation.to_latex() and "⊕" not in derivation.to_latex()


def test_what_repeats_itself_is_left_out():
    many = [Residual((Attention(2, 1.0),)), Residual((Linear(0.5, 40), Linear(0.6)))] * 30
    lines = draw(Network((*END[0], *many, *END[1]), 0.1)).splitlines()
    assert len(lines) < 25
    assert "28 more of the same: V₄ to V₈₇" in "\n".join(lines)
    assert lines[2].endswith("m₁, about 10^23 vectors")  # 3^30 2^30
    assert lines[-1] == "about 10^23 paths, M = m₁"
    unlike = [Attention(f"H_{k}", 1.0 + k / 64, f"N_{k}") for k in range(1, 40)]
    lines = draw(Network((*END[0], *unlike, *END[1]), 0.1)).splitlines()
    assert len(lines) < 15 and "37 more of the same" in "\n".join(lines)
    branches = Parallel((*[Linear(1.0)] * 50, Identity()))
    lines = draw(Network((*END[0], branches, *END[1]), 0.1)).splitlines()
    assert "48 more branches of the same" in "\n".join(lines)
    assert all(len(line) <= 100 for line in lines)
