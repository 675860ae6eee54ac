r"""The minimum of a convex energy, at zero temperature.

.. math:: \min_x \sum_\mu \ell(y_\mu, h_\mu) + \sum_i r(x_i), \qquad h = F x

by splitting: h and a copy of x are free beside x and pulled to it by multipliers (ADMM), so that
every term is minimised alone, in one variable, by bisection of its slope. Any convex expression
serves, with kinks or without, and none is known by name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy
from scipy import linalg

from derive.errors import SamplingError
from derive.theories.disorder.description import BETA, DisorderedModel, symbol
from derive.theories.disorder.truth.instance import Instance, Layout, draw_instances
from derive.theories.disorder.truth.measured import Measured, average
from derive.theories.disorder.truth.numeric import Array, Values, evaluate
from derive.theories.disorder.truth.overlaps import FRESH, fresh_sets, observe, taught
from derive.theories.disorder.truth.weights import energy_of, log_factor

MOST_STEPS = 5000
PRECISE = 1e-9
"""Of the gaps between copies and their last changes, root mean square."""
HALVINGS = 48
"""Of an interval that holds a minimum: to rounding."""
GRID = np.linspace(-20.0, 20.0, 801) + np.sqrt(2) / 100
"""Where slopes are asked whether they grow; not at zero, where they often jump."""
BALANCE = 5.0
"""A ratio of the two gaps beyond which the stiffness of the pull is changed."""


@dataclass(frozen=True, eq=False)
class Term:
    """A sum over entries of a vector, of one convex function each.

    Attributes:
        energy: The function.
        slope: Its derivative.
        name: The symbol of the entry.
        values: Of everything else, numbers or arrays over entries.
        ends: Between which the entries are.
    """

    energy: Any
    slope: Any
    name: Any
    values: Values = field(repr=False)
    ends: tuple[float, float] = (-math.inf, math.inf)

    @classmethod
    def of(cls, energy: Any, name: Any, values: Values, ends: Any = (-math.inf, math.inf)) -> Term:
        """With its derivative.

        Raises:
            SamplingError: It is not convex.
        """
        term = cls(energy, sympy.diff(energy, name), name, values, ends)
        columns = {key: np.reshape(value, (-1, 1)) for key, value in values.items()}
        inside = GRID[(ends[0] <= GRID) & (ends[1] >= GRID)]
        with np.errstate(all="ignore"):
            slopes = np.atleast_2d(evaluate(term.slope, {**columns, name: inside}) + 0 * inside)
        if not np.all(np.diff(slopes, axis=1) >= -1e-9 * (1 + np.abs(slopes[:, 1:]))):
            raise SamplingError(f"the energy {energy} is not convex in {name}: it has many minima")
        return term

    def total(self, x: Array) -> float:
        """The sum."""
        found = evaluate(self.energy, {**self.values, self.name: x})
        return float(np.broadcast_to(found, x.shape).sum())

    def nearest(self, x: Array, stiffness: float) -> Array:
        """The minimum of energy + stiffness (h - x)^2 / 2, of every entry."""
        start = np.clip(x, *self.ends)
        reach = -self._slope(start, x, stiffness) / stiffness
        low, high = np.minimum(start, start + reach), np.maximum(start, start + reach)
        low, high = np.clip(low, *self.ends), np.clip(high, *self.ends)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            rises = self._slope(middle, x, stiffness) > 0
            low, high = np.where(rises, low, middle), np.where(rises, middle, high)
        return (low + high) / 2

    def _slope(self, h: Array, x: Array, stiffness: float) -> Array:
        slope = evaluate(self.slope, {**self.values, self.name: h})
        return np.asarray(slope + stiffness * (h - x))


@dataclass(frozen=True, eq=False)
class Minimum:
    """Where the energy is lowest.

    Attributes:
        x: The minimum.
        energy: There.
        converged: Whether the copies have met.
    """

    x: Array = field(repr=False)
    energy: float
    converged: bool


def terms(instance: Instance) -> tuple[Term, list[tuple[Term, Array]]]:
    """What sites cost, and what each kind of examples costs with its patterns.

    Raises:
        SamplingError: The model is not of that form.
    """
    model, names = instance.layout.model, list(instance.layout.components)
    if len(names) > 1 or model.couplings or model.mean is not None:
        raise SamplingError("the minimiser is written for examples' energies of one component")
    name = symbol(names[0])
    base = instance.layout.components[names[0]].variable.base(name)
    if base.log_density is None or base.points or base.square:
        raise SamplingError(f"{name}: its values are not all numbers between two ends")
    ends = tuple(float(evaluate(end, instance.numbers)) for end in (base.lower, base.upper))
    own = Term.of(_at_zero_temperature(base.log_density), name, instance.quenched, ends)
    found = []
    for examples in instance.sets:
        if len(examples.students) != 1:
            raise SamplingError("the minimiser is written for one field of the variable")
        ((student, (_, population)),) = examples.students.items()
        values = {**instance.numbers, **examples.values({})}
        energy = _at_zero_temperature(log_factor(examples.examples))
        if student not in energy.free_symbols:
            raise SamplingError("an example's factor without beta has no zero temperature")
        found.append((Term.of(energy, student, values), examples.patterns[population]))
    return own, found


def _at_zero_temperature(log_weight: Any) -> Any:
    """E, where ln w = -beta E + what beta does not multiply."""
    energy = energy_of(log_weight)
    if BETA in energy.free_symbols:
        raise SamplingError(f"ln of a weight, {log_weight}, is not linear in beta")
    return energy


def minimise(instance: Instance) -> Minimum:
    """The minimum of an instance's energy."""
    own, sets = terms(instance)
    patterns = np.concatenate([rows for _, rows in sets])
    splits = np.cumsum([len(rows) for _, rows in sets])
    size = patterns.shape[1]

    def nearest(aims: Array, stiffness: float) -> Array:
        aims_of = np.split(aims, splits)
        blocks = [
            term.nearest(aim, stiffness) for (term, _), aim in zip(sets, aims_of, strict=False)
        ]
        return np.concatenate([*blocks, own.nearest(aims_of[-1], stiffness)])

    whole = np.concatenate([patterns, np.eye(size)])
    copies, converged = _split(whole, nearest)
    x = copies[-size:]
    energy = own.total(x) + sum(term.total(rows @ x) for term, rows in sets)
    return Minimum(x, energy, converged)


