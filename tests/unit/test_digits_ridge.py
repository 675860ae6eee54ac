"""Ridge regression against an explicit one: leave-one-out by leaving one out."""

import numpy as np
import pytest

from derive.theories.networks.tasks.ridge import PENALTIES, ridge


def explicit(inputs, labels, inputs_test, penalty):
    """The minimum of the penalised squared error, the constant a column that is not penalised."""
    columns = np.hstack([inputs, np.ones((len(inputs), 1))])
    metric = penalty * np.eye(columns.shape[1])
    metric[-1, -1] = 0
    weights = np.linalg.solve(columns.T @ columns + metric, columns.T @ labels)
    return np.hstack([inputs_test, np.ones((len(inputs_test), 1))]) @ weights


@pytest.mark.parametrize(("examples", "features", "noise"), [(14, 3, 1.0), (9, 12, 2.0)])
def test_penalty_and_predictions(examples, features, noise):
    rng = np.random.default_rng(features)
    inputs = rng.normal(2.0, 1.5, size=(examples, features))
    labels = inputs @ rng.normal(size=features) + rng.normal(0.3, noise, size=examples)
    inputs_test = rng.normal(2.0, 1.5, size=(5, features))
    found = ridge(inputs, labels, inputs_test)

    centred = inputs - inputs.mean(axis=0)
    largest = np.linalg.eigvalsh(centred @ centred.T)[-1]
    errors = []
    for relative in PENALTIES:
        left_out = []
        for k in range(examples):
            kept = np.arange(examples) != k
            fit = explicit(inputs[kept], labels[kept], inputs[k : k + 1], relative * largest)
            left_out.append((fit[0] - labels[k]) ** 2)
        errors.append(np.mean(left_out))
    best = int(np.argmin(errors))
    assert 0 < best < len(PENALTIES) - 1
    assert found.penalty == pytest.approx(PENALTIES[best] * largest, rel=1e-9)
    assert found.error == pytest.approx(errors[best], rel=1e-6)
    expected = explicit(inputs, labels, inputs_test, found.penalty)
    np.testing.assert_allclose(found.mean, expected, rtol=1e-7, atol=1e-9)


def test_inputs_that_say_nothing_give_the_mean_label():
    found = ridge(np.ones((4, 2)), np.array([1.0, -1.0, 1.0, 1.0]), np.ones((3, 2)))
    np.testing.assert_allclose(found.mean, 0.5)
