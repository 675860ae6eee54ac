"""A kind of layer from another package: the whole way, and one line where it will not do."""

from dataclasses import dataclass, make_dataclass

import numpy as np
import pytest
from own_kinds import EXAMPLE, installed, offer, run

from derive.derivation import derive
from derive.derivation.deriving import derive as derive_any
from derive.errors import DataError, DescriptionError
from derive.network import (
    Attention,
    Embedding,
    Network,
    Readout,
    Repeat,
    Residual,
    Weighted,
    attended_inputs,
    stream_graph,
)

SMALL = """
temperature = 0.2
[[layers]]
kind = "embedding"
width = 6
variance = 1.2
[[layers]]
kind = "moving_average"
decays = [0, 0.6]
variance = 0.9
width = 7
[[layers]]
kind = "readout"
variance = 0.8
"""

WHOLE_WAY = """
import tomllib
import numpy as np
import derive
from derive.network import data_from_arrays, network_from_dict, network_to_toml
from derive.solver import Solver

network = derive.load_network("small.toml")
print(network.describe())
assert network_from_dict(tomllib.loads(network_to_toml(network))) == network
print(min(evidence.digits for evidence in derive.derive(network).certify(15)))
print({str(found.verdict) for found in derive.check(network, digits=15)})
generator = np.random.default_rng(1)
arrays = {name + test: value for test in ("", "_test") for name, value in (
    ("inputs", generator.normal(size=(6, 3, 4))), ("labels", generator.normal(size=6)))}
data, solver = data_from_arrays(arrays, network), Solver.of(network)
print(solver.solve(network, data).message)
"""
SAMPLED = """
from derive.sampling.overlaps import sample_overlaps
from derive.sampling.weights import sample_weights

law = sample_overlaps(solver, network, data, draws=200, chains=2)
weights = sample_weights(network, data, draws=200, chains=2)
print(np.abs(law.means.mean((0, 1)) - weights.means.mean((0, 1))).max())
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return installed(tmp_path_factory.mktemp("site"))


def test_the_whole_way(site, tmp_path):
    (tmp_path / "small.toml").write_text(SMALL)
    found = run(site, "-c", WHOLE_WAY, cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    described, digits, verdicts, message = found.stdout.splitlines()
    assert described == "embedding(N=6) -> moving_average(K=2, N=7) -> readout(last)"
    assert int(digits) >= 15
    assert "AGREES" in verdicts and "DISAGREES" not in verdicts
    assert message.startswith("converged")


@pytest.mark.slow
def test_both_samplers_agree(site, tmp_path):
    (tmp_path / "small.toml").write_text(SMALL)
    found = run(site, "-c", WHOLE_WAY + SAMPLED, cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    # 400 draws each, of predictions of order 1 and standard deviation at most 0.5.
    assert float(found.stdout.splitlines()[-1]) < 0.2


@pytest.mark.slow
def test_the_package_s_own_tests_and_commands(site, tmp_path):
    found = run(site, "-m", "pytest", "-q", "-p", "no:cacheprovider", EXAMPLE, cwd=tmp_path)
    assert found.returncode == 0, found.stdout
    assert run(site, EXAMPLE / "make_data.py", tmp_path).returncode == 0
    spec = EXAMPLE / "network.toml"
    for arguments in (
        ["show", spec, "--certify"],
        ["check", spec, "--digits", "15"],
        ["solve", spec, "--data", "data.npz", "--out", "solution.npz"],
    ):
        found = run(site, "-m", "derive", *arguments, cwd=tmp_path)
        assert found.returncode == 0, found.stderr
    assert (tmp_path / "solution.npz").exists()


# What is offered, and what the one line of `derive show` says.
OFFERS = {
    "cannot_be_loaded": ("no_such_module:Kind", ["cannot be loaded", "no_such_module"]),
    "raises": ("raising:Kind", ["cannot be loaded", "out of order"]),
    "no_attribute": ("kinds:Missing", ["cannot be loaded", "Missing"]),
    "no_class": ("kinds:number", ["no kind of layer", "Weighted"]),
    "no_layer": ("kinds:Other", ["no kind of layer", "Weighted"]),
    "no_dataclass": ("kinds:Plain", ["no kind of layer", "frozen dataclass"]),
    "not_frozen": ("kinds:Thawed", ["not frozen"]),
    "lacks_width": ("kinds:Narrow", ["lacks the field width"]),
    "lacks_variance": ("kinds:Fixed", ["lacks the field variance"]),
    "takes_layers": ("kinds:Nest", ["a field 'layers'", "rename"]),
    "counts_nothing": ("kinds:Uncounted", ["counted = 'lags'", "none of its fields"]),
    "counts_twice": ("kinds:Twice", ["counted", "branches", "leave one out"]),
    "strange_needs": ("kinds:Needy", ["needs = 'two words'", "masks_1"]),
}
KINDS = """
from dataclasses import dataclass
from derive import Weighted
number = 3
class Other: pass
class Plain(Weighted): pass
@dataclass
class Thawed(Weighted):
    variance: float
    width: int = 1
