"""A parameter that is positive by default is taken so where integrals are written out for it."""

import pytest
from solving import module, theory

from derive.errors import DescriptionError
from derive.theories.disorder.gallery import gallery_model
from derive.theories.disorder.solver import solve


def test_a_value_of_the_other_sign_is_refused() -> None:
    """|h| <= kappa has its breaks in order for a positive kappa alone."""
    model = gallery_model("perceptron_symmetric")
    assert {s.name for s in theory(model).assumed} == {"kappa"}
    with pytest.raises(ValueError, match=r"kappa is -0\.5, and integrals are written out for a"):
        module(model).solve(alpha=0.7, kappa=-0.5)
    with pytest.raises(DescriptionError, match=r"symmetric constraint: kappa is -0\.5"):
        solve(model, kappa=-0.5)


def test_what_holds_for_either_sign_takes_either() -> None:
    """theta(h - kappa) has one break."""
    model = gallery_model("perceptron_spherical")
    assert not theory(model).assumed
    assert solve(model, kappa=-0.5).converged