def _split(whole: Array, nearest: Callable[[Array, float], Array]) -> tuple[Array, bool]:
    """Copies of `whole @ x`, which meet it where the sum of all terms is lowest."""
    factor = linalg.cho_factor(whole.T @ whole)
    copies, pull, stiffness = np.zeros((2, len(whole))), np.zeros(len(whole)), 1.0
    for step in range(MOST_STEPS):
        x = linalg.cho_solve(factor, whole.T @ (copies[0] - pull))
        aim = 1.6 * (whole @ x) - 0.6 * copies[0]  # beyond the step: fewer are needed
        copies = np.array([nearest(aim + pull, stiffness), copies[0]])
        pull = pull + aim - copies[0]
        apart = float(np.sqrt(np.mean((whole @ x - copies[0]) ** 2)))
        moved = float(np.sqrt(np.mean((copies[0] - copies[1]) ** 2)))
        if max(apart, moved) <= PRECISE * (1 + float(np.sqrt(np.mean(copies[0] ** 2)))):
            return copies[0], True
        if step % 20 == 19 and step < MOST_STEPS // 4:
            scale = 2.0 if apart > BALANCE * moved else 0.5 if moved > BALANCE * apart else 1.0
            stiffness, pull = stiffness * scale, pull / scale
    return copies[0], False


def ground_states(
    model: DisorderedModel,
    size: int,
    numbers: Mapping[str, float],
    *,
    instances: int = 20,
    seed: int = 0,
) -> dict[str, Measured]:
    """Energy per site, overlaps and observables at the minimum, averaged over instances.

    Where an instance does not converge, the errors are no numbers.

    Args:
        model: Its energy is convex; priors that beta does not multiply do not count.
        size: N.
        numbers: Of the parameters, but beta.
        instances: How many are drawn.
        seed: Of the random generator.
    """
    layout = Layout.of(model, size, numbers)
    records, lost = [], 0
    for instance, rng in draw_instances(layout, instances, seed):
        found = minimise(instance)
        lost += not found.converged
        records.append(_readings(instance, found, rng))
    doubt = f"{lost} did not converge in {MOST_STEPS} steps" if lost else ""
    return average(records, f"the minimum of {instances} instances at N = {size}", doubt)


def _readings(instance: Instance, found: Minimum, rng: Any) -> dict[str, float]:
    (name,) = instance.layout.components
    fresh = fresh_sets(instance, FRESH, rng)
    one = {name: found.x[None, :]}
    return {
        "energy": found.energy / instance.layout.size,
        "q": float(np.mean(found.x**2)),
        **{
            label: float(np.mean(instance.attributes[attribute] * found.x))
            for _, attribute, label in taught(instance.layout)
        },
        **{
            key: float(observe(instance, observable, fresh, one)[0])
            for key, observable in instance.layout.model.observables.items()
        },
    }
