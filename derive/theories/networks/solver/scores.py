"""How well predictions fit the labels of test examples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from derive.errors import SolveError
from derive.theories.networks.description import Data
from derive.theories.networks.description.label_notes import between

ACCURACY, ERROR = "test accuracy", "mean squared test error"


@dataclass(frozen=True)
class Score:
    """A score and its name.

    Attributes:
        name: `ACCURACY`, between 0 and 1, or `ERROR`.
        value: The score.
    """

    name: str
    value: float

    def __str__(self) -> str:
        return f"{100 * self.value:.1f} %" if self.name == ACCURACY else f"{self.value:.4g}"


def score(data: Data, mean: np.ndarray | None) -> Score | None:
    """The score of a predictor's mean; None without predictions or without labels of test examples.

    Labels of two values are classes where those of the test examples are among them: then the
    score is the share of test examples whose mean is on the label's side of what lies `between`
    them; of several outputs, of which one label is the largest, the share of test examples
    whose mean is largest there.

    >>> data = Data([[[1.0]], [[2.0]]], [1, -1], [[[1.0]]], [1])
    >>> print(score(data, np.array([0.2])))
    100.0 %
    """
    labels = data.labels_test
    if mean is None or labels is None:
        return None
    return fit(data.labels, labels, mean, data.outputs)


def fit(labels: np.ndarray, labels_test: np.ndarray, mean: np.ndarray, outputs: int) -> Score:
    """The score of means on test examples.

    Args:
        labels: Of all training examples, by which one sees whether labels are classes.
        labels_test: What the means should be.
        mean: Several outputs of an example are rows next to each other.
        outputs: O.
    """
    mean = mean.ravel()
    at = between(labels)
    if outputs > 1 and _one_is_largest(labels_test, outputs):
        return Score(ACCURACY, largest_share(labels_test, mean, outputs))
    if at is not None and np.isin(labels_test, np.unique(labels)).all():
        return Score(ACCURACY, side_share(labels_test, mean, at))
    return Score(ERROR, float(np.mean((mean - labels_test) ** 2)))


def accuracy(labels: np.ndarray, labels_test: np.ndarray, mean: np.ndarray, outputs: int) -> float:
    """The share of test examples on the right side, also where labels are no classes.

    Numbers that are no classes count by their sign, where they have both.

    Args:
        labels: Of all training examples.
        labels_test: What the means should be, as many as there are means.
        mean: As in `fit`.
        outputs: O.

    Raises:
        SolveError: The labels are neither the training labels' classes nor of both signs.
    """
    rating = fit(labels, labels_test, mean, outputs)
    if rating.name == ACCURACY:
        return rating.value
    if between(labels) not in (None, 0.0) or not labels_test.min() < 0 < labels_test.max():
        raise SolveError(
            f"accuracy: labels from {labels_test.min():g} to {labels_test.max():g} are neither the "
            "two values of the training labels nor of both signs; give them in the coding of the "
            "training labels, or compare means and labels as numbers"
        )
    return side_share(labels_test, mean.ravel(), 0.0)


def label_values(labels: np.ndarray) -> tuple[float, ...]:
    """The two values of labels that have no more; empty otherwise."""
    values = np.unique(labels)
    return tuple(map(float, values)) if len(values) == 2 else ()


def side_share(labels: np.ndarray, mean: np.ndarray, between: float) -> float:
    """Share of means on the label's side of a threshold; one that is on it is wrong."""
    return float(np.mean(np.sign(mean - between) == np.sign(labels - between)))


def largest_share(labels: np.ndarray, mean: np.ndarray, outputs: int) -> float:
    """Share of examples whose largest mean is at the output of the largest label."""
    due, predicted = (x.reshape(-1, outputs).argmax(axis=1) for x in (labels, mean))
    return float((due == predicted).mean())


def _one_is_largest(labels: np.ndarray, outputs: int) -> bool:
    """Whether labels have two values, and every example has the larger one at one output."""
    rows = labels.reshape(-1, outputs)
    single = (rows == rows.max(axis=1, keepdims=True)).sum(axis=1) == 1
    return bool(single.all()) and len(np.unique(labels)) == 2
