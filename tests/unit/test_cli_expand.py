"""`derive expand`: what it prints, what it writes, what it refuses."""

import pytest
from command_line import CHAIN, RESIDUAL, SYMBOLS, call, refusal, write

import derive.theories.networks.analysis.expansions.certificates.decay as decay

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


def test_the_saddle_point_is_expanded_to_second_order(capsys, tmp_path):
    spec, _ = write(tmp_path, CHAIN)
    found = call(capsys, "expand", spec)
    assert found.status == 0 and found.err == ""
    assert found.out.startswith("Expansion of the saddle point in 1/N at fixed P, to order 2: ")
    assert "U₁ = H₁ H₂ Q₁ + H₁ H₂ D₁⁽¹⁾ + H₁ H₂ D₁⁽²⁾ + O(1/N³)" in found.out


@pytest.mark.parametrize("spec", [RESIDUAL, SYMBOLS], ids=["residual", "symbols"])
def test_the_exact_law_is_expanded_on_demand(spec, capsys, tmp_path):
    path, _ = write(tmp_path, spec)
    found = call(capsys, "expand", path, "--finite-width")
    assert found.status == 0
    assert found.out.startswith("Expansion of the exact law in 1/N at fixed P: small ")


@pytest.mark.parametrize("form", [(), ("--finite-width",)])
def test_it_certifies(form, capsys, tmp_path):
    spec, _ = write(tmp_path, ONE_STAGE)
    found = call(capsys, "expand", spec, "--certify", "--digits", "10", *form)
    assert found.status == 0, found.err
    assert "how it was checked" in found.out and "LEADING" in found.out


def test_a_refused_step_is_status_1(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(decay, "TOLERANCE", 1e-12)
    spec, _ = write(tmp_path, ONE_STAGE)
    found = call(capsys, "expand", spec, "--certify", "--order", "1")
    assert found.status == 1
    assert found.err.startswith("derive: step 1, overlaps to order 1: refused: the gradients: ")
    assert found.err.count("\n") == 1


@pytest.mark.parametrize("form", [(), ("--finite-width",)])
def test_it_prints_a_document_or_writes_a_module(form, capsys, tmp_path):
    spec, _ = write(tmp_path, RESIDUAL)
    document = call(capsys, "expand", spec, "--latex", *form)
    assert document.out.rstrip().endswith(r"\end{document}")
    target = tmp_path / "expansion.py"
    written = call(capsys, "expand", spec, "--out", target, *form)
    assert (written.status, written.out) == (0, f"wrote {target}\n")
    compile(target.read_text(), "expansion.py", "exec")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--order", "0"), "--order: '0' is not a whole number from 1; give one"),
        (("--order", "-2"), "--order: '-2' is not a whole number from 1"),
        (("--order", "two"), "--order: 'two' is not a whole number from 1"),
        (("--order", "10"), "order 10: terms double with every order; give at most 9"),
        (("--order", "1", "--finite-width"), "the exact law is expanded to first order"),
        (("--latex", "--certify"), "--latex and --certify: certificates go with plain text"),
        (("--latex", "--out", "m.py"), "--latex and --out: a module is no document"),
        (("--digits", "9"), "--digits: it is for certificates; give --certify too"),
        (("--ordr", "1"), "unknown option '--ordr'; did you mean '--order'?"),
    ],
)
def test_a_wrong_call_is_one_line_with_a_remedy(arguments, said, capsys, tmp_path, monkeypatch):
    spec, _ = write(tmp_path, RESIDUAL)
    monkeypatch.chdir(tmp_path)
    assert said in refusal(capsys, "expand", spec, *arguments, folder=tmp_path)


def test_its_input_is_not_replaced(capsys, tmp_path):
    spec, _ = write(tmp_path, RESIDUAL)
    said = refusal(capsys, "expand", spec, "--out", spec, folder=tmp_path)
    assert "it is an input of this command" in said


DEEP = ONE_STAGE.replace(
    '[[layers]]\nkind = "readout"',
    '[[layers]]\nkind = "repeat"\ntimes = "L"\n'
    '    [[layers.layers]]\n    kind = "linear"\n    width = 8\n    variance = 0.9\n'
    '[[layers]]\nkind = "readout"',
)


def test_a_depth_is_set_as_the_message_says(capsys, tmp_path):
    spec, _ = write(tmp_path, DEEP)
    assert "--set L=3" in refusal(capsys, "expand", spec, folder=tmp_path)
    found = call(capsys, "expand", spec, "--set", "L=2", "--order", "1")
    assert found.status == 0 and "u₂ = " in found.out and "u₃" not in found.out
