"""Data files: the contract of issue 2, and one line for every way of getting it wrong."""

import numpy as np
import pytest

from derive.errors import DataError
from derive.theories.networks.description import (
    Attention,
    Data,
    Embedding,
    Features,
    Network,
    Readout,
    Residual,
    attended_inputs,
    data_from_arrays,
    load_data,
)
from derive.theories.networks.solver import solve

P, TEST, FEATURES, TOKENS = 6, 3, 4, 5


def network(token="last", heads=2):
    layers = (Attention(heads, 1.0, 8), Residual((Attention(1, 1.0),)))
    return Network((Embedding(8, 1.0), *layers, Readout(1.0, token)), 0.1)


NETWORK = network()
PATHS = 4


def attended_arrays():
    rng = np.random.default_rng(1)
    return {
        "attended": rng.normal(size=(P, FEATURES, PATHS)),
        "labels": rng.normal(size=P),
        "attended_test": rng.normal(size=(TEST, FEATURES, PATHS)),
        "labels_test": rng.normal(size=TEST),
    }


def input_arrays(queries=TOKENS):
    rng = np.random.default_rng(2)
    arrays = {}
    for end, examples in (("", P), ("_test", TEST)):
        arrays["inputs" + end] = rng.normal(size=(examples, FEATURES, TOKENS))
        arrays["attention_1" + end] = rng.normal(size=(examples, 2, TOKENS, TOKENS))
        arrays["attention_2" + end] = rng.normal(size=(examples, 1, TOKENS, queries))
        arrays["labels" + end] = rng.normal(size=examples)
    return arrays


def without(arrays, *names):
    return {name: array for name, array in arrays.items() if name not in names}


def only_train(arrays):
    return {name: array for name, array in arrays.items() if not name.endswith("_test")}


def test_attended_file(tmp_path):
    arrays = attended_arrays()
    np.savez(tmp_path / "data.npz", **arrays)
    data = load_data(tmp_path / "data.npz", NETWORK)
    for name, array in arrays.items():
        np.testing.assert_array_equal(getattr(data, name), array)
    assert data.notes == ()
    assert repr(data) == "Data(P=6, N_0=4, M=4, test=3)"


@pytest.mark.parametrize("queries", [TOKENS, 1])
def test_input_file(queries, tmp_path):
    arrays = input_arrays(queries)
    np.savez_compressed(tmp_path / "data.npz", **arrays)
    data = load_data(str(tmp_path / "data.npz"), NETWORK)
    for end in ("", "_test"):
        attentions = [arrays[f"attention_1{end}"], arrays[f"attention_2{end}"]]
        expected = attended_inputs(NETWORK, arrays[f"inputs{end}"], attentions)
        np.testing.assert_array_equal(getattr(data, f"attended{end}"), expected)


def test_whole_numbers_and_booleans_become_floats():
    arrays = only_train(attended_arrays()) | {"labels": [True, False] * 3}
    data = data_from_arrays(arrays | {"attended": np.ones((P, 2, PATHS), dtype="i2")}, NETWORK)
    assert data.attended.dtype == data.labels.dtype == np.float64
    assert data.attended_test is None
    assert data.labels_test is None


def test_test_labels_may_be_unknown():
    assert data_from_arrays(without(attended_arrays(), "labels_test"), NETWORK).labels_test is None


@pytest.mark.parametrize(
    ("token", "arrays", "note"),
    [
        ("last", attended_arrays(), ()),
        ("mean", attended_arrays(), ("token ignored: the data are already attended",)),
        ("mean", input_arrays(), ()),
        ("last", input_arrays(1), ()),
        ("first", input_arrays(1), ("token used by skips alone: attention_2 is given for one",)),
    ],
)
def test_notes(token, arrays, note):
    notes = data_from_arrays(arrays, network(token)).notes
    assert len(notes) == len(note)
    assert all(found.startswith(start) for found, start in zip(notes, note, strict=True))


def test_note_where_nothing_reads_the_token():
    layers = (Embedding(8, 1.0), Attention(2, 1.0, 8), Readout(1.0, "mean"))
    arrays = only_train(input_arrays())
    arrays = without(arrays, "attention_2") | {"attention_1": arrays["attention_1"][..., :1]}
    (note,) = data_from_arrays(arrays, Network(layers, 0.1)).notes
    assert note.startswith("token ignored: attention_1 is given for one query")


def changed(arrays, **changes):
    return arrays | changes


