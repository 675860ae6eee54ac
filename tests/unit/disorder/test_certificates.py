"""Every step of a derivation has a certificate that passes; the whole gallery when it is slow."""

import pytest

from derive.theories.disorder.derivation import derive
from derive.theories.disorder.derivation.certificates import CERTIFICATES
from derive.theories.disorder.gallery import gallery_model, model_names

FEW = ["sk", "hopfield", "p_spin_spherical"]


def passes(name):
    for step in derive(gallery_model(name)).steps:
        if step.name in CERTIFICATES:
            evidence = step.certificate(20)
            assert evidence.digits >= 6, step.name  # what differences of quadrature leave
            assert evidence.detail


@pytest.mark.parametrize("name", FEW)
def test_steps_have_evidence(name):
    passes(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in model_names() if name not in FEW])
def test_steps_of_the_gallery_have_evidence(name):
    passes(name)
