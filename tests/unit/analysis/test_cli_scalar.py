"""`derive scalar`: what it prints, and one line for everything wrong."""

import numpy as np
import pytest
from command_line import CHAIN, RESIDUAL, call, refusal

DEEP = """
name = "two stages"
temperature = 0
[[layers]]
kind = "embedding"
width = 10
variance = 1.3
[[layers]]
kind = "linear"
width = 10
variance = 1.0
[[layers]]
kind = "readout"
variance = 1.0
"""
UNEQUAL = DEEP.replace("width = 10", "width = 12", 1)
WARM = DEEP.replace("temperature = 0", "temperature = 0.2")
TWO_HEADS = DEEP.replace('kind = "linear"', 'kind = "attention"\nheads = 2')
SYMBOLIC_HEADS = DEEP.replace('kind = "linear"', 'kind = "attention"\nheads = "H"')
ONE_STAGE = DEEP.replace('[[layers]]\nkind = "linear"\nwidth = 10\nvariance = 1.0\n', "")
SHRINKING = DEEP.replace("variance = 1.0", "variance = 0.9", 1)
TWICE = DEEP.replace("width = 10", 'width = "N"').replace("variance = 1.0", 'variance = "N"', 1)


@pytest.fixture
def spec(tmp_path):
    def write(text):
        (tmp_path / "spec.toml").write_text(text)
        return tmp_path / "spec.toml"

    return write


def test_it_prints_the_equation(spec, capsys):
    found = call(capsys, "scalar", spec(DEEP))
    assert found.status == 0 and found.err == ""
    assert "u = c (1 + r/N₁) (1 + r/Nₐ)" in found.out
    assert "1 − v = α (1 − s/(P c v²))" in found.out


def test_series_limit_and_closed_form(spec, capsys):
    found = call(
        capsys, "scalar", spec(DEEP), "--series", "alpha", "--order", "2", "--limit", "alpha=1",
        "--explicit",
    )  # fmt: skip
    assert found.status == 0
    assert "u/c = 1 + 2 α (q − 1) − α² (1 + 3 q) (q − 1)" in found.out
    assert "v³ = q" in found.out and "u = c q^{2/3}" in found.out
    assert "A = (b + √(b² − a³))^{1/3}" in found.out


def test_any_depth_with_certificates(spec, capsys):
    found = call(
        capsys, "scalar", spec(DEEP), "--depth", "n", "--series", "alpha", "--order", "1",
        "--limit", "depth", "--steps", "--certify", "--digits", "12",
    )  # fmt: skip
    assert found.status == 0
    assert "u = c exp(λ (s/u − P))" in found.out
    assert "u/c = 1 + α n (q − 1)" in found.out
    assert "the distance from the limit falls with order 1.000" in found.out


def test_numbers(spec, capsys):
    found = call(capsys, "scalar", spec(DEEP), "--examples", "100", "--signal", "60")
    assert found.status == 0
    assert "0.61330034125607" in found.out
    assert "a factor not positive: u = 0.736961742784107, 79.6497379159598" in found.out


def test_numbers_on_data(spec, capsys, tmp_path):
    random = np.random.default_rng(0)
    arrays = {"attended": random.normal(size=(6, 8, 1)), "labels": random.normal(size=6)}
    np.savez(tmp_path / "data.npz", **arrays)
    for text in (DEEP, WARM):
        found = call(capsys, "scalar", spec(text), "--data", tmp_path / "data.npz")
        assert found.status == 0 and "smallest factor" in found.out


def test_latex_and_markdown(spec, capsys):
    found = call(capsys, "scalar", spec(DEEP), "--latex", "--series", "width")
    assert found.status == 0 and found.out.rstrip().endswith(r"\end{document}")
    assert "Series to order 3" in found.out
    found = call(capsys, "scalar", spec(DEEP), "--markdown")
    assert found.status == 0 and found.out.startswith("# Scalar theory of 2 stages")


