"""`derive run` without arguments, at one width and one draw."""

import json

import numpy as np
import pytest
from command_line import call


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from derive.theories.networks.runs.packaged import packaged_task
    from derive.theories.networks.runs.pipeline import Settings, run

    path = tmp_path_factory.mktemp("packaged") / "out"
    task = packaged_task(widths=(10,), seeds=1)
    outcome = run(task, path, Settings(processes=1, checks=False))
    assert outcome.status == 0 and outcome.warnings == ()
    return path


def test_both_cases_are_solved(folder):
    names = {path.name for path in (folder / "solutions").iterdir()}
    assert names == {
        f"{case}-paths-seed-0-width-{width}.npz"
        for case in ("four", "two")
        for width in ("10", "infinite")
    }


def test_narrow_networks_beat_infinite_width(folder):
    summary = json.loads((folder / "summary.json").read_text())
    for case in ("four paths", "two paths"):
        narrow, wide = (point["mean"] for point in summary[case]["widths"])
        assert narrow > wide + 0.04
    alone = summary["two paths"]["selected paths"]
    assert alone["match alone"]["mean"] < 0.65
    both = alone["match + denoising"]["mean"]
    assert both == summary["two paths"]["widths"][1]["mean"]  # two paths are all there are


def test_the_match_path_dominates(folder):
    for case in ("four", "two"):
        solution = np.load(folder / f"solutions/{case}-paths-seed-0-width-10.npz")
        assert np.argmax(np.diag(solution["U_1"])) == 0


def test_the_report_names_paths_and_lines(folder):
    page = (folder / "report.html").read_text()
    for text in ("match alone", "match + denoising", "random, uniform", "layer 2: uniform"):
        assert text in page


def test_the_default_folder_is_refused_twice(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "derive-run").mkdir()
    found = call(capsys, "run")
    assert found.status == 2
    assert found.err.startswith("derive: derive-run: it exists already; give --resume")
