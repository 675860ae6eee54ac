"""Solutions in .npz files, written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from derive.files import written
from derive.theories.disorder.derivation.overlaps import Linear, Overlaps, Square
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.module.runtime.verdict import Solution


def arrays(
    model: DisorderedModel, overlaps: Overlaps, solution: Solution, parameters: Mapping[str, float]
) -> dict[str, Any]:
    """The contents of a solution's file.

    Keys: free_entropy; q, of shape (levels,), here one level; Q; m where there is a teacher or a
    magnetisation of that name; conjugates qhat (of shape (levels,)), Qhat, mhat; of several
    populations with `_name` behind. Of K components q has the shape (levels, K, K), Q (K, K), and m
    (K, attributes). Magnetisations by their names. replicon, entropy, energy (nan where nothing
    depends on a temperature), observables by their names; converged, residual, quadrature_error,
    message; parameters by `parameter_NAME`; free_entropies, of every fixed point that was found,
    this one first.
    """
    values = {**solution.overlaps, **solution.conjugates}
    contents: dict[str, Any] = {"free_entropy": solution.free_entropy}
    for number, sites in enumerate(model.sites):
        tag = f"_{sites.name}" if len(model.sites) > 1 else ""
        squares = [s for s in overlaps.squares if s.population == number]
        contents |= _squares(squares, values, tag)
        linears = [v for v in overlaps.linears if v.population == number]
        contents |= _linears(linears, values, tag, sites.components)
    contents |= {
        "replicon": solution.replicon,
        "entropy": solution.entropy,
        "energy": solution.energy,
        **solution.observables,
        "converged": solution.converged,
        "residual": solution.residual,
        "quadrature_error": solution.quadrature_error,
        "message": solution.message,
    }
    contents |= {f"parameter_{name}": value for name, value in parameters.items()}
    every = (solution, *solution.others)
    contents["free_entropies"] = [each.free_entropy for each in every]
    return {name: np.asarray(value) for name, value in contents.items()}


def _squares(squares: list[Square], values: Mapping[str, Any], tag: str) -> dict[str, Any]:
    """q, Q, qhat and Qhat: numbers of one component, matrices of several."""
    parts = {
        "q": [s.off for s in squares],
        "Q": [s.diagonal for s in squares],
        "qhat": [s.conjugates[1] for s in squares],
        "Qhat": [s.conjugates[0] for s in squares],
    }
    count = round((np.sqrt(8 * len(squares) + 1) - 1) / 2)
    rows, columns = np.triu_indices(count)
    found = {}
    for name, symbols in parts.items():
        matrix = np.zeros((count, count))
        matrix[rows, columns] = matrix[columns, rows] = [float(values[s.name]) for s in symbols]
        value = matrix if count > 1 else matrix[0, 0]
        found[name + tag] = np.asarray([value]) if name in ("q", "qhat") else np.asarray(value)
    return found


def _linears(
    linears: list[Linear], values: Mapping[str, Any], tag: str, components: int
) -> dict[str, Any]:
    """Overlaps with attributes as a matrix where there are several; magnetisations by name."""
    found: dict[str, Any] = {}
    read = [v for v in linears if v.attribute is not None]
    if len(read) == 1 and components == 1:
        found["m" + tag] = float(values[read[0].parameter.name])
        found["mhat" + tag] = float(values[read[0].conjugate.name])
    elif read:
        attributes = list(dict.fromkeys(v.attribute for v in read))
        shape = (len(read) // len(attributes), len(attributes))
        if len(read) == shape[0] * shape[1]:
            variables = list(dict.fromkeys(v.component for v in read))
            order = {(v.component, v.attribute): v for v in read}
            pairs = [[order[x, t] for t in attributes] for x in variables]
            found["m" + tag] = [[float(values[v.parameter.name]) for v in row] for row in pairs]
            found["mhat" + tag] = [[float(values[v.conjugate.name]) for v in row] for row in pairs]
    for linear in linears:
        if linear not in read or len(read) > 1 or components > 1:
            found[linear.parameter.name] = float(values[linear.parameter.name])
            found[linear.conjugate.name] = float(values[linear.conjugate.name])
    return found


def save_solution(path: str | Path, contents: Mapping[str, Any]) -> None:
    """Write the contents of a solution's file, through a temporary file beside it.

    Raises:
        DataError: The file cannot be written.
    """
    with written(path) as stream:
        np.savez(stream, **contents)
