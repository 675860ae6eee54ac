"""A network accepts what the theory covers and refuses the rest in one line, naming the place."""

from fractions import Fraction

import numpy as np
import pytest

from derive.errors import DescriptionError
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Linear,
    Network,
    Readout,
    Residual,
    forward,
    stream_graph,
)
from derive.theories.networks.description.graph import values
from derive.theories.networks.description.layers import MAX_NESTING

BOTTOM, TOP = Embedding(10, 1.0), Readout(1.0)


def network(*layers, temperature=0.1, **keywords):
    return Network((BOTTOM, *layers, TOP), temperature, **keywords)


def nested(depth):
    body = Linear(variance=1.0)
    for _ in range(depth):
        body = Residual((body,))
    return body


WRONG = {
    "no_layers": (lambda: Network((), 0.1), ["layers", "none", "embedding", "readout"]),
    "not_a_sequence": (lambda: Network(TOP, 0.1), ["layers", "sequence"]),
    "not_a_layer": (lambda: network("linear"), ["layers[2]", "'linear'", "Attention"]),
    "no_embedding": (lambda: Network((TOP,), 0.1), ["layers[1]", "embedding", "readout"]),
    "no_readout": (lambda: Network((BOTTOM,), 0.1), ["layers[1]", "readout"]),
    "embedding_inside": (lambda: network(BOTTOM), ["layers[2]", "stands inside"]),
    "readout_in_residual": (lambda: network(Residual((TOP,))), ["layers[2].layers[1]", "inside"]),
    "residual_of_a_layer": (lambda: Residual(Attention(2, 1.0)), ["residual", "sequence"]),
    "empty_residual": (lambda: network(Residual(())), ["layers[2]", "attention"]),
    "zero_heads": (lambda: network(Attention(0, 1.0, 10)), ["layers[2].heads", "0", "from 1"]),
    "no_heads": (lambda: network(Attention(None, 1.0, 10)), ["layers[2].heads", "missing"]),
    "no_width": (lambda: network(Attention(2, 1.0)), ["layers[2].width", "missing"]),
    "negative_width": (lambda: network(Linear(1.0, -3)), ["layers[2].width", "-3"]),
    "bool_width": (lambda: network(Linear(1.0, True)), ["layers[2].width", "truth value true"]),
    "broken_width": (lambda: network(Linear(1.0, 2.5)), ["layers[2].width", "2.5", "whole"]),
    "huge_width": (lambda: network(Linear(1.0, 10**5000)), ["layers[2].width", "18 digits"]),
    "negative_variance": (lambda: network(Linear(-1.0, 9)), ["layers[2].variance", "-1.0"]),
    "zero_variance": (lambda: network(Linear(0, width=9)), ["layers[2].variance", "0", "positive"]),
    "nan_variance": (lambda: network(Linear(float("nan"), 9)), ["layers[2].variance", "nan"]),
    "huge_variance": (lambda: network(Linear(10**400, 9)), ["layers[2].variance", "range"]),
    "bool_variance": (lambda: network(Linear(True, 9)), ["layers[2].variance", "truth value"]),
    "list_variance": (lambda: network(Linear([1.0], 9)), ["layers[2].variance", "a list"]),
    "wrong_token": (
        lambda: Network((BOTTOM, Readout(1.0, "lats")), 0.1),
        ["layers[2].token", "'lats'", "did you mean 'last'", "first", "mean"],
    ),
    "token_list": (lambda: Network((BOTTOM, Readout(1.0, [])), 0.1), ["layers[2].token", "last"]),
    "negative_temperature": (lambda: network(temperature=-1), ["temperature", "-1", "zero or"]),
    "infinite_temperature": (lambda: network(temperature=float("inf")), ["temperature", "inf"]),
    "text_for_number": (
        lambda: network(Linear("1.5", width=9)),
        ["layers[2].variance", "'1.5'", "quotes"],
    ),
    "python_word": (lambda: network(Linear("lambda", width=9)), ["layers[2].variance", "'lambda'"]),
    "empty_symbol": (lambda: network(Linear("", width=9)), ["layers[2].variance", "''"]),
    "long_symbol": (lambda: network(Linear("N" * 41, 9)), ["layers[2].variance", "40"]),
    "name_not_text": (lambda: network(name=3), ["name", "3", "quotes"]),
    "name_of_two_lines": (lambda: network(name="a\nb"), ["name", "line breaks", "200"]),
    "long_name": (lambda: network(name="a" * 201), ["name", "too long", "200"]),
    "unequal_skip": (
        lambda: network(Residual((Linear(1.0, 20),))),
        ["layers[2]", "unequal widths", "10 below", "20 above", "leave its width out"],
    ),
    "unequal_inner_skip": (
        lambda: network(Residual((Linear(1.0, 20), Residual((Linear(1.0, 9),)), Linear(1.0)))),
        ["layers[2].layers[2]", "20 below", "9 above"],
    ),
    "too_deep": (lambda: network(nested(MAX_NESTING + 1)), ["nested", str(MAX_NESTING)]),
    "absurdly_deep": (lambda: network(nested(100_000)), ["nested", str(MAX_NESTING)]),
}


