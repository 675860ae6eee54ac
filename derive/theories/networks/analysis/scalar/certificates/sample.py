"""Random instances of a theory with one head in every layer."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from derive.steps.compare import GUARD, Agreement, exact
from derive.theories.networks.analysis.scalar.symbols import OVERLAP
from derive.theories.networks.derivation import Theory
from derive.theories.networks.derivation.certifying.instance import Instance, Numbers
from derive.theories.networks.derivation.turns import unequal

EXAMPLES_DRAWN, FEATURES_DRAWN = 4, 6
"""P below N_0, so that the kernel has full rank without a temperature."""
OVERLAP_DRAWN = 13 / 8


class Sample:
    """A random instance of a theory with one head in every layer, at twice the digits."""

    def __init__(self, theory: Theory, digits: int, seed: int) -> None:
        notation = theory.notation
        self.theory, self.notation = theory, notation
        self.agreement = Agreement(digits)
        self.fine = Agreement(2 * digits + GUARD)
        widths = unequal([5] * len(notation.streams()))
        heads = (1,) * len(notation.graph.weights)
        self.instance = Instance(
            notation, heads, widths, EXAMPLES_DRAWN, FEATURES_DRAWN, Random(seed)
        )
        self.numbers: Numbers = {**self.instance.sizes(), **self.instance.data()}

    def value(self, expression: Any, **changes: Any) -> Any:
        """The value of an expression of the theory; a 1 x 1 matrix as a number."""
        return number_of(self.fine.value(expression, {**self.numbers, **changes.get("at", {})}))

    def energy(self, overlap: Any, temperature: Any) -> Any:
        """The theory's energy at u."""
        at = {
            self.notation.overlap(0): np.array([[overlap]]),
            self.notation.temperature: temperature,
        }
        return self.value(self.theory.energy, at=at)

    def flux(self, overlap: Any, temperature: Any) -> Any:
        """-u E'(u) by a central difference of the theory's energy."""
        step = self.fine.arithmetic.mpf(10) ** -(self.agreement.digits // 2 + 3)
        ends = [self.energy(overlap + sign * step, temperature) for sign in (1, -1)]
        return -overlap * (ends[0] - ends[1]) / (2 * step)

    def kernel(self) -> Any:
        """K_1: the covariance of the outputs at u = 1, from the data."""
        inputs = exact(self.fine.arithmetic, self.numbers[self.notation.data()])[:, :, 0]
        return self.instance.variance(0) * (inputs @ inputs.T) / FEATURES_DRAWN

    def scalars(self) -> Numbers:
        """Values of what stands in the energy in numbers."""
        return {
            **{k: v for k, v in self.numbers.items() if k != self.notation.data()},
            OVERLAP: OVERLAP_DRAWN,
        }


def number_of(value: Any) -> Any:
    """A 1 x 1 matrix as a number."""
    return np.ravel(np.asarray(value))[0] if np.ndim(value) else value
