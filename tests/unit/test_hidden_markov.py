"""The hidden Markov task does what formulas.md, section 3, says, part by part."""

import math

import numpy as np
import pytest

from derive.errors import DataError
from derive.theories.networks.tasks import DENOISING_PATH, MATCH_PATH, PATH_NAMES, hidden_markov
from derive.theories.networks.tasks.hidden_markov import _query_key_matrix

FEATURES, TOKENS = 200, 31
PLUS = np.array([math.sqrt(2)] * 100 + [0.0] * 100)
MINUS = PLUS[::-1].copy()
NAMES = ("inputs", "labels", "attention_1", "attention_2")


@pytest.fixture(scope="module", params=[4, 2], ids=["four_paths", "two_paths"])
def paths(request):
    return request.param


@pytest.fixture(scope="module")
def data(paths):
    return hidden_markov(11, paths=paths, examples=400, test_examples=10)


def states_of(inputs):
    """Hidden states, read off the features: noise along v_+ - v_- is a tenth of the signal."""
    return np.sign(np.einsum("i,pit->pt", PLUS - MINUS, inputs[:, :FEATURES, 1:]))


def plain_attention(inputs, weight, queries):
    """Softmax over keys, one scalar at a time."""
    attention = np.empty((TOKENS, len(queries)))
    for column, query in enumerate(queries):
        scores = [float(inputs[:, key] @ weight @ inputs[:, query]) for key in range(TOKENS)]
        total = sum(math.exp(score - max(scores)) for score in scores)
        for key in range(TOKENS):
            attention[key, column] = math.exp(scores[key] - max(scores)) / total
    return attention


def test_arrays_have_the_shapes_of_the_data_contract(data, paths):
    first, second = (2, 2) if paths == 4 else (2, 1)
    assert set(data) == {name + suffix for name in NAMES for suffix in ("", "_test")}
    for suffix, examples in (("", 400), ("_test", 10)):
        shapes = [data[name + suffix].shape for name in NAMES]
        assert shapes == [
            (examples, FEATURES + TOKENS, TOKENS),
            (examples,),
            (examples, first, TOKENS, TOKENS),
            (examples, second, TOKENS, 1),
        ]
    assert all(array.dtype == np.float64 for array in data.values())


def test_default_sizes():
    data = hidden_markov(0, paths=2)
    assert (data["labels"].size, data["labels_test"].size) == (100, 1000)


def test_same_seed_same_arrays_and_another_seed_others(paths):
    first, again, other = (
        hidden_markov(seed, paths=paths, examples=10, test_examples=10) for seed in (3, 3, 4)
    )
    for name in first:
        np.testing.assert_array_equal(first[name], again[name])
        if not name.startswith("labels"):
            assert not np.array_equal(first[name][..., -1:], other[name][..., -1:]) or (
                paths == 2 and name.startswith("attention_2")  # uniform, whatever the seed
            )


def test_training_set_does_not_depend_on_the_number_of_test_examples(paths):
    few, many = (hidden_markov(5, paths=paths, examples=6, test_examples=n) for n in (2, 20))
    for name in NAMES:
        np.testing.assert_array_equal(few[name], many[name])


def test_training_and_test_examples_differ():
    data = hidden_markov(5, examples=6, test_examples=6)
    assert not np.allclose(data["inputs"], data["inputs_test"])


def test_half_of_each_label_even_among_the_first_few(data):
    assert set(data["labels"]) == {1.0, -1.0}
    for labels in (data["labels"], data["labels"][:10], data["labels_test"]):
        assert labels.sum() == 0


def test_hidden_chain_keeps_its_state_with_the_probability_of_its_class(data):
    states = states_of(data["inputs"])
    kept = states[:, 1:] == states[:, :-1]
    transitions = kept.size / 2
    for label, probability in ((1, 0.7), (-1, 0.3)):
        error = math.sqrt(probability * (1 - probability) / transitions)
        assert kept[data["labels"] == label].mean() == pytest.approx(probability, abs=4 * error)


def test_first_state_is_uniform_in_each_class(data):
    first = states_of(data["inputs"])[:, 0]
    for label in (1, -1):
        share = (first[data["labels"] == label] > 0).mean()
        assert share == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(200))


def test_bos_has_no_features_and_positions_are_one_hot(data):
    assert not data["inputs"][:, :FEATURES, 0].any()
    for example in data["inputs"][:5]:
        np.testing.assert_array_equal(example[FEATURES:], np.eye(TOKENS))


def test_noise_has_the_stated_variance_in_each_direction(data, paths):
    tokens = data["inputs"][:, :FEATURES, 1:].transpose(0, 2, 1)
    noise = tokens - np.where(states_of(data["inputs"])[..., None] > 0, PLUS, MINUS)
    samples = noise.shape[0] * noise.shape[1]
    removed = np.zeros_like(noise)
    for direction in (PLUS + MINUS, PLUS - MINUS):
        unit = direction / np.linalg.norm(direction)
        component = noise @ unit
        assert np.mean(component**2) == pytest.approx(1, abs=4 * math.sqrt(2 / samples))
        removed += component[..., None] * unit
    perpendicular = np.sum((noise - removed) ** 2) / (samples * (FEATURES - 2))
    expected = {4: 1.0, 2: 25.0}[paths]
    error = math.sqrt(2 / (samples * (FEATURES - 2)))
    assert perpendicular == pytest.approx(expected, rel=4 * error)


