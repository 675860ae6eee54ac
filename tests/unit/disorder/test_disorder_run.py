"""`derive run` of a disordered model: its folder, its report, and going on after an interrupt."""

import csv
import json
from itertools import pairwise

import numpy as np
import pytest

from derive.cli import main
from derive.theories.disorder.derivation import derive
from derive.theories.disorder.gallery import gallery_model
from derive.theories.disorder.report.results import Results, spans
from derive.theories.disorder.runs.task import axis
from derive.theories.disorder.solver import Solver

MODEL = """kind = "disorder"
name = "magnet with a random part"
[[sites]]
variable = "binary"
[[couplings]]
covariance = "J**2*q**2/2"
[mean]
energy = "-J_0*m**2/2 - b*m"
[magnetisations]
m = "x"
[parameters]
J = 0.3
J_0 = 1.4
b = 0.02
beta = 1.3
"""
GRID = "b=-0.3,-0.1,0.02,0.15,0.4"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run over the field, without checks."""
    home = tmp_path_factory.mktemp("run")
    (home / "magnet.toml").write_text(MODEL)
    call = [
        "run", str(home / "magnet.toml"), "--over", GRID, "--out", str(home / "out"), "--no-checks"
    ]  # fmt: skip
    assert main(call) == 0
    return home / "out", call


def test_a_run_writes_everything(folder):
    home, _ = folder
    assert {path.name for path in home.iterdir()} == {
        "run.json", "derivation.md", "derivation.tex", "solver.py", "solution.npz", "points.jsonl",
        "table.csv", "summary.json", "report.html",
    }  # fmt: skip
    page = (home / "report.html").read_text()
    assert page.count("<svg") == 1
    assert "magnet with a random part" in page
    with np.load(home / "solution.npz") as solution:
        assert solution["parameter_b"] == 0.02
        summary = json.loads((home / "summary.json").read_text())
        assert summary["states"][0]["m"] == pytest.approx(float(solution["m"]), abs=1e-12)


def test_a_magnet_changes_sign_where_its_field_does(folder):
    """Free entropies of the two magnetised states are equal at b = 0, by symmetry.

    Between the neighbours the gap is linear in b but for the susceptibility: the crossing is
    interpolated to a tenth of their distance.
    """
    home, _ = folder
    (place,) = json.loads((home / "summary.json").read_text())["crossings"]
    assert abs(place) < 0.012
    rows = list(csv.DictReader((home / "table.csv").read_text().splitlines()))
    signs = [np.sign(float(row["m"])) for row in rows if row["leads"] == "True"]
    assert signs == [-1, -1, 1, 1, 1]


def test_what_is_there_is_taken(folder, capsys):
    home, call = folder
    before = (home / "points.jsonl").read_bytes()
    page = (home / "report.html").read_bytes()
    assert main(call) == 2
    assert "--resume" in capsys.readouterr().err
    assert main([*call, "--resume"]) == 0
    assert (home / "points.jsonl").read_bytes() == before
    assert (home / "report.html").read_bytes() == page


def test_an_interrupt_keeps_what_is_finished(folder, tmp_path, monkeypatch):
    _, call = folder
    call = [*call[:-2], str(tmp_path / "out"), "--no-checks"]
    solve, count = Solver.solve, iter(range(4))

    def interrupted(self, **given):
        if next(count, None) is None:
            raise KeyboardInterrupt
        return solve(self, **given)

    monkeypatch.setattr(Solver, "solve", interrupted)
    with pytest.raises(KeyboardInterrupt, match="--resume"):
        from derive.theories.disorder.description import load_model
        from derive.theories.disorder.runs.pipeline import run
        from derive.theories.disorder.runs.task import Task

        model = load_model(call[1])
        run(Task(model, {}, *axis(model, {}, "b", (-0.3, 0.02, 0.4)), ""), tmp_path / "out")
    lines = (tmp_path / "out" / "points.jsonl").read_text().splitlines()
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("name", "parameter"), [("hopfield", "alpha"), ("sk", "beta"), ("ridge", "alpha")]
)
def test_the_usual_parameter(name, parameter):
    model = gallery_model(name)
    found, grid = axis(model, {}, None)
    assert found == parameter
    assert min(abs(np.array(grid) - model.parameters[parameter])) < 1e-12
    assert all(a < b for a, b in pairwise(grid))


def test_wrong_calls_are_named(tmp_path, capsys):
    assert main(["run", "--model", "nonsense"]) == 2
    assert "hopfield" in capsys.readouterr().err
    assert main(["run", "--model", "sk", "--over", "gamma"]) == 2
    assert "valid: " in capsys.readouterr().err


def test_shaded_intervals_and_crossings():
    """Two lines that cross at 1.25; the second is unstable from 2 on."""
    grid = (0.5, 1.0, 2.0, 2.5)
    falling = [_state(3.0 - x, 0.5) for x in grid]
    rising = [_state(0.5 + x, 0.5 if x < 2 else -0.1) for x in grid]
    results = Results(
        derive(gallery_model("sk")), {}, (), "beta", grid, (tuple(falling), tuple(rising)), None,
        None,
    )  # fmt: skip
    assert results.crossings == [pytest.approx(1.25, abs=1e-12)]
    assert results.unstable == [(1.5, 2.5)]
    assert spans(grid, [False] * 4) == []


def _state(free_entropy, replicon):
    return {"free_entropy": free_entropy, "replicon": replicon}
