"""What files, terminals and reports say of convolutions, gates, sums, positions and outputs."""

import json
import re

import numpy as np
import pytest
from command_line import call
from sampled_systems import raw

from derive.errors import DeriveError
from derive.evidence.verdict import Verdict
from derive.theories.networks.description import (
    Attention,
    Convolution,
    Data,
    Embedding,
    Gated,
    Identity,
    Linear,
    Network,
    Parallel,
    Readout,
    Serial,
    data_from_arrays,
    network_to_toml,
)
from derive.theories.networks.ladder import Instance
from derive.theories.networks.ladder.instance import MOST_TESTS
from derive.theories.networks.phases import symmetric_solution
from derive.theories.networks.solver import Solver, load_solution, save_solution
from derive.theories.networks.words import decide, gallery
from derive.theories.networks.words.load import load_claim

POSITIONS = Network(
    (Embedding(8, 1.3), Convolution(2, 0.8, 7), Readout(1.2, "each", positions=2, outputs=2)), 0.3
)
SUM = Network(
    (
        Embedding(9, 1.3),
        Parallel((Attention(2, 0.8), Identity(), Serial((Linear(0.7, 7), Gated(2, 1.1))))),
        Readout(1.2),
    ),
    0.3,
)
NETWORKS = {"positions": (POSITIONS, 3), "sum": (SUM, 3)}


@pytest.fixture(params=NETWORKS)
def files(request, tmp_path):
    """The name of a network with its description and data in a folder."""
    network, tokens = NETWORKS[request.param]
    (tmp_path / "spec.toml").write_text(network_to_toml(network))
    np.savez(tmp_path / "data.npz", **raw(network, tokens, seed=3, examples=5))
    return request.param, tmp_path


def test_the_top_overlaps_of_a_chain_are_stored_whole(tmp_path):
    """Of several outputs or positions they are a matrix, and no number stands for it."""
    solver, data = Solver.of(POSITIONS), data_from_arrays(raw(POSITIONS, 3, seed=3), POSITIONS)
    solution = solver.solve(POSITIONS, data)
    save_solution(tmp_path / "solution.npz", solution)
    found = load_solution(tmp_path / "solution.npz")
    assert "u_a" not in found
    np.testing.assert_array_equal(found["U_a"], solution.chain_overlaps[-1])
    np.testing.assert_allclose(found["U_a"], 2 * solution.overlaps[-1])  # two positions
    assert found["head_scores"].shape == (4,)  # two offsets, two positions


def test_solve_counts_examples_and_outputs(capsys, files):
    name, folder = files
    arguments = ("--data", str(folder / "data.npz"), "--out", str(folder / "solution.npz"))
    found = call(capsys, "solve", str(folder / "spec.toml"), *arguments)
    assert found.status == 0, found.err
    expected = {
        "positions": "P = 5 examples of 3 features, 8 paths, 6 of them distinct, 2 outputs\n",
        "sum": "P = 5 examples of 3 features, 5 paths\n",
    }
    assert expected[name] in found.out
    assert " on 2 examples" in found.out
    assert re.search(r"branch scores +layer 1: \S+ \S+; layer 2: \S+ \S+\n", found.out)


def test_run_reports_all_branches(capsys, files):
    pytest.importorskip("matplotlib")
    name, folder = files
    found = call(
        capsys, "run", str(folder / "spec.toml"), "--data", str(folder / "data.npz"),
        "--out", str(folder / "out"), "--jobs", "1", "--no-checks",
    )  # fmt: skip
    assert found.status == 0, found.err
    page = (folder / "out/report.html").read_text()
    expected = {
        "positions": ("layer 1: offset 2", "layer 2: position 1", "its output last", "Uₐ"),
        "sum": ("layer 1: head 2", "layer 2: gate 1", "A path is named by its branches", "serial"),
    }
    for text in (*expected[name], "Branch scores"):
        assert text in page, text
    assert "branchs" not in page


