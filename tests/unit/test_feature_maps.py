"""Kernels of features against quadrature and random features, and wrong kernels in one line."""

import sys

import mpmath
import numpy as np
import pytest

from derive.errors import DataError, DescriptionError
from derive.theories.networks.derivation.rules.features.certificate import second_moment
from derive.theories.networks.description import (
    Features,
    Network,
    Readout,
    network_from_dict,
    network_to_toml,
)
from derive.theories.networks.description.feature_maps import MAPS, kernel_matrix

VARIANCE = 1.7
RNG = np.random.default_rng(3)
INPUTS = RNG.normal(size=(4, 5)) * np.array([[0.3], [1.0], [2.5], [6.0]])
CONTEXT = mpmath.MPContext()
CONTEXT.dps = 20


def given(name, mean, spread):
    """<phi(mean + spread z)> over a standard normal z, by hand."""
    m, s = mean, spread
    if name == "arc-sine":
        return CONTEXT.erf(m / CONTEXT.sqrt(1 + 2 * s**2))
    if name == "arc-cosine-0":
        return CONTEXT.ncdf(m / s)
    return m * CONTEXT.ncdf(m / s) + s * CONTEXT.npdf(m / s)


def quadrature(name, x, z):
    """<phi(h) phi(h')>: over h' given h in closed form, over h by mpmath."""
    scale = CONTEXT.mpf(VARIANCE) / len(x)
    a, b, c = (scale * sum(map(CONTEXT.mpf, u * v)) for u, v in ((x, x), (z, z), (x, z)))
    spread = CONTEXT.sqrt(b - c * c / a)

    def integrand(t):
        h = CONTEXT.sqrt(a) * t
        return MAPS[name].scalar(CONTEXT, h) * given(name, c / a * h, spread) * CONTEXT.npdf(t)

    return float(CONTEXT.quad(integrand, [-12, -4, -1, 0, 1, 4, 12]))


@pytest.mark.parametrize("name", MAPS)
def test_kernels_are_second_moments(name):
    """Pairs of inputs of norms from 0.3 to 6; float64 against 20 digits."""
    found = kernel_matrix(name, INPUTS, INPUTS, VARIANCE)
    for i in range(4):
        for j in range(i):
            expected = quadrature(name, INPUTS[i], INPUTS[j])
            assert found[i, j] == pytest.approx(expected, rel=1e-12, abs=1e-14)
            polar = second_moment(Features(3, name, 1.0), VARIANCE, INPUTS[i], INPUTS[j])
            assert polar == pytest.approx(expected, rel=1e-9)
    np.testing.assert_allclose(found, found.T, rtol=1e-14)


@pytest.mark.parametrize("name", MAPS)
def test_kernels_are_those_of_random_features(name):
    """Means over 200000 neurons, within five standard errors."""
    weights = RNG.normal(scale=np.sqrt(VARIANCE), size=(200_000, 5))
    features = MAPS[name].activation(weights @ INPUTS.T / np.sqrt(5))
    products = features[:, :, None] * features[:, None, :]
    error = products.std(axis=0) / np.sqrt(len(weights)) + 1e-12
    gap = np.abs(products.mean(axis=0) - kernel_matrix(name, INPUTS, INPUTS, VARIANCE))
    assert (gap < 5 * error).all()


@pytest.mark.parametrize(("name", "diagonal"), [("arc-cosine-0", 0.5), ("arc-cosine-1", None)])
def test_parallel_inputs_lose_no_digits(name, diagonal):
    """An arc cosine near 1 would halve them."""
    found = kernel_matrix(name, INPUTS, INPUTS, VARIANCE).diagonal()
    expected = (INPUTS**2).sum(1) * VARIANCE / 5 / 2 if diagonal is None else diagonal
    np.testing.assert_allclose(found, np.broadcast_to(expected, 4), rtol=1e-15)
    opposite = kernel_matrix(name, INPUTS, -INPUTS, VARIANCE).diagonal()
    np.testing.assert_allclose(opposite, np.zeros(4), atol=1e-14)
    turned = INPUTS[:1] + 1e-9 * np.array([[1.0, 0, 0, 0, 0]])
    near = kernel_matrix("arc-cosine-0", INPUTS[:1], turned, VARIANCE)[0, 0]
    across = turned[0] - INPUTS[0] * (INPUTS[0] @ turned[0]) / (INPUTS[0] @ INPUTS[0])
    theta = np.linalg.norm(across) / np.linalg.norm(INPUTS[0])
    assert 0.5 - near == pytest.approx(theta / (2 * np.pi), rel=1e-4)


@pytest.mark.parametrize(("name", "value"), [("arc-sine", 0), ("arc-cosine-0", 0.25)])
def test_an_input_that_vanishes(name, value):
    found = kernel_matrix(name, np.zeros((1, 5)), INPUTS, VARIANCE)
    np.testing.assert_allclose(found, np.full((1, 4), value), atol=1e-15)
    assert MAPS[name].activation(0.0) ** 2 == value
    assert kernel_matrix(name, np.zeros((1, 5)), np.zeros((1, 5)), 1.0)[0, 0] == value


@pytest.mark.parametrize("name", MAPS)
def test_only_homogeneous_kernels_are_proportional_to_the_variance(name):
    once, twice = (kernel_matrix(name, INPUTS, INPUTS, v) for v in (1.0, 2.0))
    assert np.allclose(2 * once, twice) == MAPS[name].homogeneous


@pytest.mark.parametrize("name", MAPS)
def test_the_nonlinearity_is_the_same_in_every_arithmetic(name):
    for h in (-1.25, -0.5, 0.0, 0.5, 3.0):
        assert float(MAPS[name].scalar(CONTEXT, CONTEXT.mpf(h))) == pytest.approx(
            float(MAPS[name].activation(h)), rel=1e-15, abs=1e-16
        )