A, X = attended_arrays(), input_arrays()
NAN = A["attended"].copy()
NAN[2, 1, 3] = np.nan
WRONG = {
    "nothing": ({}, ["inputs are missing", "attended", "attention_1, attention_2"]),
    "no_labels": (without(A, "labels"), ["labels", "missing", "attended, labels"]),
    "no_inputs": (without(A, "attended", "attended_test"), ["attended", "missing"]),
    "both": (A | X, ["both attended and inputs", "one of the two"]),
    "misspelt": (A | {"label_test": 1}, ["'label_test'", "did you mean 'labels_test'", "attended"]),
    "misspelt_inputs": (
        {"atended": A["attended"], "labels": A["labels"]},
        ["'atended'", "did you mean 'attended'"],
    ),
    "strange_name": (A | {"a\nb\x1b": 1}, ["unknown array", "labels"]),
    "name_not_text": (A | {3: 1}, ["unknown array '3'"]),
    "attention_beside": (A | {"attention_1": 1}, ["'attention_1'", "beside attended"]),
    "inputs_test_beside": (A | {"inputs_test": 1}, ["'inputs_test'", "beside attended"]),
    "no_attention": (without(X, "attention_2"), ["attention_2", "missing", "inputs, attention_1"]),
    "third_attention": (
        X | {"attention_3": 1},
        ["'attention_3'", "2 layers that take attention", "valid"],
    ),
    "no_test_attention": (without(X, "attention_1_test"), ["attention_1_test", "missing"]),
    "test_labels_alone": (without(A, "attended_test"), ["attended_test", "missing"]),
    "paths": (
        changed(A, attended=np.ones((P, FEATURES, 3))),
        ["attended", "(6, 4, 3)", "(P, N_0, 4)", "4 paths"],
    ),
    "test_paths": (
        changed(A, attended_test=np.ones((TEST, FEATURES, 3))),
        ["attended_test", "(3, 4, 3)", "(P, N_0, 4)"],
    ),
    "axes": (changed(A, attended=np.ones((P, PATHS))), ["attended", "(6, 4)", "(P, N_0, 4)"]),
    "features": (
        changed(A, attended_test=np.ones((TEST, 9, PATHS))),
        ["attended_test", "(3, 9, 4)", "(3, 4, 4)", "training"],
    ),
    "input_features": (
        changed(X, inputs_test=np.ones((TEST, 9, TOKENS))),
        ["inputs_test", "(3, 9, 5)", "(3, 4, 5)", "training"],
    ),
    "labels": (changed(A, labels=np.ones(5)), ["labels", "(5,)", "(6,)", "per example"]),
    "label_number": (changed(A, labels=3.0), ["labels", "shape ()", "(6,)", "per example"]),
    "test_label_number": (changed(A, labels_test=3.0), ["labels_test", "shape ()", "(3,)"]),
    "label_axes": (changed(A, labels=np.ones((P, 1))), ["labels", "(6, 1)", "(6,)"]),
    "test_labels": (changed(A, labels_test=np.ones(P)), ["labels_test", "(6,)", "(3,)"]),
    "no_examples": (
        {"attended": np.ones((0, FEATURES, PATHS)), "labels": np.ones(0)},
        ["attended", "(0, 4, 4)", "(P, N_0, 4)"],
    ),
    "no_tokens": (changed(X, inputs=np.ones((P, FEATURES, 0))), ["inputs", "(6, 4, 0)", "tokens"]),
    "attention_shape": (
        changed(X, attention_1=np.ones((P, 3, TOKENS, TOKENS))),
        ["attention_1", "(6, 3, 5, 5)", "(6, 2, 5, 5)"],
    ),
    "test_attention_shape": (
        changed(X, attention_2_test=np.ones((P, 1, TOKENS, 1))),
        ["attention_2_test", "(6, 1, 5, 1)", "(3, 1, 5, 1)"],
    ),
    "nan": (changed(A, attended=NAN), ["attended", "1 of 96", "(2, 1, 3)", "finite"]),
    "infinite_label": (changed(A, labels=[np.inf] * P), ["labels", "6 of 6", "(0,)"]),
    "beyond_float": (changed(A, labels=np.full(P, 2) * np.longdouble("1e999")), ["labels", "6 of"]),
    "complex": (changed(A, labels=np.ones(P) * 1j), ["labels", "complex128", "real"]),
    "text": (changed(A, labels=["a"] * P), ["labels", "<U1", "real"]),
    "dates": (changed(A, labels=np.zeros(P, "M8[s]")), ["labels", "datetime64", "real"]),
    "objects": (changed(A, labels=[None] * P), ["labels", "object", "real"]),
    "ragged": (changed(A, labels=[[1], [2, 3]]), ["labels", "no array", "real"]),
    "infinite_attention": (
        changed(X, attention_1=X["attention_1"] * np.inf),
        ["attention_1", "300 of 300"],
    ),
}


