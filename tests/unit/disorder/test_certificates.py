"""Every step of a derivation has a certificate that passes; the whole gallery when it is slow."""

import pytest

from derive.theories.disorder.derivation import derive
from derive.theories.disorder.gallery import gallery_model, model_names

FEW = ["sk", "hopfield", "p_spin_spherical"]


def passes(name):
    for evidence in derive(gallery_model(name)).certify():
        assert evidence.digits >= 4  # what four replicas and extrapolations in N leave
        assert evidence.detail


@pytest.mark.parametrize("name", FEW)
def test_steps_have_evidence(name):
    passes(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in model_names() if name not in FEW])
def test_steps_of_the_gallery_have_evidence(name):
    passes(name)
