"""`derive symmetric`: the theory, a point on data, exit statuses, one line for bad input."""

import numpy as np
import pytest
from command_line import CHAIN, call, refusal
from small_networks import broken_heads

BROKEN = """
name = "broken heads"
temperature = 0.1
[[layers]]
kind = "embedding"
width = 10
variance = 1.0
[[layers]]
kind = "attention"
heads = 1
width = 8
variance = 1.1
[[layers]]
kind = "attention"
heads = "H"
width = 9
variance = 0.9
[[layers]]
kind = "readout"
variance = 1.2
"""


def files(folder, amplitude=7.0, spec=BROKEN):
    path, data = folder / "spec.toml", folder / "data.npz"
    path.write_text(spec)
    found = broken_heads(amplitude)[1]
    np.savez(data, attended=found.attended, labels=found.labels)
    return path, data


def test_without_data_the_theory_is_printed(capsys, tmp_path):
    spec, _ = files(tmp_path)
    found = call(capsys, "symmetric", spec)
    assert found.status == 0
    assert found.err == ""
    assert "Exchangeable: the H₂ heads of layer 2, attention. Layers of one head: 1." in (
        " ".join(found.out.split())
    )
    assert "λ_{1,1}" in found.out
    assert "H₂ − 1" in found.out
    assert max(map(len, found.out.splitlines())) <= 100


def test_the_limit_and_the_certificates(capsys, tmp_path):
    spec, _ = files(tmp_path)
    found = call(capsys, "symmetric", spec, "--limit", "--stability", "--certify")
    assert found.status == 0
    assert "Infinitely many heads in layer 2, after infinite widths" in found.out
    assert "Δ₀" in found.out
    (pivot,) = (line for line in found.out.splitlines() if "μ_{2,0} =" in line)
    assert "r_{1,0} r_{1,1}" in pivot
    lines = found.out.split("certificates\n")[1].splitlines()
    assert len(lines) == 10
    assert all(int(line.split()[0]) >= 20 for line in lines)


def test_latex_is_a_document(capsys, tmp_path):
    spec, _ = files(tmp_path)
    found = call(capsys, "symmetric", spec, "--latex", "--limit")
    assert found.out.count(r"\begin{document}") == found.out.count(r"\end{document}") == 1
    assert r"\lambda_{1,1}" in found.out
    assert r"\Delta_1" in found.out


def test_an_unstable_point_is_reported_with_what_lies_below(capsys, tmp_path):
    spec, data = files(tmp_path)
    out = tmp_path / "out.npz"
    options = ("--set", "H=2", "--onset", "0.5,1.5", "--out", out)
    found = call(capsys, "symmetric", spec, "--data", data, *options)
    assert found.status == 0
    assert found.err == ""
    for text in (
        "action                110.78355",
        "layer 2 one head apart  lowest -0.074293",
        "symmetric but unstable",
        "action 110.7819 (-0.001654)",
        "layer 2: heads that stay exchangeable {1} {2}",
        "diagonal of U_1: 12.0519, 17.5282",
        "onset: factor of labels 0.9755674",
    ):
        assert text in " ".join(found.out.split("\n")).replace("  ", " ") or text in found.out
    saved = np.load(out)
    assert saved["onset"] == pytest.approx(6.828971790 / 7, rel=1e-8)
    assert saved["branch_actions"] == pytest.approx([110.781901], abs=1e-5)


def test_a_stable_point_says_so(capsys, tmp_path):
    spec, data = files(tmp_path, amplitude=6.0)
    found = call(capsys, "symmetric", spec, "--data", data, "--set", "H=2")
    assert found.status == 0
    assert "symmetric and stable: a minimum of the action" in found.out


def test_the_ordinary_solver_says_that_it_chose_a_head(capsys, tmp_path):
    spec, data = files(tmp_path)
    out = tmp_path / "out.npz"
    options = ("--data", data, "--set", "H=2", "--out", out)
    found = call(capsys, "solve", spec, *options)
    assert found.status == 0
    assert "the data do not tell the heads of layer 2 apart, and the solution does" in found.err
    spec, data = files(tmp_path, amplitude=6.0)
    assert call(capsys, "solve", spec, *options).err == ""


def test_what_does_not_converge_is_status_three(capsys, tmp_path, monkeypatch):
    from derive.theories.networks.phases import solver

    spec, data = files(tmp_path)

    def stuck(start, *_):
        return start, "the relative gradient stays at 1.0e-01", None

    monkeypatch.setattr(solver, "descend", stuck)
    found = call(capsys, "symmetric", spec, "--data", data, "--set", "H=2")
    assert found.status == 3
    assert found.err.startswith("derive: not converged: the relative gradient stays at 1.0e-01")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--layers", "1"), "layer 1: it has one head, and nothing to exchange"),
        (("--layers", "3"), "layer 3: the network has 2 layers with branches"),
        (("--layers", "2,2"), "layer 2: it is declared twice"),
        (("--layers", "a"), "--layers: 'a' is not a whole number from 1"),
        (("--onset", "1,2"), "--onset: there are no data; give --data FILE.npz too"),
        (("--out", "x.npz"), "--out: there are no data; give --data FILE.npz too"),
        (("--onset", "2,1"), "--onset: '2,1': give LO,HI with 0 <= LO < HI"),
        (("--onset", "2"), "--onset: '2' is not LO,HI"),
        (("--parameter", "labels"), "--parameter: it is for an onset; give --onset LO,HI too"),
        (("--latex", "--certify"), "--latex and --certify: certificates go with plain text"),
        (("--data", "DATA", "--latex"), "--data and --latex: the theory needs no data"),
        (("--data", "DATA"), "the symbol H has no value; give one with --set H=VALUE"),
        (("--set", "H=1"), "no layer of the network has several heads"),
        (("--data", "DATA", "--set", "H=2", "--onset", "2,3"), "no onset of labels between 2 and"),
        (
            ("--data", "DATA", "--set", "H=2", "--out", "no/x.npz"),
            "no/x.npz: there is no folder no",
        ),
    ],
)
def test_bad_input_is_one_line(capsys, tmp_path, options, message):
    spec, data = files(tmp_path)
    options = [data if option == "DATA" else option for option in options]
    assert message in refusal(capsys, "symmetric", spec, *options)


def test_data_without_the_symmetry_are_one_line(capsys, tmp_path):
    spec, data = files(tmp_path)
    with np.load(data) as stored:
        attended, labels = stored["attended"].copy(), stored["labels"]
    attended[2, 5, 1] += 0.1
    np.savez(data, attended=attended, labels=labels)
    text = refusal(capsys, "symmetric", spec, "--data", data, "--set", "H=2")
    assert "not symmetric under exchange of heads 1 and 2 of layer 2" in text


def test_a_network_with_one_head_each_is_refused(capsys, tmp_path):
    spec = tmp_path / "spec.toml"
    spec.write_text(CHAIN.replace("heads = 2", "heads = 1"))
    assert "no layer of the network has several heads" in refusal(capsys, "symmetric", spec)
