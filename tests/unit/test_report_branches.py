"""A run's report says between which widths the lowest minimum changes its branch."""

import numpy as np
import pytest

from derive.cli import main
from derive.theories.networks.description import network_to_toml
from derive.theories.networks.report.branches import changes_of_branch
from derive.theories.networks.report.results import CaseResults, Point
from derive.theories.networks.report.summary import _case
from tests.unit.test_solver_minima import by_depth, issue


def arrays(solution):
    minima = [solution, *solution.others]
    return {
        "converged": True,
        "log_evidence": solution.log_evidence,
        "G_bottom": solution.bottom,
        "minima_G_bottom": np.stack([one.bottom for one in minima]),
    }


def case(widths):
    network, data = issue()
    solver = by_depth(4)[0]
    points = [
        Point(width, None, arrays(solver.solve(network.with_width(width), data)))
        for width in widths
    ]
    return CaseResults("labels", network, (), (), (), tuple(points))


def test_the_two_widths_are_named():
    # the actions of the two minima are equal at N = 34.8: see test_solver_transition.py
    found = case([40, 24, 12, 900])
    (said,) = changes_of_branch([found])
    assert said == (
        "labels: the lowest minimum changes its branch between N = 24 and N = 40, a first-order "
        "transition"
    )
    assert _case(found)["changes of branch"] == [said]
    below, above = case([12, 18, 30]), case([60, 900])
    assert changes_of_branch([below, above]) == []
    assert "changes of branch" not in _case(below)


@pytest.mark.slow
def test_the_report_says_so(tmp_path):
    network, data = issue()
    spec, file, out = tmp_path / "n.toml", tmp_path / "d.npz", tmp_path / "out"
    spec.write_text(network_to_toml(network), encoding="utf-8")
    np.savez(file, attended=data.attended, labels=data.labels)
    given = ["run", str(spec), "--data", str(file), "--widths", "20,50", "--out", str(out)]
    assert main(given) in (0, 3)
    assert "between N = 20 and N = 50" in (out / "report.html").read_text(encoding="utf-8")
