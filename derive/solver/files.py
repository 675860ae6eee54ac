"""Solutions in .npz files, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from derive.errors import DataError
from derive.solver.solution import Solution


def arrays(solution: Solution) -> dict[str, Any]:
    """The contents of a solution's file.

    Keys: G_bottom, action, log_evidence, converged, gradient_norm, residual, hessian_negative,
    hessian_lowest, hessian_is_bound, condition_number, message; mean and variance with test data;
    U_1, ..., U_L and u_a for chains; head_scores where there are heads. With a spectrum:
    hessian_eigenvalues, the largest first; hessian_coordinates, how many there are in all;
    hessian_is_partial; hessian_paths, the names of the rows of the lowest order parameter;
    stiff_G_1, ..., stiff_G_a and sloppy_G_1, ..., sloppy_G_a, the matrices X of the directions at
    either end, each of shape (directions, rows, rows).
    """
    found: dict[str, Any] = {"G_bottom": solution.bottom}
    for key in (
        "action", "log_evidence", "converged", "gradient_norm", "residual", "hessian_negative",
        "hessian_lowest", "hessian_is_bound", "condition_number", "message",
    ):  # fmt: skip
        found[key] = np.array(getattr(solution, key))
    for number, overlap in enumerate(solution.chain_overlaps[:-1], start=1):
        found[f"U_{number}"] = overlap
    if solution.chain_overlaps:
        found["u_a"] = np.array(float(solution.chain_overlaps[-1][0, 0]))
    if len(solution.head_scores) or solution.chain_overlaps:
        found["head_scores"] = solution.head_scores
    if solution.mean is not None:
        found.update(mean=solution.mean, variance=solution.variance)
    if solution.spectrum is not None:
        found.update(solution.spectrum.arrays())
    return found


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
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".derive-", suffix=".npz")
        try:
            with os.fdopen(handle, "wb") as stream:
                np.savez(stream, **content)
            os.chmod(name, 0o644)
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise DataError(f"{target}: it cannot be written ({reason}); choose another path") from None


def load_solution(path: str | Path) -> dict[str, np.ndarray]:
    """Read the arrays of a solution's file.

    Raises:
        DataError: The file is missing, damaged, or no solution.
    """
    try:
        with open(path, "rb") as stream:
            if stream.read(4) != b"PK\x03\x04":
                raise DataError(f"{path}: no readable solution (not an .npz file); solve again")
            stream.seek(0)
            with np.load(stream, allow_pickle=False) as stored:
                found = {key: stored[key] for key in stored.files}
    except DataError:
        raise
    except Exception as error:  # np.load raises a dozen types on what is no .npz file
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise DataError(
            f"{path}: no readable solution ({' '.join(reason.split())}); solve again"
        ) from None
    if "G_bottom" not in found:
        raise DataError(f"{path}: G_bottom is missing; it is no solution of derive")
    return found
