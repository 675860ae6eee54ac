"""`derive check` of a network whose depth is a symbol: its module against networks written out."""

from types import ModuleType

import pytest
from repeated_modules import generated_source
from repeated_networks import REPEATED

from derive.evidence.rung import Rung
from derive.evidence.verdict import Verdict
from derive.theories.networks.checks import check, chosen_depths, loops
from derive.theories.networks.ladder import theory as ladder
from derive.theories.networks.runs.climb import instances_for

FUNCTIONS = loops.CLAIMS[:1]


def loaded(source):
    module = ModuleType("any_depth")
    exec(compile(source, "any_depth", "exec"), module.__dict__)
    return module


@pytest.mark.parametrize(
    "name", ["attention", pytest.param("residual on top", marks=pytest.mark.slow)]
)
def test_the_module_for_any_depth_is_checked(name):
    (found,) = check(REPEATED[name], digits=15, claims=FUNCTIONS)
    assert found.verdict is Verdict.AGREES


UP, DOWN = "for l in range({}):\n        total += action", "for l in range({}):\n        priors"


@pytest.mark.parametrize(
    ("line", "whole", "less"), [(UP, "1, L + 1", "1, L"), (DOWN, "L, 0, -1", "L, 1, -1")]
)
def test_a_layer_left_out_is_noticed(line, whole, less):
    source, old = generated_source("attention"), line.format(whole)
    assert source.count(old) == 1
    module = loaded(source.replace(old, line.format(less)))
    (found,) = check(REPEATED["attention"], digits=15, claims=FUNCTIONS, module=module)
    assert found.verdict is not Verdict.AGREES


def test_every_block_has_two_copies_and_depths_differ():
    assert chosen_depths(REPEATED["attention"]) == {"L": 2}
    assert chosen_depths(REPEATED["residual on top"]) == {"L": 3}
    assert chosen_depths(REPEATED["two depths"]) == {"L": 2, "D": 3}


def test_a_ladder_certifies_any_depth_and_checks_one(monkeypatch):
    seen = []

    def rung(*given):
        seen.append(given[0])
        return Rung("a rung", ())

    for name in ("certificates", "published", "exact_law"):
        monkeypatch.setattr(ladder, name, rung)
    for name in ("claims", "nonlinear"):
        monkeypatch.setattr(ladder, name, lambda *given: seen.append(given[0]) or ())
    ladder.Theory(REPEATED["linear"], digits=15).rungs()
    derivation, checked, network, exact, _ = seen
    assert derivation.network == REPEATED["linear"] and exact is checked
    assert network == checked.network == REPEATED["linear"].with_values({"L": 2})
    assert instances_for(REPEATED["linear"], None, 0)[0].network.depths() == ()
