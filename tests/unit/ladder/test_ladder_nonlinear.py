"""The rung of the ladder that samples the nonlinear network itself."""

from dataclasses import replace

import pytest

from derive.evidence.verdict import Verdict
from derive.theories.networks.description import Embedding, Features, Linear, Network, Readout
from derive.theories.networks.description.feature_maps import MAPS
from derive.theories.networks.ladder import nonlinear
from derive.theories.networks.solver import Solver


def network(*layers, first=None, readout=None):
    first = first or Features("N", kernel="arc-sine", variance="s")
    return Network((first, *layers, readout or Readout("r")), "T")


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(nonlinear, "WIDTHS", (8,))
    monkeypatch.setattr(nonlinear, "DRAWS", 600)


def rung(described):
    told = []
    found = nonlinear.nonlinear(described, Solver.of(described), 0, told.append)
    return found, told


def test_the_network_agrees_with_its_saddle_point(small):
    (found,), told = rung(network())
    (result,) = found.results
    assert result.verdict is Verdict.AGREES
    assert "relative deviation" in result.reason and "leading order" in result.reason
    assert float(result.expected) > 1.1 * 1.2 and "±" in result.found
    assert told == ["nonlinear features, N = 8"]


def test_another_kernel_disagrees(small, monkeypatch):
    """Four times the features' second moment: the theory of features of another scale."""
    right = MAPS["arc-sine"]
    wrong = replace(right, second_moment=lambda law: 4 * right.second_moment(law))
    monkeypatch.setitem(MAPS, "arc-sine", wrong)
    monkeypatch.setattr(nonlinear, "WIDTHS", (32,))
    (found,), _ = rung(network())
    assert found.results[0].verdict is Verdict.DISAGREES


def test_chains_that_have_not_mixed_settle_nothing(small, monkeypatch):
    monkeypatch.setattr(nonlinear, "DRAWS", 5)
    monkeypatch.setattr(nonlinear, "MOST", 10)
    (found,), _ = rung(network())
    assert found.results[0].verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "described",
    [
        network(first=Embedding("N", variance="s")),
        network(Linear("t", width="M")),
        network(first=Features("N", kernel=lambda a, b: a @ b.T, variance="s")),
        network(readout=Readout("r", outputs=2)),
    ],
    ids=["linear", "deep", "given kernel", "two outputs"],
)
def test_other_networks_have_no_such_rung(described):
    assert nonlinear.nonlinear(described, None, 0, print) == ()
