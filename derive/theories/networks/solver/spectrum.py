"""Stiff and sloppy directions of a solution, read in terms of paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray


class PathPair(NamedTuple):
    """A pair of paths, and its coordinate in a direction."""

    first: str
    second: str
    weight: float


@dataclass(frozen=True, eq=False, repr=False)
class Direction:
    r"""An eigenvector of the Hessian in whitened coordinates, all order parameters jointly.

    .. math:: dG_s = G_s^{1/2} X_s G_s^{1/2}, \qquad \sum_s \mathrm{tr} X_s^2 = 1

    The sign has no meaning, and where eigenvalues coincide neither has the basis.

    Attributes:
        eigenvalue: How stiff the direction is.
        matrices: X_s by the name of the order parameter, G_1, ..., G_a, the lowest first.
        paths: Names of the rows of the lowest one.
    """

    eigenvalue: float
    matrices: Mapping[str, Array]
    paths: tuple[str, ...]

    @property
    def shares(self) -> dict[str, float]:
        """tr X_s^2 of each order parameter; together they are 1."""
        return {name: float(np.sum(matrix**2)) for name, matrix in self.matrices.items()}

    def path_pairs(self, count: int | None = None) -> tuple[PathPair, ...]:
        """The coordinates of the lowest order parameter, the largest in magnitude first.

        They are X[p, p] and sqrt(2) X[p, q]: their squares add up to the share of that order
        parameter.

        Args:
            count: How many at most; all where left out.
        """
        lowest = next(iter(self.matrices.values()))
        pairs = [
            PathPair(
                self.paths[row], self.paths[column], float(value) * (1 + (row < column)) ** 0.5
            )
            for (row, column), value in np.ndenumerate(lowest)
            if row <= column
        ]
        return tuple(sorted(pairs, key=lambda pair: -abs(pair.weight))[:count])

    def __repr__(self) -> str:
        shares = ", ".join(f"{name} {share:.2f}" for name, share in self.shares.items())
        pairs = ", ".join(f"{p.first} {p.second} {p.weight:+.2f}" for p in self.path_pairs(2))
        return f"Direction({self.eigenvalue:.4g}; shares {shares}; {pairs})"


@dataclass(frozen=True, eq=False)
class HessianSpectrum:
    """Eigenvalues and eigenvectors of the Hessian at a solution, in whitened coordinates.

    Attributes:
        eigenvalues: The stiffest first: all, or those at both ends where the spectrum is partial.
        stiff: Directions of the largest eigenvalues, the stiffest first.
        sloppy: Directions of the smallest eigenvalues, the sloppiest first.
        coordinates: The number of coordinates of all order parameters.
        is_partial: Whether the ends alone were computed, by Lanczos steps.
    """

    eigenvalues: Array = field(repr=False)
    stiff: tuple[Direction, ...]
    sloppy: tuple[Direction, ...]
    coordinates: int
    is_partial: bool

    def __repr__(self) -> str:
        part = "both ends of " if self.is_partial else ""
        low, high = self.eigenvalues[-1], self.eigenvalues[0]
        return f"HessianSpectrum({part}{self.coordinates} eigenvalues, {low:.4g} to {high:.4g})"

    def arrays(self) -> dict[str, Array]:
        """What a file holds: see `derive.theories.networks.solver.files.arrays`."""
        arrays = {
            "hessian_eigenvalues": self.eigenvalues,
            "hessian_coordinates": np.array(self.coordinates),
            "hessian_is_partial": np.array(self.is_partial),
            "hessian_paths": np.array(self.stiff[0].paths),
        }
        for end, directions in (("stiff", self.stiff), ("sloppy", self.sloppy)):
            for name in directions[0].matrices:
                arrays[f"{end}_{name}"] = np.stack([d.matrices[name] for d in directions])
        return arrays

    @classmethod
    def of_arrays(
        cls, arrays: Mapping[str, Any], paths: Sequence[str] | None = None
    ) -> HessianSpectrum | None:
        """The spectrum in the arrays of a file; None where there is none.

        Args:
            arrays: From `load_solution`.
            paths: Other names for the rows of the lowest order parameter.
        """
        if "hessian_eigenvalues" not in arrays:
            return None
        names = [key.removeprefix("stiff_") for key in arrays if key.startswith("stiff_")]
        stiff, sloppy = (
            list(zip(*(arrays[f"{end}_{name}"] for name in names), strict=True))
            for end in ("stiff", "sloppy")
        )
        labels = tuple(map(str, arrays["hessian_paths"] if paths is None else paths))
        return cls(
            eigenvalues=arrays["hessian_eigenvalues"],
            stiff=_directions(arrays["hessian_eigenvalues"], stiff, names, labels),
            sloppy=_directions(arrays["hessian_eigenvalues"][::-1], sloppy, names, labels),
            coordinates=int(arrays["hessian_coordinates"]),
            is_partial=bool(arrays["hessian_is_partial"]),
        )


def row_names(count: int, rows: Array, paths: Sequence[str]) -> tuple[str, ...]:
    """Names of the vectors of the lowest stream: of their paths, as far as they are on one.

    Args:
        count: The number of vectors.
        rows: Which of them belong to the paths, in the order of these.
        paths: The names of the paths.
    """
    known = dict(zip(rows.astype(int).tolist(), paths, strict=True))
    return tuple(known.get(row, f"vector {row + 1}") for row in range(count))


def spectrum_of(spectrum: Any, names: Sequence[str], paths: Sequence[str]) -> HessianSpectrum:
    """The spectrum that a generated module found.

    Args:
        spectrum: Its `Spectrum`.
        names: Of the order parameters, the lowest first.
        paths: Of the rows of the lowest one.
    """
    return HessianSpectrum(
        eigenvalues=spectrum.eigenvalues,
        stiff=_directions(spectrum.eigenvalues, spectrum.stiff, names, tuple(paths)),
        sloppy=_directions(spectrum.eigenvalues[::-1], spectrum.sloppy, names, tuple(paths)),
        coordinates=spectrum.coordinates,
        is_partial=spectrum.is_partial,
    )


def _directions(
    values: Array, matrices: Sequence[Any], names: Sequence[str], paths: tuple[str, ...]
) -> tuple[Direction, ...]:
    """Directions from the matrices of each; the eigenvalues go on beyond them."""
    pairs = zip(values[: len(matrices)], matrices, strict=True)
    return tuple(
        Direction(float(value), dict(zip(names, blocks, strict=True)), paths)
        for value, blocks in pairs
    )