def test_exchangeable_heads_of_several_outputs():
    """The symmetric point by sectors is stationary for the whole action."""
    network = Network((Embedding(9, 1.3), Attention(2, 0.9, 8), Readout(1.2, outputs=2)), 0.3)
    rng = np.random.default_rng(4)
    halves = rng.normal(size=(5, 4, 2))
    attended = np.concatenate([halves, halves[:, :, ::-1]], axis=1)  # either order of the heads
    data = Data(attended, 2 * rng.normal(size=(5, 2)))
    found = symmetric_solution(network, data)
    solver = Solver.of(network)
    slopes = solver.module.gradient(found.overlaps, solver.problem(network, data))
    assert max(np.abs(slope).max() for slope in slopes) < 1e-8
    assert [overlap.shape for overlap in found.overlaps] == [(4, 4), (2, 2)]


def test_checks_of_several_outputs_make_no_claim_about_numbers(capsys, tmp_path):
    network = Network((Embedding(8, 1.3), Readout(1.2, outputs=3)), 0.3)
    (tmp_path / "spec.toml").write_text(network_to_toml(network))
    found = call(capsys, "check", str(tmp_path / "spec.toml"), "--digits", "20", "--json")
    results = json.loads(found.out)
    assert found.status == 0
    assert {result["verdict"] for result in results} == {"AGREES"}
    assert not any("one head" in result["claim"] for result in results)


def given(network, tokens, **changes):
    """Raw arrays for a network, some of them others."""
    return lambda: data_from_arrays(raw(network, tokens) | changes, network)


def made(*layers, readout=None):
    """A network of some layers."""
    return lambda: Network((Embedding(6, 1.0), *layers, readout or Readout(1.0)), 0.1)


