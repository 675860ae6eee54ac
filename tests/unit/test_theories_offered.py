from types import SimpleNamespace

import pytest

import derive.cli.parser as parser
from derive.commands.verb import Verb
from derive.theories import theories
from derive.theories.networks.verbs.arguments import add_spec


@pytest.fixture
def second(monkeypatch):
    """A theory beside the networks, with one verb."""
    verb = Verb("weigh", "derive solve model.toml", lambda p: add_spec(p, optional=False), "a:b")
    other = SimpleNamespace(kind="disorder", verbs={"solve": verb})
    monkeypatch.setattr(parser, "theories", lambda: (*theories(), other))
    return verb


@pytest.mark.parametrize("text", ['kind = "disorder"\n', 'kind = "disorder" # it is\n[[sites]]\n'])
def test_a_verb_is_that_of_the_theory_that_the_description_is_of(second, tmp_path, text):
    (tmp_path / "model.toml").write_text(text)
    options, verb = parser.read(["solve", str(tmp_path / "model.toml")])
    assert verb is second and options.command == "solve"


@pytest.mark.parametrize("text", ["", 'kind = "unheard"\n', "kind = [\n", 'name = "kind"\n'])
def test_all_else_is_about_networks(second, tmp_path, text):
    (tmp_path / "model.toml").write_text(text)
    for path in (tmp_path / "model.toml", tmp_path / "missing.toml"):
        arguments = ["solve", str(path), "--data", "data.npz", "--out", "out.npz"]
        _, verb = parser.read(arguments)
        assert verb is theories()[0].verbs["solve"]
