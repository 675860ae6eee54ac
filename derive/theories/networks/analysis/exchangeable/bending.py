"""Certificate of the stability in closed form: second differences of the whole action."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from derive.steps.compare import GUARD, Agreement, certifying
from derive.steps.step import Evidence
from derive.symmetry.permutations import Sector
from derive.theories.networks.analysis.exchangeable.certificates import Symmetric
from derive.theories.networks.analysis.exchangeable.reduce import Reduced
from derive.theories.networks.analysis.exchangeable.stability import MEAN, OTHERS, Margin
from derive.theories.networks.analysis.exchangeable.symmetry import Symmetry
from derive.theories.networks.derivation.certifying.instance import Numbers


@certifying
def certificate(
    agreement: Agreement, symmetry: Symmetry, result: Reduced, margins: Sequence[Margin]
) -> Evidence:
    """The pivots of the Hessian of the whole action, kernels included, at a symmetric point.

    Eigenvalues are random, and fluxes those that make them solve the saddle equations; along dU =
    U^(1/2) X U^(1/2) second differences of the action make up the Hessian.
    """
    fine = Agreement(2 * agreement.digits + GUARD)
    for weight in symmetry.weights:
        for leave in (MEAN, OTHERS):
            run = _Bending(symmetry, result, (weight, leave), fine)
            own = [m for m in margins if (m.weight, m.leave) == (weight, leave)]
            run.compare(own, agreement)
    return agreement.evidence("second differences of the whole action, one by one eliminated")


class _Bending:
    """One symmetric point, and the directions of one kind."""

    def __init__(
        self, symmetry: Symmetry, result: Reduced, which: tuple[int, str], fine: Agreement
    ) -> None:
        self.result, self.fine = result, fine
        self.weight, self.leave = which
        self.run = run = Symmetric(symmetry, 97, fine, three=self.weight)
        self.numbers = run.numbers()
        values = [run.random(unknown) for unknown in result.unknowns]
        roots = [value ** fine.arithmetic.mpf("0.5") for value in values]
        streams = range(len(result.overlaps))
        self.points = [run.dense(result.unknowns, values, k) for k in streams]
        self.roots = [run.dense(result.unknowns, roots, k) for k in streams]
        self.fluxes = self._fluxes(values)
        self.directions = [
            (stream, sector)
            for stream, overlap in enumerate(result.overlaps)
            for sector in symmetry.sectors(overlap.shape[0])
            if self.weight not in sector
            and symmetry.count(overlap.shape[0], self._joined(sector)) > 0
        ]

    def _joined(self, sector: Sector) -> Sector:
        return tuple(sorted((*sector, self.weight)))

    def _fluxes(self, values: Sequence[Any]) -> Numbers:
        """Fluxes with which random eigenvalues solve the equations, linear in them."""
        numbers = dict(self.numbers)
        for unknown, value in zip(self.result.unknowns, values, strict=True):
            numbers[unknown.symbol] = value[0, 0]
        for equation in self.result.equations:
            ends = [self.fine.value(equation.right, {**numbers, equation.flux: k}) for k in (0, 1)]
            own = numbers[equation.unknown.symbol]
            numbers[equation.flux] = (own - ends[0]) / (ends[1] - ends[0])
        return numbers

    def direction(self, stream: int, sector: Sector) -> Any:
        """X, of length 1, from vectors of the sectors that are listed one by one."""
        table, root = self.run.tables[stream], self.fine.arithmetic.sqrt
        joined = self._joined(sector)
        mean, apart = (self.run.basis(table, s)[:, 0] for s in (sector, joined))
        count = self.run.sample.heads[self.weight] - 1
        before = [self.run.sample.heads[w] - 1 for w in joined if w < self.weight]
        shape = (int(np.prod(before, dtype=int)), count, -1, apart.shape[-1])
        vectors = apart.reshape(shape)  # by the number of the vector over the heads that leave
        first, others = (vectors[:, k].reshape(-1, shape[-1]) for k in (0, slice(1, None)))
        if self.leave == MEAN:
            step = mean.T @ first
            return (step + step.T) / root(2 * len(mean))
        step = first.T @ first - others.T @ others / (count - 1)
        return step / root(len(mean) * (1 + self.fine.arithmetic.mpf(1) / (count - 1)))

    def hessian(self) -> Any:
        """Second differences of the action along all pairs of directions."""
        step = self.fine.arithmetic.mpf(10) ** -(self.fine.digits // 4 + 3)
        units = [self.direction(*where) for where in self.directions]
        centre = self._action([])
        hessian = np.zeros((len(units),) * 2, dtype=object)

        def bend(*places: int) -> Any:
            ends = [
                self._action([(self.directions[k][0], sign * step * units[k]) for k in places])
                for sign in (1, -1)
            ]
            return (sum(ends) - 2 * centre) / step**2

        alone = [bend(k) for k in range(len(units))]
        for row, column in combinations_with_replacement(range(len(units)), 2):
            both = (bend(row, column) - alone[row] - alone[column]) / 2
            hessian[row, column] = hessian[column, row] = alone[row] if row == column else both
        return hessian

    def _action(self, steps: Sequence[tuple[int, Any]]) -> Any:
        numbers = dict(self.numbers)
        for stream, overlap in enumerate(self.result.overlaps):
            numbers[overlap] = self.points[stream]
        for stream, step in steps:
            root, overlap = self.roots[stream], self.result.overlaps[stream]
            numbers[overlap] = numbers[overlap] + root @ step @ root
        return self.fine.value(self.result.whole, numbers)

    def compare(self, margins: Sequence[Margin], agreement: Agreement) -> None:
        """Eliminate one direction after the other; a pivot without a name is the width."""
        matrix, numbers = self.hessian(), dict(self.fluxes)
        named = {(margin.stream, margin.sector): margin for margin in margins}
        for place, where in enumerate(self.directions):
            pivot = matrix[place, place]
            width = self.run.symmetry.notation.width(where[0])
            expected = named[where].value if where in named else width
            value = self.fine.value(expected, numbers)
            name = str(named[where].symbol) if where in named else f"a pivot of stream {where[0]}"
            agreement.compare(name, value, pivot, self.fine.value(width, numbers))
            if where in named:
                numbers[named[where].symbol] = pivot
            matrix = matrix - np.outer(matrix[:, place], matrix[place]) / pivot
