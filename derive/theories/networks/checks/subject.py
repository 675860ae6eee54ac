"""What is checked: a theory and the module generated from it; and its expressions' values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from derive.algebra import evaluate
from derive.algebra.arithmetic import Digits
from derive.algebra.evaluate import Evaluation
from derive.evidence.compare import Comparison
from derive.evidence.numbers import Array, Numbers
from derive.evidence.verdict import Unsettled
from derive.theories.networks.checks.saddle import Saddle, Whitened, refine
from derive.theories.networks.checks.sample import Draw, Sample
from derive.theories.networks.derivation import Derivation, Theory, derive
from derive.theories.networks.description import Network
from derive.theories.networks.description.repeat import segments
from derive.theories.networks.module import Module, generate
from derive.theories.networks.module.repeat.at_depths import at_depths
from derive.theories.networks.solver import Solver

GUARD = 30
"""Digits of the arithmetic beyond those asked for: limits take differences of close numbers."""
FLOAT_DIGITS = 10
"""What float64 must agree to: its 16 digits less what well-conditioned small instances lose."""
SOLVER_DIGITS = 8
"""What a saddle point from the generated solver must agree to: its tolerance is 1e-10."""
SCALES = tuple(10**power for power in (2, 4, 6, 8, 10, 12))
"""Factors of the widths on the way to infinite width."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A network's theory and generated module, under check.

    Attributes:
        network: The description; its numbers are not used.
        theory: The derived expressions.
        module: The generated module, loaded.
        digits: Decimal digits to check to.
        seed: Of the random instances.
        derivation: Of the theory; made when it is needed, where it is left out.
    """

    network: Network
    theory: Theory
    module: Any
    digits: int = 50
    seed: int = 0
    derivation: Derivation | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls, network: Network, digits: int = 50, seed: int = 0, module: Any | None = None
    ) -> Subject:
        """Derive what is to be checked, and generate it where no module is given.

        A module for any depth is checked against the network written out, whose derivation knows
        no induction.
        """
        if network.depths():
            depths = chosen_depths(network)
            module = module or generate(derive(network)).load()
            network, module = at_chosen_depths(network), at_depths(module, depths)
        derivation = derive(network)
        if module is None:
            module = generate(derivation).load()
        return cls(network, derivation.known_theory, module, digits, seed, derivation)

    @cached_property
    def solver(self) -> Solver:
        """The solver, with the module that is checked."""
        derivation = self.derivation or derive(self.network)
        return Solver(derivation, Module("", self.network.name), self.module)

    @cached_property
    def arithmetic(self) -> Digits:
        """The arithmetic of all values."""
        return Digits(self.digits + GUARD)

    def draw(self, stage: int) -> Draw:
        """The random numbers of one claim."""
        return Draw(self.theory.notation, 1000 * self.seed + stage)

    def comparison(self) -> Comparison:
        """Comparisons that report no more than the digits asked for."""
        return Comparison(self.arithmetic, self.digits)

    def value(self, expression: Any, numbers: Numbers) -> Any:
        """The value of an expression, at the working precision."""
        return self.evaluation(numbers).of(expression)

    def evaluation(self, numbers: Numbers) -> Evaluation:
        """Finds the values of several expressions, what they share once."""
        return Evaluation(numbers, self.arithmetic)

    def assigned(self, assignments: Iterable[tuple[Any, Any]], numbers: Numbers) -> Numbers:
        """The numbers, with named values added one after another."""
        extended = dict(numbers)
        run = self.evaluation(extended)
        for name, value in assignments:
            extended[name] = run.of(value)
        return extended

    def at(self, sample: Sample, overlaps: Iterable[Array]) -> Numbers:
        """The numbers of a sample at given order parameters."""
        numbers = sample.numbers() | dict(zip(self.theory.order_parameters, overlaps, strict=True))
        share = self.theory.share
        return numbers if share is None else self.assigned([(share.symbol, share.value)], numbers)

    def gradients(self, numbers: Numbers) -> tuple[Array, ...]:
        """dS/dG_s, from the derived expressions."""
        return tuple(map(self.evaluation(numbers).of, self.theory.gradients))

    def predictor(self, numbers: Numbers) -> tuple[Array, Array]:
        """Mean and variance on the test examples, from the derived expressions."""
        predictor = self.theory.predictor
        run = self.evaluation(numbers)
        return run.of(predictor.mean)[:, 0], run.of(predictor.variance)[:, 0]

    def wide_overlaps(self, sample: Sample) -> tuple[Array, ...]:
        """The infinite-width point, from the derived expressions."""
        wide = self.theory.wide
        numbers = self.assigned(wide.points, sample.numbers())
        return tuple(map(self.evaluation(numbers).of, wide.overlaps))

    def correction(self, sample: Sample) -> tuple[Array, ...]:
        """The first 1/N correction of the order parameters, from the derived expressions."""
        wide, notation = self.theory.wide, self.theory.notation
        named = [*wide.points, *wide.forces, *wide.corrections]
        values = self.assigned(named, sample.numbers())
        shifts = {name.name: values[name] for name, _ in wide.corrections}
        return tuple(shifts[f"D_{notation.letter(s.weights[-1])}"] for s in notation.streams())

    def solve(self, sample: Sample, start: tuple[Array, ...] | None = None) -> Any:
        """What the generated solver finds, in float64.

        Raises:
            Unsettled: It did not converge.
        """
        solution = sample.solve(self.module, start)
        if not solution.converged:
            temperature = float(sample.temperature)
            raise Unsettled(
                f"no saddle point at widths {sample.widths} and temperature {temperature:g}: "
                f"{solution.message}"
            )
        return solution

    def saddle(self, sample: Sample, start: tuple[Array, ...] | None = None) -> Saddle:
        """The saddle point that the generated solver finds, refined with the derived gradients.

        Raises:
            Unsettled: The solver or its refinement did not converge.
        """
        solution = self.solve(sample, start)
        overlaps = refine(
            solution.overlaps,
            sample.widths,
            lambda point: self.gradients(self.at(sample, point)),
            lambda point: self._hessian(sample, point),
            self.arithmetic,
        )
        return Saddle(sample, solution, overlaps)

    def _hessian(self, sample: Sample, overlaps: tuple[Array, ...]) -> Array:
        """The Hessian of S in whitened coordinates, in float64, as derived."""
        numbers, whitened = self.at(sample, overlaps), Whitened(overlaps)
        hessian = self.theory.hessian
        columns = []
        for step in whitened.units():
            moved = {**numbers, **dict(zip(hessian.directions, step, strict=True))}
            for symbol, value in hessian.followers:
                moved[symbol] = evaluate(value, moved)
            columns.append(
                whitened.coordinates([evaluate(change, moved) for change in hessian.changes])
            )
        return np.stack(columns, axis=1)

    @cached_property
    def wide_sample(self) -> Sample:
        """The instance whose widths grow."""
        return self.draw(3).sample()

    @cached_property
    def wide_saddles(self) -> tuple[Saddle, ...]:
        """Its saddle points with widths times SCALES."""
        return tuple(self.saddle(self.wide_sample.wider(scale)) for scale in SCALES)


def at_chosen_depths(network: Network) -> Network:
    """The network at the depths at which it is checked; itself where its depth is known."""
    return network.with_values(chosen_depths(network))


def chosen_depths(network: Network) -> dict[str, int]:
    """The depths at which a network of symbolic depth is checked: every block has two copies.

    Two depths differ, so that one cannot stand for the other.
    """
    fewer = {s.times: s.fewer for s in segments(network.layers) if s.times is not None}
    return {name: 2 + fewer[name] + k for k, name in enumerate(network.depths())}
