"""What a data file will take in memory, and which problem it makes, before it is read."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path

from derive.errors import DataError
from derive.network.attended import expected_inputs
from derive.network.headers import array_shapes
from derive.network.memory import NUMBER, available_memory, path_text, refuse_beyond_memory
from derive.network.network import Network
from derive.network.paths import check_count, path_count
from derive.network.predicted import REMEDY, Inputs
from derive.network.tokens import data_names

TEST = "_test"


@dataclass(frozen=True)
class FileSizes:
    """Sizes of the data in a file.

    Attributes:
        examples: P; of several outputs, a row for each.
        tests: P_*.
        features: N_0.
        paths: M.
        distinct: m, as far as it is known before the data are read.
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


def file_sizes(path: str | Path, network: Network, *, merged: bool) -> FileSizes | None:
    """The sizes of the data in a file; None where it does not hold data for the network.

    Args:
        path: The .npz file.
        network: Head counts numeric.
        merged: Whether to find out how many paths are identical whatever the data are; else none.
    """
    shapes, paths = array_shapes(path), path_count(network)
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
        found = [inputs.memory() if merged else (inputs.bound(), paths) for inputs in sets]
        distinct = max(count for _, count in found)
        making = [inputs.making() for inputs in sets]  # of one set at a time
        peak += sum(needed for needed, _ in found) - sum(making) + max(making)
    kept = NUMBER * features * distinct * (examples + tests)
    if main == "attended" and outputs > 1:
        peak += kept
    return FileSizes(examples, tests, features, paths, distinct, peak, kept)


def refuse_large_file(path: str | Path, network: Network) -> None:
    """Refuse to read a file whose data do not fit into memory.

    Raises:
        SizeError: The message has the predicted number, and the number of paths.
    """
    check_count(network)
    bound = file_sizes(path, network, merged=False)
    if bound is not None and bound.loading > available_memory():
        sizes = file_sizes(path, network, merged=True) or bound
        data = f"P = {sizes.examples}, N_0 = {sizes.features}"
        what = f"reading data for {path_text(sizes.paths, sizes.distinct)}, {data},"
        refuse_beyond_memory(sizes.loading, what, REMEDY)


def _inputs(network: Network, shapes: dict[str, tuple[int, ...]], end: str) -> Inputs:
    """The sizes of one set of examples; KeyError where an array is missing or does not fit."""
    arrays = {weight: shapes[name + end][1:] for name, weight in data_names(network)}
    found = expected_inputs(network, shapes["inputs" + end], {})
    for weight, shape in arrays.items():
        due = found.arrays[weight]
        if due is None or shape not in (due, (*due[:-1], 1)):
            raise KeyError(weight)
    return expected_inputs(network, shapes["inputs" + end], arrays)
