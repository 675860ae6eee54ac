r"""Handwritten digits: tell two of them apart by attention over patches of their images.

The images are the 8 by 8 digits of the UCI repository that scikit-learn carries. An image is cut
into 2 by 2 patches, each a token of four pixels between -1 and 1 with the one-hot position
appended. The attention of two layers is fixed, computed from the bare input by matrices that are
chosen by name.

Source:
    Alpaydin and Kaynak, Optical recognition of handwritten digits, UCI Machine Learning Repository
    (1998), as in `sklearn.datasets.load_digits`; attention as in arXiv:2405.15926.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import product

import numpy as np
from numpy.typing import NDArray

from derive.errors import DataError
from derive.theories.networks.tasks.patches import HEADS, SCORES, attention, head_matrix, tokens
from derive.theories.networks.tasks.ridge import ridge
from derive.wording import choices, shown

Array = NDArray[np.float64]

CLASSES = (3, 8)
DEFAULT_HEADS = (("local", "match", "stroke", "random"), ("left", "top", "uniform"))
EXAMPLES = 100
RIDGE = "ridge regression on raw pixels"
RIDGE_MEANING = (
    "of the labels on the 64 pixels, with a constant; the penalty has the least leave-one-out "
    "error on the training examples alone"
)


@dataclass(frozen=True)
class Digits:
    """A two-class task on handwritten digits; called with a seed, it draws the named arrays.

    Args:
        classes: The two digits; the first has label +1, the second -1.
        heads: Names of the heads of each of the two layers, the lower layer first, among `HEADS`.
        examples: P, training examples, half of each class; all other images are test examples.

    Raises:
        DataError: The classes are not two different digits, a head is unknown, or `examples` cannot
            be split in half.

    >>> Digits(heads=(("local", "random"), ("uniform",))).path_names
    ('local, uniform', 'random, uniform')
    """

    classes: tuple[int, int] = CLASSES
    heads: tuple[tuple[str, ...], ...] = DEFAULT_HEADS
    examples: int = EXAMPLES

    def __post_init__(self) -> None:
        _check_classes(self.classes)
        _check_heads(self.heads)
        if not isinstance(self.examples, int) or self.examples < 4 or self.examples % 2:
            raise DataError(
                f"digits: examples = {shown(self.examples)} cannot be split in half between the "
                "two classes; ask for an even number from 4"
            )

    @property
    def title(self) -> str:
        """The two classes in words."""
        return "{} against {}".format(*self.classes)

    @property
    def path_names(self) -> tuple[str, ...]:
        """Names "head of layer 1, head of layer 2", the first layer's head slowest."""
        return tuple(", ".join(names) for names in product(*self.heads))

    def subject(self, train: int, test: int) -> str:
        """What the task is, with the numbers of training and test examples."""
        first, second = self.classes
        return (
            "A two-layer attention network reads images of 8 by 8 pixels as 16 tokens, each a "
            f"patch of 2 by 2 pixels with its position, and tells {first} from {second}. Training "
            f"on {train} images, half of each class, testing on the other {test}; every draw "
            "splits the same images anew."
        )

    @property
    def legend(self) -> tuple[tuple[str, str], ...]:
        """What the report's names mean: heads, then baselines."""
        names = dict.fromkeys(name for layer in self.heads for name in layer)
        heads = [(f"head {name}", HEADS[name].meaning) for name in names]
        return (("attention", SCORES), *heads, (RIDGE, RIDGE_MEANING))

    @property
    def baselines(self) -> tuple[str, ...]:
        """Names of the predictors in `baseline_means`."""
        return (RIDGE,)

    def __call__(self, seed: int) -> dict[str, Array]:
        """The arrays of a data file, see `task_arrays`, for one split of the images.

        Raises:
            DataError: scikit-learn is not installed, there are too few images, or the seed is
                negative.
        """
        return task_arrays(*_images(self.classes), self.heads, self.examples, seed)

    def baseline_means(self, seed: int) -> tuple[Array, ...]:
        """Predictions on the test examples, one array (P_*,) per name in `baselines`."""
        images, labels = _images(self.classes)
        train, test = split(labels, self.examples, seed)
        pixels = images.reshape(len(images), -1)
        return (ridge(pixels[train], labels[train], pixels[test]).mean,)


