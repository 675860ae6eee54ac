"""A first layer of features on the command line: TOML, data, derivation, checks, errors."""

import numpy as np
import pytest
from command_line import call, refusal

from derive.theories.networks.description import data_from_arrays, load_network
from derive.theories.networks.solver import solve

SPEC = """
name = "a hidden layer"
temperature = 0.2
[[layers]]
kind = "features"
width = 12
kernel = "arc-sine"
variance = 1.4
[[layers]]
kind = "readout"
variance = 0.8
"""
READOUT = '[[layers]]\nkind = "readout"'
FIRST = SPEC[SPEC.index("[[layers]]") : SPEC.index(READOUT)]
ABOVE = SPEC.replace(
    READOUT,
    '[[layers]]\nkind = "attention"\nheads = 2\nwidth = 9\nvariance = 0.9\n'
    '[[layers]]\nkind = "readout"',
)


def write(folder, spec=SPEC, **changes):
    rng = np.random.default_rng(2)
    given = {}
    for end, count in (("", 7), ("_test", 3)):
        given["inputs" + end] = rng.normal(size=(count, 4, 2))
        given["labels" + end] = np.sign(rng.normal(size=count))
        if spec is ABOVE:
            given["attention_1" + end] = rng.normal(size=(count, 2, 2, 2))
    given |= changes
    (folder / "spec.toml").write_text(spec)
    np.savez(folder / "data.npz", **{k: v for k, v in given.items() if v is not None})
    return folder / "spec.toml", folder / "data.npz", given


@pytest.mark.parametrize("spec", [SPEC, ABOVE], ids=["alone", "below attention"])
def test_solve(spec, capsys, tmp_path):
    path, data, given = write(tmp_path, spec)
    found = call(capsys, "solve", path, "--data", data, "--out", tmp_path / "out.npz")
    assert found.status == 0
    assert "note: the first layer has the kernel arc-sine" in found.err
    assert "Gaussian features" in found.err
    stored = np.load(tmp_path / "out.npz")
    network = load_network(path)
    expected = solve(network, data_from_arrays(given, network))
    np.testing.assert_allclose(stored["mean"], expected.mean, rtol=1e-10)
    np.testing.assert_allclose(stored["G_bottom"], expected.bottom, rtol=1e-10)


def test_show(capsys, tmp_path):
    path, *_ = write(tmp_path)
    table = call(capsys, "show", path)
    assert table.status == 0 and "Gaussian features" in table.out
    assert "LEADING N, P → ∞" in table.out
    text = call(capsys, "show", path, "--markdown", "--certify", "--digits", "8").out
    assert "| 2 | Gaussian features | LEADING | 8" in text or "| LEADING |" in text
    assert r"\mathrm{erf}(h)" in text and r"\mathcal{X}_\phi[B; W]_\mu" in text
    assert "linear in every weight but the first" in text
    assert r"\phi" in call(capsys, "show", path, "--latex").out


def test_generate_says_so(capsys, tmp_path):
    path, *_ = write(tmp_path)
    source = call(capsys, "generate", path).out
    assert "features(N=12, arc-sine) -> readout(last)" in source
    assert "2. Gaussian features [LEADING, N, P -> infinity at fixed P/N]" in source


def test_check(capsys, tmp_path):
    path, *_ = write(tmp_path, ABOVE)
    found = call(capsys, "check", path, "--digits", "15")
    assert found.status == 0 and "AGREES" in found.out


def test_attended_inputs_of_ones_own(capsys, tmp_path):
    attended = np.random.default_rng(1).normal(size=(7, 5, 1))
    path, data, _ = write(
        tmp_path, attended=attended, inputs=None, inputs_test=None, labels_test=None
    )
    found = call(capsys, "solve", path, "--data", data, "--out", tmp_path / "out.npz")
    assert found.status == 0 and "feature space" in found.err


def kernel_(text):
    return SPEC.replace('"arc-sine"', text)


WRONG = {
    "unknown": (kernel_('"arc-sin"'), "did you mean 'arc-sine'?"),
    "code": (kernel_("\"__import__('os').system('x')\""), "is no kernel"),
    "number": (kernel_("2"), "2 is no kernel"),
    "missing": (SPEC.replace('kernel = "arc-sine"\n', ""), "features needs width, kernel"),
    "inside": (
        SPEC.replace(READOUT, FIRST + READOUT),
        "features stands inside: 'features' is a nonlinearity between two integrated weights, "
        "which is outside the theory",
    ),
}


