"""A kind of layer from another package: the whole way, and one line where it will not do."""

import pytest
from own_kinds import EXAMPLE, installed, offer, run

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
from derive.theories.networks.samplers.overlaps import sample_overlaps
from derive.theories.networks.samplers.weights import sample_weights

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


NESTED = """
from dataclasses import dataclass
from derive import Weighted
@dataclass(frozen=True)
class Windows(Weighted):
    edges: tuple[tuple[int, ...], ...]
    variance: float
    width: int | None = None
"""


def test_lists_in_a_file_come_as_tuples(tmp_path):
    """A network is hashed: workers of a sweep keep the solver of each."""
    (tmp_path / "kinds.py").write_text(NESTED)
    offer(tmp_path, {"windows": "kinds:Windows"})
    spec = SMALL.replace("moving_average", "windows").replace(
        "decays = [0, 0.6]", "edges = [[0, 1], [2]]"
    )
    (tmp_path / "small.toml").write_text(spec)
    script = "import derive; n = derive.load_network('small.toml'); hash(n); print(n.layers[1])"
    found = run(tmp_path, "-c", script, cwd=tmp_path)
    assert found.stdout == "Windows(edges=((0, 1), (2,)), variance=0.9, width=7)\n", found.stderr
