"""Modules of expansions against mpmath values of the same expressions, and their arguments."""

import ast

import numpy as np
import pytest
from small_networks import NETWORKS

from derive import Attention, Embedding, Linear, Network, Readout, derive
from derive.theories.networks.analysis.expansions import finite_width_expansion, saddle_expansion
from derive.theories.networks.checks.sample import Draw
from derive.theories.networks.module import generate_expansion

ORDER = 2
KINDS = {
    "saddle_expansion": lambda derivation: saddle_expansion(derivation, ORDER),
    "finite_width_expansion": finite_width_expansion,
}
SHORT = ("no layer", "one attention", "residual", "inner width")


QUICK = ("saddle_expansion",)


def slow(case):
    return pytest.param(*case, marks=pytest.mark.slow)


def called(module, function, sample):
    problem = sample.problem(module)
    return getattr(module, function)(problem, sample.attended_test)


def floats(series):
    return [np.squeeze(np.asarray(term, dtype=float)) for term in series]


CASES = [
    (name, function) if function in QUICK or name in SHORT else slow((name, function))
    for name in NETWORKS
    for function in KINDS
]


@pytest.mark.parametrize(("name", "function"), CASES)
def test_the_module_finds_what_the_expressions_are(name, function):
    """float64 loses about as many digits as C is ill-conditioned by: 1e-9 is ample here."""
    derivation = derive(NETWORKS[name])
    sample = Draw(derivation.theory.notation, 12).sample()
    expansion = KINDS[function](derivation)
    found = called(generate_expansion(expansion).load(), function, sample)
    due = expansion.values(sample.numbers(), 25)
    pairs = [*zip(found.overlaps, due.overlaps, strict=True)]
    pairs += [(found.mean, due.mean), (found.variance, due.variance)]
    if function == "saddle_expansion":
        pairs.append((found.action, due.action))
        assert len(found.action) == ORDER + 1 and isinstance(found.action[0], float)
    for ours, theirs in pairs:
        for one, other in zip(floats(ours), floats(theirs), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
    assert found.mean[1].shape == found.variance[1].shape == (2,)


@pytest.mark.parametrize("function", KINDS)
@pytest.mark.parametrize("name", SHORT)
def test_the_text_is_the_same_every_time_and_fits_the_page(name, function):
    sources = [generate_expansion(KINDS[function](derive(NETWORKS[name]))).source for _ in range(2)]
    assert sources[0] == sources[1]
    assert max(map(len, sources[0].splitlines())) <= 100
    imported = {
        (node.module or "").split(".")[0]
        for node in ast.walk(ast.parse(sources[0]))
        if isinstance(node, ast.ImportFrom)
    } | {
        alias.name.split(".")[0]
        for node in ast.walk(ast.parse(sources[0]))
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert imported <= {"__future__", "collections", "functools", "typing", "numpy", "scipy"}


def test_nothing_is_copied_that_is_not_called():
    source = generate_expansion(saddle_expansion(derive(NETWORKS["no layer"]), 1)).source
    assert "def path_kernel(" in source
    assert "def lift(" not in source and "def average(" not in source


def test_one_test_example_and_one_training_example_are_enough():
    """P = 1, N_0 = 1, one test example: no axis is lost."""
    network = Network((Embedding("N", 1.3), Attention("H", 0.8, "M"), Readout(1.2)), "T")
    for function, make in KINDS.items():
        module = generate_expansion(make(derive(network))).load()
        problem = module.make_problem([[[0.7, -0.4]]], [0.5], (9, 8), (1.3, 0.8, 1.2), 0.1, (2,))
        found = getattr(module, function)(problem, [[[0.2, 1.0]]])
        assert found.mean[1].shape == (1,) and np.isfinite(found.variance[1]).all()
        assert [g.shape for g in found.overlaps[0]][:2] == [(2, 2), (2, 2)]


def test_test_inputs_of_another_shape_are_refused():
    module = generate_expansion(finite_width_expansion(derive(NETWORKS["residual"]))).load()
    problem = module.make_problem(np.ones((2, 3, 4)), [1, 2], 9, 1.1, 0.1)
    with pytest.raises(ValueError, match=r"attended_test: shape \(2, 3, 3\); \(P_test, 3, 4\) is"):
        module.finite_width_expansion(problem, np.ones((2, 3, 3)))


def test_widths_that_differ_by_powers_of_ten_lose_no_digit():
    """Each term is of one order: no difference of large numbers is taken."""
    derivation = derive(NETWORKS["two attentions"])
    sample = Draw(derivation.theory.notation, 14).sample()
    numbers = sample.numbers()
    widths = (10**9, 10, 10**4)
    numbers |= {derivation.theory.notation.width(s): w for s, w in enumerate(widths)}
    for function, make in KINDS.items():
        expansion = make(derivation)
        module = generate_expansion(expansion).load()
        problem = sample.problem(module)._replace(widths=tuple(map(float, widths)))
        found = getattr(module, function)(problem, sample.attended_test)
        due = expansion.values(numbers, 25)
        for one, other in zip(floats(found.mean), floats(due.mean), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9)


@pytest.mark.parametrize("function", KINDS)
def test_a_singular_covariance_is_said_not_solved(function):
    """Zero temperature, six examples of two features along one path."""
    module = generate_expansion(KINDS[function](derive(NETWORKS["no layer"]))).load()
    inputs = np.random.default_rng(2).normal(size=(6, 2, 1))
    problem = module.make_problem(inputs, np.ones(6), 9, 1.1, 0.0)
    with pytest.raises(ValueError, match="singular to working precision") as caught:
        getattr(module, function)(problem, inputs)
    assert "raise the temperature, or give fewer examples" in str(caught.value)


@pytest.mark.parametrize("function", KINDS)
def test_a_name_that_is_code_stays_a_name(function):
    """Nothing that a user wrote is in the module but in its title, cleaned."""
    layers = (Embedding("N", 1.3), Readout(1.2))
    network = Network(layers, "T", '""" + evil() + """')
    source = generate_expansion(KINDS[function](derive(network))).source
    assert '""" + evil' not in source
    ast.parse(source)
    assert generate_expansion(KINDS[function](derive(network))).load().HEADS == ()


@pytest.mark.parametrize("function", KINDS)
def test_docstrings_of_several_outputs_have_their_shapes(function):
    network = Network((Embedding(6, 1.1), Linear(0.9, 7), Readout(1.3, outputs=2)), 0.2)
    module = generate_expansion(KINDS[function](derive(network))).load()
    rng = np.random.default_rng(3)
    data = rng.normal(size=(4, 3, 1)), rng.normal(size=(4, 2))
    problem = module.make_problem(*data, (60, 70), (1.1, 0.9, 1.3), 0.2)
    found = getattr(module, function)(problem, rng.normal(size=(5, 3, 1)))
    assert [term.shape for term in found.mean[:2]] == [(5 * 2,)] * 2
    assert "(P_test * OUTPUTS,)" in " ".join(module.Expansion.__doc__.split())
    assert "(P_test, N_0, M / OUTPUTS)" in getattr(module, function).__doc__
