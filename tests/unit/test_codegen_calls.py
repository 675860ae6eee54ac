"""Calling generated modules: arguments in every form, mistakes refused, memory bounded."""

import tracemalloc

import numpy as np
import pytest
from small_networks import NETWORKS, random_data, random_overlaps, solver

from derive.theories.networks.derivation import derive
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Network,
    Readout,
    Residual,
    path_table,
)
from derive.theories.networks.module import generate
from derive.theories.networks.solver import Solver

ARGUMENTS = {"widths": (11, 9, 7), "variances": (1.3, 0.8, 1.1, 1.2), "temperature": 0.31}


@pytest.fixture(scope="module")
def module():
    return solver("two attentions").module


@pytest.fixture(scope="module")
def data():
    return random_data(NETWORKS["two attentions"], seed=4)


def test_the_module_alone_solves_and_predicts_as_the_solver_does(module, data):
    found = module.solve(data.attended, data.labels, **ARGUMENTS)
    mean, variance = module.predict(found, data.attended_test)
    expected = solver("two attentions").solve(NETWORKS["two attentions"], data)
    assert found.converged and found.action != expected.action  # that of streams, not of papers
    assert found.log_evidence == expected.log_evidence
    np.testing.assert_array_equal(mean, expected.mean)
    np.testing.assert_array_equal(variance, expected.variance)
    assert mean.shape == variance.shape == (4,)


def test_lists_are_as_good_as_arrays(module, data):
    found = module.solve(data.attended.tolist(), data.labels.tolist(), **ARGUMENTS)
    expected = module.solve(data.attended, data.labels, **ARGUMENTS)
    assert found.action == expected.action
    mean, _ = module.predict(found, data.attended_test.tolist())
    np.testing.assert_array_equal(mean, module.predict(found, data.attended_test)[0])


def test_one_number_stands_for_all(module, data):
    short = module.make_problem(data.attended, data.labels, 10, 1.5, 0.1)
    assert short.widths == (10.0,) * 3 and short.variances == (1.5,) * 4


def test_a_solution_tells_what_was_solved(module, data):
    problem = module.solve(data.attended, data.labels, **ARGUMENTS).problem
    assert problem.widths == (11.0, 9.0, 7.0) and problem.heads == (2, 3)
    np.testing.assert_array_equal(problem.attended, data.attended.transpose(0, 2, 1))
    assert problem.attended.flags.c_contiguous


def test_widths_may_come_by_layer_where_a_skip_joins_two():
    found = solver("residual over attention")
    attended = random_data(NETWORKS["residual over attention"]).attended
    labels = np.ones(len(attended))

    def problem(widths):
        return found.module.make_problem(attended, labels, widths, 1.0, 0.1)

    assert problem((9, 11)).widths == problem((9, 11, 11)).widths == (9.0, 11.0)
    assert problem(9).widths == (9.0, 9.0)
    with pytest.raises(ValueError, match=r"^widths: .* differ across a skip; make them equal"):
        problem((9, 11, 12))


def test_widths_by_layer_of_an_inner_stream():
    module = solver("inner width").module  # embedding 11, attention 6, linear back to 11
    attended = random_data(NETWORKS["inner width"]).attended
    labels = np.ones(len(attended))
    by_layer = module.make_problem(attended, labels, (11, 6, 11), 1.0, 0.1)
    by_stream = solver("inner width").problem(
        NETWORKS["inner width"], random_data(NETWORKS["inner width"])
    )
    assert by_layer.widths == by_stream.widths
    with pytest.raises(ValueError, match="differ across a skip"):
        module.make_problem(attended, labels, (11, 6, 12), 1.0, 0.1)


def changed(data, **changes):
    given = {"attended": data.attended, "labels": data.labels, **ARGUMENTS, "heads": (2, 3)}
    given |= changes
    return given.pop("attended"), given.pop("labels"), given


NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"heads": (2,)}, r"heads: \(2,\) given; give 2 whole numbers from 1"),
        ({"heads": (2, 0)}, "heads: .* whole numbers from 1"),
        ({"heads": (2, 2.5)}, "heads: .* whole numbers from 1"),
        ({"heads": None}, "heads: None given; give 2 whole numbers"),
        ({"heads": (3, 3)}, r"attended: shape \(6, 5, 6\); \(P, N_0, 9\) is needed"),
        ({"attended": np.ones((6, 5))}, r"attended: shape \(6, 5\)"),
        ({"attended": np.ones((0, 5, 6)), "labels": np.ones(0)}, r"attended: shape \(0, 5, 6\)"),
        ({"attended": np.full((6, 5, 6), NAN)}, "not finite; remove them"),
        ({"labels": np.ones(5)}, r"labels: shape \(5,\); \(6,\) is needed"),
        ({"labels": np.ones((6, 1))}, r"labels: shape \(6, 1\)"),
        ({"labels": np.full(6, INFINITE)}, "not finite; remove them"),
        ({"widths": (10, 10)}, "widths: .* give 3 positive numbers"),
        ({"widths": (10, 10, 0)}, "widths: .* give 3 positive numbers"),
        ({"widths": (10, 10, NAN)}, "widths: .* give 3 positive numbers"),
        ({"widths": INFINITE}, "widths: .* give 3 positive numbers"),
        ({"variances": (1, 1, 1)}, "variances: .* give 4 positive numbers"),
        ({"variances": (1, 1, 1, -1)}, "variances: .* give 4 positive numbers"),
        ({"variances": NAN}, "variances: .* give 4 positive numbers"),
        ({"temperature": -0.1}, "temperature: -0.1 given; give zero or a positive number"),
        ({"temperature": NAN}, "temperature: nan given"),
        ({"temperature": INFINITE}, "temperature: inf given"),
    ],
)
def test_what_does_not_fit_is_named(module, data, changes, message):
    attended, labels, options = changed(data, **changes)
    with pytest.raises(ValueError, match=message) as caught:
        module.solve(attended, labels, **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 5), (4, 6, 6)])
def test_test_inputs_of_another_shape_are_refused(module, data, shape):
    found = module.solve(data.attended, data.labels, **ARGUMENTS)
    with pytest.raises(ValueError, match=r"attended_test: .*\(P_test, 5, 6\) is needed"):
        module.predict(found, np.ones(shape))


def test_head_counts_may_be_arguments(data):
    layers = (Embedding("N", 1.3), Attention("A", 0.8, "N"), Attention("B", 1.1, "N"), Readout(1.2))
    module = generate(derive(Network(layers, "T"))).load()
    found = module.solve(data.attended, data.labels, heads=(2, 3), **ARGUMENTS)
    expected = solver("two attentions").module.solve(data.attended, data.labels, **ARGUMENTS)
    assert found.action == expected.action
    assert module.make_problem(data.attended, data.labels, 9, 1, 0, (2.0, 3.0)).heads == (2, 3)
    assert module.solve(data.attended, data.labels, heads=(6, 1), **ARGUMENTS).converged
    assert module.solve(data.attended, data.labels, heads=(1, 6), **ARGUMENTS).converged
    with pytest.raises(ValueError, match="heads: None given"):
        module.solve(data.attended, data.labels, **ARGUMENTS)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_module_lists_the_paths_that_the_network_has(name):
    graph = solver(name).derivation.theory.notation.graph
    numbers = [w.index - 1 for w in graph.weights if w.branching]
    expected = path_table(NETWORKS[name])[:, numbers]
    module = solver(name).module
    np.testing.assert_array_equal(module.path_table(module.HEADS), expected)


MANY_PATHS = {
    "attention": (Embedding(30, 1.3), Attention(4, 0.8, 25), Attention(4, 1.1, 20)),
    "residual": (
        Embedding(30, 1.3),
        Residual((Attention(3, 0.8),)),
        Residual((Attention(3, 1.1),)),
    ),
}


@pytest.mark.parametrize("name", MANY_PATHS)
def test_no_array_of_pairs_of_paths_and_pairs_of_examples_is_built(name):
    """P = 120, 16 paths, N_0 = 10: such an array would take 29.5 MB; one of pairs and P, 0.2 MB.

    The Hessian's matrix at a solution is of pairs of pairs of paths, whatever P: 0.5 MB an array,
    of which a few are alive at once.
    """
    network = Network((*MANY_PATHS[name], Readout(1.2)), 0.31)
    found = Solver.of(network)
    data = random_data(network, examples=120, features=10)
    problem = found.problem(network, data)
    assert data.attended.shape[2] == 16
    overlaps, module = random_overlaps(found.module, problem), found.module
    by_path = np.ascontiguousarray(data.attended_test.transpose(0, 2, 1))
    product = module.hessian_product(overlaps, problem)

    calls = {
        "action": lambda: module.action_and_gradient(overlaps, problem),
        "hessian": lambda: module.hessian_product(overlaps, problem),
        "product": lambda: product(overlaps),
        "residual": lambda: module.saddle_residual(overlaps, problem),
        "first correction": lambda: module.first_correction(problem),
        "predictor": lambda: module.predictor(overlaps, by_path, problem),
        "solve": lambda: module.descend(overlaps, *module._functions(problem), 1e-8),
    }
    dense = 8 * 16**2 * 120**2
    for call, run in calls.items():
        assert peak_memory(run) < dense / 5, call


def peak_memory(run):
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
