"""The generated functions, in float64, against mpmath values of the expressions they are from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from derive.evidence.claim import Claim
from derive.evidence.compare import Comparison
from derive.evidence.numbers import Array, Numbers
from derive.evidence.verdict import CheckResult
from derive.theories.networks.checks.sample import Sample, seen
from derive.theories.networks.checks.subject import FLOAT_DIGITS, Subject
from derive.theories.networks.derivation.rules.gaussian import find_normal
from derive.theories.networks.derivation.rules.proportional.rewrite import label_energy

Pairs = Iterator[tuple[str, Any, Any]]
"""A function's name, what it returns, and what it should return."""


def generated(subject: Subject, claim: str) -> CheckResult:
    """Every generated function returns the value of its expression, as far as float64 goes."""
    draw, samples = subject.draw(11), subject.draw(12).samples()
    comparison: Comparison = subject.comparison()
    for sample in samples:
        point = _Point(subject, sample, draw.overlaps(sample), draw.directions(sample))
        for part in PARTS:
            for name, value, expected in part(point):
                comparison.add(name, value, expected)
    compared = (
        "action, evidence, gradient, Hessian product, saddle equations, kernel, predictor, "
        "infinite width, first correction and exact law of the generated module, in float64, "
        "against their expressions in mpmath" + seen(samples)
    )
    return comparison.result(claim, FLOAT_DIGITS, compared)


@dataclass(eq=False)
class _Point:
    """One instance at given order parameters, for mpmath and for the module."""

    subject: Subject
    sample: Sample
    overlaps: tuple[Array, ...]
    directions: tuple[Array, ...]

    def __post_init__(self) -> None:
        self.module, self.theory = self.subject.module, self.subject.theory
        self.problem = self.sample.problem(self.module)
        self.numbers: Numbers = self.subject.at(self.sample, self.overlaps)
        self.value = self.subject.evaluation(self.numbers).of

    def by_stream(self, name: str, values: tuple[Array, ...], expected: Any) -> Pairs:
        overlaps = self.theory.order_parameters
        for symbol, ours, theirs in zip(overlaps, values, expected, strict=True):
            yield f"{name} of {symbol.name}", ours, theirs


def _action(point: _Point) -> Pairs:
    module, theory = point.module, point.theory
    arguments = (point.overlaps, point.problem)
    action = point.value(theory.action)
    value, slopes = module.action_and_gradient(*arguments)
    yield "the action", module.action(*arguments), action
    yield "the action with its gradient", value, action
    yield (
        "the constant of the evidence",
        module.evidence_constant(point.problem),
        point.value(theory.constant),
    )
    yield "the log evidence", module.log_evidence(*arguments), point.value(theory.log_evidence)
    yield from point.by_stream("the gradient", slopes, map(point.value, theory.gradients))


def _hessian(point: _Point) -> Pairs:
    """Differences of the derived gradients: their error is far below that of float64."""
    subject, arithmetic = point.subject, point.subject.arithmetic
    step = arithmetic.context.mpf(10) ** -12
    sides = []
    for sign in (1, -1):
        moves = (sign * step * arithmetic.array(direction) for direction in point.directions)
        moved = [g + move for g, move in zip(point.overlaps, moves, strict=True)]
        sides.append(subject.gradients(subject.at(point.sample, moved)))
    expected = [(plus - minus) / (2 * step) for plus, minus in zip(*sides, strict=True)]
    product = point.module.hessian_vector_product(point.overlaps, point.directions, point.problem)
    return point.by_stream("the Hessian product", product, expected)


def _saddle_equations(point: _Point) -> Pairs:
    equations = point.theory.equations
    fluxes = [(e.flux, e.flux_value) for e in equations if e.flux is not None]
    numbers = point.subject.assigned(fluxes, point.numbers)
    right_sides = point.module.saddle_right_hand_side(point.overlaps, point.problem)
    expected = map(point.subject.evaluation(numbers).of, [e.right for e in equations])
    return point.by_stream("the saddle equation", right_sides, expected)