def task_arrays(
    images: Array, labels: Array, heads: Sequence[Sequence[str]], examples: int, seed: int
) -> dict[str, Array]:
    r"""Cut images into tokens, split them, and compute the attention of every head.

    .. math:: \Omega_\mu[s, t] = \mathrm{softmax}_s\, x_{\mu s}^\top W x_{\mu t}

    Random heads and the split come from separate streams of the seed: other heads leave the split
    as it is.

    Args:
        images: Pixels between 0 and 16, shape (n, height, width), even sizes.
        labels: +1 and -1, shape (n,).
        heads: Names by layer, the lowest layer first.
        examples: P, half of each label.
        seed: Of the split and of random heads.

    Returns:
        `inputs` (P, N_0 = 4 + T, T), `labels` (P,), `attention_1`, `attention_2`, ... of shape
        (P, H, T, T), and the same of the test examples under names in `_test`.

    Raises:
        DataError: There are too few images of a label, or the seed is negative.
    """
    train, test = split(labels, examples, seed)
    inputs, grid = tokens(images)
    rng = np.random.default_rng(seed).spawn(2)[1]
    matrices = [[head_matrix(name, grid, rng) for name in names] for names in heads]
    arrays: dict[str, Array] = {}
    for suffix, chosen in (("", train), ("_test", test)):
        arrays |= {f"inputs{suffix}": inputs[chosen], f"labels{suffix}": labels[chosen]}
        for layer, weights in enumerate(matrices, start=1):
            arrays[f"attention_{layer}{suffix}"] = attention(inputs[chosen], weights)
    return arrays


def split(labels: Array, examples: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of the training examples, half of each label, and of all others.

    Raises:
        DataError: There are too few examples of a label, or the seed is negative.
    """
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise DataError(f"digits: seed = {shown(seed)} is no seed; give a whole number from 0")
    rng = np.random.default_rng(seed).spawn(2)[0]
    halves = []
    for label in (1.0, -1.0):
        mine = rng.permutation(np.flatnonzero(labels == label))
        if len(mine) <= examples // 2:
            raise DataError(
                f"digits: {examples} training examples leave none of a class for testing; there "
                f"are {len(mine)} of it, so ask for fewer than {2 * len(mine)}"
            )
        halves.append(mine[: examples // 2])
    train = np.stack(halves, axis=1).ravel()  # labels alternate
    return train, np.setdiff1d(np.arange(len(labels)), train)


def chosen_heads(wanted: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Heads by layer, where a number alone stands for so many of the default ones.

    Raises:
        DataError: There are not so many.

    >>> chosen_heads((("2",), ("match", "uniform")))
    (('local', 'match'), ('match', 'uniform'))
    """
    chosen = []
    for layer, names in enumerate(wanted):
        if layer < len(DEFAULT_HEADS) and len(names) == 1 and names[0].isdecimal():
            default = DEFAULT_HEADS[layer]
            if names[0] not in map(str, range(1, len(default) + 1)):
                raise DataError(
                    f"heads: layer {layer + 1} has no {shown(names[0])} default heads; give 1 to "
                    f"{len(default)}, or names"
                )
            names = default[: int(names[0])]
        chosen.append(tuple(names))
    return tuple(chosen)


def _check_classes(classes: tuple[int, ...]) -> None:
    if len(classes) != 2:
        raise DataError(f"classes: two digits are due, not {len(classes)}; give for example 3,8")
    for digit in classes:
        if isinstance(digit, bool) or not isinstance(digit, int) or not 0 <= digit <= 9:
            raise DataError(f"classes: {shown(digit)} is no digit; give two of 0 to 9, such as 3,8")
    if classes[0] == classes[1]:
        raise DataError(f"classes: both are {classes[0]}; give two different digits, such as 3,8")


def _check_heads(heads: tuple[tuple[str, ...], ...]) -> None:
    if len(heads) != 2:
        raise DataError(
            f"heads: layers given: {len(heads)}; the task has two, such as local,match/left"
        )
    for layer, names in enumerate(heads, start=1):
        if not names:
            raise DataError(f"heads: layer {layer} has none; name one, such as uniform")
        for name in names:
            if name not in HEADS:
                raise DataError(f"heads: unknown head {shown(name)}{choices(name, HEADS)}")


@cache
def _images(classes: tuple[int, int]) -> tuple[Array, Array]:
    """All images of the two classes, with their labels."""
    try:
        digits = import_module("sklearn.datasets").load_digits()
    except ImportError:
        raise DataError(
            "the digits come with scikit-learn, which is not installed; install derive[digits]"
        ) from None
    wanted = np.isin(digits.target, classes)
    labels = np.where(digits.target[wanted] == classes[0], 1.0, -1.0)
    return np.asarray(digits.images[wanted], dtype=float), labels
