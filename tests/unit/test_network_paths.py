"""Paths in data order, their labels, and the inputs that they attend."""

import itertools

import numpy as np
import pytest

from derive.errors import DataError, DescriptionError, SizeError
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Linear,
    Network,
    Readout,
    Residual,
    attended_inputs,
    path_count,
    path_labels,
    path_table,
)
from derive.theories.networks.description.paths import is_skipped

RNG = np.random.default_rng(5)
P, FEATURES, TOKENS = 4, 3, 5
X = RNG.normal(size=(P, FEATURES, TOKENS))


def network(*layers, token="last"):
    return Network((Embedding(6, 1.0), *layers, Readout(1.0, token)), 0.1)


def attention(heads, width=6):
    return Attention(heads, 1.0, width)


def omega(heads, queries=TOKENS):
    return RNG.normal(size=(P, heads, TOKENS, queries))


def skip(*layers):
    return Residual(layers)


class TestOrder:
    def test_chain(self):
        table = path_table(network(attention(2), attention(3, 4)))
        assert table.tolist() == [list(row) for row in itertools.product([1, 2], [1, 2, 3])]

    def test_two_residual_layers(self):
        described = network(skip(attention(2)), skip(attention(1)))
        assert path_table(described).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1], [2, 0], [2, 1]]
        expected = ["skip, skip", "skip, 1", "1, skip", "1, 1", "2, skip", "2, 1"]
        assert path_labels(described) == tuple(f"({label})" for label in expected)

    def test_skip_around_two_layers(self):
        assert path_table(network(skip(attention(2), attention(1)))).tolist() == [
            [0, 0],
            [1, 1],
            [2, 1],
        ]

    def test_two_identity_branches_are_one_path(self):
        described = network(skip(skip(attention(2))))
        assert path_table(described).tolist() == [[0], [1], [2]]
        assert path_labels(described) == ("(skip)", "(1)", "(2)")

    def test_no_hidden_layer(self):
        assert path_table(network()).shape == (1, 0)
        assert path_labels(network()) == ("(all)",)

    def test_what_all_paths_do_is_left_out(self):
        described = network(Linear(1.0, 7), attention(2), Linear(1.0, 5))
        assert path_table(described).tolist() == [[1, 1, 1], [1, 2, 1]]
        assert path_labels(described) == ("(1)", "(2)")
        assert path_labels(network(Linear(1.0, 7))) == ("(all)",)

    def test_skipped_attention(self):
        described = network(attention(2), skip(attention(1)))
        assert [is_skipped(described, number) for number in (1, 2)] == [False, True]


@pytest.mark.parametrize("function", [path_count, path_table, path_labels])
def test_symbolic_heads(function):
    with pytest.raises(DescriptionError, match=r"layers\[2\].layers\[1\].heads.*--set H=VALUE"):
        function(network(skip(Attention("H", 1.0))))


def test_too_many_paths():
    described = network(*[skip(Linear(1.0))] * 2000)
    assert path_count(described) == 2**2000
    with pytest.raises(SizeError, match=r"1e602 paths .* about 1e.* TB, .* use fewer"):
        path_table(described)


class TestAttended:
    def test_chain_against_the_formula(self):
        first, second = omega(2), omega(3)
        found = attended_inputs(network(attention(2), attention(3)), X, [first, second])
        for m, (h, k) in enumerate(itertools.product(range(2), range(3))):
            for mu in range(P):
                expected = (X[mu] @ first[mu, h] @ second[mu, k])[:, -1]
                np.testing.assert_allclose(found[mu, :, m], expected)

    @pytest.mark.parametrize("token", ["last", "first", "mean"])
    def test_no_hidden_layer(self, token):
        found = attended_inputs(network(token=token), X, [])
        read = {"last": X[..., -1], "first": X[..., 0], "mean": X.mean(axis=2)}[token]
        np.testing.assert_allclose(found, read[..., None])

    def test_two_identity_branches_add_their_operators(self):
        last = omega(1)
        found = attended_inputs(network(skip(skip(attention(1)))), X, [last])
        np.testing.assert_allclose(found[..., 0], 2 * X[..., -1])
        np.testing.assert_allclose(found[0, :, 1], (X[0] @ last[0, 0])[:, -1])

    def test_doubled_skip_above_an_attention_for_one_query(self):
        last = omega(2, queries=1)
        described = network(attention(2), skip(skip(Linear(1.0))), token="mean")
        found = attended_inputs(described, X, [last])
        attends = X[0] @ last[0, :, :, 0].T
        np.testing.assert_allclose(found[0], attends[:, [0, 0, 1, 1]] * [2, 1, 2, 1])

    def test_skip_around_an_attention_for_one_query_takes_the_token(self):
        last = omega(1, queries=1)
        found = attended_inputs(network(skip(attention(1)), token="first"), X, [last])
        np.testing.assert_allclose(found[..., 0], X[..., 0])
        np.testing.assert_allclose(found[..., 1], np.einsum("pit,pt->pi", X, last[:, 0, :, 0]))

    def test_one_token(self):
        found = attended_inputs(network(attention(2)), X[..., :1], [omega(2)[:, :, :1, :1]])
        assert found.shape == (P, FEATURES, 2)

    def test_no_array_of_paths_times_tokens_squared(self):
        described = network(*[attention(4)] * 4)
        x, omegas = np.ones((2, 2, 40)), [np.ones((2, 4, 40, 40))] * 4
        assert attended_inputs(described, x, omegas).shape == (2, 2, 256)


WRONG = {
    "number": ([omega(2)], ["attention", "1 arrays", "2 attention layers"]),
    "heads": ([omega(3), omega(1)], ["attention_1", "(4, 3, 5, 5)", "(4, 2, 5, 5)"]),
    "first_query": ([omega(2, 1), omega(1)], ["attention_1", "(4, 2, 5, 1)", "(4, 2, 5, 5)"]),
    "queries": ([omega(2), omega(1, 2)], ["attention_2", "(4, 1, 5, 5)", "all queries or one"]),
    "examples": ([omega(2)[:2], omega(1)], ["attention_1", "(2, 2, 5, 5)", "(4, 2, 5, 5)"]),
    "no_axes": ([omega(2), 3.0], ["attention_2", "()", "(4, 1, 5, 5)"]),
    "nan": ([omega(2), omega(1) * np.nan], ["attention_2", "100 of 100", "NaN", "(0, 0, 0, 0)"]),
    "overflow": ([omega(2) * 1e200, omega(1) * 1e200], ["attended", "computed", "scale"]),
}


@pytest.mark.parametrize(("attentions", "parts"), WRONG.values(), ids=WRONG.keys())
def test_refusal(attentions, parts):
    with pytest.raises(DataError) as caught:
        attended_inputs(network(attention(2), attention(1)), X, attentions)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert all(part in message for part in parts), message
