r"""Continuous variables with quadratic energies, by exact linear algebra.

.. math:: \ln w(x) = c + b \cdot x - \tfrac{1}{2} x^\top A x

Gaussian integrals in closed form. On the sphere |x|^2 = N a contour integral over the multiplier z,
along a parabola through the saddle point and around the poles, beside the area of the sphere:

.. math:: \int dx\, \delta(|x|^2 - N)\, w(x) = \tfrac{1}{2} \int \frac{dz}{2 \pi i}
          e^{c + z N / 2} \prod_i \sqrt{\tfrac{2\pi}{a_i + z}}\, e^{b_i^2 / 2(a_i + z)}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy
from scipy import optimize, special

from derive.errors import SamplingError
from derive.theories.disorder.description import BETA, DisorderedModel, symbol
from derive.theories.disorder.truth.couplings import Landscape
from derive.theories.disorder.truth.instance import Instance, Layout, draw_instances
from derive.theories.disorder.truth.measured import Measured, average
from derive.theories.disorder.truth.numeric import Array, evaluate
from derive.theories.disorder.truth.overlaps import (
    FRESH,
    fresh_sets,
    order_parameters,
    pairs,
    predicted,
    sampled,
)
from derive.theories.disorder.truth.weights import ENERGY, energy_of, log_factor

DRAWS = 200
"""Of x, for the observables of a sampled x."""
CONTOUR = np.linspace(-6.0, 6.0, 1001)
"""The trapezoidal rule, with twice as many points the same to rounding; the ends are 200 widths of
the saddle away."""


@dataclass(frozen=True, eq=False)
class Quadratic:
    """c + b.x - x'A x / 2."""

    matrix: Array = field(repr=False)
    vector: Array = field(repr=False)
    constant: float

    def __add__(self, other: Quadratic) -> Quadratic:
        """The sum of both."""
        return Quadratic(
            self.matrix + other.matrix, self.vector + other.vector, self.constant + other.constant
        )

    def mean(self, means: Array, seconds: Array) -> float:
        """Its average, from <x> and <x x'>."""
        return float(self.constant + self.vector @ means - np.sum(self.matrix * seconds) / 2)


@dataclass(frozen=True, eq=False)
class Solved:
    """ln Z, <x>, <x x'>."""

    log_partition: float
    means: Array = field(repr=False)
    seconds: Array = field(repr=False)


def places(instance: Instance) -> dict[str, slice]:
    """Where each component stands in the vector of all."""
    found, start = {}, 0
    for name, sites in instance.layout.components.items():
        count = instance.layout.counts[sites.name]
        found[name] = slice(start, start + count)
        start += count
    return found


def quadratic(instance: Instance, form: Callable[[Any], Any]) -> Quadratic:
    """What the terms of the weight add up to.

    Args:
        instance: The instance.
        form: What is taken of ln of a factor: itself, or its energy.

    Raises:
        SamplingError: A term is not quadratic.
    """
    if instance.layout.model.mean is not None:
        raise SamplingError("a mean field's energy is not taken for quadratic")
    where = places(instance)
    size = max(place.stop for place in where.values())
    total = Quadratic(np.zeros((size, size)), np.zeros(size), 0.0)
    for examples in instance.sets:
        rows = {}
        for name, (component, population) in examples.students.items():
            rows[name] = np.zeros((examples.count, size))
            rows[name][:, where[component]] = examples.patterns[population]
        expression = form(log_factor(examples.examples))
        values = {**instance.numbers, **examples.values({})}
        total = total + _of_fields(expression, rows, values, examples.count)
    for term in instance.interactions:
        scale = evaluate(form(-BETA * ENERGY), {**instance.numbers, ENERGY: 1.0})
        rows = {symbol(name): np.eye(size)[place] for name, place in where.items()}
        total = total + _of_interaction(term, scale, rows, size)
    return total


