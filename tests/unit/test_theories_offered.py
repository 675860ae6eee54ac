"""A second theory beside the networks: calls and files find theirs, and nothing else is touched."""

import copy
import inspect
import pickle
import subprocess
import sys
from dataclasses import dataclass
from types import ModuleType

import pytest
from command_line import call, refusal

import derive
import derive.cli.parser as parser
import derive.theories
from derive import Embedding, Network, Readout
from derive.commands.values import file
from derive.commands.verb import Verb
from derive.errors import ArgumentError, DescriptionError
from derive.files import read_table
from derive.theories import SHARED, theories

NETWORK = Network((Embedding("N", 1.3), Readout(1.2)), "T")
NETWORK_TOML = 'temperature = 0.1\n[[layers]]\nkind = "embedding"\nwidth = 7\nvariance = 1.1\n'
NETWORK_TOML += '[[layers]]\nkind = "readout"\nvariance = 1.2\n'


@dataclass(frozen=True)
class Magnet:
    """A made-up model."""

    coupling: float


@dataclass(frozen=True)
class MagnetDerivation:
    """What comes of it."""

    magnet: Magnet


def face():
    """The face of a made-up theory, as its offer.py would be."""

    def load(path: str) -> Magnet:
        return Magnet(read_table(path, "magnet")["coupling"])

    def solve(magnet: Magnet, *, field: float = 0.5) -> tuple:
        return "solved", magnet, field

    def derived(magnet: Magnet) -> MagnetDerivation:
        return MagnetDerivation(magnet)

    def generate(derivation: MagnetDerivation) -> tuple:
        return "generated", derivation

    def say(options):
        print(options.command, options.spec or options.model)
        return 0

    def fill(parser):
        parser.add_argument("spec", metavar="MODEL.toml", type=file, nargs="?")
        parser.add_argument("--model", metavar="NAME")

    found = ModuleType("magnets")
    found.kind, found.subject, found.home = "magnet", "magnets of all sizes", __name__
    found.load, found.solve, found.generate, found.say = load, solve, generate, say
    found.derived = derived
    names = ("generate", "load", "solve")
    found.names = dict.fromkeys(names, "magnets")
    found.names |= {"derive": "magnets:derived", "Magnet": __name__}
    found.flags = ("--model",)
    found.verbs = {
        word: Verb(f"{word} a magnet", f"derive {word} magnet.toml", fill, "magnets:say")
        for word in ("solve", "run", "magnetise")
    }
    return found


@pytest.fixture
def second(monkeypatch):
    """A theory beside the networks, and no other."""
    found = face()
    monkeypatch.setitem(sys.modules, "magnets", found)
    monkeypatch.setattr(derive.theories, "OFFERED", (*derive.theories.OFFERED[:1], "magnets"))
    return found


def test_a_function_is_that_of_the_theory_of_its_first_argument(second):
    made = derive.derive(Magnet(0.75))
    assert made == MagnetDerivation(Magnet(0.75))
    assert derive.generate(made) == ("generated", made)
    assert derive.solve(Magnet(0.75), field=0.25) == ("solved", Magnet(0.75), 0.25)
    assert derive.solve(field=0.25, magnet=Magnet(0.75)) == ("solved", Magnet(0.75), 0.25)
    assert derive.derive(network=NETWORK).network is NETWORK
    assert "def solve" in derive.generate(derive.derive(NETWORK)).source


def test_a_class_of_ones_own_belongs_to_the_theory_of_its_base(second):
    class Iron(Magnet):
        pass

    Iron.__module__ = "somewhere.of.ones.own"
    assert derive.solve(Iron(0.75))[1] == Iron(0.75)


@pytest.mark.parametrize("wrong", ["model.toml", None, 3, [NETWORK], object()])
@pytest.mark.parametrize("name", ["solve", "derive", "generate"])
def test_other_types_are_told_what_each_theory_takes(second, name, wrong):
    due = "a Derivation or a MagnetDerivation" if name == "generate" else "a Network or a Magnet"
    with pytest.raises(ArgumentError, match=rf"^{name}\(.* is .*, and {due} is due; ") as caught:
        getattr(derive, name)(wrong)
    assert "\n" not in str(caught.value)


def test_what_a_theory_has_not_is_said(second):
    with pytest.raises(ArgumentError, match="check: not for magnets of all sizes, which have der"):
        derive.check(Magnet(0.75))


def test_files_are_read_by_the_theory_of_their_kind(second, tmp_path):
    (tmp_path / "magnet.toml").write_text('kind = "magnet"\ncoupling = 0.75\n')
    (tmp_path / "network.toml").write_text(NETWORK_TOML)
    (tmp_path / "said.toml").write_text('kind = "network"\n' + NETWORK_TOML)
    assert derive.load(tmp_path / "magnet.toml") == Magnet(0.75)
    assert derive.load(str(tmp_path / "network.toml")) == derive.load(tmp_path / "said.toml")
    assert derive.load(tmp_path / "said.toml").temperature == 0.1
    with pytest.raises(DescriptionError, match=r"missing.toml: cannot be read"):
        derive.load(tmp_path / "missing.toml")


KINDS = [('"magnt"', "'magnt'", "; did you mean 'magnet'?"), ("3", "3", ""), ("[]", "a list", "")]


