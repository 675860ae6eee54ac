"""Parameters of any name: as by another name, or refused; never another number."""

import pytest
from solving import module, state

from derive.errors import DescriptionError
from derive.theories.disorder.description import DisorderedModel


def named(name: str) -> DisorderedModel:
    """A glass and examples, with a parameter of a name."""
    return DisorderedModel(
        name="named",
        sites={"variable": "binary", "attributes": {"t": "binary"}},
        couplings=f"{name}**2*q**2/2",
        examples={
            "ratio": "alpha",
            "fields": {"h": "x", "u": "t"},
            "labels": "sign(u)",
            "energy": f"log(1 + exp(-{name}*y*h))",
        },
    )


@pytest.mark.parametrize("name", ["z", "weight", "values", "np", "V", "start", "order"])
def test_names_of_the_functions_are_refused(name: str) -> None:
    """z, weight and n gave a wrong free entropy."""
    with pytest.raises(DescriptionError, match=f"parameters.{name}: .*another name"):
        module(named(name))


@pytest.mark.parametrize("name", ["a", "c0", "F"])
def test_other_names_give_one_number(name: str) -> None:
    """The free entropy is that of a name that nothing else has, or the name is refused."""
    values = {"alpha": 0.7, "beta": 1.1}
    right = state(named("strength"), [0.5, 0.5], strength=0.8, **values)["free_entropy"]
    try:
        found = state(named(name), [0.5, 0.5], **{name: 0.8}, **values)["free_entropy"]
    except DescriptionError:
        assert name in {"c0", "F"}
    else:
        assert found == pytest.approx(right, abs=1e-12)


def test_the_number_of_replicas_is_no_parameter() -> None:
    """n goes to 0 in the derivation, and took a parameter with it."""
    with pytest.raises(DescriptionError, match="n is the number of replicas"):
        named("n")
    with pytest.raises(DescriptionError, match="omega is the mean of a field"):
        named("omega")


def test_a_parameter_is_no_score() -> None:
    """score_u is the derivative of the labels' law in u."""
    with pytest.raises(DescriptionError, match="score_u"):
        named("score_u")
