"""More examples than their attended inputs span, hardly any noise, and the predictor's variance."""

import numpy as np
import pytest
from mpmath import mp
from precise_solutions import deviations, sample_of, subject_of
from small_networks import NETWORKS

from derive import Attention, Data, Embedding, Network, Readout, solve
from derive.theories.networks.solver import Solver

DEMANDED = 1e-9
"""Ten times the tolerance of the solver's relative gradient."""


def one_number(width, variance, temperature, x, y):
    """u of embedding and readout, by bisection of N (u/s - 1) + u E'(u) = 0 in mpmath."""
    with mp.workdps(50):
        rows = [mp.matrix([list(map(mp.mpf, row))]) for row in x.tolist()]
        count, features = x.shape
        kernel = mp.matrix(count, count)
        for k, a in enumerate(rows):
            for j, b in enumerate(rows):
                kernel[k, j] = (a * b.T)[0] / features
        labels = mp.matrix(list(map(mp.mpf, y.tolist())))

        def slope(u):
            covariance = u * kernel + mp.mpf(temperature) * mp.eye(count)
            dual = mp.lu_solve(covariance, labels)
            explained = mp.fsum(mp.lu_solve(covariance, kernel[:, k])[k] for k in range(count))
            return width * (u / mp.mpf(variance) - 1) + u * (
                explained - (dual.T * kernel * dual)[0]
            )

        return float(
            mp.findroot(slope, (mp.mpf("1e-3"), mp.mpf(1000)), solver="anderson", tol=1e-30)
        )


@pytest.mark.parametrize("temperature", [1e-10, 1e-20])
@pytest.mark.parametrize(("examples", "features"), [(8, 4), (9, 2), (5, 7)])
def test_the_order_parameter_has_its_digits_at_low_temperature(examples, features, temperature):
    generator = np.random.default_rng(examples)
    x, y = generator.normal(size=(examples, features)), generator.normal(size=examples)
    network = Network((Embedding(12, 1.0), Readout(1.3)), temperature)
    solution = solve(network, Data(x[:, :, None], y))
    assert solution.converged
    due = one_number(12, 1.3, temperature, x, y)
    assert solution.bottom[0, 0] == pytest.approx(due, rel=DEMANDED)


def test_many_examples_of_two_features_are_quick_at_hardly_any_noise():
    """P = 2000, N_0 = 2, T = 1e-9 did not end in 200 s: now two rows are solved."""
    generator = np.random.default_rng(1)
    x, y = generator.normal(size=(2000, 2, 1)), generator.normal(size=2000)
    solution = solve(Network((Embedding(10, 1.2), Readout(0.8)), 1e-9), Data(x, y))
    assert solution.converged and solution.residual < DEMANDED
    outside = 1998 * np.log(2 * np.pi * 1e-9) / 2  # and what two rows and the labels bring
    rest = y - x[:, :, 0] @ np.linalg.lstsq(x[:, :, 0], y, rcond=None)[0]
    assert solution.log_evidence == pytest.approx(-outside - rest @ rest / 2e-9, rel=1e-7)


CASES = [
    ("one attention", 9, 1e-10, 1.0),
    ("linear layers", 6, 1e-8, 100.0),
    ("residual", 9, 1e-10, 1.0),
]
SLOW = [(name, 14, 1e-10, 1.0) for name in NETWORKS]


@pytest.mark.parametrize(
    "case", [*CASES, *(pytest.param(case, marks=pytest.mark.slow) for case in SLOW)]
)
def test_evidence_and_predictor_agree_with_mpmath_at_low_temperature(case):
    name, examples, temperature, size = case
    subject = subject_of(NETWORKS[name], 50)
    drawn = subject.draw(9).sample()
    paths, generator = drawn.attended.shape[2], np.random.default_rng(4)
    sample = sample_of(
        subject, drawn.heads, drawn.widths, drawn.variances, temperature,
        generator.normal(size=(examples, 2, paths)), size * generator.normal(size=examples),
        generator.normal(size=(3, 2, paths)),
    )  # fmt: skip
    solution = sample.solve(subject.module, None)
    assert solution.converged
    found = deviations(subject, sample, solution)
    assert max(found[key] for key in ("overlaps", "evidence", "mean", "variance")) < DEMANDED
    assert found["least"] > 0


@pytest.mark.parametrize("size", [1.0, 1e8])
def test_the_variance_on_training_inputs_is_never_negative(size):
    """At T = 0 it vanishes: what is left is the square of rounding."""
    generator = np.random.default_rng(3)
    attended = size * generator.normal(size=(5, 4, 2))
    data = Data(attended, generator.normal(size=5), attended, None)
    network = Network(
        (Embedding(9, 1.3), Attention(variance=0.8, width=7, heads=2), Readout(1.2)), 0.0
    )
    solution = solve(network, data)
    assert (solution.variance >= 0).all()
    assert (solution.variance <= 1e-20 * size**2).all()


def test_merged_paths_and_tests_of_other_classes_are_rotated_too():
    """Paths that are identical in training alone: the predictor tells them apart."""
    generator = np.random.default_rng(8)
    network = Network(
        (Embedding(9, 1.3), Attention(variance=0.8, width=7, heads=3), Readout(1.2)), 1e-3
    )
    once = generator.normal(size=(9, 2, 2))
    attended, tests = once[:, :, [0, 1, 0]], generator.normal(size=(4, 2, 3))
    solver = Solver.of(network)
    subject = subject_of(network, 30)
    sample = sample_of(
        subject, (1, 3, 1), (9, 7), (1.3, 0.8, 1.2), 1e-3,
        attended, generator.normal(size=9), tests,
    )  # fmt: skip
    solution = solver.solve(network, Data(attended, sample.labels, tests, None))
    assert solution.converged
    found = sample.solve(subject.module, None)
    numbers = subject.at(sample, found.overlaps)
    mean, variance = subject.predictor(numbers)
    np.testing.assert_allclose(solution.mean, mean.astype(float), rtol=1e-9)
    np.testing.assert_allclose(solution.variance, variance.astype(float), rtol=1e-9)


def test_functions_called_directly_see_the_span_and_new_labels():
    """A problem whose labels are replaced is the problem of the new labels."""
    network = Network((Embedding(9, 1.3), Readout(1.2)), 1e-6)
    generator = np.random.default_rng(5)
    data = Data(generator.normal(size=(7, 3, 1)), generator.normal(size=7))
    solver = Solver.of(network)
    problem = solver.problem(network, data)
    twice = problem._replace(labels=2 * problem.labels)
    point = (np.array([[0.7]]),)
    covariance = (
        1e-6 * np.eye(7) + 1.3 / 3 * 0.7 * data.attended[:, :, 0] @ data.attended[:, :, 0].T
    )
    for chosen, scale in ((problem, 1.0), (twice, 2.0)):
        labels = scale * data.labels
        due = 9 * (0.7 / 1.2 - np.log(0.7) + np.log(1.2)) + np.linalg.slogdet(covariance)[1]
        due += labels @ np.linalg.solve(covariance, labels)
        assert solver.module.action(point, chosen) == pytest.approx(due, rel=1e-8)
        assert solver.module.action_and_gradient(point, chosen)[0] == pytest.approx(due, rel=1e-8)
    assert solver.module.kernel(point, problem.attended, problem).shape == (7, 7)
