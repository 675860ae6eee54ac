"""Values that independent programs and the literature give, at replica symmetry."""

from __future__ import annotations

import math

import pytest
from solving import state

from derive.theories.disorder.description import DisorderedModel

SK = DisorderedModel(
    name="SK",
    sites={"variable": "binary"},
    couplings="J**2*q**2/2",
    mean={"energy": "-b*m", "magnetisations": {"m": "x"}},
)


def stored(name: str, sites: object, weight: str, **defaults: float) -> DisorderedModel:
    """Random patterns and a weight of their fields."""
    return DisorderedModel(
        name=name,
        sites=sites,
        examples={"ratio": "alpha", "fields": {"h": "x"}, "weight": weight},
        parameters=defaults,
    )


TEACHER = DisorderedModel(
    name="teacher and student",
    sites={"variable": "binary", "attributes": {"t": "binary"}},
    examples={
        "ratio": "alpha",
        "fields": {"h": "x", "u": "t"},
        "labels": "sign(u)",
        "weight": "theta(y*h)",
    },
    observables={"test_error": "theta(-h*u)"},
)


def test_sk_below_its_transition() -> None:
    """q and f at T = 0.5 (Var J = 1/N)."""
    found = state(SK, [0.5, 0.0], J=1.0, b=0.0, beta=2.0)
    assert found["q"] == pytest.approx(0.530368392051, abs=1e-12)
    assert -found["free_entropy"] / 2.0 == pytest.approx(-0.792392945135, abs=1e-12)


def test_sk_de_almeida_thouless() -> None:
    """The replicon vanishes at T = 0.535104943115 in the field 0.5."""
    found = state(SK, [0.5, 0.3], J=1.0, b=0.5, beta=1 / 0.535104943115)
    assert abs(found["replicon"]) < 1e-11


def test_sk_in_the_cold() -> None:
    """The ground-state energy and entropy -sqrt(2/pi), -1/(2 pi) are left by powers of T."""
    values = [state(SK, [0.9, 0.0], J=1.0, b=0.0, beta=b) for b in (500.0, 1000.0)]
    energy = (4 * values[1]["energy"] - values[0]["energy"]) / 3
    assert energy == pytest.approx(-math.sqrt(2 / math.pi), abs=2e-8)
    entropy = 2 * values[1]["entropy"] - values[0]["entropy"]
    assert entropy == pytest.approx(-1 / (2 * math.pi), abs=1e-5)


def test_binary_perceptron_has_no_entropy_at_its_capacity() -> None:
    """Krauth and Mezard 1989."""
    model = stored("binary perceptron", {"variable": "binary"}, "theta(h - kappa)")
    found = state(model, [0.5], alpha=0.83307859973958, kappa=0.0)
    assert abs(found["entropy"]) < 1e-13
    assert found["q"] == pytest.approx(0.563949080085, abs=1e-12)
    assert found["qhat"] == pytest.approx(2.576351319, abs=1e-9)


def test_ternary_perceptron_has_no_entropy_at_its_capacity() -> None:
    """Q is free."""
    model = stored("ternary perceptron", {"variable": {"values": [-1, 0, 1]}}, "theta(h - kappa)")
    found = state(model, [0.3, 0.7], alpha=1.17448191, kappa=0.0)
    assert abs(found["entropy"]) < 5e-9


def test_symmetric_perceptron_has_no_entropy_at_its_capacity() -> None:
    """|h| <= 1."""
    model = stored("symmetric", {"variable": "binary"}, "theta(K - abs(h))", K=1.0, alpha=1.0)
    found = state(model, [0.01], alpha=1.815875495837, K=1.0)
    assert abs(found["entropy"]) < 1e-12


def test_teacher_and_student_where_the_phases_meet() -> None:
    """phi of the overlap 0.69376 is that of the teacher, 0."""
    found = state(TEACHER, [0.6, 0.6], alpha=1.2446839898507)
    assert abs(found["free_entropy"]) < 1e-13
    assert found["q"] == pytest.approx(0.693760219655, abs=1e-12)
    assert found["m"] == pytest.approx(found["q"], abs=1e-12)
    assert found["test_error"] == pytest.approx(math.acos(found["m"]) / math.pi, abs=1e-12)


def test_planted_one_bit_machine() -> None:
    """cosh(beta h), patterns from the same law."""
    model = DisorderedModel(
        name="one-bit RBM",
        sites={"variable": "binary", "attributes": {"t": "binary"}},
        examples={
            "ratio": "alpha",
            "fields": {"h": "x", "u": "t"},
            "tilt": "cosh(beta*u)",
            "weight": "cosh(beta*h)",
        },
    )
    found = state(model, [0.4, 0.4], alpha=2.0, beta=1.0)
    assert found["q"] == pytest.approx(0.389764463506, abs=1e-12)


def test_spiked_wigner() -> None:
    """x = +-1 at lambda = 2."""
    model = DisorderedModel(
        name="spiked Wigner",
        sites={"variable": "binary", "attributes": {"t": "binary"}},
        couplings="q**2",
        mean={"energy": "-lam*m**2/2", "magnetisations": {"m": "t*x"}},
    )
    found = state(model, [0.4, 0.4], lam=2.0, beta=1.0)
    assert found["q"] == pytest.approx(0.618447509349, abs=1e-12)


@pytest.mark.parametrize("rho, error", [(1.0, 0.193557734498), (2.0, 0.299896797088)])
def test_ridge(rho: float, error: float) -> None:
    """Extrapolated to T = 0; the closed form at alpha 2, lambda 0.5, noise 0.25."""
    model = DisorderedModel(
        name="ridge",
        sites={"variable": {"regulariser": "lam*x**2/2"}, "attributes": {"t": {"gaussian": "rho"}}},
        examples={
            "ratio": "alpha",
            "fields": {"h": "x", "u": "t"},
            "labels": {"gaussian": "u", "variance": "Delta"},
            "energy": "(y - h)**2/2",
        },
    )
    found = state(
        model, [0.5 * rho, rho, 0.5 * rho], alpha=2.0, beta=3.0, lam=0.5, rho=rho, Delta=0.25
    )
    assert found["q"] - 2 * found["m"] + rho == pytest.approx(error, abs=1e-11)


def test_lasso_in_the_cold() -> None:
    """m and q."""
    model = DisorderedModel(
        name="LASSO",
        sites={"variable": {"regulariser": "lam*abs(x)"}, "attributes": {"t": "gaussian"}},
        examples={
            "ratio": "alpha",
            "fields": {"h": "x", "u": "t"},
            "labels": {"gaussian": "u", "variance": "Delta"},
            "energy": "(y - h)**2/2",
        },
        parameters={"alpha": 2.0, "lam": 0.3, "Delta": 0.25},
    )
    given = {"alpha": 2.0, "lam": 0.3, "Delta": 0.25}
    found = state(model, [0.83, 0.85, 0.8], beta=1e4, **given)
    assert found["m"] == pytest.approx(0.818540808, abs=1e-4)  # T ln T is left
    assert found["q"] == pytest.approx(0.837071537, abs=1e-4)
