"""How labels that could be classes are taken, in words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from derive.theories.networks.description.arrays import Array

TAKEN = "labels are "
"""What a note on two classes begins with."""


def between(labels: Array) -> float | None:
    """What lies between labels of two values; None where there are more, or fewer.

    Values of either sign are told apart at 0, others in their middle.

    >>> between(np.array([-1.0, 2.0, 2.0])), between(np.array([0.0, 1.0]))
    (0.0, 0.5)
    >>> between(np.array([1.0, 2.0, 4.0]))
    """
    found = np.unique(labels)
    if len(found) != 2:
        return None
    return 0.0 if found[0] < 0 < found[1] else float(found.mean())


def label_notes(labels: Array, labels_test: Array | None) -> Iterator[str]:
    """What to say of labels of one output that look like classes, but not like signs.

    Two values are no classes where there are no more labels than values, but for 0 and 1.

    >>> [note.partition(":")[0] for note in label_notes(np.array([3.0, 8.0, 8.0]), np.ones(3))]
    ['labels are 3 and 8']
    """
    middle = between(labels)
    if middle is None:
        return
    found = np.unique(labels)
    low, high = found
    if middle != 0 and (len(labels) > 2 or (low == 0 and high == 1)):
        yield (
            f"{TAKEN}{low:g} and {high:g}: the network is fitted to these numbers as they are, and "
            f"the mean tells the classes apart at {middle:g}; give -1 and +1 if signs are meant"
        )
    if labels_test is None:
        return
    others = np.unique(labels_test)
    if len(others) == 2 < min(len(labels), len(labels_test)) and not np.isin(others, found).all():
        yield (
            f"labels_test are {others[0]:g} and {others[1]:g} where labels are {low:g} and "
            f"{high:g}: they are compared as numbers; give both in one coding if classes are meant"
        )