def _predictor(point: _Point) -> Pairs:
    module, theory, tests = point.module, point.theory, point.sample.tests_by_path(point.module)
    kernel = module.kernel(point.overlaps, tests, point.problem)
    yield "the kernel", kernel, point.value(theory.predictor.kernel)
    bottom = module.bottom(point.overlaps, point.problem)
    yield "G_bottom", bottom, point.value(theory.notation.bottom())
    expected = [point.value(e)[:, 0] for e in (theory.predictor.mean, theory.predictor.variance)]
    solution = module.at(point.overlaps, point.problem)
    called = (
        module.predictor(point.overlaps, tests, point.problem),
        module.predict(solution, point.sample.attended_test),
    )
    for name, moments in zip(("the predictor's", "the prediction's"), called, strict=True):
        yield f"{name} mean", moments[0], expected[0]
        yield f"{name} variance", moments[1], expected[1]


def _infinite_width(point: _Point) -> Pairs:
    subject = point.subject
    expected = subject.wide_overlaps(point.sample)
    yield from point.by_stream(
        "the infinite width", point.module.infinite_width(point.problem), expected
    )
    correction = point.module.first_correction(point.problem)
    yield from point.by_stream("the first correction", correction, subject.correction(point.sample))


def _papers(point: _Point) -> Pairs:
    chain = point.theory.chain
    if chain is None:
        return
    overlaps, action = point.module.chain_normalisation(point.overlaps, point.problem)
    scales = map(point.value, chain.scales)
    expected = [scale * g for scale, g in zip(scales, point.overlaps, strict=True)]
    numbers = point.numbers | dict(zip(chain.overlaps, expected, strict=True))
    yield from point.by_stream("the papers' normalisation", overlaps, expected)
    yield (
        "the action in the papers' normalisation",
        action,
        point.subject.value(chain.action, numbers),
    )


def _exact_law(point: _Point) -> Pairs:
    """ln p(overlaps) is known up to a constant: how it changes from one point to another."""
    subject, module, law = point.subject, point.module, point.theory.law
    if point.theory.share is not None:
        return
    labels = find_normal(law.body, law.notation.labels())
    others = [np.asarray(overlap, float) * 2 for overlap in point.overlaps]
    ends = [subject.at(point.sample, overlaps) for overlaps in (point.overlaps, others)]
    expected = [subject.value(law.body - labels, numbers) for numbers in ends]
    values = [module.overlap_law(g, point.problem) for g in (point.overlaps, tuple(others))]
    yield "the change of the exact law", values[1] - values[0], expected[1] - expected[0]
    bottom = module.bottom(point.overlaps, point.problem)
    attended = point.problem.attended
    kernel = module.path_kernel(bottom, attended, attended)
    energy, constant = label_energy(law)
    ours = point.value(constant - energy / 2)
    yield "the law of the labels", module.label_law(kernel, point.problem), ours


def _projections(point: _Point) -> Pairs:
    """Of vectors that read features with a mean; b is known to its square, and by what it pulls."""
    share, module = point.theory.share, point.module
    if share is None:
        return
    arguments = (point.overlaps, point.problem)
    projections = module.projections(*arguments)
    yield "the share rho", module.share(*arguments), point.value(share.symbol)
    yield "b b^T", np.outer(projections, projections), point.value(share.square)
    numbers = {**point.numbers, point.theory.notation.along(): projections[:, None]}
    _, mean, _ = find_normal(point.theory.law.body, point.theory.notation.labels()).args
    total, labels = point.value(share.covariance), point.sample.labels
    dual = np.linalg.solve(np.asarray(total, dtype=float), labels)
    rest = float(dual @ np.asarray(point.subject.value(mean, numbers), dtype=float)[:, 0])
    pulled = (
        projections @ np.linalg.solve(point.overlaps[0], projections) / module.share(*arguments)
    )
    yield "b along what pulls it", rest, pulled
    yield (
        "what fluctuations of b add",
        module.fluctuation(*arguments),
        point.value(share.fluctuation),
    )


PARTS: tuple[Callable[[_Point], Pairs], ...] = (
    _action,
    _projections,
    _hessian,
    _saddle_equations,
    _predictor,
    _infinite_width,
    _papers,
    _exact_law,
)

CLAIMS = (Claim("generated functions", generated),)
