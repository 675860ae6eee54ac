"""Stationarity by differences of the free entropy, at a generic point.

The derivative in an order parameter must be its coefficient beside its conjugate, itself a mixed
difference, times what the equation leaves; energy and multipliers are differences too.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, product
from typing import Any

import sympy

from derive.algebra import evaluate
from derive.errors import CertificateError
from derive.steps.compare import Agreement, guarded
from derive.steps.step import Certificate, Evidence
from derive.theories.disorder.derivation.certificates.instance import (
    DIFFERENCES,
    Values,
    agreement,
    instance_of,
)
from derive.theories.disorder.derivation.state import BETA, State
from derive.theories.disorder.derivation.theory import Theory
from derive.theories.disorder.nodes.towers import Mean

STEP = 0.03
LEAST = 1e-3


def difference(function: Callable[[float], Any], step: float = STEP) -> Any:
    """The derivative at zero, from differences at three distances."""
    row = [(function(h) - function(-h)) / (2 * h) for h in (step, step / 2, step / 4)]
    for level in (4, 16):
        row = [(level * near - far) / (level - 1) for far, near in pairwise(row)]
    return row[0]


def settled(theory: Theory, values: Values) -> Values:
    """The instance with what is fixed, and the multipliers of spheres."""
    known = {**values, **{s: evaluate(v, values) for s, v in theory.fixed.items()}}
    return known | {s: evaluate(v, known) for s, v in theory.multipliers.items()}


def stationarity(state: State, theory: Theory) -> Certificate:
    """Every equation, the multipliers, the energy, and the entropy."""

    def check(digits: int) -> Evidence:
        found = agreement(digits, DIFFERENCES)
        values = settled(theory, instance_of(state))
        generic = values | {s: values[s] * 1.07 for s in theory.multipliers}
        count = sum(
            _equation(found, theory, pair, generic)
            for pair in zip(theory.overlaps.parameters, theory.overlaps.conjugates, strict=True)
        )
        for hat in theory.multipliers:
            slope = difference(_moved(theory.free_entropy, {hat: values[hat]}, values))
            found.compare(f"the derivative in {hat} where it is found", 0.0, slope)
        _energy(found, state, theory, values)
        return found.evidence(
            f"{count} equations by differences away from the saddle point, to at most "
            f"{DIFFERENCES} digits"
        )

    return guarded(check)


def _moved(expression: Any, at: Values, values: Values) -> Callable[[float], Any]:
    """The expression as a function of a shift of a symbol."""
    ((symbol, place),) = at.items()
    return lambda shift: evaluate(expression, {**values, symbol: place + shift})


def _equation(found: Agreement, theory: Theory, pair: tuple[Any, Any], values: Values) -> int:
    """Both equations of an order parameter and its conjugate."""
    phi, count = theory.free_entropy, 0
    if not phi.free_symbols.issuperset(pair):
        return count
    known = {**theory.saddle.conjugates, **theory.saddle.parameters}
    coefficient = _mixed(phi, pair, values)
    for by, unknown in (pair, pair[::-1]):
        if abs(coefficient) < LEAST:
            raise CertificateError(f"the derivative in {by} does not depend on {unknown}")
        due = coefficient * (values[unknown] - evaluate(known[unknown], values))
        found.compare(
            f"the derivative in {by}", due, difference(_moved(phi, {by: values[by]}, values))
        )
        count += 1
    return count


def _mixed(phi: Any, pair: tuple[Any, Any], values: Values) -> Any:
    """The coefficient of a product, all else being of one of its factors alone."""
    total: Any = 0
    for signs in product((1, -1), repeat=2):
        moved = {s: values[s] + sign * STEP for s, sign in zip(pair, signs, strict=True)}
        total += signs[0] * signs[1] * evaluate(phi, {**values, **moved})
    return total / (4 * STEP**2)


def _energy(found: Agreement, state: State, theory: Theory, values: Values) -> None:
    """- d phi / d beta with the law of the disorder held, and phi + beta e."""
    phi = evaluate(theory.free_entropy, values)
    if theory.energy is None:
        found.compare("the entropy", evaluate(theory.entropy, values), phi)
        return
    energy = evaluate(theory.energy, values)
    held = sympy.Dummy("beta", real=True)
    laws = {node: Mean(node.args[0], node.law.xreplace({BETA: held}))
            for node in state.exponent.atoms(Mean)}  # fmt: skip
    planted = any(node.law.has(BETA) for node in laws)
    body = state.exponent.xreplace(laws) if planted else theory.free_entropy
    there = {**values, held: values[BETA]}
    slope = difference(_moved(body, {BETA: values[BETA]}, there))
    found.compare("the energy", energy, -slope)
    found.compare("the entropy", evaluate(theory.entropy, values), phi + values[BETA] * energy)
