"""`derive sweep`: its table, its figure, resuming, refusals, and points that do not converge."""

import csv
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from command_line import CHAIN, SYMBOLS, call, refusal, write

import derive.theories.networks.sweeps.solving as solving
from derive.errors import SolveError
from derive.theories.networks.description import load_data, load_network
from derive.theories.networks.solver import solve
from derive.theories.networks.sweeps.table import RESULTS


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch):
    """They take longer than all else."""
    monkeypatch.setattr("derive.theories.networks.sweeps.pipeline.available", lambda: False)


def sweep(capsys, folder, *options, jobs="1"):
    return call(
        capsys, "sweep", folder / "spec.toml", "--data", folder / "data.npz",
        "--out", folder / "out", "--jobs", jobs, *options,
    )  # fmt: skip


def rows(folder):
    with open(folder / "out/sweep.csv", newline="") as file:
        return list(csv.DictReader(file))


def keys(folder):
    lines = (folder / "out/points.jsonl").read_text().splitlines()
    return [json.loads(line)["point"] for line in lines]


def test_every_row_is_what_solve_finds(capsys, tmp_path):
    spec, data = write(tmp_path)
    axes = ("--widths", "inf,6", "--temperatures", "0.3", "--variance", "s_1=0.7,1.4")
    found = sweep(capsys, tmp_path, *axes, "--examples", "8")
    assert found.status == 0 and found.out.startswith("4 points\ntable: ")
    table = rows(tmp_path)
    assert [(row["width"], row["s_1"]) for row in table] == [
        ("6", "0.7"), ("6", "1.4"), ("inf", "0.7"), ("inf", "1.4")
    ]  # fmt: skip
    network = load_network(spec).with_width(6).with_temperature(0.3)
    layers = network.layers
    network = replace(network, layers=(layers[0], replace(layers[1], variance=1.4), *layers[2:]))
    loaded = load_data(data, network)
    fewer = replace(loaded, attended=loaded.attended[:8], labels=loaded.labels[:8])
    expected = solve(network, fewer)
    # The same code on the same numbers: only the order of sums in BLAS may differ.
    for column in ("action", "log_evidence", "condition_number"):
        assert float(table[1][column]) == pytest.approx(getattr(expected, column), rel=1e-9)
    assert float(table[1]["test_accuracy"]) == expected.accuracy(loaded.labels_test)
    error = np.mean((expected.mean - loaded.labels_test) ** 2)
    assert float(table[1]["test_error"]) == pytest.approx(error, rel=1e-8)
    assert table[2]["action"] == "" and table[2]["message"].startswith("infinite width")
    assert list(table[0])[-len(RESULTS) :] == list(RESULTS)
    assert list(json.loads((tmp_path / "out/sweep.json").read_text())["columns"]) == list(table[0])


def without_seconds(folder):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows(folder)]


def test_the_table_does_not_depend_on_the_number_of_jobs(capsys, tmp_path):
    write(tmp_path)
    axes = ("--widths", "5,9,inf", "--examples", "6,10", "--seeds", "0,1")
    assert sweep(capsys, tmp_path, *axes).status == 0
    alone = without_seconds(tmp_path)
    assert sweep(capsys, tmp_path, *axes, "--overwrite", jobs="2").status == 0
    assert without_seconds(tmp_path) == alone and len(alone) == 12


def test_resuming_adds_points_and_repeats_none(capsys, tmp_path, monkeypatch):
    write(tmp_path)
    assert sweep(capsys, tmp_path, "--widths", "5,9").status == 0
    before = keys(tmp_path)
    solved = []
    usual = solving.solve
    monkeypatch.setattr(
        solving, "solve", lambda s, point, data: solved.append(str(point)) or usual(s, point, data)
    )
    wider = ("--widths", "5,9,20", "--temperatures", "0.1,0.2", "--resume")
    found = sweep(capsys, tmp_path, *wider)
    assert found.status == 0 and found.out.startswith("6 points, 2 of them were there already")
    assert keys(tmp_path)[:2] == before and len(set(keys(tmp_path))) == 6 == len(rows(tmp_path))
    assert len(solved) == 4
    assert sweep(capsys, tmp_path, *wider).status == 0
    assert len(solved) == 4 and len(keys(tmp_path)) == 6


