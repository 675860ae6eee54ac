"""What a user may get wrong without noticing is said, or refused, in one line."""

import numpy as np
import pytest

import derive
import derive.theories.networks.description.graph
from derive import Attention, Convolution, Data, Embedding, Gated, Linear, Network, Readout, solve
from derive.errors import ArgumentError, DataError, DescriptionError, SolveError
from derive.theories.networks.description import (
    attended_inputs,
    data_from_arrays,
    network_from_dict,
    network_to_toml,
)
from tests.command_line import call, refusal

RANDOM = np.random.default_rng(5)
ONE_HEAD = Network((Embedding(12, 1.1), Attention(1, 0.9, 10), Readout(1.3)), 0.1)
PLAIN = Network((Embedding(12, 1.1), Linear(0.9, 10), Readout(1.3)), 0.1)


def plain_data(labels, tests=None, **more):
    inputs = RANDOM.normal(size=(len(labels), 4, 1))
    return Data(inputs, labels, None if tests is None else inputs[: len(tests)], tests, **more)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Linear(12, 1),
        lambda: Attention(2, 14, 1),
        lambda: Gated(3, 2),
        lambda: Convolution(3, 2),
        lambda: Embedding(7, 2),
        lambda: Embedding(np.int64(7), np.int64(2)),
    ],
)
def test_a_variance_that_could_be_a_size_is_given_by_name(wrong):
    with pytest.raises(DescriptionError, match=r"could be a size.*variance="):
        wrong()


def test_what_cannot_be_confused_is_taken_by_position():
    assert Linear("s", 20) == Linear(variance="s", width=20)
    assert Linear(0.5, 20) == Linear(variance=0.5, width=20)
    assert Linear(2.0, 20) == Linear(variance=2, width=20)
    assert Attention(2, 1.5, 9) == Attention(heads=2, variance=1.5, width=9)
    assert Readout(3).variance == 3 and Readout(1.5, "each", 4).positions == 4


def test_attention_given_query_first_is_told():
    scores = np.exp(RANDOM.normal(size=(6, 1, 4, 4)))
    omega = scores / scores.sum(axis=2, keepdims=True)  # keys are the third axis
    arrays = {"inputs": RANDOM.normal(size=(6, 5, 4)), "labels": RANDOM.normal(size=6)}
    right = data_from_arrays({**arrays, "attention_1": omega}, ONE_HEAD)
    swapped = {**arrays, "attention_1": omega.swapaxes(2, 3)}
    wrong = data_from_arrays(swapped, ONE_HEAD)
    assert right.notes == ()
    assert "attention_1: its rows sum to one" in wrong.notes[0] and "key" in wrong.notes[0]
    with pytest.warns(UserWarning, match="attention_1: its rows sum to one"):
        attended_inputs(ONE_HEAD, swapped["inputs"], [swapped["attention_1"]])
    padded = {**swapped, "attention_1": swapped["attention_1"].copy()}
    padded["attention_1"][:, :, -1] = 0.0  # a query that attends nothing
    assert "rows sum to one" in data_from_arrays(padded, ONE_HEAD).notes[0]
    both = np.full((6, 1, 4, 4), 0.25)  # rows and columns alike: nothing to tell
    assert data_from_arrays({**arrays, "attention_1": both}, ONE_HEAD).notes == ()


@pytest.mark.parametrize("labels", [[0, 1, 1, 0, 1], [False, True, True, False, True]])
def test_labels_zero_and_one_are_told_apart_at_one_half(labels):
    data = plain_data(labels, np.array(labels[:4]))
    assert "labels are 0 and 1" in data.notes[0] and "labels 0 and 1" in repr(data)
    solution = solve(PLAIN, data)
    expected = np.mean((solution.mean > 0.5) == np.array(labels[:4], dtype=bool))
    assert solution.accuracy(np.array(labels[:4])) == expected
    assert solution.accuracy(np.ones(4)) == np.mean(solution.mean > 0.5)  # one class alone


@pytest.mark.parametrize("low, high", [(1, 2), (0, 2), (-1, 0), (3, 8)])
def test_two_labels_of_one_sign_are_told_apart_in_their_middle(low, high):
    labels = np.where(RANDOM.normal(size=9) > 0, high, low)
    labels[:2] = low, high
    data = plain_data(labels, labels[:5])
    assert f"labels are {low} and {high}" in data.notes[0] and f"{low} and {high}" in repr(data)
    solution = solve(PLAIN, data)
    due = np.mean((solution.mean > (low + high) / 2) == (labels[:5] == high))
    assert solution.accuracy(labels[:5]) == due


