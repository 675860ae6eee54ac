"""The gallery's files: read, written back, with a source and a number for every parameter."""

import re

import numpy as np
import pytest
from scipy.special import gammaln, logsumexp

from derive.errors import DescriptionError
from derive.theories.disorder.description import load_model, symbol
from derive.theories.disorder.description.checking.numeric import value
from derive.theories.disorder.gallery import FOLDER, gallery_model, model_names, model_path


@pytest.mark.parametrize("name", model_names())
def test_files_are_read_and_written_back(name, tmp_path):
    model = gallery_model(name)
    path = tmp_path / "again.toml"
    path.write_text(model.to_toml())
    again = load_model(path)
    assert again == model and hash(again) == hash(model)
    assert again.to_toml() == model.to_toml()


@pytest.mark.parametrize("name", model_names())
def test_files_have_a_source_and_numbers_for_their_parameters(name):
    model = gallery_model(name)
    assert (FOLDER / f"{name}.toml").read_text().startswith("# ")
    assert re.search(r"\b(19|20)\d\d\b|ICML|NeurIPS", model.source)
    assert {*model.parameters} == {s.name for s in model.free()}
    assert model.examples or model.couplings


def test_an_unknown_model_is_named():
    with pytest.raises(DescriptionError, match=r"no model 'hopfeld'; did you mean 'hopfield'\?"):
        model_path("hopfeld")


def at_defaults(model, expression, **numbers):
    at = {symbol(name): number for name, number in {**model.parameters, **numbers}.items()}
    return float(value(expression, at))


def test_the_deep_linear_energy_is_the_prior_of_wide_layers():
    """- ln p(w)/N by quadrature over |v|^2, a chi-squared variable, at growing N."""
    model = gallery_model("deep_linear")
    beta, c, v = (model.parameters[name] for name in ("beta", "c", "v"))
    grid = np.linspace(1e-3, 6, 20_001)  # of r = |v|^2 / (c N)
    for square in (0.3, 1.9):
        found = []
        for n in (4000, 8000):
            half = c * n / 2
            law = (half - 1) * np.log(grid) - half * grid + half * np.log(half) - gammaln(half)
            gauss = -n * square / (2 * v * grid) - n / 2 * np.log(2 * np.pi * v * grid)
            found.append(-(logsumexp(law + gauss) + np.log(grid[1] - grid[0])) / n)
        limit = 2 * found[1] - found[0]
        # what is left of ln(N)/N after one extrapolation
        expected = beta * at_defaults(model, model.mean.energy, m=square)
        assert limit == pytest.approx(expected, abs=3e-4)


@pytest.mark.parametrize(("name", "strengths"), [("sk", ("J", None)), ("p_spin", ("J_2", "J_3"))])
def test_covariances_are_those_of_the_couplings(name, strengths):
    """E H(s) H(s')/N summed over all pairs and triples of spins, extrapolated in 1/N."""
    model, overlap = gallery_model(name), 0.4
    found = []
    for n in (400, 800):
        total = overlap * n  # of s_i s'_i = +-1; elementary symmetric polynomials of them
        pairs, triples = (total**2 - n) / 2, (total**3 - 3 * n * total + 2 * total) / 6
        sums = (pairs / n, triples * 3 / n**2)  # times the variance p!/(2 N^(p-1))
        parts = zip(strengths, sums, strict=True)
        found.append(sum(model.parameters[j] ** 2 * part for j, part in parts if j) / n)
    expected = at_defaults(model, model.couplings[0].covariance, q=overlap)
    assert 2 * found[1] - found[0] == pytest.approx(expected, rel=5e-5)  # 1/N^2 is left


def test_energies_of_many_spins_are_independent():
    model = gallery_model("random_energy")
    covariance = model.couplings[0].covariance
    assert at_defaults(model, covariance, q=0.4) < 1e-12
    strength = model.parameters["J"]
    assert at_defaults(model, covariance, q=1) == pytest.approx(strength**2 / 2)
