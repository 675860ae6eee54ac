"""What a module and a solution show, against the definitions written out in index loops.

All at one random point, where no gradient vanishes and the Hessian has directions of either sign.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.evidence.claim import Claim
from derive.evidence.compare import Pairs
from derive.evidence.verdict import CheckResult
from derive.theories.networks.checks.points import Point, random_point
from derive.theories.networks.checks.subject import FLOAT_DIGITS, Subject

HESSIAN_DIGITS = 8
"""What differences of gradients must agree to: their own error is 1e-11."""
SEVERAL = 5
"""Directions along which that is."""


def functions(subject: Subject, claim: str) -> CheckResult:
    """The functions of the module return what the definitions give."""
    point, comparison = random_point(subject), subject.comparison()
    comparison.gather(
        lambda: _numbers(point), lambda: _evidence(point), lambda: _predictor(point),
        lambda: _paths(point), lambda: _papers(point), lambda: _laws(point),
    )  # fmt: skip
    compared = (
        "action, gradient, evidence, kernel, predictor, condition number, paths and head scores of "
        "the module, in float64, against index loops over vectors, paths and examples"
    )
    return comparison.result(claim, FLOAT_DIGITS, compared)


def _numbers(point: Point) -> Pairs:
    module, plain, where = point.subject.module, point.plain, (point.overlaps, point.problem)
    action = plain.action(point.overlaps)
    yield "the action", module.action(*where), action
    value, slopes = module.action_and_gradient(*where)
    yield "the action with its gradient", value, action
    for name, gradient in (("with the action", slopes), ("alone", module.gradient(*where))):
        yield from _gradient(point, name, gradient)


def _gradient(point: Point, name: str, slopes: Any) -> Pairs:
    """Entry by entry; along directions where there are many."""
    if not point.is_large:
        for number, pair in enumerate(zip(slopes, point.gradient, strict=True), start=1):
            yield f"the gradient {name} of stream {number}", *pair
        return
    size = sum(float(np.sum(np.abs(slope))) for slope in slopes)
    for step in point.directions(SEVERAL):
        change = sum(float(np.sum(slope * d)) for slope, d in zip(slopes, step, strict=True))
        due = point.plain.slope(point.overlaps, step)
        yield f"the change of S by the gradient {name}", size + change, size + due


def _evidence(point: Point) -> Pairs:
    module, plain, where = point.subject.module, point.plain, (point.overlaps, point.problem)
    evidence = plain.log_evidence(point.overlaps)
    yield "the log evidence", module.log_evidence(*where), evidence
    constant = evidence + float(plain.action(point.overlaps)) / 2
    constant -= plain.fluctuation(point.overlaps)
    yield "the constant of the evidence", module.evidence_constant(point.problem), constant
    condition = point.condition_number()
    yield "the condition number", module.condition_number(*where), condition


def _laws(point: Point) -> Pairs:
    """The exact law at finite width: without a constant, so two points are subtracted."""
    module, plain, problem = point.subject.module, point.plain, point.problem
    if plain.has_mean:
        return  # the exact law knows no projections
    points = (point, point.beside)
    values = [module.overlap_law(at.overlaps, problem) for at in points]
    due = [plain.overlap_law(at.overlaps) for at in points]
    yield "the law of the overlaps", values[0] - values[1], due[0] - due[1]
    kernels = [plain.kernel_of(plain.training_products, plain.bottom(p.overlaps)) for p in points]
    scale = point.sample.attended.shape[1] / plain.variances[0]
    values = [module.label_law(scale * kernel, problem) for kernel in kernels]
    due = [-float(plain.energy(at.overlaps)) / 2 for at in points]
    yield "the law of the labels", values[0] - values[1], due[0] - due[1]


def _predictor(point: Point) -> Pairs:
    module, plain, problem = point.subject.module, point.plain, point.problem
    tests, by_path = point.sample.attended_test, point.sample.tests_by_path(point.subject.module)
    bottom = plain.bottom(point.overlaps)
    yield "the bottom overlaps", module.bottom(point.overlaps, problem), bottom
    kernel = plain.kernel(tests, point.sample.attended, point.overlaps)
    yield "the kernel", module.kernel(point.overlaps, by_path, problem), kernel
    mean, variance = plain.predictor(point.overlaps, tests)
    predictor = module.predictor(point.overlaps, by_path, problem)
    yield "the predictor's mean", predictor[0], mean
    yield "the predictor's variance", predictor[1], variance
    prediction = module.predict(module.at(point.overlaps, problem), tests)
    yield "the prediction's mean", prediction[0], mean
    yield "the prediction's variance", prediction[1], variance


def _paths(point: Point) -> Pairs:
    module, wiring = point.subject.module, point.plain.wiring
    table = np.array(point.head_table, dtype=int).reshape(len(wiring.paths), -1)
    if point.network.readout.outputs > 1:
        table = np.column_stack([table, [vector.output + 1 for vector in wiring.paths]])
    yield "the paths", module.path_table(point.sample.attention_heads()), table
    yield "the head scores", module.head_scores(point.overlaps, point.problem), point.head_scores()


def _papers(point: Point) -> Pairs:
    if point.subject.theory.chain is None:
        return
    overlaps, action = point.subject.module.chain_normalisation(point.overlaps, point.problem)
    expected = point.chain_overlaps()
    yield "how many order parameters the papers have", len(overlaps), len(expected)
    for number, (overlap, due) in enumerate(zip(overlaps, expected, strict=True), start=1):
        yield f"U_{number}", overlap, due
    yield "the papers' action", action, point.chain_action()


def hessian(subject: Subject, claim: str) -> CheckResult:
    """Signature and spectrum of the module are those of differences of gradients."""
    point, comparison = random_point(subject), subject.comparison()
    module, problem = subject.module, point.problem

    def product() -> Any:
        return module.hessian_product(point.overlaps, problem)

    def solution() -> Any:
        return module.at(point.overlaps, problem)

    if point.is_large:
        comparison.gather(lambda: _products(point, product()))
        compared = (
            f"products with the Hessian of {len(point.directions(1)[0])} overlaps along random "
            "directions, in whitened coordinates with symmetric roots, against differences of "
            "gradients of the action written out in loops; its whole spectrum takes too long"
        )
        return comparison.result(claim, min(subject.digits, HESSIAN_DIGITS), compared)
    comparison.gather(
        lambda: signature_pairs(point, module.signature(point.overlaps, product())),
        lambda: [_eigenvalues(point, module.spectrum(point.overlaps, product()))],
        lambda: spectrum_pairs(point, module.hessian_spectrum(solution())),
    )
    compared = (
        f"signature, eigenvalues and directions of the module at a point with {point.downhill} "
        "directions downhill, against differences of gradients of the action written out in loops, "
        "in whitened coordinates with symmetric roots"
    )
    return comparison.result(claim, min(subject.digits, HESSIAN_DIGITS), compared)


def _products(point: Point, product: Any) -> Pairs:
    size = float(point.plain.widths[0]) * SEVERAL
    for first, second in zip(point.directions(SEVERAL), point.directions(SEVERAL, 1), strict=True):
        changes = product(point.plain.steps(point.overlaps, first))
        steps = point.plain.steps(point.overlaps, second)
        curvature = sum(float(np.sum(c * d)) for c, d in zip(changes, steps, strict=True))
        yield "a product with the Hessian", size + curvature, size + point.bend(first, second)


def signature_pairs(point: Point, signature: Any) -> Pairs:
    """Lowest eigenvalue, count of negative ones, and the direction of the lowest, dG_s."""
    values = np.linalg.eigvalsh(point.hessian)
    yield "the lowest eigenvalue", signature.lowest, values[0]
    yield "the number of negative eigenvalues", signature.negative, point.downhill
    yield "whether these are bounds", bool(signature.is_bound), False
    whitened = [
        np.linalg.solve(root, np.linalg.solve(root, step).T)
        for root, step in zip(point.plain.roots(point.overlaps), signature.direction, strict=True)
    ]
    vector = point.plain.coordinates(whitened, point.overlaps)
    scale = abs(point.hessian).max() * np.linalg.norm(vector)
    gap = abs(point.hessian @ vector - values[0] * vector).max()
    yield "the direction of the lowest eigenvalue", scale + gap, scale


def spectrum_pairs(point: Point, spectrum: Any) -> Pairs:
    """All eigenvalues, and that every direction is an eigenvector of length 1."""
    values = np.linalg.eigvalsh(point.hessian)[::-1]
    yield _eigenvalues(point, spectrum)
    yield "the number of coordinates", spectrum.coordinates, len(values)
    yield "whether the spectrum is partial", bool(spectrum.is_partial), False
    ends = (("stiff", spectrum.stiff, values), ("sloppy", spectrum.sloppy, values[::-1]))
    for end, directions, due in ends:
        yield f"how many {end} directions there are", len(directions) >= min(3, len(values)), True
        for value, direction in zip(due, directions, strict=False):
            yield from eigenvector_pairs(point, f"a {end} direction", value, direction)


def _eigenvalues(point: Point, spectrum: Any) -> tuple[str, Any, Any]:
    return "the eigenvalues", spectrum.eigenvalues, np.linalg.eigvalsh(point.hessian)[::-1]


def eigenvector_pairs(point: Point, what: str, value: float, direction: Any) -> Pairs:
    """That a direction, X_s stream by stream, is an eigenvector of length 1."""
    matrices = getattr(direction, "matrices", None)
    matrices = direction if matrices is None else tuple(matrices.values())
    skew = max(float(abs(matrix - matrix.T).max()) for matrix in matrices)
    yield f"{what}, transposed", 1.0 + skew, 1.0
    yield f"the length of {what}", sum(float(np.sum(matrix**2)) for matrix in matrices), 1.0
    vector, scale = point.plain.coordinates(matrices, point.overlaps), abs(point.hessian).max()
    gap = abs(point.hessian @ vector - value * vector).max()
    yield what, scale + gap, scale  # relative to the whole Hessian, not to a small eigenvalue


CLAIMS = (Claim("index loops: functions", functions), Claim("index loops: Hessian", hessian))
