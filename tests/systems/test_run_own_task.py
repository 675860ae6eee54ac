"""`derive run` on a network and data of one's own: files, resuming, refusals, the report."""

import json
import re
import warnings

import numpy as np
import pytest
from command_line import CHAIN, RESIDUAL, SYMBOLS, call, refusal, write

FILES = {
    "derivation.md", "derivation.tex", "solver.py", "summary.csv", "summary.json", "report.html",
    "run.json", "solutions",
}  # fmt: skip
QUICK = ("--no-checks", "--jobs", "1")


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch):
    """They take longer than all else."""
    monkeypatch.setattr("derive.theories.networks.report.figures.available", lambda: False)


def run(capsys, folder, *options):
    return call(
        capsys, "run", folder / "spec.toml", "--data", folder / "data.npz",
        "--out", folder / "out", *options,
    )  # fmt: skip


def times(folder):
    return {path.name: path.stat().st_mtime_ns for path in (folder / "out/solutions").iterdir()}


def test_a_run_writes_everything(capsys, tmp_path):
    write(tmp_path)
    found = run(capsys, tmp_path, "--widths", "5,20", *QUICK)
    assert found.status == 0 and found.err == ""
    assert found.out.splitlines()[-1] == f"report: {tmp_path}/out/report.html"
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    assert set(times(tmp_path)) == {"width-5.npz", "width-20.npz", "width-infinite.npz"}
    solution = np.load(tmp_path / "out/solutions/width-5.npz")
    assert {"G_bottom", "U_1", "mean", "score", "alignment"} <= set(solution)
    assert {"hessian_eigenvalues", "stiff_G_1", "sloppy_G_a"} <= set(solution)
    assert "Stiff and sloppy directions" in (tmp_path / "out/report.html").read_text()
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert [item["width"] for item in summary["small chain"]["widths"]] == [5, 20, "infinite"]
    rows = (tmp_path / "out/summary.csv").read_text().splitlines()
    assert len(rows) == 4 and rows[0].startswith("case,seed,width,score")


def test_checks_and_certificates_run_in_other_processes(capsys, tmp_path):
    write(tmp_path, ONE_STAGE, **one_path())
    found = run(capsys, tmp_path, "--digits", "20", "--jobs", "2")
    assert found.status == 0, found.err
    checks = json.loads((tmp_path / "out/checks.json").read_text())
    assert checks and {check["verdict"] for check in checks} == {"AGREES"}
    assert (tmp_path / "out/checks.md").read_text()
    certificates = json.loads((tmp_path / "out/certificates.json").read_text())
    assert certificates["refused"] == "" and len(certificates["steps"]) > 5


ONE_STAGE = """
name = "one stage"
temperature = 0.1
[[layers]]
kind = "embedding"
width = 7
variance = 1.1
[[layers]]
kind = "readout"
variance = 1.2
"""


def one_path():
    generator = np.random.default_rng(5)
    return {
        "attended": generator.normal(size=(10, 6, 1)),
        "labels": generator.normal(size=10),
        "attended_test": None,
        "labels_test": None,
    }


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        (CHAIN, {"as-described.npz", "width-infinite.npz"}),
        (RESIDUAL, {"width-9.npz", "width-infinite.npz"}),
    ],
)
def test_without_widths_those_of_the_description_are_taken(spec, names, capsys, tmp_path):
    write(tmp_path, spec)
    found = run(capsys, tmp_path, *QUICK)
    assert found.status == 0
    assert set(times(tmp_path)) == names


def test_symbols_need_values_but_for_widths(capsys, tmp_path):
    spec, data = write(tmp_path, SYMBOLS)
    arguments = ("run", spec, "--data", data, "--out", tmp_path / "out", *QUICK)
    assert "--set H_1=VALUE" in refusal(capsys, *arguments, "--widths", "5", folder=tmp_path)
    given = (*arguments, "--set", "H_1=2")
    assert "--set N_1=VALUE" in refusal(capsys, *given, folder=tmp_path)
    assert call(capsys, *given, "--widths", "5").status == 0


def test_resuming_keeps_what_is_solved(capsys, tmp_path):
    write(tmp_path)
    assert run(capsys, tmp_path, "--widths", "5,20", *QUICK).status == 0
    before = times(tmp_path)
    (tmp_path / "out/solutions/.derive-xyz.npz").write_text("half a file")
    # A run that was killed: one solution missing, one damaged, no report.
    (tmp_path / "out/solutions/width-20.npz").unlink()
    (tmp_path / "out/solutions/width-infinite.npz").write_bytes(b"PK\x03\x04 damaged")
    (tmp_path / "out/report.html").unlink()
    found = run(capsys, tmp_path, "--widths", "5,20", "--resume", *QUICK)
    assert found.status == 0 and found.err == ""
    after = times(tmp_path)
    assert after["width-5.npz"] == before["width-5.npz"]
    assert after["width-20.npz"] > before["width-20.npz"]
    assert after["width-infinite.npz"] > before["width-infinite.npz"]
    assert (tmp_path / "out/report.html").exists()


def test_resuming_may_add_widths_and_begin_anew(capsys, tmp_path):
    write(tmp_path)
    assert run(capsys, tmp_path, "--widths", "5", "--resume", *QUICK).status == 0
    before = times(tmp_path)
    assert run(capsys, tmp_path, "--widths", "5,9", "--resume", *QUICK).status == 0
    assert times(tmp_path).items() >= before.items()
    assert "width-9.npz" in times(tmp_path)


