r"""Outer averages of polynomials, written out: moments of Gaussian fields and of attributes.

.. math:: E\, x_i f = \mu_i E f + \sum_j C_{ij} E\, \partial_j f
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Tuple

from derive.theories.disorder.closed.forms import gathered
from derive.theories.disorder.nodes.towers import NO_LABELS, Law, Leaf, Mean, Measure, mean


def polynomial_mean(node: Mean) -> Any | None:
    """The mean of a polynomial in the fields, written out; None where it is another function.

    Attributes in which it is no polynomial are left to average over.
    """
    body, law = node.args
    if body.atoms(Leaf) or law.labels.tilt != 1 or law.labels.kind not in ("none", "gaussian"):
        return None
    if law.labels.kind == "gaussian":
        body, law = _label_as_field(body, law)
    if not body.is_polynomial(*law.fields):
        return None
    found, attributes = _gaussian(sympy.expand(body), law), list(law.attributes)
    while attributes:  # the last first, as a law may depend on those before
        integrated = _attribute(found, attributes[-1])
        if integrated is None:
            break
        found = integrated
        attributes.pop()
    if not attributes:
        return found
    if not law.fields and len(attributes) == len(law.attributes):
        return None
    empty = Tuple()
    return mean(found, Law(Tuple(*attributes), empty, empty, empty, sympy.S.Zero, NO_LABELS))


def _gaussian(body: Any, law: Law) -> Any:
    """The mean over the fields, one factor of one field at a time."""
    total = sympy.S.Zero
    for term in sympy.Add.make_args(body):
        place = next((k for k, field in enumerate(law.fields) if term.has(field)), None)
        if place is None:
            total += term
            continue
        rest = term / law.fields[place]
        moved = law.means[place] * rest
        for column, field in enumerate(law.fields):
            moved += law.covariance(place, column) * rest.diff(field)
        total += _gaussian(sympy.expand(moved), law)
    return total


def _attribute(body: Any, law: Measure) -> Any | None:
    """The mean of a polynomial in an attribute by its moments; None where they have no form."""
    if not body.is_polynomial(law.symbol):
        return None
    total = sympy.S.Zero
    for term in sympy.Add.make_args(sympy.expand(body)):
        rest, power = term.as_coeff_exponent(law.symbol)
        total += rest * moment(law, int(power)) if power != 0 else term
    return None if total.has(sympy.nan) else total


def moment(law: Measure, power: int) -> Any:
    """A moment of points beside a centred Gaussian; nan where it has no form here."""
    total = sympy.Add(*(weight * value**power for value, weight in law.points))
    if law.log_density is None:
        return total
    variance, log_weight = gaussian_part(law)
    if variance is None:
        return sympy.nan
    if power % 2:
        return total
    share = sympy.exp(log_weight) * sympy.factorial2(power - 1)
    return total + share * variance ** (power // 2)


def gaussian_part(law: Measure) -> tuple[Any | None, Any]:
    """The variance of a density that is a centred Gaussian, and ln of its weight."""
    density = law.log_density
    whole = (law.lower, law.upper) == (-sympy.oo, sympy.oo)
    if density is None or not whole or not density.is_polynomial(law.symbol):
        return None, sympy.S.Zero
    quadratic = sympy.Poly(density, law.symbol)
    if quadratic.degree() != 2 or quadratic.coeff_monomial(law.symbol) != 0:
        return None, sympy.S.Zero
    variance = -1 / (2 * quadratic.coeff_monomial(law.symbol**2))
    return variance, gathered(quadratic.coeff_monomial(1) + sympy.log(2 * sympy.pi * variance) / 2)


def gaussian_variance(law: Measure) -> Any | None:
    """The variance of a centred Gaussian; None of any other law."""
    return None if law.points else gaussian_part(law)[0]


def _label_as_field(body: Any, law: Law) -> tuple[Any, Law]:
    """A Gaussian label with a mean linear in the teacher's fields is one more Gaussian field."""
    mean, variance = law.labels.expressions
    noise = sympy.Dummy(real=True)
    fields = (*law.fields, noise)
    count = len(law.fields)
    rows = [[law.covariance(r, c) for c in range(count)] + [0] for r in range(count)]
    rows.append([0] * count + [variance])
    scores = {}
    for place in range(law.teachers):
        field = law.fields[place]
        scores[sympy.Symbol(f"score_{field.name}", real=True)] = noise / variance * mean.diff(field)
    body = body.xreplace({**scores, law.labels.symbol: mean + noise})
    wider = Law(
        law.args[0],
        sympy.Tuple(*fields),
        sympy.Tuple(*law.means, 0),
        sympy.Tuple(*(sympy.sympify(e) for row in rows for e in row)),
        law.args[4],
        law.labels,
    )
    return body, wider
