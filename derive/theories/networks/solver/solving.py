"""Solve a network on data with its own generated module."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from derive.errors import SolveError
from derive.programs.runtime.minima import distinct
from derive.theories.networks.derivation import Derivation, derive
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.description import Data, Network, Values
from derive.theories.networks.description.data import check_kernel
from derive.theories.networks.description.graph import stream_graph, values
from derive.theories.networks.description.paths import path_labels
from derive.theories.networks.module import Module, generate
from derive.theories.networks.module.repeat.at_depths import at_depths
from derive.theories.networks.solver.memory import refuse_large
from derive.theories.networks.solver.refusals import one_line_errors, with_depths
from derive.theories.networks.solver.scores import label_values
from derive.theories.networks.solver.solution import Solution
from derive.theories.networks.solver.spectrum import HessianSpectrum, row_names, spectrum_of
from derive.theories.networks.solver.starts import random_overlap
from derive.threads import blas_threads

INFINITE_WIDTH = (
    "infinite width: a Gaussian process with the prior's overlaps; nothing is solved, and the "
    "action and its Hessian, which grow with the width, have no value"
)


UNKNOWN_MEAN = (
    "the mean of the features is no order parameter of this solution, as attended inputs do not "
    "tell it, and counts as zero; give inputs in their place"
)


@dataclass(frozen=True)
class Solver:
    """A generated module, loaded, for one network shape; its numbers come with each call.

    Args:
        derivation: The theory.
        generated: The module's text.
        module: The module itself.
        depths: A number for every symbolic depth of its network.
    """

    derivation: Derivation
    generated: Module
    module: Any
    depths: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, network: Network) -> Solver:
        """Derive and generate the solver of a network."""
        derivation = derive(network)
        generated = generate(derivation)
        return cls(derivation, generated, generated.load())

    def at(self, depths: Mapping[str, int]) -> Solver:
        """The solver at given depths, from what was derived for any depth.

        Args:
            depths: A number for every symbolic depth of the network.

        Raises:
            DescriptionError: One is missing, or is no depth of the network.

        >>> from derive import Data, Embedding, Linear, Network, Readout, Repeat
        >>> layers = (Embedding(20, 1.3), Repeat((Linear(0.9, 20),), "L"), Readout(1.2))
        >>> network = Network(layers, 0.1)
        >>> data = Data(attended=np.eye(3)[:, :, None], labels=np.array([1.0, -1.0, 2.0]))
        >>> solver = Solver.of(network).at({"L": 4})
        >>> len(solver.solve(network.with_values({"L": 4}), data).overlaps)
        5
        """
        network = self.derivation.network
        with_depths(network, depths)
        ordered = {name: int(depths[name]) for name in network.depths()}
        return replace(self, module=at_depths(self.module, ordered), depths=ordered)

    @cached_property
    def notation(self) -> Notation:
        """The symbols of the network, at its depths."""
        if self.derivation.theory.composed is None:
            return self.derivation.theory.notation
        return Notation(stream_graph(with_depths(self.derivation.network, self.depths)))

    def problem(self, network: Network, data: Data) -> Any:
        """Data and parameters, checked, as the generated module wants them.

        Raises:
            SolveError: They do not fit.
            SizeError: They do not fit into memory.
            DataError: They were made with another kernel.
        """
        refuse_large(network, data)
        numbers = values(network, stream_graph(network))
        check_kernel(network, data)
        with one_line_errors():
            return self.module.make_problem(
                data.merged(), data.labels, numbers.widths, numbers.variances,
                numbers.temperature, self._heads(numbers), **self._direction(data),
            )  # fmt: skip

    def _direction(self, data: Data) -> dict[str, Any]:
        """Where the mean of the features lies, for networks of features with one."""
        return {"mean_direction": data.mean_direction} if self._has_mean else {}

    @property
    def _has_mean(self) -> bool:
        return self.notation.has_mean

    def _heads(self, numbers: Values) -> tuple[int, ...]:
        weights = self.notation.graph.weights
        return tuple(numbers.heads[w.index] for w in weights if w.branching)

    def solve(
        self,
        network: Network,
        data: Data,
        *,
        start: tuple[np.ndarray, ...] | None = None,
        continuation: bool = False,
        tolerance: float = 1e-10,
    ) -> Solution:
        """The lowest of the minima that are found, with the others; from a given start the nearest.

        Raises:
            DescriptionError: A symbol of the network has no value.
            SolveError: Data and network do not fit, or the kernel is singular.
            SizeError: They do not fit into memory.
        """
        if network.infinitely_wide:
            return self.at_infinite_width(network, data)
        refuse_large(network, data)
        numbers = values(network, stream_graph(network))
        check_kernel(network, data)
        with one_line_errors(), blas_threads(data.attended.shape):
            point = self.module.solve(
                data.merged(), data.labels, widths=numbers.widths, variances=numbers.variances,
                temperature=numbers.temperature, heads=self._heads(numbers), start=start,
                continuation=continuation, tolerance=tolerance, **self._direction(data),
            )  # fmt: skip
            solution = self._solution(network, data, point)
            others = tuple(self._solution(network, data, other) for other in point.others)
        solution = replace(solution, others=others)
        if point.hessian_is_bound:
            return solution
        return replace(solution, spectrum=self.spectrum(solution, data))

    def at_infinite_width(self, network: Network, data: Data) -> Solution:
        """The infinite-width limit: a Gaussian process with the prior's overlaps.

        The gradient over N and the residual vanish there; the action grows with the widths and is
        NaN; the log evidence is that of the Gaussian process. Widths may be symbols.

        Raises:
            DescriptionError: A symbol other than a width has no value.
            SolveError: Data and network do not fit, or the kernel is singular.
        """
        network = network.with_width(1)  # any width gives the same overlaps
        data = replace(data, mean_direction=None)  # a part of the kernel there, as all else is
        problem = self.problem(network, data)
        overlaps = self.module.infinite_width(problem)
        with one_line_errors(), blas_threads(data.attended.shape):
            self.module.refuse_singular(overlaps, problem)
            limit = self._solution(network, data, self.module.at(overlaps, problem))
        return replace(
            limit,
            network=network.with_width(math.inf),
            action=math.nan,
            converged=True,
            message=INFINITE_WIDTH,
            gradient_norm=0.0,
            residual=0.0,
            hessian_lowest=math.nan,
            hessian_negative=0,
        )

    def spectrum(self, solution: Solution, data: Data) -> HessianSpectrum:
        """Stiff and sloppy directions: the Hessian's spectrum in whitened coordinates.

        Args:
            solution: At finite width.
            data: On which it was solved.

        Raises:
            SolveError: The solution is at infinite width, or the spectrum cannot be found.
            SizeError: It does not fit into memory.
        """
        if solution.message == INFINITE_WIDTH:
            raise SolveError(
                "infinite width: the Hessian grows with the width and has no value; solve at a "
                "finite width"
            )
        refuse_large(solution.network, data, spectrum=True)
        with one_line_errors(), blas_threads(data.attended.shape):
            problem = self.problem(solution.network, data)
            curvature = self.module.curvature(solution.overlaps, problem)
            spectrum = self.module.spectrum(solution.overlaps, curvature)
        names = [self.notation.overlap(s.index).name for s in self.notation.streams()]
        size = len(solution.overlaps[0])
        numbered = np.diag(np.arange(size, dtype=float))  # so that the bottom block tells its rows
        rows = self.module.bottom((numbered, *solution.overlaps[1:]), problem).diagonal()
        paths = row_names(size, rows, path_labels(solution.network))
        return spectrum_of(spectrum, names, paths)

    def _solution(self, network: Network, data: Data, point: Any) -> Solution:
        chain, action = (), point.action
        if hasattr(self.module, "chain_normalisation"):
            chain, action = self.module.chain_normalisation(point.overlaps, point.problem)
        mean, variance = None, None
        if data.attended_test is not None:
            mean, variance = self.module.predict(point, data.merged(test=True))
        return Solution(
            network=network,
            overlaps=point.overlaps,
            bottom=self.module.bottom(point.overlaps, point.problem),
            action=float(action),
            log_evidence=point.log_evidence,
            converged=point.converged,
            message=point.message + self._unknown_mean(data),
            gradient_norm=point.gradient_norm,
            residual=point.residual,
            hessian_lowest=point.hessian_lowest,
            hessian_negative=point.hessian_negative,
            hessian_is_bound=point.hessian_is_bound,
            condition_number=point.condition_number,
            chain_overlaps=chain,
            head_scores=self.module.head_scores(point.overlaps, point.problem),
            mean=mean,
            variance=variance,
            label_values=label_values(data.labels),
            projections=self._projections(data, point),
        )

    def _projections(self, data: Data, point: Any) -> np.ndarray | None:
        if not self._has_mean or data.mean_direction is None:
            return None
        return np.asarray(self.module.projections(point.overlaps, point.problem))

    def _unknown_mean(self, data: Data) -> str:
        unknown = self._has_mean and data.mean_direction is None
        return f"; {UNKNOWN_MEAN}" if unknown else ""

    def height(self, solution: Solution, data: Data) -> float:
        """What tells minima apart: the action without what all order parameters have in common."""
        return float(self.module.height(solution.overlaps, self.problem(solution.network, data)))

    def search(
        self,
        network: Network,
        data: Data,
        starts: int,
        *,
        seed: int = 0,
        continuation: bool = False,
        tolerance: float = 1e-10,
        progress: Callable[[int], None] | None = None,
    ) -> tuple[Solution, ...]:
        """Distinct minima from the starts of `solve` and from random starts.

        Args:
            starts: Number of random starts.
            seed: Of the random starts.
            continuation: For the first solution, from the infinite-width point.
            tolerance: Bound on the relative gradient.
            progress: Called with the number of starts done.

        Returns:
            Converged solutions, the lowest action first; if none converged, the best attempt alone.
        """
        generator = np.random.default_rng(seed)
        centre = self.module.infinite_width(self.problem(network, data))
        first = self.solve(network, data, continuation=continuation, tolerance=tolerance)
        minima = [first]
        for number in range(starts):
            start = tuple(random_overlap(point, generator) for point in centre)
            with suppress(SolveError):  # a start from which the descent breaks off finds nothing
                minima.append(self.solve(network, data, start=start, tolerance=tolerance))
            if progress is not None:
                progress(number + 1)
        minima += first.others
        converged = [solution for solution in minima if solution.converged]
        if not converged:
            return (min(minima, key=lambda solution: solution.gradient_norm),)
        converged.sort(key=lambda solution: self.height(solution, data))
        best, *others = distinct(converged)
        return (replace(best, others=tuple(others)), *others)
