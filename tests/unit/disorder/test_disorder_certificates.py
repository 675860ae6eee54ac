"""Every step of a derivation has a certificate that passes; the whole gallery when it is slow."""

import pytest

from derive.theories.disorder.derivation import derive
from derive.theories.disorder.derivation.certificates import CERTIFICATES
from derive.theories.disorder.derivation.overlaps import overlaps_of
from derive.theories.disorder.derivation.rules.average import replicated
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.gallery import gallery_model, model_names

FEW = ["sk", "hopfield", "p_spin_spherical"]


def passes(name):
    for evidence in derive(gallery_model(name)).certify():
        assert evidence.digits >= 3  # what four replicas and extrapolations in N leave
        assert evidence.detail


@pytest.mark.parametrize("name", FEW)
def test_steps_have_evidence(name):
    passes(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in model_names() if name not in FEW])
def test_steps_of_the_gallery_have_evidence(name):
    passes(name)


CROSSED = DisorderedModel(
    sites={"variable": "binary", "components": 2},
    couplings="J**2*(q_12*q_21 + q_11*q_22/3)/2",
)
TWO_FIELDS = DisorderedModel(
    sites={"variable": "binary", "components": 2},
    examples={
        "ratio": "alpha",
        "fields": {"h_1": "x_1", "h_2": "x_2"},
        "weight": "theta(h_1)*theta(h_2 + kappa)",
    },
)


@pytest.mark.parametrize("model", [CROSSED, TWO_FIELDS], ids=["couplings", "fields"])
def test_overlaps_of_two_components_in_either_order(model):
    """x_2 of replica a with x_1 of b is q_12 of b and a, not of a and b."""
    before = State(model, overlaps_of(model), 0)
    certificate = CERTIFICATES["replicas and average"](before, replicated(before))
    assert certificate(20).digits >= 8


def test_couplings_of_two_components_have_no_parameter_but_their_own():
    derivation = derive(CROSSED)
    names = {s.name for s in derivation.theory.free_entropy.free_symbols}
    assert "q_21" not in names and "q_12" in names
    for step in derivation.steps:
        if step.name in ("stationarity", "replicon"):
            assert step.certificate(20).digits >= 3
