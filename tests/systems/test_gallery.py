"""The gallery: claims about published formulas, right and wrong, get the verdicts they should."""

import pytest
from small_networks import CHAINS, NETWORKS

from derive.theories.networks.words import decide, gallery

LONG = (
    "action_head_missing",
    "action_lost_determinant",
    "action_wrong_trace",
    "fixed_point_degrees",
    "infinite_width",
)
"""Claims whose corrections, or saddle points, take seconds."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.slow) if n in LONG else n for n in gallery.names()],
)
def test_every_claim_gets_the_verdict_that_it_expects(name):
    claim = gallery.claim(name)
    assert claim.expect
    outcome = gallery.Outcome(name, claim, decide(claim, digits=20, instances=2))
    assert outcome.as_expected, repr(outcome.result)
    if claim.expect == "AGREES":
        assert outcome.result.digits >= 15 or "leading order" in outcome.result.reason
    if claim.expect == "DISAGREES":
        assert claim.slip
        assert outcome.result.counterexample is not None


@pytest.mark.slow
def test_other_instances_give_the_same_verdicts():
    for name in ("action", "kernel_head_missing", "ridge_teacher_norm", "push_through"):
        claim = gallery.claim(name)
        verdicts = {
            decide(claim, instances=1, seed=seed, explain=False).verdict.value for seed in range(5)
        }
        assert verdicts == {claim.expect}


@pytest.mark.parametrize(
    "network", ["no layer", pytest.param("one attention", marks=pytest.mark.slow)]
)
def test_published_claims_are_made_about_any_chain(network):
    found = gallery.published(NETWORKS[network])
    assert len(found) == 4
    for title, claim in found:
        check = gallery.check_published(title, claim, 20)
        assert check.verdict.value == "AGREES", check
        assert check.claim == title


@pytest.mark.slow
@pytest.mark.parametrize("network", CHAINS)
def test_published_claims_hold_for_every_chain(network):
    for title, claim in gallery.published(NETWORKS[network]):
        assert gallery.check_published(title, claim, 30).verdict.value == "AGREES"


def test_nothing_is_published_for_a_residual_network():
    assert gallery.published(NETWORKS["residual"]) == ()


def test_the_table_marks_what_is_not_as_expected():
    claim = gallery.claim("push_through")
    outcome = gallery.Outcome("push_through", claim, decide(claim))
    assert "1 as expected" in gallery.table([outcome])
    wrong = gallery.Outcome("transposed", gallery.claim("transposed"), outcome.result)
    assert "EXPECTED DISAGREES" in gallery.table([wrong])