@pytest.mark.parametrize(("written", "shown", "hint"), KINDS)
def test_an_unknown_kind_is_answered_with_those_there_are(
    second, tmp_path, capsys, written, shown, hint
):
    path = tmp_path / "model.toml"
    path.write_text(f"kind = {written}\n")
    said = f"kind: {shown} is no theory's{hint}"
    for verb in ("solve", "compare"):
        answer = refusal(capsys, verb, path)
        assert said in answer and "alid: network, magnet\n" in answer
    with pytest.raises(DescriptionError, match=r"network, magnet$"):
        derive.load(path)


def test_the_function_for_all_is_one_and_shows_the_first_theorys_signature(second):
    first = {name: getattr(derive, name) for name in SHARED}
    for name, function in first.items():
        assert getattr(derive, name) is function is pickle.loads(pickle.dumps(function))
        assert copy.deepcopy(function) is function and function.__name__ == name
    assert list(inspect.signature(derive.solve).parameters)[:3] == ["network", "data", "starts"]
    assert inspect.isroutine(derive.solve) and ">>> from derive import" in derive.solve.__doc__
    assert derive.solve.__doc__.endswith("For magnets of all sizes: magnets")


def test_all_names_are_offered_once(second):
    offered = [name for theory in theories() for name in theory.names if name not in SHARED]
    assert len(offered) == len(set(offered)) > 25
    assert set(offered) < set(derive.__all__) and derive.Magnet is Magnet
    assert not {"__path__", "theories"} & set(derive.__all__) and set(derive.__all__) < set(
        dir(derive)
    )


def test_a_theory_is_imported_when_it_is_used():
    code = (
        "import sys, types\n"
        "import derive\n"
        "assert not any(name.startswith('derive.theories') for name in sys.modules)\n"
        "class Magnet: pass\n"
        "face = types.ModuleType('magnets')\n"
        "face.home, face.kind, face.names = 'here', 'magnet', {'solve': 'magnets'}\n"
        "face.solve = lambda magnet: 'solved'\n"
        "Magnet.__module__ = 'here.description'\n"
        "sys.modules['magnets'] = face\n"
        "import derive.theories\n"
        "derive.theories.OFFERED += ('magnets',)\n"
        "from derive import solve\n"
        "assert solve(Magnet()) == 'solved'\n"
        "heavy = {'derive.theories.networks.description', 'sympy', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("text", ['kind = "magnet"\n', 'kind = "magnet" # it is\n[[sites]]\n'])
def test_a_verb_is_that_of_the_theory_that_the_description_is_of(second, tmp_path, text):
    (tmp_path / "model.toml").write_text(text)
    options, verb = parser.read(["solve", str(tmp_path / "model.toml")])
    assert verb is second.verbs["solve"] and options.command == "solve"


@pytest.mark.parametrize("text", ["", "kind = [\n", 'name = "kind"\n', 'kind = "network"\n'])
def test_all_else_is_about_networks(second, tmp_path, text):
    (tmp_path / "model.toml").write_text(text)
    for path in (tmp_path / "model.toml", tmp_path / "missing.toml"):
        arguments = ["solve", str(path), "--data", "data.npz", "--out", "out.npz"]
        _, verb = parser.read(arguments)
        assert verb is theories()[0].verbs["solve"]


@pytest.mark.parametrize("model", [["--model", "iron"], ["--model=iron"]])
def test_an_option_that_one_theory_has_says_that_a_call_is_about_it(second, capsys, model):
    found = call(capsys, "run", *model)
    assert (found.status, found.out) == (0, "run iron\n")


def test_a_verb_that_one_theory_has_is_its_own(second, capsys, tmp_path):
    path = tmp_path / "model.toml"
    path.write_text('kind = "magnet"\n')
    assert call(capsys, "magnetise", path).out == f"magnetise {path}\n"
    assert call(capsys, "magnetise", "--model", "iron").out == "magnetise iron\n"
    said = "expand: it is not for magnets of all sizes; valid: solve, run, magnetise"
    assert said in refusal(capsys, "expand", path)
    path.write_text('kind = "network"\n')
    said = "magnetise: it is not for Bayesian neural networks; valid: run, show, generate"
    assert said in refusal(capsys, "magnetise", path)


def test_a_misspelt_option_is_told_of_those_of_all_theories(second, capsys):
    assert "did you mean '--model'" in refusal(capsys, "run", "--modl", "iron")


def test_help_lists_the_verbs_of_all_theories_with_their_theory(second, capsys, tmp_path):
    listed = " ".join(call(capsys, "--help").out.split())
    assert "theories of Bayesian neural networks and magnets of all sizes." in listed
    assert "its order parameters (network); solve a magnet (magnet)" in listed
    assert (
        "magnetise a magnet (magnet)" in listed and "at a fixed number of examples (net" in listed
    )
    assert 'magnets of all sizes (kind = "magnet"):\n  derive solve magnet.toml' in (
        call(capsys, "solve", "--help").out
    )
    (tmp_path / "model.toml").write_text('kind = "magnet"\n')
    assert "Solve a magnet." in call(capsys, "solve", tmp_path / "model.toml", "--help").out


def test_help_of_one_theory_names_none(capsys, monkeypatch):
    monkeypatch.setattr(derive.theories, "OFFERED", derive.theories.OFFERED[:1])
    assert "(network)" not in call(capsys, "--help").out
