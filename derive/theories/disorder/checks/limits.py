r"""Limits that need no theory: without examples, and at infinite temperature.

Nothing is left then but the measure of a site,

.. math:: \phi \to E_t \ln \int d\mu(x|t), \qquad q \to E_t \langle x \rangle^2, \qquad
          Q \to E_t \langle x^2 \rangle, \qquad m \to E_t\, t \langle x \rangle

at whatever order parameters the equations are given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sympy
from sympy import Tuple

from derive.algebra.arithmetic import Digits
from derive.evidence.approach import Approach
from derive.evidence.compare import Pairs
from derive.evidence.verdict import CheckResult
from derive.theories.disorder.checks.subject import MOST_DIGITS, Subject, settled, value
from derive.theories.disorder.derivation.measures import attributes_of, variables_of, weight_of
from derive.theories.disorder.derivation.state import BETA
from derive.theories.disorder.nodes.towers import NO_LABELS, Inner, Law, SiteIntegral, mean

SMALL = (4e-4, 2e-4, 1e-4)
"""Values of what goes to zero."""
DIGITS = 6
"""Of the extrapolated limit: the next term is of the third order in 4e-4, but not small."""


def limits(subject: Subject) -> Iterator[CheckResult]:
    """The limits that a model has."""
    model = subject.model
    ratios = {e.ratio for e in model.examples}
    alone = not model.couplings and model.mean is None
    if ratios and alone and all(ratio.is_Symbol for ratio in ratios):
        names = sorted(ratio.name for ratio in ratios)
        yield _limit(subject, names, f"without examples, {', '.join(names)} → 0")
    if model.has_temperature and _is_flat(subject):
        yield _limit(subject, ["beta"], "at infinite temperature, beta → 0")


def _is_flat(subject: Subject) -> bool:
    """Whether nothing but the measures of sites is left at beta = 0, and these do not change."""
    model = subject.model
    for sites in model.sites:
        base = sites.variable.base(sites.variables[0])
        entries = [base.log_density, base.lower, base.upper, base.offset, *sum(base.points, ())]
        if any(BETA in sympy.sympify(e).free_symbols for e in entries if e is not None):
            return False
    energies = [term.covariance for term in model.couplings]
    energies += [] if model.mean is None else [model.mean.energy]
    if any(BETA in energy.free_symbols for energy in energies):
        return False
    return all(weight_of(e).xreplace({BETA: sympy.S.Zero}) == 1 for e in model.examples)


def _limit(subject: Subject, names: list[str], claim: str) -> CheckResult:
    arithmetic = Digits(MOST_DIGITS)

    def values(small: float) -> Any:
        order, there = subject.generic(), subject.parameters(**dict.fromkeys(names, small))
        phi = subject.module.state(order, there).free_entropy
        return arithmetic.array([float(phi), *map(float, subject.module.update(order, there))])

    def pairs() -> Pairs:
        expected = prior(subject)
        limit = Approach(arithmetic, SMALL, [values(small) for small in SMALL]).limit()
        for what, number in zip(("phi", *subject.module.ORDER_PARAMETERS), limit, strict=True):
            yield what, number, expected[what]

    told = "extrapolated phi and order parameters of the module with those of the sites' measure"
    return settled(pairs, claim, told, DIGITS)


def prior(subject: Subject) -> Mapping[str, float]:
    """Free entropy and order parameters of the measure of sites."""
    model, overlaps = subject.model, subject.state.overlaps
    numbers = {s: subject.numbers[s.name] for s in model.free()}
    found, free = {}, 0.0
    for number, sites in enumerate(model.sites):
        weight, means = _of_site(sites, numbers)
        free += value(sympy.sympify(sites.ratio), numbers) * weight
        for square in (s for s in overlaps.squares if s.population == number):
            first, second = square.components
            found[square.off.name] = means(first, second, True)
            found[square.diagonal.name] = means(first, second, False)
        for linear in (v for v in overlaps.linears if v.population == number):
            found[linear.parameter.name] = means(linear.observable, sympy.S.One, True)
    return {"phi": free, **found}


def _of_site(sites: Any, numbers: Any) -> tuple[float, Any]:
    """E_t ln of the integral of a site's measure; and a function for averages in it."""
    measures = variables_of(sites)
    count = len(measures)
    base = sites.variable.base(sites.variables[0])
    square = sympy.S.Zero if base.square is None else sympy.S.One  # the multiplier of a sphere
    precision = Tuple(*(square * int(r == c) for r in range(count) for c in range(count)))
    leaf = SiteIntegral(Tuple(*measures), sympy.S.Zero, Tuple(*[sympy.S.Zero] * count), precision)
    law = Law(Tuple(*attributes_of(sites)), Tuple(), Tuple(), Tuple(), sympy.S.Zero, NO_LABELS)

    def average(first: Any, second: Any, apart: bool) -> float:
        """E_t of <a><b>, or of <a b>."""
        pair = (first, second) if apart else (first * second,)
        body = sympy.Mul(*(sympy.S.One if a == 1 else Inner(a, leaf) for a in pair))
        return value(mean(body, law), numbers)

    return value(mean(leaf, law), numbers) + float(square) * count / 2, average


__all__ = ["SMALL", "limits", "prior"]
