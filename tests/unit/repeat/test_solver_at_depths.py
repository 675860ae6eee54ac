"""Solutions by what was derived for any depth, beside those of networks written out."""

import math

import numpy as np
import pytest
from repeated_modules import case, module_of
from repeated_networks import REPEATED

from derive.errors import DescriptionError
from derive.theories.networks.derivation import derive
from derive.theories.networks.description import Data
from derive.theories.networks.solver import Solver, once, save_solution, solve

NAMES = ("attention", "residuals alone", "several outputs")


def settings(name, depth):
    """The network at a depth with numbers for all symbols, and data."""
    here = case(name, depth)
    symbols = set(here.written_out.symbols())
    network = here.written_out.with_values(
        {key: value for key, value in {"H": 2, "N": 37, "T": 0.31}.items() if key in symbols}
    )
    rng = np.random.default_rng(depth)
    outputs = network.readout.outputs
    paths = len(here.expected.path_table((2,) * depth))
    count = 7 * outputs
    data = Data(
        rng.normal(size=(count, 5, paths)), rng.normal(size=count),
        rng.normal(size=(4 * outputs, 5, paths)), rng.normal(size=4 * outputs), outputs=outputs,
    )  # fmt: skip
    return network, data


def any_depth(name):
    derivation = derive(REPEATED[name])
    return Solver(derivation, module_of(name), case(name, 1).found)


def files(tmp_path, *solutions):
    """What is saved of solutions."""
    for number, solution in enumerate(solutions):
        save_solution(tmp_path / f"{number}.npz", solution)
        with np.load(tmp_path / f"{number}.npz") as stored:
            yield dict(stored)


@pytest.mark.parametrize("name", NAMES)
def test_solutions_have_all_that_those_of_the_network_written_out_have(name, tmp_path):
    network, data = settings(name, 2)
    found, expected = files(
        tmp_path,
        any_depth(name).at({"L": 2}).solve(network, data),
        Solver.of(network).solve(network, data),
    )
    assert list(found) == list(expected)
    for key, value in expected.items():
        if value.dtype.kind != "f":
            np.testing.assert_array_equal(found[key], value, err_msg=key)
        elif key not in ("gradient_norm", "residual"):  # rounding alone
            np.testing.assert_allclose(found[key], value, rtol=1e-7, atol=1e-9, err_msg=key)


def test_infinite_width_and_searches():
    network, data = settings("attention", 3)
    found, expected = any_depth("attention").at({"L": 3}), Solver.of(network)
    wide = network.with_width(math.inf)
    one, two = (solver.solve(wide, data) for solver in (found, expected))
    assert one.log_evidence == pytest.approx(two.log_evidence, rel=1e-12)
    ours, theirs = (solver.search(network, data, 1) for solver in (found, expected))
    assert [s.action for s in ours] == pytest.approx([s.action for s in theirs], rel=1e-10)


@pytest.mark.parametrize(("shallow", "depths"), [(2, {"L": 2}), (10, {})])
def test_deep_networks_are_solved_by_what_holds_at_any_depth(shallow, depths, monkeypatch):
    monkeypatch.setattr(once, "SHALLOW", shallow)
    network, data = settings("attention", 2)
    symbolic = REPEATED["attention"].with_values({"H": 2, "N": 37, "T": 0.31})
    assert once.solver_of(symbolic, {"L": 2}).depths == depths
    solution = solve(symbolic, data, depths={"L": 2})
    assert solution.network == network and solution.converged


@pytest.mark.parametrize("depths", [{}, {"D": 2}, {"L": 2, "D": 3}])
def test_depths_that_are_missing_or_unknown_are_refused(depths):
    with pytest.raises(DescriptionError, match="a number for each of 'L'"):
        any_depth("attention").at(depths)