@pytest.mark.parametrize(
    "train, test",
    [
        ([-1, 1, 1], [0, 1, 1]),
        ([0, 1, 1], [-1, 1, 1]),
        ([1, 2, 3], [1, 3, 2]),
        ([3, 8, 3], [0, 1, 1]),
    ],
)
def test_labels_of_another_coding_are_no_accuracy(train, test):
    data = plain_data(train, np.array(test))
    assert len(set(train)) > 2 or "labels_test are" in data.notes[-1]
    with pytest.raises(
        SolveError, match=r"neither the two values .* coding of the training labels"
    ):
        solve(PLAIN, data).accuracy(test)


def test_other_labels_are_taken_as_before():
    solution = solve(PLAIN, plain_data([-1, 2, 2, -1, 2], np.array([2, -1, 2])))
    assert solution.accuracy([2, -1, 2]) == np.mean(np.sign(solution.mean) == [1, -1, 1])
    assert plain_data([-1, 1, 1]).notes == () and plain_data([0.0, 0.5, 1.0]).notes == ()


def test_one_hot_labels_go_to_the_largest_output():
    network = Network((Embedding(12, 1.1), Readout(1.3, outputs=3)), 0.1)
    inputs, classes = RANDOM.normal(size=(7, 4, 1)), [0, 1, 2, 0, 1, 2, 0]
    labels = np.eye(3)[classes]
    solution = solve(network, Data(inputs, labels, inputs, labels))
    assert solution.accuracy(labels) == np.mean(solution.mean.argmax(axis=1) == classes)


def test_accuracy_says_what_is_missing():
    solution = solve(PLAIN, plain_data([1.0, -1.0, 2.0]))
    with pytest.raises(SolveError, match="no test examples"):
        solution.accuracy([1.0])
    with pytest.raises(SolveError, match=r"shape \(2,\), expected \(3,\)"):
        solve(PLAIN, plain_data([1.0, -1.0, 2.0], np.ones(3))).accuracy([1.0, 2.0])


def test_shapes_name_what_is_due():
    many = RANDOM.normal(size=(10, 5, 4))
    attention = np.full((10, 1, 5, 5), 0.2)
    for labels in (np.ones((1, 10)), np.ones((10, 1))):
        with pytest.raises(DataError, match=r"expected \(10,\)"):
            data_from_arrays({"attended": many[:, :, :1], "labels": labels}, PLAIN)
    with pytest.raises(DataError, match=r"expected \(10,\)"):
        Data(many, np.ones((1, 10)))
    with pytest.raises(DataError, match="at least one example"):
        data_from_arrays({"attended": np.zeros((0, 4, 1)), "labels": np.zeros(0)}, PLAIN)
    arrays = {"inputs": many, "attention_1": attention, "labels": np.ones(10)}
    with pytest.raises(DataError, match="inputs look transposed"):
        data_from_arrays(arrays, ONE_HEAD)


WRONG_TYPES = {
    "derive": (lambda: derive.derive("x.toml"), "network is text.*load_network"),
    "generate": (lambda: derive.generate(PLAIN), "derivation is a Network.*derive"),
    "swapped": (lambda: solve(plain_data([1.0, 2.0]), PLAIN), "network is a Data"),
    "arrays": (lambda: solve(PLAIN, {"labels": [1.0]}), "data is a dict.*Data"),
    "derivation": (lambda: solve(derive.derive(PLAIN), None), "network is a Derivation"),
    "nothing": (lambda: solve(PLAIN, None), "data is None"),
    "check": (lambda: derive.check(None), "network is None"),
    "search": (lambda: derive.search(PLAIN, 3), "data is 3, and a Data"),
    "draw": (lambda: derive.draw([PLAIN]), "network is a list"),
    "expand": (lambda: derive.saddle_expansion(PLAIN), "derivation is a Network"),
    "scalar": (lambda: derive.scalar_theory("x"), "source is text"),
    "starts": (lambda: solve(PLAIN, plain_data([1.0]), starts="2"), "starts is text.*whole number"),
    "seed": (lambda: solve(PLAIN, plain_data([1.0]), seed=-1), "seed is -1.*whole number from 0"),
    "tolerance": (lambda: solve(PLAIN, plain_data([1.0]), tolerance=0.0), "number above 0 is due"),
    "low": (lambda: derive.onset(PLAIN, plain_data([1.0]), "width", "1", 2), "low is text"),
    "layers": (
        lambda: derive.exchangeable(derive.derive(PLAIN), 1),
        "layers is 1.*a list of whole",
    ),
    "digits": (lambda: derive.check(PLAIN, digits="50"), "digits is text.*a whole number"),
    "claims": (lambda: derive.check(PLAIN, claims="limit"), "claims is text.*a list of claims"),
    "path": (lambda: derive.load_network(PLAIN), "path is a Network.*text"),
    "onset": (lambda: derive.onset("x", None, "scale", 1, 2), "network is text"),
}


