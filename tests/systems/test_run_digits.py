"""`derive run --task digits`, small: on made-up images, and on the real ones where they are."""

import json

import numpy as np
import pytest
from command_line import call

import derive.theories.networks.tasks.digits as digits

QUICK = ("--no-checks", "--jobs", "1")


def made_up(classes):
    """Two bars in noise, the left one broader in the first class, the right one in the second."""
    rng = np.random.default_rng(sum(classes))
    labels = np.resize([1.0, -1.0], 160)
    images = rng.uniform(0, 6, size=(160, 8, 8))
    for image, label in zip(images, labels, strict=True):
        image[2:6, 1 : 3 if label > 0 else 2] += 8
        image[2:6, 5 if label > 0 else 6 : 7] += 8
    return np.clip(images, 0, 16), labels


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("digits")

    def once(capsys, monkeypatch, *options):
        monkeypatch.chdir(folder)
        monkeypatch.setattr(digits, "_images", made_up)
        return folder, call(capsys, "run", "--task", "digits", "--overwrite", *options, *QUICK)

    return once


def test_a_run_has_baselines_and_removed_heads(run, capsys, monkeypatch):
    folder, found = run(
        capsys, monkeypatch, "--widths", "12,40", "--seeds", "2", "--heads",
        "local,match/left,right,uniform", "--classes", "1,7",
    )  # fmt: skip
    assert found.status == 0, found.err
    assert "Ridge regression on raw pixels: " in found.out
    assert "With 2 of 5 heads removed at N = 12: lowest scores first" in found.out
    summary = json.loads((folder / "derive-run/summary.json").read_text())["1 against 7"]
    ridge = summary["baselines"]["ridge regression on raw pixels"]
    assert 0.8 < ridge["mean"] <= 1.0
    pruned = summary["pruning"]
    assert set(pruned) == {"lowest scores first", "highest scores first"}
    narrow = summary["widths"][0]["mean"]
    assert narrow > 0.7
    for ways in pruned.values():
        assert [len(steps) for steps in ways.values()] == [4, 4, 4]
        assert {steps[0]["mean"] for steps in ways.values()} == {narrow}
    page = (folder / "derive-run/report.html").read_text()
    for text in ("Heads removed", "cut out", "mean product of the pixels", "1 against 7"):
        assert text in page
    assert "--heads local,match/left,right,uniform" in page


def test_other_classes_are_another_run(run, capsys, monkeypatch):
    few = ("--widths", "12", "--seeds", "1", "--heads", "1/1")
    folder, found = run(capsys, monkeypatch, *few)
    assert found.status == 0 and "heads removed" not in found.out
    assert "Heads removed" not in (folder / "derive-run/report.html").read_text()
    again = call(capsys, "run", "--task", "digits", *few, "--classes", "2,5", "--resume", *QUICK)
    assert again.status == 2 and "it holds a run of another model" in again.err


def test_the_real_digits(tmp_path, capsys, monkeypatch):
    pytest.importorskip("sklearn")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("derive.theories.networks.report.figures.available", lambda: False)
    few = ("--widths", "20", "--seeds", "1", "--heads", "2/2")
    found = call(capsys, "run", "--task", "digits", *few, *QUICK)
    assert found.status == 0, found.err
    summary = json.loads((tmp_path / "derive-run/summary.json").read_text())["3 against 8"]
    assert summary["baselines"]["ridge regression on raw pixels"]["mean"] > 0.93
    assert summary["widths"][0]["mean"] > 0.85
