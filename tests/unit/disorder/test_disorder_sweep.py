"""Sweeps along branches: what is found from neighbours, kept, resumed, and refused."""

import csv

import numpy as np
import pytest

from derive.cli import main
from derive.errors import DataError, DescriptionError
from derive.theories.disorder.gallery import gallery_model, model_path
from derive.theories.disorder.solver import Solution, solve
from derive.theories.disorder.sweeps import Sweep, sweep, sweeping
from derive.theories.disorder.sweeps.along import solve_along
from derive.theories.disorder.sweeps.figure import unstable
from derive.theories.disorder.sweeps.sweeping import key_of

FIELDS = (-0.12, -0.05, 0.05, 0.12)
GIVEN = {"J": 0.6, "J_0": 1.4, "beta": 1.7}


def wanted(**changed):
    parts = {"model": gallery_model("sk"), "axes": {"b": FIELDS}, "settings": GIVEN, "random": 0}
    return Sweep(**(parts | changed))


def test_branches_are_followed_both_ways(tmp_path):
    outcome = sweep(wanted(), tmp_path / "sweep")
    assert outcome.status == 0
    for b in FIELDS:
        rows = [row for row in outcome.rows if row["b"] == b]
        magnetised = [row["m"] for row in rows if "leave it" not in row["message"]]
        assert {np.sign(m) for m in magnetised} == {1.0, -1.0}
        alone = solve(gallery_model("sk"), start=[rows[0]["q"], rows[0]["m"]], b=b, **GIVEN)
        assert rows[0]["free_entropy"] == pytest.approx(alone.free_entropy, abs=1e-13)
        assert np.sign(rows[0]["m"]) == np.sign(b)


def test_points_begin_at_what_their_neighbours_found():
    class Module:
        ORDER_PARAMETERS = ("q",)

    class Recorded:
        module = Module

        def __init__(self):
            self.begun = []

        def solve_near(self, points, parameters, *, random, seed):
            a = parameters["a"]
            self.begun.append((a, points, random))
            return Solution(0.0, {"q": 10 * a}, {}, 1.0, 0.0, 0.0, {}, a != 2, 0.0, 0.0, "")

    solver = Recorded()
    line = [{"a": 1.0}, {"a": 2.0}, {"a": 3.0}]
    list(solve_along(solver, line, lambda way, number: None, random=5, seed=0))
    assert solver.begun == [
        (1, [], 5), (2, [[10]], 5), (3, [], 5),  # of what did not converge nothing is taken
        (3, [[30]], 0), (2, [[30]], 0), (1, [[10]], 0),
    ]  # fmt: skip


def test_table_and_arrays_are_one(tmp_path):
    outcome = sweep(wanted(axes={"b": FIELDS[:2], "beta": (0.7, 1.7)}, settings={}), tmp_path / "s")
    with open(outcome.table) as file:
        read = list(csv.DictReader(file))
    with np.load(tmp_path / "s" / "sweep.npz") as arrays:
        for name in ("b", "beta", "q", "m", "free_entropy", "replicon", "entropy"):
            assert [float(row[name]) for row in read] == arrays[name].tolist()
    first = [(row["beta"], row["b"]) for row in outcome.rows if row["branch"] == 0]
    assert first == [(t, b) for t in (0.7, 1.7) for b in FIELDS[:2]]


def test_an_interrupted_sweep_keeps_what_it_has_and_goes_on(tmp_path, monkeypatch):
    folder = tmp_path / "sweep"

    def interrupted(*args, **options):
        for count, found in enumerate(solve_along(*args, **options)):
            if count == 2:
                raise KeyboardInterrupt
            yield found

    with monkeypatch.context() as patch:
        patch.setattr(sweeping, "solve_along", interrupted)
        with pytest.raises(KeyboardInterrupt, match=r"2 of 4 points .* --resume goes on"):
            sweep(wanted(), folder)
    assert (folder / "sweep.csv").read_text().count("\n") > 2
    with pytest.raises(DataError, match="--resume"):
        sweep(wanted(), folder)
    resumed = sweep(wanted(), folder, resume=True)
    lines = (folder / "points.jsonl").read_text().splitlines()
    assert len(lines) == 2 * len(FIELDS)  # nothing is solved twice
    assert resumed.rows == sweep(wanted(), tmp_path / "whole").rows
    with pytest.raises(DataError, match="another model"):
        sweep(wanted(model=gallery_model("p_spin"), settings={}), folder, resume=True)


def test_what_is_swept_and_set_is_refused(tmp_path):
    with pytest.raises(DescriptionError, match="'b' is swept and set"):
        sweep(wanted(settings={"b": 0.1}), tmp_path / "sweep")
    with pytest.raises(DescriptionError, match="no parameter 'bet'; did you mean 'beta'"):
        sweep(wanted(axes={"bet": (1.0, 2.0)}), tmp_path / "sweep")
    assert not (tmp_path / "sweep").exists()


def test_stretches_that_are_unstable_reach_half_way_to_their_neighbours():
    rows = [
        {"T": t, "branch": 0, "converged": True, "replicon": r}
        for t, r in [(1.0, 0.1), (2.0, -0.1), (3.0, -0.2), (5.0, 0.2), (6.0, -1.0)]
    ]
    assert unstable(rows, "T") == [(1.5, 4.0), (5.5, 6.0)]


def test_the_key_of_a_point_is_its_numbers():
    assert key_of("back", {"b": 0.1, "a": 2.0}) == "back: a=2.0, b=0.1"


def test_the_verb(tmp_path, capsys):
    spec, out = str(model_path("sk")), tmp_path / "sweep"
    call = ["sweep", spec, "--over", "b=0.1,0.3", "--set", "beta=1.2", "--out", str(out)]
    assert main(call) == 0
    assert "2 points" in capsys.readouterr().out
    assert main(call) != 0 and "--resume" in capsys.readouterr().err
    assert main(["sweep", spec, "--out", str(tmp_path / "no")]) != 0
    assert "nothing to sweep" in capsys.readouterr().err


def test_a_start_that_is_of_no_state_is_refused():
    with pytest.raises(DescriptionError, match=r"\(q, m\) = \(0.5, 0.9\) is of no state: m\^2"):
        solve(gallery_model("teacher_student_binary"), start=[0.5, 0.9])
    with pytest.raises(DescriptionError, match="q is not below Q"):
        solve(gallery_model("teacher_student_binary"), start=[1.0, 1.0])
    with pytest.raises(DescriptionError, match="1 numbers where those of"):
        solve(gallery_model("teacher_student_binary"), start=[1.0])
