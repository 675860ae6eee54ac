"""Solutions in .npz files, written whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from derive.errors import DataError
from derive.files import Unreadable, open_archive, written
from derive.memory import refuse_beyond_memory
from derive.theories.networks.description.graph import stream_graph
from derive.theories.networks.solver.solution import Solution


def arrays(solution: Solution) -> dict[str, Any]:
    """The contents of a solution's file.

    Keys: G_bottom, the overlaps of the paths; G_1, ..., G_a, those of all vectors of each stream,
    in the normalisation of streams; b_1, or b_a, the projections of the lowest stream's vectors on
    the all-ones direction, where it reads features with a mean; action, log_evidence, converged,
    gradient_norm, residual, hessian_negative, hessian_lowest, hessian_is_bound, condition_number,
    message; mean and variance with test data; U_1, ..., U_L and u_a for chains, U_a where it is a
    matrix; head_scores where there are heads.
    minima_action and minima_G_bottom, of shapes (minima,) and (minima, M, M): of every minimum that
    was found, the lowest action first, which is the solution's own.
    With a spectrum:
    hessian_eigenvalues, the largest first; hessian_coordinates, how many there are in all;
    hessian_is_partial; hessian_paths, the names of the rows of the lowest order parameter;
    stiff_G_1, ..., stiff_G_a and sloppy_G_1, ..., sloppy_G_a, the matrices X of the directions at
    either end, each of shape (directions, rows, rows).
    """
    contents: dict[str, Any] = {"G_bottom": solution.bottom}
    streams = stream_graph(solution.network).streams
    contents |= {f"G_{s.name}": g for s, g in zip(streams, solution.overlaps, strict=True)}
    if solution.projections is not None:
        contents[f"b_{streams[0].name}"] = solution.projections
    for key in (
        "action", "log_evidence", "converged", "gradient_norm", "residual", "hessian_negative",
        "hessian_lowest", "hessian_is_bound", "condition_number", "message",
    ):  # fmt: skip
        contents[key] = np.array(getattr(solution, key))
    minima = (solution, *solution.others)
    contents["minima_action"] = np.array([minimum.action for minimum in minima])
    contents["minima_G_bottom"] = np.stack([minimum.bottom for minimum in minima])
    contents |= papers_arrays(solution.chain_overlaps)
    if len(solution.head_scores) or solution.chain_overlaps:
        contents["head_scores"] = solution.head_scores
    if solution.mean is not None:
        contents.update(mean=solution.mean, variance=solution.variance)
    if solution.spectrum is not None:
        contents.update(solution.spectrum.arrays())
    return contents


def papers_arrays(overlaps: Sequence[np.ndarray], before: str = "") -> dict[str, Any]:
    """U_1, ..., U_L and u_a by name; U_a where it is a matrix. Of no chain, nothing.

    Args:
        overlaps: In the papers' normalisation, the lowest first.
        before: What the names begin with.
    """
    named: dict[str, Any] = {f"{before}U_{k}": u for k, u in enumerate(overlaps[:-1], start=1)}
    if overlaps:
        top = overlaps[-1]
        is_number = top.size == 1
        named[f"{before}{'u' if is_number else 'U'}_a"] = np.array(top[0, 0]) if is_number else top
    return named


def save_solution(path: str | Path, solution: Solution) -> None:
    """Write a solution, through a temporary file beside it.

    Raises:
        DataError: The file cannot be written.
    """
    write_arrays(path, arrays(solution))


def write_arrays(path: str | Path, content: dict[str, Any]) -> None:
    """Write arrays to an .npz file, whole or not at all.

    Raises:
        DataError: The file cannot be written.
    """
    with written(path) as stream:
        np.savez(stream, **content)


def load_solution(path: str | Path) -> dict[str, np.ndarray]:
    """Read the arrays of a solution's file.

    Raises:
        DataError: The file is missing, damaged, or no solution.
    """
    try:
        with open_archive(path) as archive:
            refuse_beyond_memory(archive.size, f"reading {path}", "solve again")
            content = archive.read()
    except Unreadable as error:
        reason = f"{error.name}: {error}" if error.name else str(error)
        raise DataError(f"{path}: no readable solution ({reason}); solve again") from None
    if "G_bottom" not in content:
        raise DataError(f"{path}: G_bottom is missing; it is no solution of derive")
    return content
