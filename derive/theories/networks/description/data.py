"""Data: attended inputs and labels, with every mistake named."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np

from derive.errors import DataError
from derive.theories.networks.description.arrays import Array, expect_shape, real_array
from derive.theories.networks.description.feature_inputs import (
    feature_layer,
    first_kernel,
    kernel_variance,
)
from derive.theories.networks.description.file_sizes import TEST
from derive.theories.networks.description.label_notes import TAKEN, label_notes
from derive.theories.networks.description.network import Network
from derive.theories.networks.description.operators import Classes
from derive.theories.networks.description.outputs import classes_of_outputs, rows_of_outputs
from derive.wording import shown


@dataclass(frozen=True, eq=False)
class Data:
    """What a network is trained and tested on.

    Args:
        attended: The attended inputs xi of every path, shape (P, N_0, M), paths in data order; or,
            with `classes`, those of every class of identical paths, shape (P, N_0, m).
        labels: y, shape (P,).
        attended_test: Of the test examples, shape (P_*, N_0, M or m), if there are any.
        labels_test: Shape (P_*,), if they are known.
        notes: What a reader of the results should know about how the data were read.
        outputs: O. Where there are several, every example has a row for each of them, with the
            paths that end in it; labels of shape (P, O) are turned into that form, and then
            attended inputs are those of one output, shape (P, N_0, M / O).
        kernel_variance: The variance of a first layer of features at which its kernel was taken,
            where the kernel is not proportional to it.
        kernel: The kernel of the first layer for which inputs were attended, "linear" for that of
            an embedding; None where attended inputs are given as they are.
        classes: The class of every path, shape (M,), whole numbers from 0 to m - 1; None where
            every path has its own inputs.
        mean_direction: Of a first layer of features with a mean, where this lies in the kernel's
            feature space, shape (N_0,); see `feature_space`. None where it is not known: features
            then count as of mean zero, their mean as a part of the kernel.

    Raises:
        DataError: Shapes do not fit together, or entries are not finite real numbers.

    >>> Data([[[1, 2]], [[3, 4]]], [1, -1])
    Data(P=2, N_0=1, M=2, test=0)
    >>> Data([[[1, 2]], [[3, 4]]], [1, -1], classes=[0, 1, 0])
    Data(P=2, N_0=1, M=3, distinct=2, test=0)
    """

    attended: Array
    labels: Array
    attended_test: Array | None = None
    labels_test: Array | None = None
    notes: tuple[str, ...] = ()
    outputs: int = 1
    kernel_variance: float | None = None
    classes: Classes | None = None
    kernel: str | None = None
    mean_direction: Array | None = None

    def __post_init__(self) -> None:
        for name in ("attended", "labels", "attended_test", "labels_test"):
            if not name.endswith(TEST) or getattr(self, name) is not None:
                object.__setattr__(self, name, real_array(getattr(self, name), name))
        object.__setattr__(self, "notes", tuple(self.notes))
        if self.labels.ndim == 2 and self.labels.shape[1] > 1:
            _refuse_row(self.labels, self.attended)
            self._set_rows()
        if np.array_equal(self.outputs, 1):
            found = label_notes(self.labels, self.labels_test)
            object.__setattr__(self, "notes", tuple(dict.fromkeys((*self.notes, *found))))
        remedy = "give examples, features, paths"
        expect_shape(self.attended, "attended", ("P", "N_0", "M"), remedy)
        _check_numbers(self.outputs, self.kernel_variance, len(self.attended))
        _check_labels(self.labels, "labels", len(self.attended))
        if self.attended_test is not None:
            _, features, paths = self.attended.shape
            remedy = "give test examples with the features and the paths of the training examples"
            expect_shape(self.attended_test, "attended_test", ("P_*", features, paths), remedy)
        if self.labels_test is not None:
            if self.attended_test is None:
                raise DataError("labels_test: there are no test inputs; give them, or leave it out")
            _check_labels(self.labels_test, "labels_test", len(self.attended_test))
        if self.classes is not None:
            object.__setattr__(self, "classes", _checked_classes(self.classes, self.attended))
        if self.mean_direction is not None:
            direction = real_array(self.mean_direction, "mean_direction")
            remedy = "give one number per feature"
            expect_shape(direction, "mean_direction", (self.attended.shape[1],), remedy)
            object.__setattr__(self, "mean_direction", direction)

    @property
    def paths(self) -> int:
        """M, the number of paths."""
        return self.attended.shape[2] if self.classes is None else len(self.classes)

    def of_paths(self, *, test: bool = False) -> Array:
        """The attended inputs of every path, shape (P, N_0, M), also where some are identical.

        Args:
            test: Whether those of the test examples.

        Raises:
            DataError: There are no test examples.
        """
        attended = self.attended_test if test else self.attended
        if attended is None:
            raise DataError("attended_test: there are no test inputs; give them")
        return attended if self.classes is None else attended[:, :, self.classes]

    def merged(self, *, test: bool = False) -> Any:
        """What a generated module takes: attended inputs, with the classes where there are any.

        Args:
            test: Whether those of the test examples.
        """
        attended = self.attended_test if test else self.attended
        return attended if self.classes is None else (attended, self.classes)

    def _set_rows(self) -> None:
        """One row per example and output."""
        outputs = self.labels.shape[1]
        object.__setattr__(self, "outputs", outputs)
        for end in ("", TEST):
            attended, labels = (getattr(self, name + end) for name in ("attended", "labels"))
            if attended is not None:
                remedy = "give examples, features, paths"
                expect_shape(attended, f"attended{end}", ("P", "N_0", "M"), remedy)
                object.__setattr__(self, f"attended{end}", rows_of_outputs(attended, outputs))
            if labels is not None:
                count = "P_*" if attended is None else len(attended)
                remedy = "give one row per example, with a number for every output"
                expect_shape(labels, f"labels{end}", (count, outputs), remedy)
                object.__setattr__(self, f"labels{end}", labels.reshape(-1))
        if self.classes is not None:
            classes = classes_of_outputs(np.asarray(self.classes), outputs)
            object.__setattr__(self, "classes", classes)

    def __repr__(self) -> str:
        rows, features, distinct = self.attended.shape
        tests = 0 if self.attended_test is None else len(self.attended_test)
        examples, tests = rows // self.outputs, tests // self.outputs
        shown = f"M={self.paths}" + ("" if self.classes is None else f", distinct={distinct}")
        several = f", outputs={self.outputs}" if self.outputs > 1 else ""
        for note in self.notes:
            several += f", {note.partition(':')[0].replace(' are', '')}" * note.startswith(TAKEN)
        return f"Data(P={examples}, N_0={features}, {shown}, test={tests}{several})"


def check_kernel(network: Network, data: Data) -> None:
    """Check that the data were made with the kernel that the network has.

    Raises:
        DataError: It was another one, or was taken at another variance.
    """
    known = first_kernel(network)
    if data.kernel not in (None, known):
        raise DataError(
            f"attended: the inputs were made with the kernel {data.kernel} of a first layer, and "
            f"that of the network is {known}; read the data again for this network"
        )
    if data.kernel_variance is None or feature_layer(network) is None:
        return
    due = kernel_variance(network)
    if due is not None and due != data.kernel_variance:
        raise DataError(
            f"attended: the kernel was taken at variance {data.kernel_variance:g} of the first "
            f"layer, and the network has {due:g}; read the data again for this network"
        )


def _check_numbers(outputs: Any, variance: Any, rows: int) -> None:
    if not isinstance(outputs, Integral) or outputs < 1 or rows % outputs:
        raise DataError(
            f"outputs: {shown(outputs)} for {rows} rows; give a whole number that divides them"
        )
    if not (variance is None or isinstance(variance, Real)):
        raise DataError(f"kernel_variance: {shown(variance)} is no number; give one")


def _refuse_row(labels: Array, attended: Array) -> None:
    """Raise DataError where the labels of several examples stand in one row."""
    if len(labels) == 1 != len(attended) and labels.shape[1] == len(attended):
        _check_labels(labels, "labels", len(attended))


def _check_labels(labels: Array, name: str, examples: int) -> None:
    remedy = "give one number per example, as many as there are inputs"
    expect_shape(labels, name, (examples,), remedy)


def _checked_classes(given: Any, attended: Array) -> Classes:
    """One class for every path, each of them used."""
    count = attended.shape[2]
    try:
        classes = np.asarray(given)
    except (ValueError, TypeError):  # rows of unequal length
        classes = np.zeros(())
    if classes.ndim != 1 or classes.dtype.kind not in "iu" or set(classes) != set(range(count)):
        raise DataError(
            f"classes: give the class of every path, whole numbers from 0 to {count - 1} as there "
            f"are {count} attended inputs, each of them used"
        )
    return classes.astype(np.int64)
