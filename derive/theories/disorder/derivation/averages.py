r"""Outer averages brought to as few variables as they need, exactly.

* A teacher's fields that nothing depends on are left out.
* A Gaussian label in a loss of y - h alone: both are one Gaussian, the difference.
* A Gaussian attribute that stands in the mean of the field alone is integrated with the field:

.. math:: E\, t\, f(B) = \sum_j \mathrm{Cov}(t, B_j)\, E\, \partial_j f

* What is a polynomial then has moments.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Tuple

from derive.theories.disorder.derivation.moments import (
    gaussian_part,
    gaussian_variance,
    polynomial_mean,
)
from derive.theories.disorder.nodes.derivative import derivative
from derive.theories.disorder.nodes.towers import (
    NO_LABELS,
    FieldIntegral,
    Law,
    Mean,
    Measure,
    flat,
    mean,
    score,
)


def reduced(expression: Any) -> Any:
    """An expression with each of its means over as few variables as it needs."""
    known = {node: _mean(node) for node in expression.atoms(Mean)}
    return expression.xreplace(known)


def _mean(node: Mean) -> Any:
    for rule in (
        _without_teacher,
        _of_difference,
        _of_mixture,
        _without_attribute,
        polynomial_mean,
    ):
        found = rule(node)
        if found is not None:
            return reduced(found)
    return node


def _without_teacher(node: Mean) -> Any | None:
    """Fields left out on which neither the body nor a label depends."""
    body, law = node.args
    if law.labels.tilt != 1 or body.has(law.labels.symbol):
        return None
    inside = body.free_symbols
    used = [k for k, f in enumerate(law.fields) if inside & {f, score(f)}]
    plain = all(k >= law.teachers for k in used)
    if not plain or (len(used) == len(law.fields) and law.labels.kind == "none"):
        return None
    return mean(body, only_fields(law, used))


def only_fields(law: Law, kept: Any) -> Law:
    """The law of some of the fields, without labels."""
    kept = list(kept)
    return Law(
        law.args[0],
        Tuple(*(law.fields[k] for k in kept)),
        Tuple(*(law.means[k] for k in kept)),
        flat([[law.covariance(r, c) for c in kept] for r in kept]),
        sympy.S.Zero,
        NO_LABELS,
    )


def _of_difference(node: Mean) -> Any | None:
    r"""y and omega in y - omega alone; d ln P*/du becomes a derivative by parts.

    .. math:: E\, \partial_u \ln P^*(y|u)\, f(y - \omega) = -\frac{\partial \bar y}{\partial u}
              E\, \partial_\omega f
    """
    body, law = node.args
    leaves = body.atoms(FieldIntegral)
    if law.labels.kind != "gaussian" or len(law.fields) != law.teachers + 1 or not leaves:
        return None
    y, omega = law.labels.symbol, law.fields[-1]
    average, variance = law.labels.expressions
    teachers = law.fields[: law.teachers]
    slopes = [average.diff(u) for u in teachers]
    rest = average - sympy.Add(*(s * u for s, u in zip(slopes, teachers, strict=True)))
    linear = sympy.expand(rest) == 0 and not any(s.free_symbols & set(teachers) for s in slopes)
    if not linear or law.labels.tilt != 1 or not all(_moves(leaf, y, omega) for leaf in leaves):
        return None
    for u, by in zip(teachers, slopes, strict=True):
        degree, body = _score_degree(body, score(u))
        if degree == 1:
            body = -by * derivative(body, omega)
        elif degree:
            return None
    spread = variance + law.covariance(law.teachers, law.teachers)
    for row, one in enumerate(slopes):
        spread -= 2 * one * law.covariance(row, law.teachers)
        for column, other in enumerate(slopes):
            spread += one * other * law.covariance(row, column)
    alone = Law(law.args[0], Tuple(omega), Tuple(0), Tuple(spread), sympy.S.Zero, NO_LABELS)
    return mean(body.xreplace({y: sympy.S.Zero}), alone)


def _score_degree(body: Any, mark: Any) -> tuple[int, Any]:
    """How often a score is a factor of a product, and what is left without it."""
    rest, power = body.as_coeff_exponent(mark)
    return int(power), rest


def _moves(leaf: FieldIntegral, y: Any, omega: Any) -> bool:
    """Whether a leaf's weight is one of y - h."""
    step = sympy.Dummy(real=True)
    if len(leaf.inside) != 1 or leaf.centres != (omega,):
        return False
    weight = leaf.weight
    moved = weight.xreplace({y: y + step, leaf.inside[0]: leaf.inside[0] + step})
    return bool(weight == moved or sympy.expand(_inside(weight) - _inside(moved)) == 0)


def _inside(weight: Any) -> Any:
    return weight.args[0] if type(weight) is sympy.exp else weight


def _of_mixture(node: Mean) -> Any | None:
    """Points and a Gaussian in the law of the last attribute, apart."""
    body, law = node.args
    attribute = law.attributes[-1] if law.attributes else None
    if attribute is None or not attribute.points or attribute.log_density is None:
        return None
    variance, log_weight = gaussian_part(attribute)
    if variance is None:
        return None
    t = attribute.symbol
    density = -(t**2) / (2 * variance) - sympy.log(2 * sympy.pi * variance) / 2
    normal = Measure(t, Tuple(), density, -sympy.oo, sympy.oo, sympy.S.Zero)
    rest = law.attributes[:-1]
    found = sympy.exp(log_weight) * mean(body, Law(Tuple(*rest, normal), *law.args[1:]))
    for value, weight in attribute.points:
        there = {t: value}
        fixed = Law(Tuple(*rest), *(arg.xreplace(there) for arg in law.args[1:]))
        found += weight * mean(body.xreplace(there), fixed)
    return found


def _without_attribute(node: Mean) -> Any | None:
    """The last of the attributes, if it is Gaussian and the field's mean is linear in it."""
    body, law = node.args
    if not law.attributes:
        return None
    attribute = law.attributes[-1]
    t, variance = attribute.symbol, gaussian_variance(attribute)
    slopes = [average.diff(t) for average in law.means]
    fixed = [average.xreplace({t: sympy.S.Zero}) for average in law.means]
    linear = all(
        sympy.expand(average - s * t - f) == 0 and not s.has(t)
        for average, s, f in zip(law.means, slopes, fixed, strict=True)
    )
    rest, power = body.as_coeff_exponent(t)
    if variance is None or not linear or rest.has(t) or not (power.is_Integer and power >= 0):
        return None
    count = range(len(law.fields))
    spread = [
        [law.covariance(r, c) + variance * slopes[r] * slopes[c] for c in count] for r in count
    ]
    wider = Law(
        Tuple(*law.attributes[:-1]), law.args[1], Tuple(*fixed), flat(spread), *law.args[4:]
    )
    return mean(_by_parts(rest, int(power), slopes, law.fields, variance), wider)


def _by_parts(body: Any, power: int, slopes: list[Any], fields: Any, variance: Any) -> Any:
    """t^k f as derivatives of f, t being Gaussian jointly with the fields."""
    if power == 0:
        return body
    lower = sympy.Add(
        *(s * derivative(body, f) for s, f in zip(slopes, fields, strict=True) if s != 0)
    )
    found = variance * _by_parts(lower, power - 1, slopes, fields, variance)
    if power > 1:
        found += variance * (power - 1) * _by_parts(body, power - 2, slopes, fields, variance)
    return found