@pytest.mark.parametrize("change", ["grid", "data", "spec"])
def test_resuming_another_sweep_is_refused(change, capsys, tmp_path):
    spec, data = write(tmp_path)
    assert sweep(capsys, tmp_path, "--widths", "5,9").status == 0
    widths, said = "5,9", "another model, other data or another version"
    if change == "grid":
        widths, said = "5,20", "1 of the points that it was begun with are not in this sweep"
    elif change == "data":
        write(tmp_path, labels=np.array([1.0, -1.0] * 5))
    else:
        spec.write_text(CHAIN.replace("0.9", "0.8"))
        said = "2 of the points"
    arguments = ("sweep", spec, "--data", data, "--out", tmp_path / "out", "--widths", widths)
    assert said in refusal(capsys, *arguments, "--resume", folder=tmp_path)
    assert "give --resume" in refusal(capsys, *arguments, folder=tmp_path)


def test_what_does_not_converge_stays_in_the_table(capsys, tmp_path, monkeypatch):
    write(tmp_path)
    usual = solving.solve

    def failing(solver, point, data):
        if point.width == 5:
            raise SolveError("the kernel is singular; a test")
        found = usual(solver, point, data)
        return found if point.width == 20 else replace(found, converged=False, message="stuck")

    monkeypatch.setattr(solving, "solve", failing)
    found = sweep(capsys, tmp_path, "--widths", "5,9,20")
    assert found.status == 3
    assert "width = 5, temperature = 0.1, examples = 10: the kernel is singular" in found.err
    assert "width = 9, temperature = 0.1, examples = 10: stuck" in found.err
    singular, stuck, good = rows(tmp_path)
    assert [r["converged"] for r in (singular, stuck, good)] == ["False", "False", "True"]
    assert singular["action"] == "" and math.isfinite(float(stuck["action"]))


def test_an_interrupt_keeps_what_is_finished(capsys, tmp_path, monkeypatch):
    write(tmp_path)
    usual = solving.solve

    def interrupted(solver, point, data):
        if point.width == 20:
            raise KeyboardInterrupt
        return usual(solver, point, data)

    monkeypatch.setattr(solving, "solve", interrupted)
    found = sweep(capsys, tmp_path, "--widths", "5,9,20")
    assert found.status == 130 and found.err.count("\n") == 1
    assert found.err.startswith("derive: interrupted; 2 of 3 points are in ")
    monkeypatch.undo()
    assert sweep(capsys, tmp_path, "--widths", "5,9,20", "--resume").status == 0
    assert len(set(keys(tmp_path))) == len(keys(tmp_path)) == 3


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "there is nothing to sweep; give --widths"),
        (("--widths", "-3,10"), "--widths: '-3' is not a width"),
        (("--widths", "10,x"), "--widths: 'x' is not a width"),
        (("--temperatures", "0.1,"), "--temperatures: '' is not a finite number"),
        (("--temperatures=-1",), "temperature: -1"),
        (("--variance", "s_0"), "--variance: 's_0' is not NAME=VALUE,VALUE"),
        (("--variance", "s_0=1,hot"), "--variance: s_0: 'hot' is not a finite number"),
        (("--variance", "s_0=0"), "variance: 0"),
        (("--variance", "s_9=1"), "no variance 's_9'"),
        (("--variance", "s_0=1", "--variance", "s_0=2"), "'s_0' is given twice"),
        (("--examples", "0"), "--examples: '0' is not a whole number from 1"),
        (("--examples", "11"), "--examples: 11 of 10 are asked for"),
        (("--seeds", "0,1"), "--seeds: there is nothing to draw"),
        (("--widths", "5", "--set", "N_9=1"), "no symbol 'N_9'"),
        (("--widths", "5", "--resume", "--overwrite"), "--resume and --overwrite"),
        (("--widths", "5", "--jobs", "2", "--cluster", "tcp://x:1"), "--jobs and --cluster"),
        (("--widths", "5", "--temperature", "1"), "did you mean '--temperatures'?"),
        (("--widths", "5", "--jobs", "0"), "--jobs: '0' is not a whole number"),
    ],
)
def test_a_wrong_call_is_one_line(options, said, capsys, tmp_path):
    spec, data = write(tmp_path)
    arguments = ("sweep", spec, "--data", data, "--out", tmp_path / "out", *options)
    assert said in refusal(capsys, *arguments, folder=tmp_path)


