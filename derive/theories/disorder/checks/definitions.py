"""Generated functions and equations against the free entropy, by quadrature and differences.

The free entropy is that of the step before closed forms, stationarity and code: an average over
quenched variables of the logarithm of an integral. Its averages are integrated as they are defined.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy

from derive.evidence.compare import Pairs
from derive.evidence.verdict import CheckResult
from derive.theories.disorder.checks.subject import Subject, settled, value
from derive.theories.disorder.derivation.observables import observable_of
from derive.theories.disorder.derivation.overlaps import symbol
from derive.theories.disorder.derivation.rules.replicon import replicon_matrix
from derive.theories.disorder.derivation.state import BETA
from derive.theories.disorder.nodes.towers import Mean

DIGITS = 8
"""Of functions: modules promise their averages to 1e-8, of the larger of them and 1."""
GRADIENT_DIGITS = 5
"""Of differences: a free entropy known to ten digits over a step of 1e-3, twice refined."""
STEP = 4e-3
"""Of differences, in units of the larger of a number and 1/10."""

Point = tuple[str, np.ndarray]


def free_entropies(subject: Subject, points: list[Point]) -> CheckResult:
    """phi of the module is that of its definition."""

    def pairs() -> Pairs:
        for name, order in points:
            found, numbers = subject.at(order)
            yield f"phi at {name}", found.free_entropy, value(subject.state.exponent, numbers)

    told = "the module's phi with its definition by quadrature"
    return settled(pairs, "the free entropy", told, DIGITS)


def measured(subject: Subject, points: list[Point]) -> CheckResult:
    """Energy, entropy, replicon and observables."""
    state, declared = subject.state, subject.model.observables
    wanted = {name: observable_of(state, name, what) for name, what in declared.items()}
    replicon = replicon_matrix(state)

    def pairs() -> Pairs:
        for where, order in points:
            found, numbers = subject.at(order)
            for name, expression in wanted.items():
                yield f"{name} at {where}", found.observables[name], value(expression, numbers)
            matrix = np.array(
                [[value(e, numbers) for e in row] for row in replicon.tolist()], dtype=float
            )
            largest = float(np.max(np.linalg.eigvals(matrix).real))
            yield f"the replicon at {where}", found.replicon, 1 - largest

    return settled(pairs, "replicon and observables", "the module's with their definitions", DIGITS)


def energies(subject: Subject, points: list[Point]) -> CheckResult | None:
    """The energy is -dphi/dbeta at fixed disorder; the entropy what is left of phi."""
    if subject.theory.energy is None:
        return None
    heat = _with_heat(subject.state.exponent)

    def pairs() -> Pairs:
        for where, order in points:
            found, numbers = subject.at(order)
            slope = _slope(heat, HEAT, {**numbers, HEAT: numbers[BETA]})
            yield f"energy at {where}", found.energy, -slope
            if all(examples.energy is not None for examples in subject.theory.model.examples):
                rest = found.free_entropy + numbers[BETA] * found.energy
                yield f"entropy at {where}", found.entropy, rest

    told = "the module's energy with differences of phi in beta, its entropy with phi + beta e"
    return settled(pairs, "energy and entropy", told, GRADIENT_DIGITS)


HEAT = sympy.Dummy("beta", real=True)


def _with_heat(exponent: Any) -> Any:
    """The exponent at a beta of its own; that of the disorder's law stays."""
    means = {node: sympy.Dummy(real=True) for node in exponent.atoms(Mean)}
    outside = exponent.xreplace(means).xreplace({BETA: HEAT})
    inside = {
        mark: Mean(node.args[0].xreplace({BETA: HEAT}), node.law) for node, mark in means.items()
    }
    return outside.xreplace(inside)


def stationary(subject: Subject, points: list[Point], seed: int) -> CheckResult:
    r"""The free entropy is stationary where the module's equations hold.

    In the order parameters at the conjugates that they give, in a random direction; in each
    conjugate at the order parameters that an update gives.
    """
    direction = np.random.default_rng(seed).uniform(0.5, 1.5, len(subject.module.ORDER_PARAMETERS))

    def pairs() -> Iterator[tuple[str, Any, Any]]:
        for where, order in points:
            _, numbers = subject.at(order)
            yield from _in_order(subject, where, numbers, direction)
            new = subject.module.update(order, subject.parameters())
            names = subject.module.ORDER_PARAMETERS
            moved = {**numbers, **dict(zip(map(symbol, names), map(float, new), strict=True))}
            yield from _in_conjugates(subject, where, moved)

    told = "differences of phi, by quadrature of its definition, with zero; relative to its terms"
    return settled(pairs, "the free entropy is stationary", told, GRADIENT_DIGITS)


def _in_order(subject: Subject, where: str, numbers: Any, direction: Any) -> Any:
    """d phi along a direction of the order parameters: of fields and of q qhat."""
    names = [symbol(name) for name in subject.module.ORDER_PARAMETERS]
    if not names:
        return
    way = sympy.Dummy("s", real=True)
    moved = dict(zip(names, (float(d) * way for d in direction), strict=True))
    there = {name: numbers[name] + shift for name, shift in moved.items()}
    parts = []
    for term in sympy.Add.make_args(subject.state.exponent):
        if term.free_symbols & set(names):
            along = term.xreplace(there)
            parts.append(_slope(along, way, {**numbers, way: 0.0}, 0.03 * _room(subject, numbers)))
    size = max(map(abs, parts))
    yield f"a direction of the order parameters at {where}", 1 + sum(parts) / (1 + size), 1


def _room(subject: Subject, numbers: Any) -> float:
    """The least distance between Q and q, which differences must not cross."""
    squares = [s for s in subject.state.overlaps.squares if s.count == 1]
    return min(1.0, *(abs(numbers[s.diagonal] - numbers[s.off]) for s in squares))


def _in_conjugates(subject: Subject, where: str, numbers: Any) -> Any:
    for hat in subject.state.overlaps.conjugates:
        terms = sympy.Add.make_args(subject.state.exponent)
        parts = [_slope(t, hat, numbers) for t in terms if hat in t.free_symbols]
        if parts:
            size = max(map(abs, parts))
            yield f"d/d{hat.name} at {where}", 1 + sum(parts) / (1 + size), 1


def _slope(expression: Any, name: Any, numbers: Any, step: float | None = None) -> float:
    """A derivative by central differences, refined once; from above at an end."""
    step = STEP * max(0.1, abs(numbers[name])) if step is None else step

    def at(shift: float) -> float:
        return value(expression, {**numbers, name: numbers[name] + shift})

    def gap(width: float) -> float:
        return (at(width) - at(-width)) / (2 * width)

    try:
        return (4 * gap(step / 2) - gap(step)) / 3
    except np.linalg.LinAlgError:  # below is no covariance, as at q = 0
        ahead = [at(k * step / 2) for k in range(4)]
        return float(np.dot((-11, 18, -9, 2), ahead)) / (3 * step)