RNG = np.random.default_rng(5)
OUTPUTS = Network((Embedding(6, 1.0), Readout(1.0, outputs=3)), 0.1)
GATES = Network((Embedding(6, 1.0), Gated(2, 1.0, 5), Readout(1.0)), 0.1)
WIDE = Network((Embedding(6, 1.0), Convolution(4, 1.0, 5), Readout(1.0)), 0.1)
GRID = Network((Embedding(6, 1.0), Convolution(2, 1.0, 5, grid=(2, 3)), Readout(1.0)), 0.1)
JOINED = Network(
    (Embedding(6, 1.0), Parallel((Convolution(2, 1.0, 5), Linear(1.0, 5))), Readout(1.0)), 0.1
)
PLAIN = raw(Network((Embedding(6, 1.0), Readout(1.0)), 0.1), 3)
WRONG = {
    "labels of two outputs": (
        given(OUTPUTS, 1, labels=RNG.normal(size=(4, 2))), ["labels", "(4, 2)", "(P, 3)"],
    ),
    "labels of one output": (
        given(OUTPUTS, 1, labels=RNG.normal(size=4)), ["labels", "(4,)", "number for every output"],
    ),
    "test labels": (
        given(OUTPUTS, 1, labels_test=np.ones((2, 2))), ["labels_test", "(2, 2)", "(P, 3)"],
    ),
    "positions": (
        lambda: data_from_arrays(raw(POSITIONS, 3) | {"inputs": RNG.normal(size=(4, 3, 4))},
                                 POSITIONS),
        ["3 tokens come to the readout", "positions = 2", "make them equal"],
    ),
    "no token left": (
        lambda: data_from_arrays(PLAIN, WIDE), ["no token of 3 is left", "convolution", "padding"],
    ),
    "another grid": (
        lambda: data_from_arrays(PLAIN, GRID), ["3 tokens", "grid of 2 x 3", "rows and columns"],
    ),
    "unequal tokens": (
        lambda: data_from_arrays(PLAIN, JOINED), ["branches with 2 and 3 tokens", "padding"],
    ),
    "gates": (
        given(GATES, 1, gates_1=np.ones((4, 3))), ["gates_1", "(4, 3)", "(4, 2)", "branches"],
    ),
    "no gates": (
        lambda: data_from_arrays(PLAIN, GATES), ["gates_1", "missing", "inputs"],
    ),
    "gates of another layer": (
        given(GATES, 1, gates_2=np.ones((4, 2))), ["'gates_2'", "1 layers that take gates"],
    ),
    "unequal widths": (
        made(Parallel((Linear(1.0, 5), Linear(1.0, 4)))), ["layers[2]", "5 and 4", "one width"],
    ),
    "skip between unequal widths": (
        made(Parallel((Identity(), Linear(1.0, 4)))), ["layers[2]", "6 below and 4 above"],
    ),
    "inside a branch": (
        made(Parallel((Parallel((Linear(1.0, 5), Linear(1.0, 4))), Linear(1.0, 5)))),
        ["layers[2].layers[1]:", "5 and 4"],
    ),
    "positions without each": (
        made(readout=Readout(1.0, positions=3)), ["positions", 'token = "each"'],
    ),
    "each without positions": (
        made(readout=Readout(1.0, "each")), ["positions", "missing"],
    ),
    "no outputs": (made(readout=Readout(1.0, outputs=0)), ["outputs", "0", "from 1"]),
    "empty sum": (made(Parallel(())), ["layers[2]", "parallel without layers"]),
    "size of a filter": (
        made(Convolution(0, 1.0, 5)), ["layers[2].size", "0", "whole number from 1"],
    ),
    "pair without a grid": (
        made(Convolution((2, 2), 1.0, 5)), ["layers[2].size", "a list", "grid"],
    ),
    "no gates at all": (made(Gated(0, 1.0, 5)), ["layers[2].gates", "0"]),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_gets_one_line(case):
    make, parts = WRONG[case]
    with pytest.raises(DeriveError) as raised:
        make()
    message = str(raised.value)
    assert "\n" not in message
    for part in parts:
        assert part in message, message


CLAIM = """
network = "spec.toml"
about = "action"
up_to = ["constant", "factor"]

[symbols]
C = "K(U_1) + temperature*eye(P)"

[[lines]]
expression = '''
N_a*(tr(U_a)/s_a - logdet(U_a)) + logdet(C) + y.T*inv(C)*y
+ N_1*(tr(inv(U_a)*ptrace(U_1, H_1))/s_1 - logdet(U_1) + H_1*logdet(U_a))
'''
"""


@pytest.mark.parametrize("slip", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_claim_about_matrices_at_the_top(tmp_path, slip):
    """The action of positions and outputs, and the same without a number of offsets."""
    (tmp_path / "spec.toml").write_text(network_to_toml(POSITIONS))
    text = CLAIM.replace("+ H_1*logdet(U_a)", "+ logdet(U_a)") if slip else CLAIM
    (tmp_path / "claim.toml").write_text(text)
    result = decide(load_claim(tmp_path / "claim.toml"), digits=20, instances=2)
    assert result.verdict is (Verdict.DISAGREES if slip else Verdict.AGREES)
    written = {correction.change for correction in result.corrections} if slip else set()
    assert not slip or any("H_1" in text for text in written), written


def test_published_formulas_of_numbers_are_not_claimed_of_matrices():
    """A readout per position, or several outputs, have a matrix at the top."""
    assert gallery.published(POSITIONS) == ()
    one_output = Network((*POSITIONS.layers[:-1], Readout(1.2, "each", positions=2)), 0.3)
    assert gallery.published(one_output) == ()
    read_once = Network((*POSITIONS.layers[:-1], Readout(1.2, "mean")), 0.3)
    assert len(gallery.published(read_once)) == 4


@pytest.mark.parametrize("outputs", [3, 5])
def test_instances_of_a_ladder_have_whole_examples(outputs):
    """Drawn ones, and a user's own of which the first test rows are kept."""
    network = Network((Embedding(8, 1.3), Readout(1.2, outputs=outputs)), 0.3)
    drawn = Instance.drawn(network, seed=1)
    assert len(drawn.data.labels) % outputs == len(drawn.data.attended_test) % outputs == 0
    found = Solver.of(drawn.network).solve(drawn.network, drawn.data)
    assert found.mean.shape == (len(drawn.data.attended_test) // outputs, outputs)
    data = data_from_arrays(raw(network, 1, tests=9), network)
    given = Instance.given("own", network, data)
    kept = len(given.data.attended_test)
    assert kept % outputs == 0 and 0 < kept <= MOST_TESTS
