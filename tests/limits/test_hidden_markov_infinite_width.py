"""The infinite-width columns of the table of formulas.md, section 3, with NumPy and SciPy alone."""

import math

import numpy as np
import pytest
from scipy.linalg import cho_factor, cho_solve

from derive.theories.networks.tasks import DENOISING_PATH, MATCH_PATH, PATH_NAMES, hidden_markov

TEMPERATURE = 0.01
SEEDS = range(2)

# Test accuracy in %. The reference is the mean over `seeds` seeds of the table (five and four of
# two implementations; where the table has one figure, four seeds are assumed). `deviation` is the
# standard deviation between seeds, measured here over 100 seeds, and smaller than or equal to the
# 2 to 3 that the table states. The tolerance is three standard errors of the difference of two
# means, 3 deviation sqrt(1/2 + 1/seeds): between 2.2 and 5.0. For scale, the means over those 100
# seeds were 83.9, 92.7, 94.8 for four paths and 82.2, 56.0, 82.2 for two.
TABLE = {
    # (paths, kernel): (reference, seeds, deviation)
    (4, "infinite"): ((5 * 82.9 + 4 * 83.0) / 9, 9, 1.86),
    (4, "match alone"): ((5 * 92.5 + 4 * 92.8) / 9, 9, 1.07),
    (4, "match + denoising"): ((5 * 94.9 + 4 * 94.7) / 9, 9, 0.94),
    (2, "infinite"): ((5 * 82.1 + 4 * 82.5) / 9, 9, 1.93),
    (2, "match alone"): (55.7, 4, 1.72),
    (2, "match + denoising"): (82.1, 4, 1.93),
}


def attended_inputs(data, suffix):
    """xi of every path, first layer's head slowest, shape (P, paths, N_0)."""
    xi = np.einsum(
        "pis,pgst,pht->pghi",
        data["inputs" + suffix],
        data["attention_1" + suffix],
        data["attention_2" + suffix][..., 0],
        optimize=True,
    )
    return xi.reshape(len(xi), -1, xi.shape[-1])


def kernel(left, right):
    """Mean over paths of xi . xi / N_0."""
    return np.einsum("mai,nai->mn", left, right, optimize=True) / (left.shape[1] * left.shape[2])


def accuracy(data, train, test):
    gram = kernel(train, train) + TEMPERATURE * np.eye(len(train))
    mean = kernel(test, train) @ cho_solve(cho_factor(gram), data["labels"])
    return 100 * np.mean(np.sign(mean) == data["labels_test"])


@pytest.fixture(scope="module")
def accuracies():
    """Accuracies of the seeds by (paths, kernel)."""
    found = {key: [] for key in TABLE}
    for paths in (4, 2):
        selections = {
            "infinite": list(range(len(PATH_NAMES[paths]))),
            "match alone": [MATCH_PATH[paths]],
            "match + denoising": [MATCH_PATH[paths], DENOISING_PATH[paths]],
        }
        for seed in SEEDS:
            data = hidden_markov(seed, paths=paths)
            train, test = attended_inputs(data, ""), attended_inputs(data, "_test")
            for name, chosen in selections.items():
                found[paths, name].append(accuracy(data, train[:, chosen], test[:, chosen]))
    return found


@pytest.mark.parametrize(("paths", "name"), TABLE)
def test_accuracy_is_that_of_the_table(accuracies, paths, name):
    reference, seeds, deviation = TABLE[paths, name]
    tolerance = 3 * deviation * math.sqrt(1 / len(SEEDS) + 1 / seeds)
    assert np.mean(accuracies[paths, name]) == pytest.approx(reference, abs=tolerance)


def test_denoising_helps_and_useless_paths_hurt_in_every_seed(accuracies):
    alone, both = (np.array(accuracies[4, name]) for name in ("match alone", "match + denoising"))
    assert (both > alone).all()
    assert (alone > np.array(accuracies[4, "infinite"])).all()