def _of_interaction(term: Any, scale: float, rows: Mapping[Any, Array], size: int) -> Quadratic:
    """scale H."""
    if isinstance(term, Landscape) or len(term.names) > 2:
        raise SamplingError("couplings of more than two sites are not quadratic")
    ends = [rows[symbol(name)] for name in term.names]
    if len(ends) == 2:
        matrix = scale * ends[0].T @ term.tensor @ ends[1]
        return Quadratic(-(matrix + matrix.T), np.zeros(size), 0.0)
    if len(ends) == 1:
        return Quadratic(np.zeros((size, size)), scale * term.tensor @ ends[0], 0.0)
    return Quadratic(np.zeros((size, size)), np.zeros(size), scale * float(term.tensor))


def _of_fields(
    expression: Any, rows: Mapping[Any, Array], values: Mapping[Any, Any], count: int
) -> Quadratic:
    """The sum of an expression over rows, whose products with x are its symbols."""
    names = tuple(rows)
    size = next(iter(rows.values())).shape[1]
    total = Quadratic(np.zeros((size, size)), np.zeros(size), 0.0)
    for powers, coefficient in _coefficients(expression, names):
        weights = np.broadcast_to(evaluate(coefficient, values), (count,))
        used = [rows[name] for name, power in zip(names, powers, strict=True) for _ in range(power)]
        if len(used) == 2:
            matrix = used[0].T @ (weights[:, None] * used[1])
            total = total + Quadratic(-(matrix + matrix.T), np.zeros(size), 0.0)
        elif used:
            total = total + Quadratic(np.zeros((size, size)), weights @ used[0], 0.0)
        else:
            total = total + Quadratic(np.zeros((size, size)), np.zeros(size), float(weights.sum()))
    return total


def _coefficients(expression: Any, names: tuple[Any, ...]) -> list[tuple[tuple[int, ...], Any]]:
    """Powers of symbols and what stands before them.

    Raises:
        SamplingError: Their degree is above two.
    """
    try:
        found = sympy.Poly(sympy.expand(expression), *names).terms()
    except sympy.PolynomialError:
        found = [((3,), None)]
    if any(sum(powers) > 2 for powers, _ in found):
        raise SamplingError(f"{expression} is not quadratic in {', '.join(map(str, names))}")
    return list(found)


def _measure(instance: Instance, form: Callable[[Any], Any]) -> Quadratic:
    """ln of the densities of all sites, or their energies.

    Raises:
        SamplingError: A variable has points, or ends.
    """
    where = places(instance)
    size = max(place.stop for place in where.values())
    total = Quadratic(np.zeros((size, size)), np.zeros(size), 0.0)
    for name, sites in instance.layout.components.items():
        base, own = sites.variable.base(symbol(name)), symbol(name)
        if (
            base.log_density is None
            or base.points
            or base.lower != -sympy.oo
            or base.upper != sympy.oo
        ):
            raise SamplingError(f"{name} has points or ends; its integrals are not Gaussian")
        rows = {own: np.eye(size)[where[name]]}
        density = form(base.log_density + (0 if base.square else base.offset))
        count = instance.layout.counts[sites.name]
        total = total + _of_fields(density, rows, instance.quenched, count)
    return total


def _all(instance: Instance, form: Callable[[Any], Any]) -> Quadratic:
    return quadratic(instance, form) + _measure(instance, form)


def solve_exactly(instance: Instance) -> Solved:
    """ln Z and the first two moments.

    Raises:
        SamplingError: The weight is not quadratic, or has no integral.
    """
    weight = _all(instance, lambda log_weight: log_weight)
    squares = [
        sites.variable.base(symbol(name)).square
        for name, sites in instance.layout.components.items()
    ]
    if not any(squares):
        return _gaussian(weight)
    if len(squares) > 1:
        raise SamplingError("a sphere beside other components is not solved by linear algebra")
    return _spherical(weight)


def _gaussian(weight: Quadratic) -> Solved:
    values, vectors = np.linalg.eigh(weight.matrix)
    if values[0] <= 0:
        raise SamplingError("the weight has no integral: it grows in a direction")
    covariance = (vectors / values) @ vectors.T
    means = covariance @ weight.vector
    log_partition = weight.constant + weight.vector @ means / 2
    log_partition += np.sum(np.log(2 * np.pi / values)) / 2
    return Solved(float(log_partition), means, covariance + np.outer(means, means))


