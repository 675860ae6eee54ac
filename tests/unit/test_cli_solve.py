"""`derive solve`: the contract of its file, and one line for bad input."""

import os
import warnings

import numpy as np
import pytest
from command_line import CHAIN, RESIDUAL, SYMBOLS, arrays, call, refusal, write

import derive

COMMON = {
    "G_bottom", "action", "log_evidence", "converged", "gradient_norm", "residual",
    "hessian_negative", "mean", "variance",
}  # fmt: skip


def solve(capsys, folder, spec, *options, **changes):
    spec, data = write(folder, spec, **changes)
    out = folder / "out.npz"
    found = call(capsys, "solve", spec, "--data", data, "--out", out, *options)
    return found, dict(np.load(out)) if out.exists() else {}


def test_a_chain_has_the_papers_order_parameters(capsys, tmp_path):
    found, solution = solve(capsys, tmp_path, CHAIN)
    assert found.status == 0 and found.err == ""
    assert set(solution) >= COMMON | {"U_1", "U_2", "u_a", "head_scores"}
    assert solution["G_bottom"].shape == (2, 2)
    np.testing.assert_allclose(solution["U_1"], 2 * solution["G_bottom"])
    assert solution["U_2"].shape == (1, 1) and solution["u_a"].shape == ()
    assert solution["head_scores"].shape == (3,) and solution["head_scores"].max() == 1
    assert solution["converged"] and solution["gradient_norm"] < 1e-9
    assert solution["mean"].shape == solution["variance"].shape == (8,)


def test_stiff_and_sloppy_directions_are_printed_and_stored(capsys, tmp_path):
    found, solution = solve(capsys, tmp_path, CHAIN)
    lines = {line[2:28].strip(): line[28:] for line in found.out.splitlines()}
    values = solution["hessian_eigenvalues"]
    assert values.shape == (5,) and (np.diff(values) <= 0).all()
    assert values[-1] == pytest.approx(solution["hessian_lowest"], rel=1e-9)
    assert lines["stiffest direction"].startswith(f"{values[0]:.4g}: G_1 ")
    assert lines["sloppiest direction"].startswith(f"{values[-1]:.4g}: G_1 ")
    assert "; most in (" in lines["sloppiest direction"]
    squares = [(solution[f"stiff_{name}"] ** 2).sum(axis=(1, 2)) for name in ("G_1", "G_2", "G_a")]
    np.testing.assert_allclose(sum(squares), np.ones(5), rtol=1e-12)


def test_a_residual_network_has_streams_only(capsys, tmp_path):
    found, solution = solve(capsys, tmp_path, RESIDUAL)
    assert found.status == 0
    assert found.err == (
        "derive: note: token ignored: the data are already attended (token = 'mean')\n"
    )
    assert set(solution) >= COMMON
    assert not {"U_1", "u_a"} & set(solution)
    assert solution["G_bottom"].shape == (3, 3)


def test_without_test_data_there_are_no_predictions(capsys, tmp_path):
    changes = dict.fromkeys(("attended_test", "labels_test"))
    found, solution = solve(capsys, tmp_path, CHAIN, **changes)
    assert found.status == 0 and "test accuracy" not in found.out
    assert "mean" not in solution


def test_options_change_the_network(capsys, tmp_path):
    options = ("--width", "12", "--temperature", "0.3", "--set", "H_1=2", "--set", "N_1=4.0")
    _, solution = solve(capsys, tmp_path, SYMBOLS, *options)
    layers = (
        derive.Embedding(12, 1.1),
        derive.Attention(2, 0.9, 12),
        derive.Attention(1, 1.3, 12),
        derive.Readout(1.2),
    )
    expected = derive.solve(derive.Network(layers, 0.3), derive.Data(**arrays()))
    np.testing.assert_allclose(solution["action"], expected.action)


def test_infinite_width_is_a_gaussian_process(capsys, tmp_path):
    found, solution = solve(capsys, tmp_path, CHAIN, "--width", "inf")
    assert found.status == 0 and "N=∞" in found.out
    data = arrays()
    kernel = np.einsum("mip,nip->mn", data["attended"], data["attended"]) / 6
    variances = 1.1 * 0.9 * 1.3 * 1.2
    covariance = variances / 2 * kernel + 0.1 * np.eye(10)
    labels = data["labels"]
    expected = -0.5 * (
        np.linalg.slogdet(covariance)[1]
        + labels @ np.linalg.solve(covariance, labels)
        + 10 * np.log(2 * np.pi)
    )
    np.testing.assert_allclose(solution["log_evidence"], expected)
    np.testing.assert_allclose(solution["U_1"], 0.9 * 1.3 * 1.2 * np.eye(2))
    assert solution["converged"] and np.isnan(solution["action"])
    assert "no value: it grows with the width" in found.out
    assert "hessian_eigenvalues" not in solution and "direction" not in found.out


def test_a_search_reports_its_stationary_points(capsys, tmp_path):
    found, solution = solve(capsys, tmp_path, CHAIN, "--starts", "2", "--seed", "1")
    assert found.status == 0 and "stationary points; actions: " in found.out
    assert solution["converged"]


