r"""The theory on the symmetric point: action, gradients and saddle equations, sector by sector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from derive.algebra import build, gradient
from derive.algebra.kinds import Matrix, Scalar
from derive.symmetry.permutations import Sector
from derive.symmetry.sectors import Rules
from derive.theories.networks.analysis.exchangeable.sectors import Splitting
from derive.theories.networks.analysis.exchangeable.symmetry import Symmetry
from derive.theories.networks.derivation.rules.eliminate.rewrite import SaddleEquation


@dataclass(frozen=True)
class Unknown:
    """What is left of an overlap matrix in one sector.

    Attributes:
        stream: Its stream.
        sector: Its sector.
        label: The sector in digits, one for each declared layer that the vectors pass.
        symbol: A number, or a matrix of several vectors (in streams with a skip).
        multiplicity: How often it occurs.
    """

    stream: int
    sector: Sector
    label: str
    symbol: Any
    multiplicity: Any


@dataclass(frozen=True)
class SectorEquation:
    """symbol = right in one sector, with its flux; no flux where a stream was not eliminated."""

    unknown: Unknown
    right: Any
    flux: Any | None
    flux_value: Any | None


@dataclass(frozen=True)
class Reduced:
    """A theory at overlaps that no permutation changes.

    Attributes:
        overlaps: The matrices that it is about, the lowest stream first.
        whole: The action in these.
        whole_covariance: The labels' covariance in these.
        unknowns: What is left of them.
        action: The action in the unknowns.
        covariance: That of the labels.
        gradients: The gradient in every sector: dS = sum multiplicity tr(gradient d symbol).
        equations: The saddle-point equations, solved for the unknowns.
    """

    overlaps: tuple[Any, ...]
    whole: Any
    whole_covariance: Any
    unknowns: tuple[Unknown, ...]
    action: Any
    covariance: Any
    gradients: tuple[Any, ...]
    equations: tuple[SectorEquation, ...]


def reduced(
    symmetry: Symmetry,
    action: Scalar,
    covariance: Matrix,
    overlaps: Sequence[Any],
    equations: Sequence[SaddleEquation],
    *,
    rules: Rules | None = None,
) -> Reduced:
    """Split an action and its saddle equations.

    Args:
        symmetry: The permutations.
        action: S.
        covariance: Of the labels, as it stands in S.
        overlaps: Its order parameters, the lowest stream first.
        equations: Its saddle equations, in the same order.
        rules: How nodes are split.
    """
    split = Splitting(symmetry, rules)
    slopes = [split.of(gradient(action, overlap)) for overlap in overlaps]
    unknowns = tuple(u for k, g in enumerate(overlaps) for u in _unknowns(split, k, g))
    return Reduced(
        overlaps=tuple(overlaps),
        whole=action,
        whole_covariance=covariance,
        unknowns=unknowns,
        action=split.of(action),
        covariance=split.of(covariance),
        gradients=tuple(as_number(slopes[u.stream][u.sector]) for u in unknowns),
        equations=tuple(_equation(split, u, equations[u.stream]) for u in unknowns),
    )


def _unknowns(split: Splitting, stream: int, overlap: Matrix) -> list[Unknown]:
    symmetry, size = split.symmetry, overlap.shape[0]
    return [
        Unknown(
            stream,
            sector,
            symmetry.label(size, sector),
            as_number(block),
            symmetry.multiplicity(sector),
        )
        for sector, block in split.of(overlap).items()
    ]


def _equation(split: Splitting, unknown: Unknown, equation: SaddleEquation) -> SectorEquation:
    right = as_number(split.of(equation.right)[unknown.sector])
    if equation.flux is None:
        return SectorEquation(unknown, right, None, None)
    flux = as_number(split.of(equation.flux)[unknown.sector])
    value = as_number(split.of(equation.flux_value)[unknown.sector])
    return SectorEquation(unknown, right, flux, value)


def as_number(block: Any) -> Any:
    """A 1 x 1 matrix as a number, any other as it is."""
    return build.trace(block) if build.is_unit(block) else block
