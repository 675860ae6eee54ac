"""Wrong calls of `derive run --task digits`: one line each, and nothing written."""

import pytest
from command_line import refusal

from derive.theories.networks.tasks.digits import _images

DIGITS = ("run", "--task", "digits")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("run", "--task", "letters"), "--task: invalid choice: 'letters'"),
        (("run", "--classes", "3,8"), "--classes: it is for the digits; give --task digits too"),
        (("run", "--task", "hidden-markov", "--heads", "2/1"), "--heads: it is for the digits"),
        (("run", "s.toml", "--task", "digits"), "--task: it is for packaged tasks; give it with"),
        ((*DIGITS, "--classes", "3,3"), "classes: both are 3; give two different digits"),
        ((*DIGITS, "--classes", "3,x"), "classes: 'x' is no digit"),
        ((*DIGITS, "--classes", "3"), "classes: two digits are due, not 1; give for example 3,8"),
        ((*DIGITS, "--heads", "lokal/left"), "heads: unknown head 'lokal'; did you mean 'local'"),
        ((*DIGITS, "--heads", "local"), "heads: layers given: 1; the task has two"),
        ((*DIGITS, "--heads", "9/2"), "heads: layer 1 has no '9' default heads; give 1 to 4"),
        ((*DIGITS, "--heads", ""), "heads: layers given: 1"),
        ((*DIGITS, "--ladder"), "--ladder: it is for the hidden Markov task and networks of your"),
        ((*DIGITS, "--data", "d.npz"), "--data: the network is missing; give SPEC.toml"),
    ],
)
def test_wrong_calls(arguments, line, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert line in refusal(capsys, *arguments, folder=tmp_path)


def test_without_scikit_learn(capsys, tmp_path, monkeypatch):
    _images.cache_clear()
    monkeypatch.chdir(tmp_path)
    for name in ("sklearn", "sklearn.datasets"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    found = refusal(capsys, *DIGITS, folder=tmp_path)
    assert found == (
        "derive: the digits come with scikit-learn, which is not installed; "
        "install derive[digits]\n"
    )