@pytest.mark.parametrize("name", WRONG_TYPES)
def test_wrong_types_are_told_what_the_function_takes(name):
    wrong, message = WRONG_TYPES[name]
    with pytest.raises(ArgumentError, match=message) as caught:
        wrong()
    assert "\n" not in str(caught.value) and isinstance(caught.value, TypeError)


WRONG_DATA = {
    "no labels": lambda: plain_data(np.full(2, None)),
    "nothing": lambda: Data(None, [1.0]),
    "masked": lambda: Data(np.ma.masked_array([[[1.0]]], [[[True]]]), [1.0]),
    "ragged classes": lambda: plain_data([1.0], classes=[[0], [0, 0]]),
    "outputs": lambda: plain_data([1.0, 2.0, 3.0], outputs=2),
    "outputs in text": lambda: plain_data([1.0], outputs="2"),
    "variance": lambda: plain_data([1.0], kernel_variance="2"),
}


@pytest.mark.parametrize("name", WRONG_DATA)
def test_wrong_data_get_a_line(name):
    with pytest.raises(DataError, match=r"give|fill"):
        WRONG_DATA[name]()


def test_arrays_and_unknown_names_are_refused_in_descriptions():
    several = np.array([1, 2])
    for wrong in (
        lambda: PLAIN.with_width(several),
        lambda: Network(np.array(3), 0.1),
        lambda: Network((Embedding(4, 1.0), Readout(1.0, several)), 0.1),
        lambda: PLAIN.with_variances({"s_9": 2.0}),
    ):
        with pytest.raises(DescriptionError):
            wrong()


def test_infinite_width_is_a_width():
    network, data = PLAIN.with_width(np.inf), plain_data([1.0, -1.0, 2.0], np.ones(2))
    solution = solve(network, data)
    kernel = 1.1 * 0.9 * 1.3 / 4 * data.attended[:, :, 0] @ data.attended[:, :, 0].T
    covariance = kernel + 0.1 * np.eye(3)
    expected = kernel[:2] @ np.linalg.solve(covariance, data.labels)
    np.testing.assert_allclose(solution.mean, expected, rtol=1e-12)
    assert solution.network.infinitely_wide and "inf" in network_to_toml(network)
    with pytest.raises(DescriptionError, match=r"layers\[1\].width: 12 stands beside infinite"):
        Network((Embedding(12, 1.1), Linear(0.9, np.inf), Readout(1.3)), 0.1)
    with pytest.raises(DescriptionError, match="width: it is infinite"):
        derive.theories.networks.description.graph.values(
            network, derive.theories.networks.description.stream_graph(network)
        )


def test_places_of_layers_say_from_where_they_count():
    with pytest.raises(DescriptionError, match="counted from 1, the first is layers") as caught:
        network_from_dict({"temperature": 1.0, "layers": [{"kind": "embedding", "width": 0}]})
    assert str(caught.value).count("counted from 1") == 1


DEEP = """temperature = 0.1
[[layers]]
kind = "embedding"
width = 9
variance = 1.1
[[layers]]
kind = "repeat"
times = "L"
    [[layers.layers]]
    kind = "linear"
    width = 7
    variance = 0.9
[[layers]]
kind = "readout"
variance = 1.2
"""


def test_the_command_line_takes_what_its_messages_advise(capsys, tmp_path):
    spec = tmp_path / "deep.toml"
    spec.write_text(DEEP)
    assert "give one with --set L=3" in refusal(capsys, "scalar", spec)
    assert call(capsys, "scalar", spec, "--set", "L=2").status == 0
    found = call(capsys, "generate", spec, "-o", tmp_path / "solver.py")
    assert found.status == 0 and (tmp_path / "solver.py").exists()


def test_a_solution_file_holds_every_overlap(capsys, tmp_path):
    network = Network((Embedding(12, 1.1), Attention(2, 0.9, 10), Readout(1.3)), 0.1)
    (tmp_path / "n.toml").write_text(network_to_toml(network))
    inputs, labels = RANDOM.normal(size=(6, 4, 2)), RANDOM.normal(size=6)
    np.savez(tmp_path / "d.npz", attended=inputs, labels=labels)
    out = tmp_path / "s.npz"
    assert (
        call(
            capsys, "solve", tmp_path / "n.toml", "--data", tmp_path / "d.npz", "--out", out
        ).status
        == 0
    )
    stored, solution = np.load(out), solve(network, Data(inputs, labels))
    np.testing.assert_allclose(stored["G_1"], solution.overlaps[0])
    np.testing.assert_allclose(stored["G_a"], solution.overlaps[1])
    np.testing.assert_allclose(2 * stored["G_1"], stored["U_1"])
    np.testing.assert_allclose(stored["G_a"][0, 0], stored["u_a"])
