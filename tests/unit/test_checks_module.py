"""`derive check --module`: a module that is given is checked, whatever it is."""

from functools import cache

import pytest

from derive.cli import main
from derive.errors import DataError
from derive.evidence.verdict import Verdict
from derive.theories.networks.checks import check, decide, load_module, loops, solutions
from derive.theories.networks.checks.given import refuse_foreign
from derive.theories.networks.checks.subject import Subject
from derive.theories.networks.derivation import derive
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Linear,
    Network,
    Readout,
    Residual,
)
from derive.theories.networks.module import generate

NETWORK = Network(
    (Embedding(9, variance=1.3), Attention(2, variance=0.8, width=7), Readout(variance=1.1)), 0.3
)
SPEC = """
temperature = 0.3
[[layers]]
kind = "embedding"
width = 9
variance = 1.3
[[layers]]
kind = "attention"
heads = 2
width = 7
variance = 0.8
[[layers]]
kind = "readout"
variance = 1.1
"""


@cache
def source(network=NETWORK):
    return generate(derive(network)).source


def written(folder, text):
    path = folder / "solver.py"
    path.write_text(text)
    return path


def edited(old, new, text=None):
    text = source() if text is None else text
    assert old in text
    return text.replace(old, new)


@cache
def derivation():
    return derive(NETWORK)


def results(folder, text):
    module = load_module(written(folder, text))
    subject = Subject(NETWORK, derivation().theory, module, 15, derivation=derivation())
    refuse_foreign(subject)
    return {r.claim: r for r in decide(subject, (*loops.CLAIMS, *solutions.CLAIMS))}


def test_an_unedited_module_agrees(tmp_path):
    assert {r.verdict for r in results(tmp_path, source()).values()} == {Verdict.AGREES}


def test_an_edited_module_disagrees(tmp_path):
    found = results(tmp_path, edited("np.abs(bottom(", "np.square(bottom("))
    wrong = {claim for claim, result in found.items() if result.verdict is Verdict.DISAGREES}
    assert wrong == {"index loops: functions", "solution: fields", "solution: file"}


def test_a_function_that_is_missing_leaves_open_what_needs_it(tmp_path):
    found = results(tmp_path, edited("def head_scores(", "def scores_of_heads("))
    assert found["index loops: Hessian"].verdict is Verdict.AGREES
    open_one = found["index loops: functions"]
    assert open_one.verdict is Verdict.INCONCLUSIVE
    assert "the module has no head_scores; it is of another version" in open_one.reason


def test_what_is_wrong_is_said_also_where_something_is_missing(tmp_path):
    text = edited("def head_scores(", "def scores_of_heads(")
    text = edited("return -action_beyond_prior(", "return action_beyond_prior(", text)
    assert results(tmp_path, text)["index loops: functions"].verdict is Verdict.DISAGREES


def test_what_raises_is_inconclusive_with_the_reason(tmp_path):
    text = edited("    basis = Basis(overlaps)\n", "    raise KeyError('gone')\n")
    found = results(tmp_path, text)["index loops: Hessian"]
    assert (found.verdict, found.reason) == (Verdict.INCONCLUSIVE, "KeyError: 'gone'")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 +", "cannot be run .SyntaxError"),
        ("raise ValueError('no')", "cannot be run .ValueError: no"),
        ("x = 1", "no function make_problem"),
    ],
)
def test_what_is_no_module_is_refused_in_a_line(tmp_path, text, message):
    with pytest.raises(DataError, match=message) as caught:
        load_module(written(tmp_path, text))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "other",
    [
        (Embedding(9, variance=1.3), Linear(variance=0.8, width=7), Readout(variance=1.1)),
        (Embedding(9, variance=1.3), Readout(variance=1.1)),
        (
            Embedding(9, variance=1.3),
            Residual((Attention(2, variance=0.8),)),
            Readout(variance=1.1),
        ),
    ],
)
def test_a_module_of_another_network_is_refused_in_a_line(tmp_path, other):
    module = load_module(written(tmp_path, source(Network(other, 0.3))))
    with pytest.raises(DataError, match=r"module: .*derive generate") as caught:
        check(NETWORK, digits=15, module=module)
    assert "\n" not in str(caught.value)


def test_the_command_line_checks_a_module(tmp_path, capsys):
    spec = tmp_path / "spec.toml"
    spec.write_text(SPEC)
    wrong = edited("path_table(problem.heads)", "path_table(problem.heads)[::-1]")
    arguments = ["check", str(spec), "--digits", "15", "--module"]
    assert main([*arguments, str(written(tmp_path, wrong))]) == 1
    assert "DISAGREES" in capsys.readouterr().out
    assert main([*arguments, str(tmp_path / "nowhere.py")]) == 2
    assert "there is no such file" in capsys.readouterr().err
    assert main([*arguments, str(written(tmp_path, source())), "--ladder"]) == 2