@pytest.mark.parametrize(("spec", "text"), WRONG.values(), ids=WRONG)
def test_wrong_descriptions(spec, text, capsys, tmp_path):
    path, *_ = write(tmp_path, spec)
    assert text in refusal(capsys, "show", path, folder=tmp_path)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"inputs_test": np.ones((3, 5, 2))}, "inputs_test: 5 features, and 4 of the training"),
        ({"inputs": np.ones((7, 4))}, "inputs: shape (7, 4)"),
        ({"attention_1": np.ones((7, 1, 2, 2))}, "the network has 0 layers that take attention"),
    ],
)
def test_wrong_data(changes, text, capsys, tmp_path):
    path, data, _ = write(tmp_path, **changes)
    out = tmp_path / "out.npz"
    assert text in refusal(capsys, "solve", path, "--data", data, "--out", out, folder=tmp_path)


def test_a_symbolic_depth_above_features_with_a_mean(capsys, tmp_path):
    path, *_ = write(tmp_path, ABOVE.replace("arc-sine", "arc-cosine-1"))
    found = call(capsys, "show", path, "--repeat", "L")
    assert "Overlaps G₁ and projections" in found.out and "∑_{l = 1}^L" in found.out


def test_a_variance_without_a_value(capsys, tmp_path):
    path, data, _ = write(tmp_path, SPEC.replace("variance = 1.4", 'variance = "s"'))
    out = tmp_path / "out.npz"
    line = refusal(capsys, "solve", path, "--data", data, "--out", out)
    assert "--set s=VALUE" in line
    found = call(capsys, "solve", path, "--data", data, "--out", out, "--set", "s=1.4")
    assert found.status == 0


NOTE = "the theory is that of Gaussian features, exact for these alone"


@pytest.mark.parametrize(
    "arguments",
    [("expand", "--finite-width"), ("scalar",), ("check", "--digits", "15")],
    ids=lambda arguments: arguments[0],
)
def test_nothing_is_called_exact_without_a_note(arguments, capsys, tmp_path):
    path, *_ = write(tmp_path)
    found = call(capsys, arguments[0], path, *arguments[1:])
    assert found.status == 0
    assert f"derive: note: the first layer has the kernel arc-sine: {NOTE}" in found.err


def test_an_expansion_says_what_it_leaves_out(capsys, tmp_path):
    path, *_ = write(tmp_path)
    text = " ".join(call(capsys, "expand", path, "--finite-width").out.split())
    assert "nonlinear features have terms in 1/N of their own beside these" in text
    assert NOTE in " ".join(call(capsys, "generate", path).out.split())


@pytest.mark.slow
def test_the_ladder_speaks_of_gaussian_features(capsys, tmp_path):
    path, *_ = write(tmp_path)
    found = call(capsys, "check", path, "--ladder", "--draws", "200", "--digits", "15",
                 "--jobs", "1", "--out", tmp_path / "ladder")  # fmt: skip
    text = " ".join(found.out.split())
    assert "note: the first layer has the kernel arc-sine" in text
    assert "exact law" not in text.replace(NOTE, "")
    assert "law of Gaussian features" in text
    page = (tmp_path / "ladder" / "ladder.html").read_text("utf-8")
    assert "Note: the first layer has the kernel arc-sine" in page


RELU = SPEC.replace("arc-sine", "arc-cosine-1")


def test_features_with_a_mean(capsys, tmp_path):
    """Their projections are told and written; attended inputs do not tell the mean."""
    path, data, _ = write(tmp_path, RELU)
    out = tmp_path / "out.npz"
    found = call(capsys, "solve", path, "--data", data, "--out", out)
    stored = np.load(out)
    assert found.status == 0 and stored["b_a"].shape == (1,)
    assert f"b_a = {stored['b_a'][0]:.5g}" in found.out
    assert "b, the projections on it, are order parameters" in found.err
    attended = np.random.default_rng(1).normal(size=(7, 5, 1))
    path, data, _ = write(
        tmp_path, RELU, attended=attended, inputs=None, inputs_test=None, labels_test=None
    )
    found = call(capsys, "solve", path, "--data", data, "--out", out)
    assert found.status == 0 and "b_a" not in np.load(out)
    assert "attended does not tell the mean of the features" in found.err
    assert "no order parameter of this solution" in found.out


@pytest.mark.parametrize("arguments", [("scalar",), ("expand",), ("symmetric", "--layers", "1")])
def test_analyses_without_projections(arguments, capsys, tmp_path):
    path, *_ = write(tmp_path, RELU)
    line = refusal(capsys, arguments[0], path, *arguments[1:])
    assert "the features have a mean" in line


@pytest.mark.slow
def test_a_ladder_above_features_with_a_mean(capsys, tmp_path):
    """The nonlinear network is sampled; the samplers of Gaussian features are left out."""
    path, *_ = write(tmp_path, RELU)
    found = call(capsys, "check", path, "--ladder", "--draws", "200", "--digits", "15",
                 "--jobs", "1", "--out", tmp_path / "ladder")  # fmt: skip
    assert found.status == 0
    text = " ".join(found.out.split())
    assert "their rungs are left out" in text
    assert "u_a of the nonlinear network, leading order, N = 64 AGREES" in text