def test_a_missing_value_is_asked_for(capsys, tmp_path):
    spec, data = write(tmp_path, SYMBOLS)
    arguments = ("solve", spec, "--data", data, "--out", tmp_path / "out.npz")
    assert "--set H_1=VALUE" in refusal(capsys, *arguments, folder=tmp_path)
    said = refusal(capsys, *arguments, "--set", "H_1=2", folder=tmp_path)
    assert "the symbol N_1 has no value; give one with --set N_1=VALUE" in said
    twice = ("--set", "H_1=2", "--set", "H_1=3")
    assert "'H_1' is given twice" in refusal(capsys, *arguments, *twice, folder=tmp_path)


def test_not_converged_is_status_3_with_a_file(capsys, tmp_path, monkeypatch):
    from dataclasses import replace

    from derive.theories.networks.solver import Solver

    usual = Solver.solve

    def fail(*arguments, **options):
        solution = usual(*arguments, **options)
        return replace(solution, converged=False, message="not converged: a test; try again")

    monkeypatch.setattr(Solver, "solve", fail)
    found, solution = solve(capsys, tmp_path, CHAIN)
    assert found.status == 3
    assert found.err == f"derive: not converged: a test; try again; {tmp_path}/out.npz is written\n"
    assert not solution["converged"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"labels": np.ones(9)}, "labels: shape (9,), expected (10,)"),
        ({"labels": None}, "labels: it is missing"),
        ({"attended": np.ones((10, 6, 5))}, "attended: shape (10, 6, 5), expected (P, N_0, 2)"),
        ({"attended_test": np.ones((8, 5, 2))}, "attended_test: shape (8, 5, 2)"),
        ({"labels": np.array([1.0] * 9 + [np.nan])}, "labels: 1 of 10 entries are NaN or infinite"),
        ({"labels": np.array([1.0] * 9 + [np.inf])}, "labels: 1 of 10 entries are NaN or infinite"),
        ({"labels": np.array([{}] * 10)}, "labels: cannot be read"),
        ({"labels": np.array(["a"] * 10)}, "labels: entries of type"),
        ({"label": np.ones(10)}, "unknown array 'label'; did you mean 'labels'?"),
    ],
)
def test_bad_data_are_one_line(changes, said, capsys, tmp_path):
    spec, data = write(tmp_path, **changes)
    arguments = ("solve", spec, "--data", data, "--out", tmp_path / "out.npz")
    assert said in refusal(capsys, *arguments, folder=tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("variance = 1.1", "variance = -1.1", "layers[1].variance: -1.1 is out of range"),
        ('kind = "attention"', 'kind = "atention"', "did you mean 'attention'?"),
        ("heads = 2", "heads = 0", "layers[2].heads: 0 is not a size"),
        ("heads = 2", "heds = 2", "unknown key 'heds' in attention; did you mean 'heads'?"),
        ("temperature = 0.1", "temperature = ", "not TOML"),
    ],
)
def test_a_bad_description_is_one_line(old, new, said, capsys, tmp_path):
    spec, data = write(tmp_path, CHAIN.replace(old, new, 1))
    arguments = ("solve", spec, "--data", data, "--out", tmp_path / "out.npz")
    assert said in refusal(capsys, *arguments, folder=tmp_path)


def test_a_singular_kernel_is_refused(capsys, tmp_path):
    # Ten examples of six features along one path: a kernel of rank six.
    one_head = CHAIN.replace("heads = 2", "heads = 1")
    spec, data = write(tmp_path, one_head, **arrays(1))
    arguments = ("solve", spec, "--data", data, "--out", tmp_path / "out.npz")
    with warnings.catch_warnings():
        said = refusal(capsys, *arguments, "--temperature", "0", folder=tmp_path)
    assert "singular" in said and "raise the temperature" in said


def test_files_that_cannot_be_read(capsys, tmp_path):
    spec, data = write(tmp_path)
    text = tmp_path / "text.npz"
    text.write_text("no archive")
    out = tmp_path / "out.npz"
    for wrong, said in (
        (("solve", tmp_path / "none.toml", "--data", data), "none.toml: cannot be read"),
        (("solve", spec, "--data", tmp_path / "none.npz"), "none.npz: cannot be read"),
        (("solve", spec, "--data", text), "text.npz: not an .npz file"),
        (("solve", spec, "--data", tmp_path), "cannot be read"),
        (("solve", data, "--data", data), "data.npz: not UTF-8 text"),
    ):
        assert said in refusal(capsys, *wrong, "--out", out, folder=tmp_path)


def test_places_that_cannot_be_written(capsys, tmp_path):
    spec, data = write(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    for out, said in (
        (tmp_path, "it is a folder; give the path of a file"),
        (tmp_path / "none" / "out.npz", "there is no folder"),
        (spec / "out.npz", "there is no folder"),
        (data, "it is an input of this command"),
        (tmp_path / "pipe", "it is no plain file"),
        (os.devnull, "it is no plain file"),
    ):
        arguments = ("solve", spec, "--data", data, "--out", out)
        assert said in refusal(capsys, *arguments, folder=tmp_path)


def test_an_earlier_solution_is_replaced_through_links(capsys, tmp_path):
    spec, data = write(tmp_path)
    (tmp_path / "real.npz").write_text("old")
    (tmp_path / "out.npz").symlink_to(tmp_path / "real.npz")
    found = call(capsys, "solve", spec, "--data", data, "--out", tmp_path / "out.npz")
    assert found.status == 0
    assert (tmp_path / "out.npz").is_symlink()
    assert "G_bottom" in np.load(tmp_path / "real.npz")
