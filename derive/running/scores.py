"""How well predictions fit the labels of test examples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from derive.network import Data

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

    Labels of two values, one positive and one negative, are classes: then the score is the share
    of test examples whose mean has the label's sign; of several outputs, of which one label is the
    largest, the share of test examples whose mean is largest there.

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
    if outputs > 1:
        due, found = (x.reshape(-1, outputs) for x in (labels_test, mean))
        if ((due == due.max(axis=1, keepdims=True)).sum(axis=1) == 1).all() and _are_two(
            labels_test
        ):
            right = due.argmax(axis=1) == found.argmax(axis=1)
            return Score(ACCURACY, float(right.mean()))
    if _are_classes(labels, labels_test):
        return Score(ACCURACY, float(np.mean(np.sign(mean) == np.sign(labels_test))))
    return Score(ERROR, float(np.mean((mean - labels_test) ** 2)))


def _are_two(labels: np.ndarray) -> bool:
    return len(np.unique(labels)) == 2


def _are_classes(labels: np.ndarray, labels_test: np.ndarray) -> bool:
    found = np.unique(labels)
    two_sided = len(found) == 2 and found[0] < 0 < found[1]
    return bool(two_sided and np.isin(labels_test, found).all())
