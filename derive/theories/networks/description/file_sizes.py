"""What a data file will take in memory, and which problem it makes, before it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

from derive.errors import DataError
from derive.files import Unreadable, open_archive
from derive.memory import NUMBER, available_memory, path_text, refuse_beyond_memory
from derive.theories.networks.description.attended import expected_inputs
from derive.theories.networks.description.feature_inputs import feature_layer
from derive.theories.networks.description.kernel_factor import factor_bytes
from derive.theories.networks.description.network import Network
from derive.theories.networks.description.paths import check_count, path_count
from derive.theories.networks.description.predicted import REMEDY, Inputs
from derive.theories.networks.description.tokens import data_names

TEST = "_test"

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class FileSizes:
    """Sizes of the data in a file.

    Attributes:
        examples: P; of several outputs, a row for each.
        tests: P_*.
        features: N_0; of a first layer of features, the most that its kernel's rank can be.
        paths: M.
        distinct: m, as far as it is known before the data are read; M above features.
        loading: Bytes that reading the file and attending its inputs need at their peak.
        kept: Bytes of what is kept of it.
    """

    examples: int
    tests: int
    features: int
    paths: int
    distinct: int
    loading: int
    kept: int


def shapes_in(path: str | Path) -> Shapes:
    """The shape of every array in an .npz file; none where it cannot be read.

    What is wrong with it is for those to say who read the arrays.
    """
    try:
        with open_archive(path) as archive:
            return archive.shapes
    except Unreadable:
        return {}


def file_sizes(shapes: Shapes, network: Network, *, merged: bool) -> FileSizes | None:
    """The sizes of the data in a file; None where it does not hold data for the network.

    Args:
        shapes: Of its arrays, by name.
        network: Head counts numeric.
        merged: Whether to find out how many paths are identical whatever the data are; else none.
    """
    paths = path_count(network)
    main = "inputs" if "inputs" in shapes else "attended"
    ends = [end for end in ("", TEST) if len(shapes.get(main + end, ())) == 3]
    if not ends or ends[0]:
        return None
    outputs = network.readout.outputs
    examples, features, distinct = shapes[main][0] * outputs, shapes[main][1], paths
    tests = shapes[main + TEST][0] * outputs if TEST in ends else 0
    peak = NUMBER * sum(map(prod, shapes.values()))
    if main == "inputs":
        try:
            sets = [_inputs(network, shapes, end) for end in ends]
        except (DataError, KeyError):  # to be named where the arrays are read
            return None
        needs = [inputs.memory() if merged else (inputs.bound(), paths) for inputs in sets]
        distinct = max(count for _, count in needs)
        peak += sum(needed for needed, _ in needs)
        if feature_layer(network) is not None:
            count = (examples + tests) // outputs
            each, side = shapes[main][2], count * paths // outputs
            features, distinct = min(count * each, count * distinct // outputs), paths
            peak += factor_bytes(side, max(examples, tests) // outputs * each)
            peak += NUMBER * features * side
    kept = NUMBER * features * distinct * (examples + tests)
    if main == "attended" and outputs > 1:
        peak += kept
    return FileSizes(examples, tests, features, paths, distinct, peak, kept)


def refuse_large_file(shapes: Shapes, network: Network) -> None:
    """Refuse to read a file whose data do not fit into memory.

    Args:
        shapes: Of its arrays, by name.
        network: Head counts numeric.

    Raises:
        SizeError: The message has the predicted number, and the number of paths.
    """
    check_count(network)
    bound = file_sizes(shapes, network, merged=False)
    if bound is not None and bound.loading > available_memory():
        sizes = file_sizes(shapes, network, merged=True) or bound
        data = f"P = {sizes.examples}, N_0 = {sizes.features}"
        what = f"reading data for {path_text(sizes.paths, sizes.distinct)}, {data},"
        refuse_beyond_memory(sizes.loading, what, REMEDY)


def _inputs(network: Network, shapes: Shapes, end: str) -> Inputs:
    """The sizes of one set of examples; KeyError where an array is missing or does not fit."""
    arrays = {weight: shapes[name + end][1:] for name, weight in data_names(network)}
    expected = expected_inputs(network, shapes["inputs" + end], {})
    for weight, shape in arrays.items():
        due = expected.arrays[weight]
        if due is None or shape not in (due, (*due[:-1], 1)):
            raise KeyError(weight)
    return expected_inputs(network, shapes["inputs" + end], arrays)