def assert_one_line(caught, source, parts):
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert message.isprintable()
    assert message.startswith(f"{source}: ")
    assert all(part in message for part in parts), message


@pytest.mark.parametrize(("arrays", "parts"), WRONG.values(), ids=WRONG.keys())
def test_refusal(arrays, parts):
    with pytest.raises(DataError) as caught:
        data_from_arrays(arrays, NETWORK, "here")
    assert_one_line(caught, "here", parts)


def test_symbolic_heads():
    with pytest.raises(DataError) as caught:
        data_from_arrays(A, network(heads="H"))
    assert_one_line(caught, "data", ["layers[2].heads", "H", "--set H=VALUE"])


class TestDataAlone:
    def test_lists_are_taken(self):
        assert Data([[[1, 2]]], [3]).attended.dtype == np.float64

    def test_test_labels_alone(self):
        with pytest.raises(DataError, match="labels_test: there are no test inputs"):
            Data([[[1, 2]]], [3], labels_test=[1])

    def test_test_paths(self):
        with pytest.raises(
            DataError, match=r"attended_test: shape \(1, 1, 1\), expected \(P_\*, 1, 2"
        ):
            Data([[[1, 2]]], [3], [[[1]]])


class TestFiles:
    def refusal(self, path, parts):
        with pytest.raises(DataError) as caught:
            load_data(path, NETWORK)
        assert_one_line(caught, path, parts)

    def test_missing(self, tmp_path):
        self.refusal(tmp_path / "absent.npz", ["No such file", "numpy.savez"])

    def test_folder(self, tmp_path):
        self.refusal(tmp_path, ["directory", "numpy.savez"])

    @pytest.mark.parametrize("content", [b"", b"P", b"labels,inputs\n1,2\n", b"\x80\x04K\x01."])
    def test_no_archive(self, content, tmp_path):
        path = tmp_path / "data.npz"
        path.write_bytes(content)
        self.refusal(path, ["not an .npz file", "numpy.savez"])

    def test_single_array(self, tmp_path):
        np.save(tmp_path / "data.npy", np.ones(3))
        self.refusal(tmp_path / "data.npy", ["not an .npz file"])

    def test_object_array(self, tmp_path):
        np.savez(tmp_path / "data.npz", **A | {"labels": np.array([{}] * P)})
        self.refusal(tmp_path / "data.npz", ["labels", "Python objects", "arrays of numbers"])

    def test_unknown_array_is_not_read(self, tmp_path):
        np.savez(tmp_path / "data.npz", **A, label=np.array([{}] * P))
        self.refusal(tmp_path / "data.npz", ["unknown array 'label'", "did you mean 'labels'"])

    def test_wrong_array_names_the_file(self, tmp_path):
        np.savez(tmp_path / "data.npz", **changed(A, labels=np.ones(2)))
        self.refusal(tmp_path / "data.npz", ["labels", "(2,)", "(6,)"])

    def test_strange_path(self):
        with pytest.raises(DataError) as caught:
            load_data("absent\nfile\x00.npz", NETWORK)
        assert_one_line(caught, "absent file?.npz", ["cannot be read"])

    @pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
    def test_damage_is_one_line_or_harmless(self, save, tmp_path):
        path = tmp_path / "data.npz"
        save(path, **A)
        whole = path.read_bytes()
        rng = np.random.default_rng(3)
        for size in range(0, len(whole), len(whole) // 20):
            path.write_bytes(whole[:size])
            self.refusal(path, [])
        for _ in range(60):
            damaged = bytearray(whole)
            damaged[rng.integers(len(whole))] ^= 1 << rng.integers(8)
            path.write_bytes(damaged)
            try:
                load_data(path, NETWORK)
            except DataError as error:
                assert len(str(error).splitlines()) == 1


def test_inputs_of_one_first_layer_do_not_serve_another():
    """Shapes may be the same: only the data know with which kernel they were made."""
    readout = Readout(1.2)
    plain = Network((Embedding(9, 1.1), readout), 0.3)
    ramps = Network((Features(9, "arc-cosine-1", 1.1), readout), 0.3)
    random = np.random.default_rng(0)
    arrays = {"inputs": random.normal(size=(6, 8, 1)), "labels": random.normal(size=6)}
    for own, other in ((plain, ramps), (ramps, plain)):
        data = data_from_arrays(arrays, own)
        solve(own, data)
        with pytest.raises(DataError, match="the inputs were made with the kernel"):
            solve(other, data)
    given = Data(random.normal(size=(6, 8, 1)), arrays["labels"])
    assert solve(plain, given).converged and solve(ramps, given).converged