def test_attention_is_a_distribution_over_keys(data):
    for name in ("attention_1", "attention_2", "attention_1_test", "attention_2_test"):
        assert (data[name] >= 0).all()
        np.testing.assert_allclose(data[name].sum(axis=2), 1, rtol=1e-12)


def test_match_head_attends_the_previous_token_if_equal_and_bos_otherwise(data):
    states = states_of(data["inputs"])
    attended = data["attention_1"][:, 0].argmax(axis=1)  # (example, query)
    previous = np.arange(1, TOKENS - 1)
    expected = np.where(states[:, 1:] == states[:, :-1], previous, 0)
    # Exceptions, 8 in 1000: where BOS was due, noise lifts another token of the query's state, most
    # often the query itself (noise of 2.2 standard deviations), from its score of 1 above 1.5.
    wrong = attended[:, 2:] != expected
    example, place = np.nonzero(wrong)
    winner = attended[:, 2:][wrong]
    assert wrong.mean() < 0.012
    assert (expected[wrong] == 0).all()
    assert (states[example, winner - 1] == states[example, place + 1]).all()
    assert (attended[:, 1] == 0).mean() > 0.95
    # BOS as a query meets no feature and no position: it looks everywhere alike.
    np.testing.assert_allclose(data["attention_1"][:, 0, :, 0], 1 / TOKENS, rtol=1e-12)


def test_uniform_heads_are_uniform(data, paths):
    np.testing.assert_allclose(data["attention_2"][:, 0], 1 / TOKENS, rtol=1e-12)
    if paths == 2:
        np.testing.assert_allclose(data["attention_1"][:, 1], 1 / TOKENS, rtol=1e-12)


def test_match_attention_again_from_the_text_with_plain_loops(data):
    query = (PLUS - MINUS) / 200
    weight = np.zeros((FEATURES + TOKENS, FEATURES + TOKENS))
    weight[:FEATURES, :FEATURES] = np.outer(query, query)
    for token in range(2, TOKENS):
        weight[FEATURES + token - 1, FEATURES + token] = 1
    for token in range(1, TOKENS):
        weight[FEATURES, FEATURES + token] = 1.5
    expected = plain_attention(data["inputs"][7], 10 * weight, range(TOKENS))
    np.testing.assert_allclose(data["attention_1"][7, 0], expected, rtol=1e-10, atol=1e-300)


@pytest.mark.parametrize("suffix", ["", "_test"])
def test_random_heads_are_shared_by_all_examples_and_differ_between_layers(suffix):
    data = hidden_markov(8, examples=4, test_examples=4)
    rng = np.random.default_rng(8).spawn(3)[0]
    first, second = _query_key_matrix("random", rng), _query_key_matrix("random", rng)
    for example in (0, 3):
        inputs = data["inputs" + suffix][example]
        for attention, weight, queries in (
            (data["attention_1" + suffix], first, range(TOKENS)),
            (data["attention_2" + suffix], second, [TOKENS - 1]),
        ):
            expected = plain_attention(inputs, weight, queries)
            np.testing.assert_allclose(attention[example, 1], expected, rtol=1e-9, atol=1e-300)


def test_random_matrix_has_the_stated_scale_in_each_block():
    weight = _query_key_matrix("random", np.random.default_rng(2))
    features, positions = slice(None, FEATURES), slice(FEATURES, None)
    for block, deviation in (
        (weight[features, features], 10 / 200),
        (weight[features, positions], 10 / math.sqrt(200)),
        (weight[positions, features], 10 / math.sqrt(200)),
        (weight[positions, positions], 10.0),
    ):
        error = 4 / math.sqrt(2 * block.size)
        assert math.sqrt(np.mean(block**2)) == pytest.approx(deviation, rel=error)
    assert not np.allclose(weight, weight.T)


def test_path_names_follow_the_order_of_the_heads():
    assert PATH_NAMES[4] == ("match, uniform", "match, random", "random, uniform", "random, random")
    assert PATH_NAMES[2] == ("match, uniform", "uniform, uniform")
    assert MATCH_PATH == {4: 0, 2: 0}
    assert DENOISING_PATH == {4: 2, 2: 1}


@pytest.mark.parametrize(
    ("arguments", "offence"),
    [
        ({"paths": 3}, "paths = 3"),
        ({"examples": 7}, "examples = 7"),
        ({"examples": 0}, "examples = 0"),
        ({"examples": 10.0}, "examples = 10.0"),
        ({"test_examples": -2}, "test_examples = -2"),
        ({"seed": -1}, "seed = -1"),
    ],
)
def test_bad_arguments_are_named(arguments, offence):
    with pytest.raises(DataError, match=offence) as caught:
        hidden_markov(**({"seed": 0} | arguments))
    assert "\n" not in str(caught.value)