@pytest.mark.parametrize(
    "change", ["data", pytest.param("spec", marks=pytest.mark.slow), "temperature"]
)
def test_resuming_another_task_is_refused(change, capsys, tmp_path):
    spec, data = write(tmp_path)
    assert run(capsys, tmp_path, "--widths", "5", *QUICK).status == 0
    options = ["--widths", "5", "--resume", *QUICK]
    if change == "data":
        write(tmp_path, labels=np.array([1.0, -1.0] * 5))
    elif change == "spec":
        spec.write_text(CHAIN.replace("0.9", "0.8"))
    else:
        options += ["--temperature", "0.7"]
    said = refusal(
        capsys, "run", spec, "--data", data, "--out", tmp_path / "out", *options, folder=tmp_path
    )
    assert "it holds a run of another model, other data or another version" in said


def test_an_existing_folder_is_refused(capsys, tmp_path):
    spec, data = write(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("precious")
    arguments = ("run", spec, "--data", data, "--out", tmp_path / "out", *QUICK)
    said = refusal(capsys, *arguments, folder=tmp_path)
    assert "it exists already; give --resume to go on with it, --overwrite to replace it" in said
    for option in ("--resume", "--overwrite"):
        said = refusal(capsys, *arguments, option, folder=tmp_path)
        assert "no run.json in it, so it is no run of derive" in said


def test_overwriting_touches_files_of_a_run_only(capsys, tmp_path):
    write(tmp_path)
    assert run(capsys, tmp_path, "--widths", "5", *QUICK).status == 0
    (tmp_path / "out" / "mine.txt").write_text("precious")
    assert run(capsys, tmp_path, "--widths", "9", "--overwrite", *QUICK).status == 0
    assert set(times(tmp_path)) == {"width-9.npz", "width-infinite.npz"}
    assert (tmp_path / "out" / "mine.txt").read_text() == "precious"


def test_places_that_cannot_be_a_folder(capsys, tmp_path):
    spec, data = write(tmp_path)
    for out, said in (
        (spec, "it is no folder; choose another --out"),
        (tmp_path / "none" / "out", "there is no folder"),
    ):
        arguments = ("run", spec, "--data", data, "--out", out, *QUICK)
        assert said in refusal(capsys, *arguments, folder=tmp_path)


def test_bad_input_leaves_no_folder(capsys, tmp_path):
    one_head = CHAIN.replace("heads = 2", "heads = 1")
    spec, data = write(tmp_path, one_head, **one_path())
    arguments = ("run", spec, "--data", data, "--out", tmp_path / "out", *QUICK)
    with warnings.catch_warnings():
        said = refusal(capsys, *arguments, "--temperature", "0", folder=tmp_path)
    assert "singular" in said
    write(tmp_path, labels=np.full(10, np.nan))
    assert "labels: 10 of 10 entries" in refusal(capsys, *arguments, folder=tmp_path)


def test_an_interrupt_keeps_what_is_finished(capsys, tmp_path, monkeypatch):
    import derive.theories.networks.runs.jobs as jobs

    write(tmp_path)
    usual = jobs.solve_point

    def interrupted(solver, network, data, width):
        if width == 20:
            raise KeyboardInterrupt
        return usual(solver, network, data, width)

    monkeypatch.setattr(jobs, "solve_point", interrupted)
    found = run(capsys, tmp_path, "--widths", "5,20", *QUICK)
    assert found.status == 130
    assert found.err.startswith("derive: interrupted; what is finished is in ")
    assert "--resume" in found.err and found.err.count("\n") == 1
    assert set(times(tmp_path)) == {"width-5.npz"}
    monkeypatch.undo()
    assert run(capsys, tmp_path, "--widths", "5,20", "--resume", *QUICK).status == 0


def test_what_does_not_converge_is_status_3(capsys, tmp_path, monkeypatch):
    from dataclasses import replace

    import derive.theories.networks.runs.jobs as jobs

    write(tmp_path)
    usual = jobs.solve_point

    def failing(solver, network, data, width):
        solution = usual(solver, network, data, width)
        return replace(solution, converged=width != 5, message="not converged: a test")

    monkeypatch.setattr(jobs, "solve_point", failing)
    found = run(capsys, tmp_path, "--widths", "5,20", *QUICK)
    assert found.status == 3
    assert found.err == "derive: small chain, N = 5: not converged: a test\n"
    assert "1 of 2 solutions" in (tmp_path / "out/report.html").read_text()


def test_the_report_needs_nothing_else(capsys, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    pytest.importorskip("latex2mathml")
    monkeypatch.undo()  # with figures
    write(tmp_path, CHAIN.replace("small chain", "a <b> & c"))
    assert run(capsys, tmp_path, "--widths", "5,20", *QUICK).status == 0
    page = (tmp_path / "out/report.html").read_text()
    assert "<h1>a &lt;b&gt; &amp; c</h1>" in page
    assert page.count("<svg") == 5 and "<math" in page
    for attribute in ("src", "href", "url", "@import"):
        for value in re.findall(rf"""{attribute}\s*[=(]?\s*["']?([^"'\s>)]+)""", page):
            assert value.startswith("#") or "//" not in value, value
    addresses = set(re.findall(r"https?://[^\"'\s<>)]+", page))
    assert all(address.startswith("http://www.w3.org/") for address in addresses)
    assert str(tmp_path) not in page
