r"""Bayes's student: a replica is as good as the teacher, q = m and Q = rho.

It is one where the prior is the teacher's law and the weight, as a function of the field, that of
the labels (or of planted patterns); couplings where the signal is as strong as their covariance,
:math:`-\beta e(m) = \beta^2 g(m)`. Both are asked of the description, at the numbers given.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy

from derive.evidence.compare import Pairs
from derive.evidence.verdict import CheckResult
from derive.theories.disorder.checks.subject import Subject, comparison
from derive.theories.disorder.derivation.measures import labels_in
from derive.theories.disorder.derivation.overlaps import symbol
from derive.theories.disorder.derivation.state import BETA
from derive.theories.disorder.derivation.theory import fixed_squares
from derive.theories.disorder.description import Examples, Sites, overlaps
from derive.theories.disorder.truth.numeric import evaluate, logarithm
from derive.theories.disorder.truth.weights import log_factor

PLACES = np.linspace(-2.3, 2.1, 23)
"""Where functions are held against each other."""
SAME = 1e-10
DIGITS = 8
"""Of q = m: solutions are fixed points to 1e-12, but flat directions lose digits."""


def nishimori(subject: Subject) -> CheckResult | None:
    """q = m, Q = rho and Qhat = 0 where the student is Bayes's; None where it is not."""
    if not is_optimal(subject):
        return None
    found, solution = comparison(), subject.solution
    values = {**solution.overlaps, **solution.conjugates}

    def pairs() -> Pairs:
        fixed = fixed_squares(subject.state)
        for linear in subject.state.overlaps.linears:
            square = next(
                s for s in subject.state.overlaps.squares
                if s.population == linear.population and s.count == 1
            )  # fmt: skip
            found.add("q = m", values[square.off.name], values[linear.parameter.name], scale=1)
            found.add("qhat = mhat", values[square.conjugates[1].name],
                      values[linear.conjugate.name], scale=1)  # fmt: skip
            if square.diagonal not in fixed:
                found.add("Qhat = 0", 1 + values[square.conjugates[0].name], 1)
        return ()

    found.gather(pairs)
    told = "order parameters of the solution; the description says that prior and weight are true"
    return found.result("Bayes's student knows its teacher", DIGITS, told)


def is_optimal(subject: Subject) -> bool:
    """Whether the description is of a posterior with the true law."""
    model = subject.model
    numbers = {symbol(name): number for name, number in subject.numbers.items()}
    if len(model.sites) != 1 or model.sites[0].components != 1:
        return False
    if len(subject.state.overlaps.linears) != 1:
        return False
    (sites,) = model.sites
    linear = subject.state.overlaps.linears[0]
    read = sorted(map(str, linear.observable.free_symbols & set(map(symbol, sites.attributes))))
    if len(read) != 1 or linear.observable != symbol(read[0]) * sites.variables[0]:
        return False
    return (
        _same_law(sites, read[0], numbers)
        and all(_same_weight(e, model, numbers) for e in model.examples)
        and _same_signal(subject, sites, numbers)
    )


def _same_law(sites: Sites, attribute: str, numbers: Any) -> bool:
    """The variable's measure, up to a factor, is the attribute's law."""
    x, t = sites.variables[0], symbol(attribute)
    ours = sites.variable.base(x)
    theirs = sites.attributes[attribute].base(t)
    if (ours.square is None) != (theirs.square is None):
        return False
    first = [[float(evaluate(sympy.sympify(e), numbers)) for e in pair] for pair in ours.points]
    second = [[float(evaluate(sympy.sympify(e), numbers)) for e in pair] for pair in theirs.points]
    if sorted(p for p, _ in first) != sorted(p for p, _ in second):
        return False
    ratios = [np.log(a / b) for (_, a), (_, b) in zip(sorted(first), sorted(second), strict=True)]
    if (ours.log_density is None) != (theirs.log_density is None):
        return False
    if ours.log_density is not None:
        if (ours.lower, ours.upper) != (theirs.lower, theirs.upper):
            return False
        a = evaluate(ours.log_density + ours.offset, {**numbers, x: PLACES})
        b = evaluate(theirs.log_density + theirs.offset, {**numbers, t: PLACES})
        ratios += list(np.broadcast_to(a - b, PLACES.shape))
    return _constant(np.array(ratios))


def _same_weight(examples: Examples, model: Any, numbers: Any) -> bool:
    """The weight, up to a factor without h, is the law of the labels, or of planted patterns."""
    students, teachers = model.students(examples), model.teachers(examples)
    if len(students) != 1 or len(teachers) != 1:
        return False
    labels = labels_in(examples)
    weight = log_factor(examples)
    h, u = students[0], teachers[0]
    labelled = [(y, logarithm(labels.expressions[0])) for y in labels.values]
    if labels.kind == "gaussian":
        mean, variance = labels.expressions
        y = labels.symbol
        law = -((y - mean) ** 2) / (2 * variance) - sympy.log(variance) / 2
        labelled = [(sympy.Float(v), law) for v in (-1.3, 0.2, 1.7)]
    elif labels.kind == "none":
        labelled = [(sympy.S.Zero, sympy.S.Zero)]
    elif labels.kind != "chosen":
        return False
    return all(
        _alike(weight, law + logarithm(labels.tilt), h, u, {**numbers, labels.symbol: float(y)})
        for y, law in labelled
    )


def _alike(weight: Any, law: Any, h: Any, u: Any, numbers: Any) -> bool:
    """ln of two functions differ by a constant."""
    with np.errstate(all="ignore"):
        a = np.broadcast_to(evaluate(weight, {**numbers, h: PLACES}), PLACES.shape)
        b = np.broadcast_to(evaluate(law, {**numbers, u: PLACES}), PLACES.shape)
    kept = np.isfinite(a)
    return bool(np.all(kept == np.isfinite(b))) and _constant(a[kept] - b[kept])


def _same_signal(subject: Subject, sites: Sites, numbers: Any) -> bool:
    """-beta e(m) = beta^2 g(m), where the squares of x are fixed."""
    model = subject.model
    if not model.couplings and model.mean is None:
        return True
    if not model.couplings or model.mean is None or not fixed_squares(subject.state):
        return False
    (magnetisation,) = model.mean.magnetisations
    q = next(iter(overlaps(model)))
    noise = sum(term.covariance for term in model.couplings)
    there = {**numbers, BETA: numbers.get(BETA, 1.0)}
    a = evaluate(BETA * noise, {**there, q: PLACES})
    b = evaluate(-model.mean.energy, {**there, symbol(magnetisation): PLACES})
    return bool(np.allclose(a, b, rtol=SAME, atol=SAME))


def _constant(values: np.ndarray) -> bool:
    return values.size == 0 or bool(np.ptp(values) <= SAME * (1 + np.max(np.abs(values))))