@dataclass(frozen=True)
class Narrow(Weighted):
    variance: float
@dataclass(frozen=True)
class Fixed(Weighted):
    width: int
@dataclass(frozen=True)
class Nest(Weighted):
    layers: int
    variance: float
    width: int = 1
@dataclass(frozen=True)
class Uncounted(Weighted):
    variance: float
    width: int = 1
    counted = "lags"
@dataclass(frozen=True)
class Twice(Weighted):
    lags: int
    variance: float
    width: int = 1
    counted = "lags"
    @property
    def branches(self):
        return self.lags + 1
@dataclass(frozen=True)
class Needy(Weighted):
    variance: float
    width: int = 1
    needs = "two words"
"""
REFUSE = """
import sys
from derive.cli import main
from derive.network import Network, Embedding, Linear, Readout, load_network
for name in sys.argv[1:]:
    open("s.toml", "w").write(open("small.toml").read().replace("moving_average", name))
    print(main(["show", "s.toml"]), file=sys.stderr)
Network((Embedding(3, 1.0), Linear(1.0, 4), Readout(1.0)), 0.1).describe()
"""


def test_what_is_no_kind_is_refused_in_one_line(tmp_path):
    (tmp_path / "kinds.py").write_text(KINDS)
    (tmp_path / "raising.py").write_text("raise RuntimeError('out of order')")
    (tmp_path / "small.toml").write_text(SMALL)
    offer(tmp_path, {name: value for name, (value, _) in OFFERS.items()})
    found = run(tmp_path, "-c", REFUSE, *OFFERS, cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert found.stdout == ""
    lines = found.stderr.splitlines()
    assert lines[1::2] == ["2"] * len(OFFERS)
    for line, (name, (_, parts)) in zip(lines[::2], OFFERS.items(), strict=True):
        assert f"the entry point {name!r} of derive.layers" in line
        assert all(part in line for part in parts), line


@pytest.mark.parametrize(
    ("points", "parts"),
    [
        ([{"linear": "kinds:Fixed"}], ["'linear'", "name of a kind of this package"]),
        ([{"lag": "kinds:Fixed"}, {"lag": "kinds:Nest"}], ["'lag'", "twice", "kinds:Nest"]),
    ],
)
def test_a_name_that_is_not_free(points, parts, tmp_path):
    for number, table in enumerate(points):
        offer(tmp_path, table, f"package-{number}")
    (tmp_path / "small.toml").write_text(SMALL)
    found = run(tmp_path, "-c", REFUSE, "linear", cwd=tmp_path)
    (line, status) = found.stderr.splitlines()[:2]
    assert status == "2" and all(part in line for part in parts), found.stderr


@dataclass(frozen=True)
class Reversed(Weighted):
    """One branch, which is not the identity."""

    variance: float | str
    width: int | str | None = None

    def operators(self, data, tokens):
        return np.eye(tokens)[None, None, ::-1]


@dataclass(frozen=True)
class Lags(Weighted):
    """The number of branches is the user's choice; each needs a number per example."""

    lags: int | str
    variance: float | str
    width: int | str | None = None
    counted = "lags"
    needs = "strengths"

    def data_shape(self, tokens):
        return (self.lags,)

    def operators(self, data, tokens):
        shifts = [np.eye(tokens, k=k) for k in range(self.lags)]
        return data[:, :, None, None] * np.array(shifts)


def network(*layers, token="last"):
    return Network((Embedding(5, 1.2), *layers, Readout(0.9, token)), 0.1)


def test_one_branch_that_is_no_identity_is_applied_and_certified():
    found = network(Reversed(1.1, 6), token="first")
    inputs = np.arange(12.0).reshape(1, 3, 4)
    np.testing.assert_array_equal(attended_inputs(found, inputs, [])[0, :, 0], inputs[0, :, -1])
    evidence = derive(found).certify(15)
    assert "forward pass" in evidence[0].detail
    assert stream_graph(found).weights[1].branched


def test_a_count_that_is_a_symbol_and_data_of_its_own():
    found = network(Lags("K", 1.1, 6), Residual((Attention(2, 0.7),)))
    assert all(evidence.digits >= 15 for evidence in derive(found).certify(15)[:4])
    found = found.with_values({"K": 3})
    generator = np.random.default_rng(2)
    inputs, strengths = generator.normal(size=(2, 3, 4)), generator.normal(size=(2, 3))
    omega = generator.normal(size=(2, 2, 4, 4))
    attended = attended_inputs(found, inputs, [strengths, omega])
    for k in range(3):
        lagged = np.zeros((2, 3, 4))
        lagged[:, :, k:] = inputs[:, :, : 4 - k]
        lagged *= strengths[:, k, None, None]
        expected = [lagged[:, :, -1], *(np.einsum("pnt,pt->pn", lagged, omega[:, h, :, -1])
                                        for h in range(2))]  # fmt: skip
        np.testing.assert_allclose(attended[:, :, 3 * k : 3 * k + 3].transpose(2, 0, 1), expected)


