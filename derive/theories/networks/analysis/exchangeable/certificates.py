r"""Certificates: the split theory against the whole one, on data whose kernels are symmetric.

Such data are made without the rule: the attended inputs of every permutation of the paths, one
after the other as features. Symmetric overlaps are averages over permutations, or sums over
orthonormal vectors of the sectors that are listed one by one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from derive.errors import CertificateError
from derive.steps.compare import GUARD, Agreement, certifying, exact
from derive.steps.step import Evidence
from derive.symmetry.permutations import Sector
from derive.theories.networks.analysis.exchangeable.reduce import Reduced, Unknown
from derive.theories.networks.analysis.exchangeable.sectors import Splitting
from derive.theories.networks.analysis.exchangeable.symmetry import Symmetry
from derive.theories.networks.analysis.exchangeable.vectors import (
    Table,
    group,
    sector_basis,
    stream_tables,
    vector_tables,
)
from derive.theories.networks.derivation.certifying.instance import Instance, Numbers, instance
from derive.theories.networks.derivation.turns import unequal


def sample_of(symmetry: Symmetry, seed: int, three: int | None = None) -> Instance:
    """An instance with 2 and 3 heads in turn; 1 where a layer has one, 3 where one is named."""
    notation = symmetry.notation
    heads = [1] * len(notation.graph.weights)
    for number, weight in enumerate(symmetry.weights):
        many = number in (1, 3) if three is None else weight == three
        heads[weight] = 3 if many else 2
    counts = [notation.graph.vectors(stream, tuple(heads)) for stream in notation.streams()]
    widths = unequal([count + 1 for count in counts])
    sample = replace(instance(notation, seed), heads=tuple(heads), widths=widths)
    return replace(sample, examples=3, features=2)


class Symmetric:
    """An instance, symmetric data for it, and symmetric overlaps."""

    def __init__(
        self, symmetry: Symmetry, seed: int, agreement: Agreement, three: int | None = None
    ) -> None:
        self.symmetry = symmetry
        self.agreement = agreement
        self.sample = sample_of(symmetry, seed, three)
        graph = symmetry.notation.graph
        self.tables = stream_tables(graph, self.sample.heads)
        self.paths = vector_tables(graph, self.sample.heads)[0]
        self.data = self._data()

    def _data(self) -> Numbers:
        numbers = self.sample.data()
        data = self.symmetry.notation.data()
        array = numbers[data]
        orbit = [array[:, :, moved] for moved in self.group(self.paths)]
        numbers[data] = np.concatenate(orbit, axis=1)
        return numbers

    def group(self, table: Table) -> Any:
        """Every permutation of the vectors of a table."""
        return group(table, self.symmetry.weights, self.sample.heads)

    def numbers(self) -> Numbers:
        """Sizes, labels and data, whole and by sectors."""
        notation, arithmetic = self.symmetry.notation, self.agreement.arithmetic
        numbers = {**self.sample.sizes(), **self.data}
        array = exact(arithmetic, numbers[notation.data()])
        numbers[notation.features] = array.shape[1]
        split = Splitting(self.symmetry)
        for sector in self.symmetry.sectors(notation.data().paths):
            basis = self.basis(self.paths, sector)
            parts = np.einsum("min,vkn->mivk", array, basis)
            flat = parts.reshape(len(array), -1, basis.shape[1])
            numbers[split.data(sector)] = flat
            if basis.shape[1] == 1:
                numbers[split.kernel(sector)] = flat[:, :, 0] @ flat[:, :, 0].T
        return numbers

    def basis(self, table: Table, sector: Sector) -> Any:
        """Orthonormal vectors of a sector, in the working precision."""
        root = self.agreement.arithmetic.sqrt
        return sector_basis(table, sector, self.sample.heads, root)

    def random(self, unknown: Unknown) -> Any:
        """A random positive value, or positive definite matrix."""
        if not getattr(unknown.symbol, "is_Matrix", False):
            return exact(self.agreement.arithmetic, self.sample.positive(1))
        return exact(self.agreement.arithmetic, self.sample.positive(int(unknown.symbol.shape[0])))

    def dense(self, unknowns: Any, values: Any, stream: int) -> Any:
        """The overlaps of a stream, from the values in its sectors."""
        table = self.tables[stream]
        total = exact(self.agreement.arithmetic, np.zeros((len(table), len(table))))
        for unknown, value in zip(unknowns, values, strict=True):
            if unknown.stream == stream:
                for vectors in self.basis(table, unknown.sector):
                    total = total + vectors.T @ value @ vectors
        return total


@certifying
def algebra(agreement: Agreement, symmetry: Symmetry) -> Evidence:
    """The average of a random matrix over all permutations has the multiplicities claimed."""
    run = Symmetric(symmetry, 61, agreement)
    sizes = run.sample.sizes()
    for stream, table in zip(symmetry.notation.streams(), run.tables, strict=True):
        count = symmetry.notation.vectors_count(stream.index)
        moves = [moved[:, None] for moved in run.group(table)]
        matrix = run.sample.positive(len(table))
        average = exact(agreement.arithmetic, sum(matrix[m, m.T] for m in moves))
        claimed: Counter[int] = Counter()
        for sector in symmetry.sectors(count):
            often = int(agreement.value(symmetry.multiplicity(sector), sizes))
            claimed[often] += int(symmetry.count(count, sector))
        _compare_multiplicities(stream.name, average, claimed, agreement)
    return agreement.evidence("eigenvalues of averages over all permutations, counted")


def _compare_multiplicities(
    name: str, average: Any, claimed: Counter[int], agreement: Agreement
) -> None:
    arithmetic = agreement.arithmetic
    values = arithmetic.eigsy(arithmetic.matrix(average.tolist()), eigvals_only=True)
    ordered = sorted(values)
    gap = arithmetic.mpf(10) ** -agreement.digits * max(map(abs, ordered))
    runs = [1]
    for low, high in pairwise(ordered):
        if high - low < gap:
            runs[-1] += 1
        else:
            runs.append(1)
    if Counter(runs) != claimed:
        raise CertificateError(
            f"stream {name}: eigenvalues occur {sorted(runs)} times, not "
            f"{sorted(claimed.elements())}"
        )


@certifying
def action(agreement: Agreement, symmetry: Symmetry, result: Reduced) -> Evidence:
    """S of symmetric overlaps, whole, against S by sectors."""
    run = Symmetric(symmetry, 67, agreement)
    numbers = run.numbers()
    values = [run.random(unknown) for unknown in result.unknowns]
    small, large = _both(run, result, numbers, values)
    pairs = {
        "the action": (result.action, result.whole),
        "the labels' covariance": (result.covariance, result.whole_covariance),
    }
    for what, (parts, whole) in pairs.items():
        agreement.compare(what, agreement.value(parts, small), agreement.value(whole, large))
    return agreement.evidence("whole and by sectors, at random symmetric overlaps and kernels")


def _both(run: Symmetric, result: Reduced, numbers: Numbers, values: Any) -> tuple[Any, Any]:
    """Numbers for the theory by sectors, and for the whole."""
    small, large = dict(numbers), dict(numbers)
    for unknown, value in zip(result.unknowns, values, strict=True):
        matrix = getattr(unknown.symbol, "is_Matrix", False)
        small[unknown.symbol] = value if matrix else value[0, 0]
    for stream, overlap in enumerate(result.overlaps):
        large[overlap] = run.dense(result.unknowns, values, stream)
    return small, large


@certifying
def gradients(agreement: Agreement, symmetry: Symmetry, result: Reduced) -> Evidence:
    """dS = multiplicity * tr(gradient d symbol), by central differences of S by sectors."""
    fine = Agreement(2 * agreement.digits + GUARD)
    run = Symmetric(symmetry, 71, fine)
    numbers = run.numbers()
    values = [run.random(unknown) for unknown in result.unknowns]
    step = fine.arithmetic.mpf(10) ** -(agreement.digits // 2 + 3)
    for place, (unknown, slope) in enumerate(zip(result.unknowns, result.gradients, strict=True)):
        direction = run.random(unknown)

        def at(sign: int, place: int = place, direction: Any = direction) -> Any:
            moved = [
                value + (sign * step * direction if k == place else 0)
                for k, value in enumerate(values)
            ]
            return _both(run, result, numbers, moved)[0]

        gradient = np.reshape(fine.value(slope, at(0)), direction.shape)
        often = fine.value(unknown.multiplicity, numbers)
        change = often * (gradient * direction).sum()
        ends = [fine.value(result.action, at(sign)) for sign in (1, -1)]
        expected = (ends[0] - ends[1]) / (2 * step)
        agreement.compare(f"dS along {unknown.symbol}", change, expected, abs(gradient).max())
    return agreement.evidence("central differences of the action by sectors")


@certifying
def equations(agreement: Agreement, symmetry: Symmetry, result: Reduced, whole: Any) -> Evidence:
    """Right-hand sides and fluxes, whole, against those by sectors."""
    run = Symmetric(symmetry, 73, agreement)
    values = [run.random(unknown) for unknown in result.unknowns]
    small, large = _both(run, result, run.numbers(), values)
    _add_fluxes(run, result, small, large, whole)
    for equation in whole:
        own = [e for e in result.equations if e.unknown.stream == equation.stream]
        unknowns = [e.unknown for e in own]
        for name in ("right", "flux_value"):
            expected = getattr(equation, name)
            if expected is None:
                continue
            parts = [agreement.value(getattr(e, name), small) for e in own]
            blocks = [np.array(part, dtype=object, ndmin=2) for part in parts]
            dense = run.dense(unknowns, blocks, equation.stream)
            what = f"{name} of the equation of {equation.overlap}"
            agreement.compare(what, dense, agreement.value(expected, large))
    return agreement.evidence("whole and by sectors, at random symmetric overlaps and fluxes")


def _add_fluxes(
    run: Symmetric, result: Reduced, small: Numbers, large: Numbers, whole: Any
) -> None:
    """Random symmetric fluxes, on both sides."""
    for equation in whole:
        if equation.flux is None:
            continue
        own = [e for e in result.equations if e.unknown.stream == equation.stream]
        values = [run.random(e.unknown) for e in own]
        for e, value in zip(own, values, strict=True):
            small[e.flux] = value if getattr(e.flux, "is_Matrix", False) else value[0, 0]
        unknowns = [e.unknown for e in own]
        large[equation.flux] = run.dense(unknowns, values, equation.stream)
