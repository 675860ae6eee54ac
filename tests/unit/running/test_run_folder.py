"""The folder of a run: one process in it, files of this run alone, whole ones, whatever happens."""

import errno
import json
import os
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import derive.theories.networks.runs.jobs as jobs
import derive.theories.networks.runs.pipeline as pipeline
from derive.errors import DataError
from derive.evidence.verdict import CheckResult, Verdict
from derive.files import Unreadable, whole
from derive.files.seals import Broken, read_sealed, sealed_json, unsealed_json
from derive.running.folder import locked
from derive.theories.networks.runs.folder import Folder
from tests.command_line import call, refusal
from tests.unit.test_report import FALLING, results

SPEC = """
name = "one stage"
temperature = 0.13
[[layers]]
kind = "embedding"
width = 7
variance = 1.1
[[layers]]
kind = "readout"
variance = 1.2
"""
OTHER = SPEC.replace("1.2", "0.7")
QUICK = ("--widths", "5,9", "--jobs", "1", "--no-checks")


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch):
    monkeypatch.setattr("derive.theories.networks.report.figures.available", lambda: False)


def make(folder, spec=SPEC, seed=5):
    generator = np.random.default_rng(seed)
    (folder / "spec.toml").write_text(spec)
    arrays = {
        "attended": generator.normal(size=(8, 6, 1)), "labels": generator.normal(size=8),
        "attended_test": generator.normal(size=(3, 6, 1)), "labels_test": generator.normal(size=3),
    }  # fmt: skip
    np.savez(folder / "data.npz", **arrays)
    return folder


def run(capsys, folder, *options, out="out"):
    return call(
        capsys, "run", folder / "spec.toml", "--data", folder / "data.npz", "--out", folder / out,
        *QUICK, *options,
    )  # fmt: skip


def solutions(folder):
    return {path.name: dict(np.load(path).items()) for path in (folder / "solutions").glob("*.npz")}


def same(one, other):
    return one.keys() == other.keys() and all(
        one[name].keys() == other[name].keys()
        and all(one[name][key].tobytes() == other[name][key].tobytes() for key in one[name])
        for name in one
    )


def test_another_process_in_the_folder_is_refused(capsys, tmp_path):
    make(tmp_path)
    assert run(capsys, tmp_path).status == 0
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    arguments = (
        "run", tmp_path / "spec.toml", "--data", tmp_path / "data.npz", "--out", tmp_path / "out",
        *QUICK,
    )  # fmt: skip
    ladder = ("check", tmp_path / "spec.toml", "--ladder", "--out", tmp_path / "out")
    with locked(tmp_path / "out", "run"):
        for given in (arguments, ladder):
            for option in ("--resume", "--overwrite"):
                said = refusal(capsys, *given, option, folder=tmp_path)
                assert "another run is writing to it; wait for it, or choose another --out" in said
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert run(capsys, tmp_path, "--overwrite").status == 0


def test_the_folder_is_locked_while_it_is_worked_in(capsys, tmp_path, monkeypatch):
    make(tmp_path)
    usual, seen = jobs.solve_point, []

    def solve(*given):
        with pytest.raises(DataError, match="another run"), locked(tmp_path / "out", "run"):
            pass
        seen.append(given)
        return usual(*given)

    monkeypatch.setattr(jobs, "solve_point", solve)
    assert run(capsys, tmp_path).status == 0
    assert len(seen) == 3
    with locked(tmp_path / "out", "run"):
        pass


def test_files_of_another_run_are_made_anew(capsys, tmp_path):
    make(tmp_path)
    assert run(capsys, tmp_path).status == 0
    right = solutions(tmp_path / "out")
    make(tmp_path, OTHER)
    assert run(capsys, tmp_path, out="other").status == 0
    make(tmp_path)
    home = tmp_path / "out/solutions"
    (home / "width-5.npz").write_bytes((tmp_path / "other/solutions/width-5.npz").read_bytes())
    (home / "width-9.npz").write_bytes((home / "width-infinite.npz").read_bytes())
    found = run(capsys, tmp_path, "--resume")
    assert found.status == 0
    for name in ("width-5", "width-9"):
        line = f"solutions/{name}.npz: it was made from something else; made anew\n"
        assert f"derive: note: {line}" in found.err
    assert found.err.count("\n") == 2
    assert same(solutions(tmp_path / "out"), right)


def alike(one, other):
    return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())


def wrong(key, value):
    """Contents that NumPy reads well."""
    yield {key: None}
    yield {key: np.array("text")}
    yield {key: np.full_like(value, np.nan) if value.dtype.kind == "f" else value[..., None]}
    yield {key: np.zeros((2, 0, 3))}
    yield {key: value.astype("<U30")}


def test_wrong_contents_are_made_anew(capsys, tmp_path):
    make(tmp_path)
    assert run(capsys, tmp_path).status == 0
    right = solutions(tmp_path / "out")
    path = tmp_path / "out/solutions/width-5.npz"
    task_source = str(right["width-5.npz"]["made_from"])
    for key, value in right["width-5.npz"].items():
        for change in wrong(key, value):
            if all(v is not None and alike(v, value) for v in change.values()):
                continue  # a length of text, or a NaN, that was there before
            content = right["width-5.npz"] | change
            np.savez(path, **{k: v for k, v in content.items() if v is not None})
            with pytest.raises((Broken, Unreadable)):
                read_sealed(path, task_source, 1e9)
    for content in (
        right["width-5.npz"] | {"action": np.array(np.nan)}, {"G_bottom": np.ones((1, 1))}, {},
        {f"{k}": np.array({}) for k in right["width-5.npz"]},
    ):  # fmt: skip
        np.savez(path, **content)
        found = run(capsys, tmp_path, "--resume")
        assert found.status == 0
        assert same(solutions(tmp_path / "out"), right)


