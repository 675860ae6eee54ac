"""Symmetric points in .npz files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from derive.theories.networks.phases.onset import Onset
from derive.theories.networks.phases.symmetric import SymmetricSolution
from derive.theories.networks.solver.files import papers_arrays, write_arrays


def arrays(solution: SymmetricSolution, onset: Onset | None = None) -> dict[str, Any]:
    """The contents of a file.

    Keys: action, log_evidence, gradient_norm, residual, kernel_change, converged, stable, message;
    U_1, ..., u_a of a chain, G_1, ... of other networks; sector_names, sector_lowest and
    sector_multiplicity of the Hessian; branch_actions and, for every branch, branch_1_U_1, ...;
    onset and onset_parameter.
    """
    contents: dict[str, Any] = {}
    for key in (
        "action", "log_evidence", "gradient_norm", "residual", "kernel_change", "converged",
        "stable", "message",
    ):  # fmt: skip
        contents[key] = np.array(getattr(solution, key))
    contents |= _overlaps("", solution)
    contents["sector_names"] = np.array([sector.name for sector in solution.sectors])
    contents["sector_lowest"] = np.array([sector.lowest for sector in solution.sectors])
    contents["sector_multiplicity"] = np.array([s.multiplicity for s in solution.sectors])
    contents["branch_actions"] = np.array([branch.action for branch in solution.branches])
    for number, branch in enumerate(solution.branches, start=1):
        contents |= _overlaps(f"branch_{number}_", branch)
    if onset is not None:
        contents |= {"onset": np.array(onset.value), "onset_parameter": np.array(onset.parameter)}
    return contents


def _overlaps(before: str, point: Any) -> dict[str, Any]:
    if not point.chain_overlaps:
        return {f"{before}G_{k}": g for k, g in enumerate(point.overlaps, start=1)}
    return papers_arrays(point.chain_overlaps, before)


def save_symmetric(
    path: str | Path, solution: SymmetricSolution, onset: Onset | None = None
) -> None:
    """Write a symmetric point, whole or not at all.

    Raises:
        DataError: The file cannot be written.
    """
    write_arrays(path, arrays(solution, onset))