@pytest.mark.parametrize(("make", "parts"), WRONG.values(), ids=WRONG.keys())
def test_refusal(make, parts):
    with pytest.raises(DescriptionError) as caught:
        make()
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert all(part in message for part in parts), message


def test_deepest_nesting_is_accepted():
    assert stream_graph(network(nested(MAX_NESTING))).weights[0].acts_on == (2, 1)


def test_numbers_of_other_libraries_become_plain():
    layers = (Embedding(np.int64(10), np.float32(1.5)), Readout(Fraction(1, 4)))
    found = Network(layers, np.float64(0.1))
    assert found == Network((Embedding(10, 1.5), Readout(0.25)), 0.1)
    assert [type(x) for x in (found.layers[0].width, found.temperature)] == [int, float]


class TestSymbols:
    described = Network(
        (Embedding("N", 1.0), Residual((Attention("H", variance="s"),)), Readout("s")),
        "temperature",
    )

    def test_names(self):
        assert self.described.symbols() == ("H", "N", "s", "temperature")

    def test_values(self):
        given = self.described.with_values({"N": 8.0, "H": 2, "s": 1.5, "temperature": 0})
        assert given.describe() == "embedding(N=8) -> residual(attention(H=2)) -> readout(last)"
        found = values(given, stream_graph(given))
        assert found.widths == (8,)
        assert found.heads == (1, 2, 1)
        assert found.variances == (1.0, 1.5, 1.5)
        assert found.temperature == 0.0

    def test_unknown_symbol(self):
        with pytest.raises(DescriptionError, match=r"no symbol 'M'.*H, N, s, temperature"):
            self.described.with_values({"M": 3})

    def test_value_out_of_range(self):
        with pytest.raises(DescriptionError, match=r"layers\[2\].layers\[1\].heads: 2.5"):
            self.described.with_values({"H": 2.5})

    def test_missing_value(self):
        with pytest.raises(DescriptionError, match="--set H=VALUE"):
            values(self.described, stream_graph(self.described))

    def test_width_and_temperature(self):
        changed = self.described.with_width(7).with_temperature(2)
        assert changed.symbols() == ("H", "s")
        assert changed.layers[1].layers[0].width is None


class TestStreamGraph:
    def test_chain(self):
        graph = stream_graph(network(Attention(2, 1.0, 7), Linear(1.0, 5)))
        assert [stream.name for stream in graph.streams] == ["1", "2", "a"]
        assert [stream.width for stream in graph.streams] == [10, 7, 5]
        assert [weight.acts_on for weight in graph.weights] == [(1,), (2,), (3,), ()]
        assert graph.is_chain()
        assert graph.block_sizes((1, 2, 1, 1)) == (2, 2, 1, 1)

    def test_no_hidden_layer(self):
        graph = stream_graph(network())
        assert [weight.name for weight in graph.weights] == ["V_0", "a"]
        assert [weight.acts_on for weight in graph.weights] == [(1,), ()]

    def test_bottleneck_takes_the_width_of_its_skip(self):
        graph = stream_graph(network(Residual((Linear(1.0, 4), Linear(1.0)))))
        assert [(stream.name, stream.width) for stream in graph.streams] == [("a", 10), ("2", 4)]
        assert [stream.weights for stream in graph.streams] == [(3, 1), (2,)]
        assert [weight.acts_on for weight in graph.weights] == [(3, 1), (2,), (3,), ()]

    def test_width_left_out_inside_is_that_of_the_skip(self):
        graph = stream_graph(network(Residual((Linear(1.0, 4), Linear(1.0), Linear(1.0)))))
        assert [stream.width for stream in graph.streams] == [10, 4, 10]

    def test_two_identity_branches_are_one_block(self):
        graph = stream_graph(network(Residual((Residual((Attention(3, 1.0),)),))))
        assert graph.streams[0].weights == (2, 1)
        assert graph.vectors(graph.streams[0], (1, 3, 1)) == 4
        assert not graph.is_chain()

    def test_sizes_of_many_residuals_cost_no_recursion(self):
        graph = stream_graph(network(*[Residual((Linear(1.0),))] * 60))
        assert graph.block_size(0, (1,) * 62) == 2**60

    def test_a_residual_may_end_in_a_residual(self):
        graph = stream_graph(network(Residual((Linear(1.0), Residual((Linear(1.0),))))))
        assert graph.streams[0].weights == (3, 2, 1)
        assert [weight.acts_on for weight in graph.weights] == [(3, 1), (3, 2), (3,), ()]


def test_forward_by_hand():
    # z0 = 3 x / 1, attention 5 z0 Omega, plus the skip, read at the last token.
    layers = (Embedding(1, 1.0), Residual((Attention(1, 1.0),)), Readout(1.0))
    found = forward(
        Network(layers, 0.1), [[[[3.0]]], [[[5.0]]], [[[2.0]]]], [[1.0, 4.0]], [[[[0, 1], [0, 7]]]]
    )
    assert found == 2 * 3 * (4 + 5 * (1 + 7 * 4))
