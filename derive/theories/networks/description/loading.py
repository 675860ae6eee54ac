"""Data from arrays or from an .npz file, with every mistake named."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from derive.arguments import takes
from derive.errors import DataError, DescriptionError
from derive.files import Unreadable, open_archive
from derive.memory import refuse_beyond_memory
from derive.theories.networks.description.arrays import Array, expect_shape, real_array
from derive.theories.networks.description.attended import (
    distinct_inputs,
    looks_query_first,
    query_first_text,
)
from derive.theories.networks.description.data import Data, _check_labels
from derive.theories.networks.description.feature_inputs import (
    FeatureSpace,
    feature_layer,
    feature_note,
    feature_space,
    first_kernel,
    kernel_variance,
)
from derive.theories.networks.description.feature_maps import has_mean
from derive.theories.networks.description.file_sizes import TEST, refuse_large_file
from derive.theories.networks.description.layers import Attention
from derive.theories.networks.description.network import Network
from derive.theories.networks.description.operators import Classes, common
from derive.theories.networks.description.outputs import rows_of_outputs
from derive.theories.networks.description.paths import is_skipped, path_count
from derive.theories.networks.description.predicted import REMEDY
from derive.theories.networks.description.tokens import data_names
from derive.wording import choices, one_line, shown


@takes("path", "network")
def load_data(path: str | Path, network: Network) -> Data:
    """Read data from an .npz file.

    Args:
        path: The file. It holds `labels` (P,), and `attended` (P, N_0, M) or else `inputs`
            (P, N_0, T) with `attention_1` ... `attention_L` (P, H_l, T, T), the last possibly
            (P, H_L, T, 1); and, if wanted, the same of the test examples under names in `_test`.
        network: The network that the data are for, head counts numeric.

    Raises:
        DataError: The file cannot be read, or it does not hold data for this network; in one line
            with the file, the array, the shape found, the shape expected and what would do.
        SizeError: They do not fit into memory.
    """
    return data_from_arrays(load_arrays(path, network), network, one_line(str(path)))


def load_arrays(path: str | Path, network: Network) -> dict[str, Array]:
    """The named arrays of a data file, which is opened once; for `data_from_arrays`.

    Args:
        path: The file.
        network: The network that the data are for, head counts numeric.

    Raises:
        DataError: As `load_data`, for the names of the arrays.
        SizeError: As `load_data`.
    """
    source = one_line(str(path))
    try:
        with open_archive(path) as archive:
            _check_keys(archive.names, network, source)
            refuse_large_file(archive.shapes, network)
            refuse_beyond_memory(archive.size, f"reading {source}", REMEDY)
            return archive.read()
    except Unreadable as error:
        raise DataError(f"{source}: {_unreadable(error)}") from None


def _unreadable(error: Unreadable) -> str:
    remedy, reason = "give an .npz file written by numpy.savez", one_line(str(error))
    if not error.is_archive:
        return f"{reason}; {remedy}"
    if not error.name:
        return f"cannot be read ({reason}); {remedy}"
    return (
        f"{one_line(error.name, 60)}: cannot be read ({reason}); write the file anew with "
        "numpy.savez and arrays of numbers"
    )


@takes("network")
def data_from_arrays(arrays: Mapping[str, Any], network: Network, source: str = "data") -> Data:
    """Data from named arrays, as `load_data` finds them in a file.

    Args:
        arrays: By name, as in `load_data`.
        network: The network that the data are for, head counts numeric.
        source: What to call them in error messages.

    Raises:
        DataError: They are not data for this network.

    >>> from derive.theories.networks.description import Attention, Embedding, Readout
    >>> network = Network((Embedding(9, 1.0), Attention(2, 1.0, 9), Readout(1.0)), 0.1)
    >>> data_from_arrays({"attended": np.ones((5, 3, 4)), "labels": np.ones(5)}, network)
    Traceback (most recent call last):
    derive.errors.DataError: data: attended: shape (5, 3, 4), expected (P, N_0, 2); the network \
