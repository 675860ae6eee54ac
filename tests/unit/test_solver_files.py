"""Solutions in files: the keys of the contract, whole or not at all, and refused where damaged."""

import os

import numpy as np
import pytest
from small_networks import NETWORKS, random_data, solver

from derive.errors import DataError
from derive.theories.networks.description import Data
from derive.theories.networks.solver import load_solution, save_solution

ALWAYS = {
    "G_bottom", "action", "log_evidence", "converged", "gradient_norm", "residual",
    "hessian_negative",
}  # fmt: skip
CONTRACT = {
    "no layer": ALWAYS | {"u_a", "head_scores"},
    "two attentions": ALWAYS | {"U_1", "U_2", "u_a", "head_scores"},
    "three attentions": ALWAYS | {"U_1", "U_2", "U_3", "u_a", "head_scores"},
    "linear layers": ALWAYS | {"U_1", "U_2", "u_a", "head_scores"},
    "residual": ALWAYS,
    "inner width": ALWAYS,
}


def solved(name, test=True):
    data = random_data(NETWORKS[name], seed=2)
    if not test:
        data = Data(data.attended, data.labels)
    return solver(name).solve(NETWORKS[name], data)


@pytest.mark.parametrize("name", CONTRACT)
def test_the_keys_of_the_contract_are_there(name, tmp_path):
    path = tmp_path / "solution.npz"
    save_solution(path, solved(name))
    found = load_solution(path)
    assert set(found) >= CONTRACT[name] | {"mean", "variance"}
    chain_keys = {key for key in found if key[:2] in ("U_", "u_")}
    assert chain_keys == {key for key in CONTRACT[name] if key[:2] in ("U_", "u_")}


def test_values_come_back_as_they_were(tmp_path):
    path, solution = tmp_path / "solution.npz", solved("two attentions")
    save_solution(path, solution)
    found = load_solution(path)
    np.testing.assert_array_equal(found["G_bottom"], solution.bottom)
    np.testing.assert_array_equal(found["U_1"], solution.chain_overlaps[0])
    np.testing.assert_array_equal(found["U_1"], 6 * solution.bottom)
    np.testing.assert_array_equal(found["mean"], solution.mean)
    np.testing.assert_array_equal(found["variance"], solution.variance)
    np.testing.assert_array_equal(found["head_scores"], solution.head_scores)
    assert found["head_scores"].shape == (5,)
    assert found["G_bottom"].shape == found["U_1"].shape == (6, 6)
    for key in ("action", "log_evidence", "gradient_norm", "residual", "hessian_lowest"):
        assert found[key].shape == ()
        assert found[key] == getattr(solution, key)
    assert found["converged"].dtype == bool and found["converged"]
    assert found["hessian_negative"].dtype.kind == "i" and found["hessian_negative"] == 0
    assert found["u_a"].shape == () and found["u_a"] == solution.chain_overlaps[-1][0, 0]
    assert str(found["message"]) == solution.message


def test_without_test_data_there_is_no_mean(tmp_path):
    path = tmp_path / "solution.npz"
    save_solution(path, solved("no layer", test=False))
    found = load_solution(path)
    assert "mean" not in found and "variance" not in found
    assert found["head_scores"].shape == (0,)


def test_an_old_file_is_replaced(tmp_path):
    path = tmp_path / "solution.npz"
    path.write_text("old")
    save_solution(path, solved("no layer"))
    assert "G_bottom" in load_solution(path)
    assert os.listdir(tmp_path) == ["solution.npz"]


def test_a_failure_leaves_neither_half_a_file_nor_a_temporary_one(tmp_path, monkeypatch):
    path, solution = tmp_path / "solution.npz", solved("no layer")
    path.write_text("old")

    def fail(stream, **content):
        stream.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(DataError, match=r"solution.npz: it cannot be written \(No space left"):
        save_solution(path, solution)
    assert os.listdir(tmp_path) == ["solution.npz"]
    assert path.read_text() == "old"


def test_an_interruption_leaves_nothing_either(tmp_path, monkeypatch):
    solution = solved("no layer")

    def interrupt(stream, **content):
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_solution(tmp_path / "solution.npz", solution)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(DataError, match=r"nowhere.solution.npz: it cannot be written .*another"):
        save_solution(tmp_path / "nowhere" / "solution.npz", solved("no layer"))


def test_what_is_no_solution_is_refused(tmp_path):
    text, damaged = tmp_path / "text.npz", tmp_path / "damaged.npz"
    other, objects = tmp_path / "other.npz", tmp_path / "objects.npz"
    text.write_text("not an archive")
    save_solution(damaged, solved("no layer"))
    damaged.write_bytes(damaged.read_bytes()[:400])
    np.savez(other, labels=np.zeros(3))
    np.savez(objects, G_bottom=np.array([{}, None], dtype=object))
    cut = tmp_path / "cut.npz"
    save_solution(cut, solved("no layer"))
    content = bytearray(cut.read_bytes())
    content[60:90] = b"\0" * 30
    cut.write_bytes(content)
    array = tmp_path / "array.npz"
    with open(array, "wb") as stream:
        np.save(stream, np.zeros(3))
    for path in (text, damaged, objects, cut, array, tmp_path / "missing.npz", tmp_path):
        with pytest.raises(DataError, match="no readable solution") as caught:
            load_solution(path)
        assert "\n" not in str(caught.value)
    with pytest.raises(DataError, match="G_bottom is missing"):
        load_solution(other)
