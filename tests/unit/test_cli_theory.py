"""`derive show`, `derive generate` and `derive check`."""

import json

import pytest
from command_line import RESIDUAL, call, refusal, write

import derive.theories.networks.checks
from derive.errors import CertificateError

ONE_STAGE = """
temperature = 0.1
[[layers]]
kind = "embedding"
width = 7
variance = 1.1
[[layers]]
kind = "readout"
variance = 1.2
"""


def test_show_prints_network_and_derivation(capsys, tmp_path):
    spec, _ = write(tmp_path)
    found = call(capsys, "show", spec)
    assert found.status == 0 and found.err == ""
    assert "small chain" in found.out and "EXACT" in found.out and "LEADING" in found.out


def test_show_takes_the_packaged_network(capsys):
    found = call(capsys, "show", "--markdown")
    assert found.status == 0
    assert found.out.startswith("# two attention layers")


def test_show_prints_latex(capsys, tmp_path):
    spec, _ = write(tmp_path, RESIDUAL)
    found = call(capsys, "show", spec, "--latex")
    assert found.out.rstrip().endswith(r"\end{document}")


@pytest.mark.parametrize("form", [(), ("--markdown",)])
def test_show_certifies(form, capsys, tmp_path):
    spec, _ = write(tmp_path, ONE_STAGE)
    found = call(capsys, "show", spec, "--certify", "--digits", "12", *form)
    assert found.status == 0, found.err
    assert "how it was checked" in found.out


def test_a_refused_step_is_status_1(capsys, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise CertificateError("step 3, condition a: refused: a test")

    monkeypatch.setattr("derive.theories.networks.derivation.Derivation.certify", refuse)
    spec, _ = write(tmp_path)
    found = call(capsys, "show", spec, "--certify")
    assert found.status == 1
    assert found.err == "derive: step 3, condition a: refused: a test\n"


def test_generate_prints_or_writes_the_same_module(capsys, tmp_path):
    spec, _ = write(tmp_path)
    printed = call(capsys, "generate", spec)
    written = call(capsys, "generate", spec, "--out", tmp_path / "solver.py")
    assert printed.status == written.status == 0
    assert (tmp_path / "solver.py").read_text() == printed.out
    compile(printed.out, "solver.py", "exec")


def test_generate_does_not_replace_its_input(capsys, tmp_path):
    spec, _ = write(tmp_path)
    said = refusal(capsys, "generate", spec, "--out", spec, folder=tmp_path)
    assert "it is an input of this command" in said


@pytest.mark.parametrize(
    ("words", "status"),
    [((), 0), (("DISAGREES", "INCONCLUSIVE"), 1), (("INCONCLUSIVE",), 3)],
)
def test_the_worst_verdict_is_the_status(words, status, capsys, tmp_path, monkeypatch):
    results = [
        derive.theories.networks.checks.CheckResult(
            claim=f"claim {word}",
            verdict=derive.theories.networks.checks.Verdict[word],
            expected="1",
            found="2",
            digits=20,
            reason="a test",
        )
        for word in ("AGREES", *words)
    ]
    monkeypatch.setattr(derive.theories.networks.checks, "check", lambda *_, **__: tuple(results))
    spec, _ = write(tmp_path)
    table = call(capsys, "check", spec)
    listed = call(capsys, "check", spec, "--json")
    assert table.status == listed.status == status
    assert "claim AGREES" in table.out
    found = json.loads(listed.out)
    assert [set(item) for item in found] == [
        {"claim", "verdict", "expected", "found", "digits", "reason"}
    ] * len(results)