def kind(name="Own", **methods):
    fields = [("variance", float, 1.0), ("width", int, 4)]
    return make_dataclass(name, fields, bases=(Weighted,), namespace=methods, frozen=True)()


def gives(value):
    return lambda self, *arguments: value


def fails(self, *arguments):
    raise KeyError("first\nsecond")


# Methods of a kind, and what the one line says when the network is made or its inputs are attended.
ANSWERS = {
    "shape": ({"operators": gives(np.ones((1, 1, 4, 3)))}, ["`operators`", "(1, 1, 4, 3)",
              "expected (1, 1, 4, 4)", "tokens above"]),
    "axes": ({"operators": gives(np.ones((4, 4)))}, ["`operators`", "shape (4, 4)"]),
    "branches_disagree": ({"operators": gives(np.ones((1, 2, 4, 4))),
                           "branches": property(gives(3))}, ["`operators`", "(1, 3, 4, 4)"]),
    "examples": ({"operators": gives(np.ones((5, 1, 4, 4))), "needs": "masks",
                   "data_shape": gives((4,))}, ["`operators`", "(2 or 1, 1, 4, 4)"]),
    "nan": ({"operators": gives(np.full((1, 1, 4, 4), np.nan))},
            ["`operators`", "NaN", "16 entries"]),
    "infinite": ({"operators": gives(np.full((1, 1, 4, 4), -np.inf))}, ["`operators`", "infinite"]),
    "ragged": ({"operators": gives([[1], [1, 2]])}, ["`operators`", "no array"]),
    "complex": ({"operators": gives(np.ones((1, 1, 4, 4)) * 1j)}, ["`operators`", "complex"]),
    "text": ({"operators": gives("omega")}, ["`operators`", "type"]),
    "none": ({"operators": gives(None)}, ["`operators`", "type object"]),
    "raises": ({"operators": fails}, ["`operators` raised KeyError", "second"]),
    "tokens": ({"tokens_above": gives(2.5)}, ["`tokens_above` gave 2.5", "whole number"]),
    "tokens_disagree": ({"tokens_above": gives(3)}, ["`operators`", "(1, 1, 4, 3)"]),
    "tokens_raise": ({"tokens_above": fails}, ["`tokens_above` raised KeyError"]),
    "data_number": ({"data_shape": gives(3), "needs": "masks"}, ["`data_shape` gave 3", "tuple"]),
    "data_part": ({"data_shape": gives((2.5,)), "needs": "masks"}, ["`data_shape` gave 2.5"]),
    "data_other": ({"data_shape": gives((7,)), "needs": "masks"},
                   ["masks_1", "shape (2, 4)", "expected (2, 7)"]),
    "half_a_branch": ({"branches": property(gives(2.5))}, ["`branches` gave 2.5", "layers[2]"]),
    "no_branch": ({"branches": property(gives(0))}, ["`branches` gave 0", "layers[2]"]),
    "truth": ({"branches": property(gives(True))}, ["`branches` gave", "layers[2]"]),
    "symbol": ({"branches": property(gives("K"))}, ["`branches`", "'K'", "`counted`"]),
    "branches_raise": ({"branches": property(fails)}, ["`branches` raised KeyError"]),
    "check_raises": ({"check": fails}, ["layers[2]", "`check` raised KeyError"]),
}  # fmt: skip


@pytest.mark.parametrize(("methods", "parts"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_that_will_not_do_names_kind_and_method(methods, parts):
    with pytest.raises((DescriptionError, DataError)) as caught:
        found = network(kind(**methods))
        data = [np.ones((2, 4))] if "needs" in methods else []
        attended_inputs(found, np.ones((2, 3, 4)), data)
    message = str(caught.value)
    assert len(message.splitlines()) == 1 and len(message) < 400
    assert all(part in message for part in parts), message
    if "masks_1" not in parts:
        assert "the kind 'own'" in message and "mend the class Own" in message


@pytest.mark.slow
def test_a_kind_of_one_s_own_is_repeated_any_number_of_times():
    for inner in (Lags("K", 0.9, "N"), Reversed(1.1, "N")):
        layers = (Embedding("N", 1.2), Repeat((inner,), "L"), Readout(0.8))
        evidence = derive_any(Network(layers, 0.1)).certify(15)
        assert all(found.digits >= 15 for found in evidence)


def test_a_class_that_is_no_kind_is_refused_in_python_too():
    thawed = make_dataclass("Thawed", [("variance", float, 1.0), ("width", int, 4)],
                            bases=(Weighted,))  # fmt: skip
    with pytest.raises(DescriptionError, match=r"layers\[2\]: the class Thawed .* not frozen"):
        network(thawed())