def square(a, b):
    return (1 + a @ b.T / a.shape[1]) ** 2


def test_a_function_of_ones_own_is_multiplied_by_the_variance():
    found = kernel_matrix(square, INPUTS, INPUTS[:2], 2.0)
    np.testing.assert_array_equal(found, 2 * square(INPUTS, INPUTS[:2]))


WRONG = {
    "shape": (lambda a, b: np.ones(3), "shape (3,), expected (4, 4)"),
    "nan": (lambda a, b: np.full((4, 4), np.nan), "16 of 16 entries are NaN"),
    "complex": (lambda a, b: np.ones((4, 4)) * 1j, "entries of type complex128"),
    "raises": (lambda a, b: a @ b, "fails on the inputs (matmul"),
    "ragged": (lambda a, b: [[1], [1, 2]], "no array"),
}


@pytest.mark.parametrize(("function", "text"), WRONG.values(), ids=WRONG)
def test_a_function_that_is_no_kernel_is_refused_in_one_line(function, text):
    with pytest.raises(DataError) as caught:
        kernel_matrix(function, INPUTS, INPUTS, 1.0)
    assert text in str(caught.value) and "\n" not in str(caught.value)


def table(kernel):
    first = {"kind": "features", "width": 9, "kernel": kernel, "variance": 1.2}
    return {"temperature": 0.1, "layers": [first, {"kind": "readout", "variance": 1}]}


def test_toml_names_a_kernel():
    network = network_from_dict(table("arc-cosine-1"))
    assert network == Network((Features(9, "arc-cosine-1", 1.2), Readout(1)), 0.1)
    assert network.describe() == "features(N=9, arc-cosine-1) -> readout(last)"
    assert 'kernel = "arc-cosine-1"' in network_to_toml(network)


@pytest.mark.parametrize(
    ("kernel", "text"),
    [
        ("arc-sin", "did you mean 'arc-sine'?"),
        ("__import__('os')", "nor an installed entry point of the group derive.kernels"),
        (3, "3 is no kernel; give a name in quotes"),
        (None, "is no kernel"),
        ({"a": 1}, "a table is no kernel"),
    ],
)
def test_an_unknown_kernel_is_refused_in_one_line(kernel, text):
    with pytest.raises(DescriptionError) as caught:
        network_from_dict(table(kernel))
    assert text in str(caught.value) and "\n" not in str(caught.value)
    assert str(caught.value).startswith("network: layers[1].kernel: ")


def install(folder, value, code="def mine(a, b):\n    return a @ b.T + 1\n"):
    """A package with an entry point, as pip leaves it."""
    (folder / "kernel_of_mine.py").write_text(code)
    about = folder / "kernel_of_mine-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: kernel-of-mine\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[derive.kernels]\nmine = {value}\n")


def test_an_entry_point_is_a_kernel(tmp_path, monkeypatch):
    install(tmp_path, "kernel_of_mine:mine")
    monkeypatch.syspath_prepend(str(tmp_path))
    network = network_from_dict(table("mine"))
    assert network_from_dict(table("mine")) == network
    assert 'kernel = "mine"' in network_to_toml(network)
    found = kernel_matrix("mine", INPUTS, INPUTS, 2.0)
    np.testing.assert_allclose(found, 2 * (INPUTS @ INPUTS.T + 1))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("kernel_of_mine:other", "has no attribute 'other'"),
        ("no_such_module_of_mine:mine", "No module named"),
        ("kernel_of_mine:number", "it is no function"),
    ],
)
def test_an_entry_point_that_cannot_be_loaded(value, text, tmp_path, monkeypatch):
    install(tmp_path, value, "number = 3\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "kernel_of_mine", raising=False)
    network_from_dict(table("mine"))  # names are read; code is not loaded
    with pytest.raises(DescriptionError) as caught:
        kernel_matrix("mine", INPUTS, INPUTS, 1.0)
    assert text in str(caught.value) and "\n" not in str(caught.value)


def test_an_entry_point_that_is_gone():
    with pytest.raises(DescriptionError, match="it is not installed"):
        kernel_matrix("gone", INPUTS, INPUTS, 1.0)


def test_a_function_has_no_name_in_toml():
    network = Network((Features(9, square, 1.2), Readout(1)), 0.1)
    assert network.describe() == "features(N=9, square) -> readout(last)"
    with pytest.raises(DescriptionError, match="the function square cannot be written to TOML"):
        network_to_toml(network)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"width": 0}, "layers[1].width: 0 is not a size"),
        ({"variance": 0}, "layers[1].variance: 0 is out of range"),
        ({"heads": 2}, "unknown key 'heads' in features"),
    ],
)
def test_other_keys_are_checked_as_ever(change, text):
    described = table("arc-sine")
    described["layers"][0] |= change
    with pytest.raises(DescriptionError) as caught:
        network_from_dict(described)
    assert text in str(caught.value)


def test_features_stand_first():
    with pytest.raises(DescriptionError, match="features stands inside"):
        Network((Features(9, "arc-sine", 1.0), Features(9, "arc-sine", 1.0), Readout(1)), 0.1)


def test_symbols_and_changes_leave_the_kernel_alone():
    network = Network((Features("N", kernel="arc-sine", variance="s"), Readout("s")), "T")
    assert network.symbols() == ("N", "T", "s")
    given = network.with_values({"N": 5, "T": 0.1, "s": 1.5})
    assert given.layers[0] == Features(5, "arc-sine", 1.5)
    assert given.with_width(8).layers[0].width == 8