def _spherical(weight: Quadratic) -> Solved:
    values, vectors = np.linalg.eigh(weight.matrix)
    size, pull = len(values), vectors.T @ weight.vector

    def excess(z: float) -> float:
        return float(np.sum(1 / (values + z) + pull**2 / (values + z) ** 2) - size)

    far = 2 - values[0] + np.linalg.norm(pull)
    saddle = optimize.brentq(excess, 1e-9 / size - values[0], far, xtol=1e-14)
    gap = saddle + values[0]
    width = np.sqrt(np.sum(1 / (values + saddle) ** 2 + 2 * pull**2 / (values + saddle) ** 3) / 2)
    path = 1 + 1j * np.sinh(CONTOUR) / (2 * gap * width)
    z = gap * path**2 - values[0]
    gaps = values[:, None] + z
    logs = z * size / 2 + np.sum(pull[:, None] ** 2 / gaps - np.log(gaps / (2 * np.pi)), axis=0) / 2
    weights = np.exp(logs - logs.real.max()) * path * np.cosh(CONTOUR) / width
    total = weights.sum() * (CONTOUR[1] - CONTOUR[0]) / (4 * np.pi)
    area = size / 2 * np.log(np.pi) - special.gammaln(size / 2) + (size / 2 - 1) * np.log(size)
    weights = weights / weights.sum()
    centres = pull[:, None] / gaps
    seconds = (weights * centres) @ centres.T + np.diag((1 / gaps) @ weights)
    log_partition = weight.constant + logs.real.max() + np.log(total.real) - area
    means = vectors @ (centres @ weights).real
    return Solved(float(log_partition), means, vectors @ seconds.real @ vectors.T)


def linear_algebra(
    model: DisorderedModel,
    size: int,
    numbers: Mapping[str, float],
    *,
    instances: int = 100,
    seed: int = 0,
) -> dict[str, Measured]:
    """Averages over instances of what is quadratic, with standard errors.

    Of the sphere the observables of a sampled x are left out.

    Args:
        model: Its variables are Gaussian, or on a sphere.
        size: N.
        numbers: Of its parameters.
        instances: How many are drawn.
        seed: Of the random generator.
    """
    layout = Layout.of(model, size, numbers)
    drawn = draw_instances(layout, instances, seed)
    records = [_readings(instance, rng) for instance, rng in drawn]
    return average(records, f"{instances} instances at N = {size}, integrated exactly")


def _readings(instance: Instance, rng: Any) -> dict[str, float]:
    solved, where = solve_exactly(instance), places(instance)
    size, beta = instance.layout.size, instance.numbers.get(BETA, 0.0)
    energy = _all(instance, energy_of).mean(solved.means, solved.seconds) / size
    free = solved.log_partition / size
    means = {name: solved.means[place] for name, place in where.items()}
    seconds = {
        (first, second): solved.seconds[where[first], where[second]]
        for first, second, _ in pairs(instance.layout)
    }
    fresh = fresh_sets(instance, FRESH, rng)
    return {
        **{"free_entropy": free, "energy": energy, "entropy": free + beta * energy},
        **order_parameters(instance, means, seconds),
        **predicted(instance, fresh, means),
        **_sampled(instance, fresh, solved, rng),
    }


def _sampled(instance: Instance, fresh: Any, solved: Solved, rng: Any) -> dict[str, float]:
    """Observables of x drawn from a Gaussian."""
    if any(sites.variable.base(symbol("x")).square for sites in instance.layout.model.sites):
        return {}
    covariance = solved.seconds - np.outer(solved.means, solved.means)
    drawn = rng.multivariate_normal(solved.means, covariance, size=DRAWS, method="cholesky")
    x = {name: drawn[:, place] for name, place in places(instance).items()}
    return {name: float(values.mean()) for name, values in sampled(instance, fresh, x).items()}
