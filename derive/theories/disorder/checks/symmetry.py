"""Whether a model is the same with every variable's sign turned: then means vanish at finite N."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy

from derive.theories.disorder.checks.optimal import PLACES, SAME
from derive.theories.disorder.checks.subject import Subject
from derive.theories.disorder.derivation.overlaps import symbol
from derive.theories.disorder.derivation.state import BETA
from derive.theories.disorder.truth.numeric import evaluate
from derive.theories.disorder.truth.weights import log_factor

OTHERS = (0.7, -1.3, 0.4, 1.1)
"""What stands beside a variable while its sign is turned."""


def is_even(subject: Subject) -> bool:
    """Whether measures, factors, couplings and mean fields are."""
    model = subject.model
    variables = {x for sites in model.sites for x in sites.variables}
    parts: list[tuple[Any, Any]] = []
    for sites in model.sites:
        for x in sites.variables:
            base = sites.variable.base(x)
            points = {(sympy.nsimplify(v), w) for v, w in base.points}
            if {(-v, w) for v, w in points} != points or base.lower != -base.upper:
                return False
            if base.log_density is not None:
                parts.append((base.log_density, {x}))
    parts += [(log_factor(e), set(model.students(e))) for e in model.examples]
    if model.mean is not None:
        mean = model.mean.energy.xreplace(
            {symbol(name): form for name, form in model.mean.magnetisations.items()}
        )
        parts.append((mean, variables))
    odd = any(_is_odd(subject, term.covariance) for term in model.couplings)
    return not odd and all(is_even_in(subject, body, turned) for body, turned in parts)


def _is_odd(subject: Subject, covariance: Any) -> bool:
    """Whether an overlap of one variable with a replica, turned in one, has a part that turns.

    Turned in all replicas overlaps stay; a Hamiltonian of an odd number of one kind of sites does
    not, which its covariance tells by odd powers.
    """
    names = sorted(covariance.free_symbols - set(subject.model.free()), key=str)
    return not is_even_in(subject, covariance, set(names))


def is_even_in(subject: Subject, body: Any, turned: set[Any]) -> bool:
    """Whether an expression stays where the signs of some symbols are turned together."""
    numbers = {symbol(name): value for name, value in subject.numbers.items()}
    numbers = {BETA: 1.0, **numbers}
    free = sorted(body.free_symbols - set(numbers), key=str)
    others = {s: OTHERS[k % len(OTHERS)] for k, s in enumerate(free)}
    values = [
        {**others, **numbers, **{s: sign * (1 + 0.3 * k) * PLACES for k, s in enumerate(turned)}}
        for sign in (1, -1)
    ]
    with np.errstate(all="ignore"):
        ours, theirs = (np.broadcast_to(evaluate(body, where), PLACES.shape) for where in values)
    return bool(np.allclose(ours, theirs, rtol=SAME, atol=SAME, equal_nan=True))