def test_network_and_data_come_together(capsys, tmp_path, monkeypatch):
    spec, data = write(tmp_path, SYMBOLS)
    monkeypatch.chdir(tmp_path)
    widths = ("--widths", "5")
    assert "give --data" in refusal(capsys, "sweep", spec, *widths, folder=tmp_path)
    said = refusal(capsys, "sweep", "--data", data, *widths, folder=tmp_path)
    assert "--data: the network is missing" in said
    given = ("sweep", spec, "--data", data)
    assert "H_1" in refusal(capsys, *given, *widths, folder=tmp_path)
    said = refusal(capsys, *given, "--set", "H_1=2", "--temperatures", "1", folder=tmp_path)
    assert "the symbol N_1 has no value; give --widths, or --set N_1=VALUE" in said


def test_a_folder_that_the_system_refuses_is_one_line(capsys, tmp_path, monkeypatch):
    def refused(path, **options):
        raise PermissionError(1, "Operation not permitted")

    spec, data = write(tmp_path)
    arguments = ("sweep", spec, "--data", data, "--out", tmp_path / "out", "--widths", "5")
    monkeypatch.setattr("derive.theories.networks.sweeps.pipeline.Path.mkdir", refused)
    said = refusal(capsys, *arguments, folder=tmp_path)
    assert "out: it cannot be written (Operation not permitted); choose another --out" in said


def test_a_folder_of_something_else_is_left_alone(capsys, tmp_path):
    spec, data = write(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("precious")
    arguments = ("sweep", spec, "--data", data, "--out", tmp_path / "out", "--widths", "5")
    for option in ("--resume", "--overwrite"):
        said = refusal(capsys, *arguments, option, folder=tmp_path)
        assert "no sweep.json in it, so it is no sweep of derive" in said


@pytest.mark.parametrize("options", [(), ("--resume",)])
def test_another_sweep_may_come_first(options, capsys, tmp_path, monkeypatch):
    """One of other data, which begins and ends while this one derives its solver."""
    from derive.theories.networks.sweeps import pipeline

    def checked(*arguments, **settings):
        monkeypatch.undo()
        check(*arguments, **settings)
        folder = tmp_path / "other"
        folder.mkdir()
        spec, data = write(folder, labels=np.arange(10.0))
        other = ("sweep", spec, "--data", data, "--out", tmp_path / "out", "--widths", "5")
        assert call(capsys, *other, "--jobs", "1", *others).status == 0

    others = ("--overwrite",) if options else ()
    check = pipeline.check_folder
    write(tmp_path)
    if options:
        assert sweep(capsys, tmp_path, "--widths", "5").status == 0
    monkeypatch.setattr(pipeline, "check_folder", checked)
    found = sweep(capsys, tmp_path, "--widths", "5", *options)
    said = "it holds a sweep of another model" if options else "out: it exists already"
    assert found.status == 2 and said in found.err and found.err.count("\n") == 1


FEATURES = """
temperature = 0.1
[[layers]]
kind = "features"
kernel = "arc-sine"
width = 9
variance = 1.1
[[layers]]
kind = "readout"
variance = 1.2
"""


def test_a_variance_inside_a_kernel_is_that_of_each_point(capsys, tmp_path):
    (tmp_path / "spec.toml").write_text(FEATURES)
    inputs = np.random.default_rng(0).normal(size=(10, 6, 1))
    np.savez(tmp_path / "data.npz", inputs=inputs, labels=np.sign(inputs[:, 0, 0]))
    options = ("--variance", "s_0=0.5,1.1,2", "--examples", "7,10")
    assert sweep(capsys, tmp_path, "--widths", "5", *options).status == 0
    found = {(float(r["s_0"]), int(r["examples"])): float(r["action"]) for r in rows(tmp_path)}
    assert len(found) == 6
    network = load_network(tmp_path / "spec.toml")
    for variance in (0.5, 1.1, 2.0):
        first = replace(network.layers[0], variance=variance, width=5)
        point = replace(network, layers=(first, network.layers[1]))
        due = solve(point, load_data(tmp_path / "data.npz", point)).action
        assert found[variance, 10] == pytest.approx(due, rel=1e-9)


def test_numbers_beyond_floats_are_a_point_that_failed(capsys, tmp_path):
    write(tmp_path)
    found = sweep(capsys, tmp_path, "--variance", "s_0=1,1e308", "--temperatures", "1e300")
    assert found.status == 3 and "rounding or overflow" in found.err
    assert [row["converged"] for row in rows(tmp_path)] == ["True", "False"]