def test_at_a_temperature_the_series_in_the_width_is_in_the_eigenvalues(spec, capsys):
    found = call(capsys, "scalar", spec(WARM), "--series", "width", "--order", "1")
    assert found.status == 0 and "u/c = 1 + d₀ e₁" in found.out
    cold = call(capsys, "scalar", spec(WARM), "--temperature", "0", "--series", "alpha")
    assert cold.status == 0


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (TWO_HEADS, (), "the attention layer V_1 has 2 heads"),
        (CHAIN, (), "the attention layer V_1 has 2 heads"),
        (SYMBOLIC_HEADS, (), "the head count 'H' of the attention layer V_1 is a symbol"),
        (RESIDUAL, (), "scalar theory: "),
        (TWICE, (), "the symbol 'N' is a variance here and a width in layers[1].width"),
        (DEEP, ("--series", "alpha", "--order", "0"), "0 is no order; give a whole number from 1"),
        (DEEP, ("--series", "width", "--order", "-3"), "-3 is no order"),
        (DEEP, ("--series", "width", "--order", "two"), "--order: invalid int value: 'two'"),
        (DEEP, ("--order", "2"), "--order: it is for a series; give --series too"),
        (DEEP, ("--series", "N"), "unknown variable 'N'; valid: alpha, width"),
        (DEEP, ("--limit", "alpha"), "unknown limit 'alpha'"),
        (DEEP, ("--limit", "depth", "--fixed", "N"), "fixed is 'N'; valid: examples, ratio"),
        (DEEP, ("--fixed", "ratio"), "--fixed: it is for the limit of infinite depth"),
        (SHRINKING, ("--limit", "depth"), "there is none at infinite depth"),
        (ONE_STAGE, ("--limit", "depth"), "one stage does not show how stages follow"),
        (UNEQUAL, ("--series", "alpha"), "need equal widths, and this network's are 12 and 10"),
        (UNEQUAL, ("--limit", "alpha=1"), "need equal widths, and this network's are 12 and 10"),
        (WARM, ("--series", "alpha"), "the one in alpha is for zero temperature"),
        (WARM, ("--limit", "alpha=1"), "for zero temperature, and this network's is 0.2"),
        (WARM, ("--explicit",), "for zero temperature, and this network's is 0.2"),
        (WARM, ("--examples", "9", "--signal", "3"), "the solution depends on more than s"),
        (DEEP, ("--depth", "u"), "'u' means something else in the theory"),
        (DEEP, ("--depth", "n", "--explicit"), "explicit solution: n stages give an equation"),
        (DEEP, ("--examples", "9"), "--examples and --signal: they go together"),
        (DEEP, ("--examples", "0", "--signal", "3"), "'0' is not a whole number from 1"),
        (DEEP, ("--examples", "9", "--signal", "-3"), "s is '-3'; give a positive number or 0"),
        (DEEP, ("--examples", "10", "--signal", "0"), "without a signal (s = 0) u is zero"),
        (DEEP, ("--latex", "--markdown"), "they exclude each other"),
        (DEEP, ("--latex", "--certify"), "--latex and --certify"),
        (DEEP, ("--data", "none.npz"), "none.npz"),
        (DEEP, ("--set", "H=1"), "no symbol 'H' in this network"),
        (DEEP, ("--serie", "alpha"), "unknown option '--serie'; did you mean '--series'?"),
    ],
)  # fmt: skip
def test_everything_wrong_is_one_line(text, options, said, spec, capsys, tmp_path):
    assert said in refusal(capsys, "scalar", spec(text), *options, folder=tmp_path)


def test_a_head_count_may_be_set(spec, capsys):
    found = call(capsys, "scalar", spec(SYMBOLIC_HEADS), "--set", "H=1")
    assert found.status == 0 and "u = c (1 + r/N₁) (1 + r/Nₐ)" in found.out


def test_the_table_names_the_normalisation_of_its_action(tmp_path):
    """It differs from that of `derive solve` by sum N ln sigma^2: both are named."""
    import numpy as np

    from derive import Data, Embedding, Linear, Network, Readout
    from derive.theories.networks.analysis.scalar import scalar_theory
    from derive.theories.networks.analysis.scalar.described import values_on_data
    from derive.theories.networks.analysis.scalar.printing import solution_lines
    from derive.theories.networks.solver import Solver

    network = Network((Embedding(10, 1.3), Linear(0.8, 12), Readout(1.2)), 0.2)
    generator = np.random.default_rng(4)
    data = Data(generator.normal(size=(6, 5, 1)), generator.normal(size=6))
    theory = scalar_theory(network)
    found = theory.solve(values_on_data(theory.theory, 0.2, data), 20)
    shift = 10 * np.log(0.8) + 12 * np.log(1.2)
    solved = Solver.of(network).solve(network, data).action
    assert abs(float(found.best.action) - shift - solved) < 1e-8
    assert "S_U = S - sum_l N_l ln sigma_l^2" in "\n".join(solution_lines(found, 8))