has 2 paths, the branch of the first layer slowest, a skip before heads
    """
    _check_keys([str(name) for name in arrays], network, source)
    try:
        labels, labels_test = (_labels(arrays, network, f"labels{end}") for end in ("", TEST))
        notes, outputs = _notes(arrays, network), network.readout.outputs
        if feature_layer(network) is not None and "inputs" in arrays:
            space = _in_feature_space(arrays, network)
            known = kernel_variance(network)
            return Data(
                space.attended, labels, space.attended_test, labels_test, notes, outputs, known,
                kernel=first_kernel(network), mean_direction=space.mean_direction,
            )  # fmt: skip
        inputs = [_attended(arrays, network, "")]
        if any(name.endswith(TEST) for name in arrays):
            inputs.append(_attended(arrays, network, TEST))
            _check_features(arrays, inputs[0][0].shape[1])
        (attended, *tests), classes = _together(inputs)
        test = tests[0] if tests else None
        kernel = first_kernel(network) if "inputs" in arrays else None
        return Data(
            attended, labels, test, labels_test, notes, outputs, classes=classes, kernel=kernel
        )
    except (DataError, DescriptionError) as error:
        raise DataError(f"{source}: {error}") from None


def _together(inputs: list[tuple[Array, Classes | None]]) -> tuple[list[Array], Classes | None]:
    """The inputs of training and test examples with common classes; None where all paths differ."""
    arrays, sets = [array for array, _ in inputs], [c for _, c in inputs if c is not None]
    if not sets:
        return arrays, None
    columns, classes = common(sets)
    count = len(columns[0])
    pairs = zip(arrays, columns, strict=True)
    arrays = [a if a.shape[2] == count else a[:, :, chosen] for a, chosen in pairs]
    return arrays, None if count == len(classes) else classes


def _in_feature_space(arrays: Mapping[str, Any], network: Network) -> FeatureSpace:
    """Attended inputs of a first layer of features, training and test examples together."""
    names = _attention_names(network)
    own = [arrays[name] for name in names]
    if not any(name.endswith(TEST) for name in arrays):
        return feature_space(network, arrays["inputs"], own)
    tests = [arrays[name + TEST] for name in names]
    return feature_space(network, arrays["inputs"], own, arrays[f"inputs{TEST}"], tests)


def _check_features(arrays: Mapping[str, Any], features: int) -> None:
    name = f"inputs{TEST}" if "inputs" in arrays else f"attended{TEST}"
    examples, _, last = np.shape(arrays[name])
    remedy = "give the features of the training examples"
    expect_shape(np.asarray(arrays[name]), name, (examples, features, last), remedy)


def _check_keys(names: list[str], network: Network, source: str) -> None:
    """Check that the arrays are those of one of the two forms, and all of them.

    Raises:
        DataError: They are not.
    """
    attentions = _attention_names(network)
    forms = {"attended": ["attended"], "inputs": ["inputs", *attentions]}
    given = [form for form in forms if form in names]
    if len(given) == 2:
        raise DataError(f"{source}: both attended and inputs are there; give one of the two")
    form = forms[given[0]] if given else [*forms["attended"], *forms["inputs"]]
    valid = [name + end for end in ("", TEST) for name in (*form, "labels")]
    for name in names:
        if name not in valid:
            raise DataError(f"{source}: {_unexpected(name, form, attentions, valid)}")
    if not given:
        wanted = ", ".join(forms["inputs"])
        raise DataError(f"{source}: the inputs are missing; give attended, or else {wanted}")
    needed = [*form, "labels"]
    if any(name.endswith(TEST) for name in names):
        needed += [name + TEST for name in form]
    for name in needed:
        if name not in names:
            raise DataError(
                f"{source}: {name}: it is missing; the arrays needed are {', '.join(needed)}"
            )


def _unexpected(name: str, form: list[str], arrays: list[str], valid: list[str]) -> str:
    stem, _, number = name.removesuffix(TEST).rpartition("_")
    stems = {Attention.needs, *(array.rpartition("_")[0] for array in arrays)}
    is_array = stem in stems and number.isdecimal()
    if form == ["attended"] and (name.removesuffix(TEST) == "inputs" or is_array):
        return (
            f"{shown(name)} stands beside attended, which holds it already; leave one of them out"
        )
    if is_array:
        count = sum(array.rpartition("_")[0] == stem for array in arrays)
        return f"{shown(name)}: the network has {count} layers that take {stem}{choices('', valid)}"
    return f"unknown array {shown(name)}{choices(name, valid)}"


def _attention_names(network: Network) -> list[str]:
    return [name for name, _ in data_names(network)]


def _attended(
    arrays: Mapping[str, Any], network: Network, suffix: str
) -> tuple[Array, Classes | None]:
    """Attended inputs, and the class of every path where they are made from inputs."""
    if "inputs" in arrays:
        attentions = [arrays[name + suffix] for name in _attention_names(network)]
        return distinct_inputs(network, arrays[f"inputs{suffix}"], attentions, suffix=suffix)
    paths = path_count(network)
    name, outputs = f"attended{suffix}", network.readout.outputs
    attended = real_array(arrays[name], name)
    remedy = (
        f"the network has {paths // outputs} paths, the branch of the first layer slowest, a skip "
        "before heads"
    )
    expect_shape(attended, name, ("P", "N_0", paths // outputs), remedy)
    return rows_of_outputs(attended, outputs), None


def _labels(arrays: Mapping[str, Any], network: Network, name: str) -> Any:
    """Labels, one per row of the attended inputs."""
    outputs = network.readout.outputs
    if name not in arrays:
        return None
    labels = real_array(arrays[name], name)
    if outputs == 1:
        if labels.ndim:  # a single number is refused beside the examples, which it does not count
            _check_labels(labels, name, max(labels.shape))
        return labels
    remedy = "give one row per example, with a number for every output"
    expect_shape(labels, name, ("P", outputs), remedy)
    return labels.reshape(-1)


def _notes(arrays: Mapping[str, Any], network: Network) -> tuple[str, ...]:
    """What is not as it may seem: features, a token, an attention given query first."""
    return (
        *_feature_notes(arrays, network),
        *_token_notes(arrays, network),
        *_query_first_notes(arrays),
    )


def _feature_notes(arrays: Mapping[str, Any], network: Network) -> tuple[str, ...]:
    notes = [note for note in (feature_note(network),) if note]
    if notes and "attended" in arrays:
        notes.append(
            "attended is taken as in the kernel's feature space: sigma_0^2 / N_0 times its "
            "products is the kernel"
        )
        layer = feature_layer(network)
        if layer is not None and has_mean(layer.kernel):
            notes.append(
                "attended does not tell the mean of the features, which counts as zero; give "
                "inputs in its place"
            )
    return tuple(notes)


def _query_first_notes(arrays: Mapping[str, Any]) -> tuple[str, ...]:
    """On attention whose indices look swapped."""
    names = [name for name in arrays if name.startswith(f"{Attention.needs}_")]
    return tuple(query_first_text(name) for name in names if looks_query_first(arrays[name]))


def _token_notes(arrays: Mapping[str, Any], network: Network) -> tuple[str, ...]:
    """Where a token that the user chose makes no difference."""
    token = network.readout.token
    if token in ("last", "each"):
        return ()
    if "attended" in arrays:
        return (f"token ignored: the data are already attended (token = {token!r})",)
    names = data_names(network)
    if not names:
        return ()
    name, weight = names[-1]
    shape = np.shape(arrays[name])
    if len(shape) != 4 or shape[3] != 1 or shape[2] == 1:
        return ()
    where = "used by skips alone" if is_skipped(network, weight) else "ignored"
    return (f"token {where}: {name} is given for one query (token = {token!r})",)