def test_data_are_read_once(capsys, tmp_path, monkeypatch):
    make(tmp_path)
    assert run(capsys, tmp_path, out="still").status == 0
    usual = jobs.solve_point

    def solve(*given):
        make(tmp_path, seed=6)  # another file in its place
        return usual(*given)

    monkeypatch.setattr(jobs, "solve_point", solve)
    assert run(capsys, tmp_path).status == 0
    assert same(solutions(tmp_path / "out"), solutions(tmp_path / "still"))
    found = run(capsys, tmp_path, "--resume")
    assert found.status == 2 and "other data" in found.err


def test_checks_to_other_digits_are_made_anew(capsys, tmp_path, monkeypatch):
    made = []

    def check(network, *, digits, **_):
        made.append(digits)
        return [CheckResult("a claim", Verdict.AGREES, "1", "1", digits, "by two ways")]

    monkeypatch.setattr("derive.theories.networks.checks.check", check)
    monkeypatch.setattr(
        "derive.theories.networks.derivation.Derivation.certify",
        lambda self, digits: [SimpleNamespace(digits=digits, detail="")] * len(self.steps),
    )
    make(tmp_path)
    options = ("--widths", "5", "--jobs", "1")
    given = (
        "run", tmp_path / "spec.toml", "--data", tmp_path / "data.npz", "--out", tmp_path / "out",
        *options,
    )  # fmt: skip
    assert call(capsys, *given, "--digits", "15").status == 0
    assert call(capsys, *given, "--digits", "15", "--resume").status == 0
    assert made == [15]
    found = call(capsys, *given, "--digits", "50", "--resume")
    assert found.status == 0 and made == [15, 50]
    assert found.err == "derive: note: checks.json: it was made from something else; made anew\n"
    path = tmp_path / "out/checks.json"
    content = json.loads(path.read_text())
    assert content[0]["digits"] == 50
    for wrong in ([], [7], [content[0] | {"verdict": "DISAGREES"}]):
        path.write_text(json.dumps(wrong))
        assert call(capsys, *given, "--digits", "50", "--resume").status == 0
        assert json.loads(path.read_text()) == content
        made.pop()
    assert made == [15, 50]


@pytest.mark.parametrize(
    "number", [pytest.param(0, marks=pytest.mark.slow), 3, pytest.param(6, marks=pytest.mark.slow)]
)
def test_a_full_disk_leaves_a_folder_to_go_on_with(number, capsys, tmp_path, monkeypatch):
    make(tmp_path)
    usual, count = os.fsync, []

    def fsync(handle):
        count.append(handle)
        if len(count) > number:
            raise OSError(errno.ENOSPC, "No space left on device")
        usual(handle)

    for option in ("--resume", "--overwrite"):
        count.clear()
        monkeypatch.setattr(whole.os, "fsync", fsync)
        found = run(capsys, tmp_path, out=option)
        monkeypatch.undo()
        monkeypatch.setattr("derive.theories.networks.report.figures.available", lambda: False)
        assert found.status == 2 and found.err.count("\n") == 1
        assert "No space left on device" in found.err
        assert run(capsys, tmp_path, option, out=option).status == 0
        assert len(solutions(tmp_path / option)) == 3


@pytest.mark.parametrize(
    "content", [{"a": [1, 2.5]}, [{"a": None}, {"b": "caf\u00e9 \udcff"}], [{"x": {"y": [[]]}}]]
)
def test_json_has_a_seal_that_every_change_breaks(content):
    text = json.dumps(sealed_json(content, "ab"))
    assert unsealed_json(json.loads(text), "ab") == content
    for source in ("", "abc"):
        with pytest.raises(Broken):
            unsealed_json(json.loads(text), source)
    entries = json.loads(text)
    entries = entries if isinstance(entries, list) else [entries]
    for entry in entries:
        for key in list(entry):
            kept = entry.pop(key)
            with pytest.raises(Broken):
                unsealed_json(json.loads(json.dumps(entries)), "ab")
            entry[key] = kept


def test_a_fingerprint_sees_all_that_solutions_depend_on(tmp_path, monkeypatch):
    from derive.theories.networks.description import load_network
    from derive.theories.networks.runs.task import user_task

    def fingerprint(spec=SPEC, seed=5, **changes):
        make(tmp_path, spec, seed)
        network = load_network(tmp_path / "spec.toml")
        task = user_task(network, tmp_path / "data.npz", widths=(5, 9), command="derive run")
        return replace(task, **changes).fingerprint("text of the solver")

    known = fingerprint()
    assert known == fingerprint() == fingerprint(command="another", title="another", file="b.npz")
    assert len({known, fingerprint(OTHER), fingerprint(seed=6)}) == 3
    monkeypatch.setattr("derive.theories.networks.runs.task.program", lambda: "another program")
    assert fingerprint() != known


def test_the_table_of_checks_is_written_from_what_is_kept(tmp_path):
    check = CheckResult("a claim", Verdict.AGREES, "1", "1", 50, "counted on fingers").as_dict()
    (tmp_path / "checks.md").write_text("| a claim | DISAGREES |")  # as a damaged folder has it
    pipeline._write_results(replace(results(FALLING), checks=[check]), Folder(tmp_path))
    assert "| a claim | AGREES | 50 |" in (tmp_path / "checks.md").read_text()
