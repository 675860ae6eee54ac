"""What a solution and its file hold, key by key, against the definitions in index loops.

`FIELDS` and `keys` are the tables of what is recomputed: a test holds them against every field of a
solution and every key of its file, so that nothing is shown that nothing recomputes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from derive.evidence.approach import flat
from derive.evidence.claim import Claim
from derive.evidence.compare import Pairs
from derive.evidence.numbers import Array
from derive.evidence.verdict import CheckResult
from derive.theories.networks.checks.gaussian_process import path_weights
from derive.theories.networks.checks.loops import HESSIAN_DIGITS, eigenvector_pairs, spectrum_pairs
from derive.theories.networks.checks.points import Point, random_point
from derive.theories.networks.checks.subject import FLOAT_DIGITS, Subject
from derive.theories.networks.solver.files import arrays

Recomputed = Callable[[Point, Any], Any]
"""From a point and the solution there to what a field or a key should be."""


def _residual(point: Point, solution: Any) -> float:
    """max_s |G_s - right-hand side|_F, relative to the larger of G_s and its prior covariance."""
    right = point.subject.module.saddle_right_hand_side(point.overlaps, point.problem)
    return max(
        math.sqrt(np.sum((g - r) ** 2))
        / max(math.sqrt(np.sum(g**2)), point.plain.prior_norm(stream, point.overlaps))
        for stream, (g, r) in enumerate(zip(point.overlaps, right, strict=True))
    )


def _eigenvalues(point: Point) -> Array:
    return np.linalg.eigvalsh(point.hessian)


def _action(point: Point, solution: Any) -> Any:
    if point.subject.theory.chain is None:
        return point.plain.action(point.overlaps)
    return point.chain_action()


def _papers(point: Point) -> list[Array]:
    return [] if point.subject.theory.chain is None else point.chain_overlaps()


def _predictor(point: Point) -> tuple[Array, Array]:
    mean, variance = point.plain.predictor(point.overlaps, point.sample.attended_test)
    return mean, variance


def _label_values(point: Point) -> list[float]:
    """The values of the labels, the smaller first, where there are two."""
    values: list[float] = []
    for label in point.sample.labels:
        if float(label) not in values:
            values.append(float(label))
    return sorted(values) if len(values) == 2 else []


def _along(point: Point) -> Array:
    """b, where features have a mean."""
    return point.plain.along(point.overlaps) if point.plain.has_mean else np.zeros(0)


def _minimum(point: Point) -> Array:
    """Action, evidence, overlaps of paths and predictor of another minimum."""
    plain, overlaps = point.plain, point.overlaps
    numbers = np.array([_action(point, None), plain.log_evidence(overlaps)])
    return flat([numbers, plain.bottom(overlaps), *_predictor(point)])


def path_names(point: Point) -> tuple[str, ...]:
    """The vectors of the lowest stream: by the branches of their path, or by their number."""
    wiring = point.plain.wiring
    table = wiring.branch_table()
    telling = [k for k in range(len(table[0])) if len({row[k] for row in table}) > 1]
    lowest = wiring.streams[0].vectors
    names = [f"vector {number}" for number in range(1, len(lowest) + 1)]
    for row, vector in zip(table, wiring.paths, strict=True):
        if lowest[vector.place] is vector:
            branches = ", ".join(str(row[k]) if row[k] else "skip" for k in telling)
            names[vector.place] = f"({branches})" if telling else "(all)"
    return tuple(names)


FIELDS: Mapping[str, Recomputed] = {
    "network": lambda point, _: point.network.describe(),
    "overlaps": lambda point, _: flat(point.overlaps),
    "bottom": lambda point, _: point.plain.bottom(point.overlaps),
    "action": _action,
    "log_evidence": lambda point, _: point.plain.log_evidence(point.overlaps),
    "converged": lambda point, _: False,  # no random point is stationary
    "message": lambda point, _: "not converged",
    "gradient_norm": lambda point, _: point.plain.relative_gradient(point.overlaps),
    "residual": _residual,
    "hessian_lowest": lambda point, _: _eigenvalues(point)[0],
    "hessian_negative": lambda point, _: int(np.sum(_eigenvalues(point) < 0)),
    "hessian_is_bound": lambda point, _: False,
    "condition_number": lambda point, _: point.condition_number(),
    "chain_overlaps": lambda point, _: flat(_papers(point)),
    "head_scores": lambda point, _: point.head_scores(),
    "mean": lambda point, _: _predictor(point)[0],
    "variance": lambda point, _: _predictor(point)[1],
    "spectrum": lambda point, _: _eigenvalues(point)[::-1],
    "label_values": lambda point, _: _label_values(point),
    "projections": lambda point, _: _along(point),
    "others": lambda point, _: _minimum(point.beside),
}
"""Every field of a solution, and what it should be at a random point."""
SHOWN_AS: Mapping[str, Callable[[Any], Any]] = {
    "network": lambda network: network.describe(),
    "overlaps": lambda overlaps: flat(overlaps),
    "chain_overlaps": lambda overlaps: flat(overlaps),
    "message": lambda message: str(message).partition(":")[0],
    "spectrum": lambda spectrum: spectrum.eigenvalues,
    "projections": lambda along: np.zeros(0) if along is None else along,
    "others": lambda others: flat(
        [x for o in others for x in (o.action, o.log_evidence, o.bottom, o.mean, o.variance)]
    ),
}
"""How fields that are no numbers are compared; the others as they are."""
WHOLE = ("gradient_norm", "hessian_lowest", "hessian_negative", "hessian_is_bound", "spectrum")
"""Fields that take the whole gradient or Hessian, which are left out where that is large."""


def fields(point: Point) -> tuple[str, ...]:
    """Those that are recomputed at a point."""
    return tuple(name for name in FIELDS if not (point.is_large and name in WHOLE))


def keys(point: Point) -> dict[str, Any]:
    """Every key of a solution's file but its directions, and what it should hold."""
    same = [name for name in fields(point) if name not in (*SHOWN_AS, "bottom")]
    contents: dict[str, Any] = {name: FIELDS[name](point, None) for name in (*same, "message")}
    contents["G_bottom"] = FIELDS["bottom"](point, None)
    for number, overlap in enumerate(point.overlaps, start=1):
        letter = "a" if point.is_read(number - 1) else str(number)
        contents[f"G_{letter}"] = overlap
    for number, overlap in enumerate(papers := _papers(point), start=1):
        top = "u_a" if overlap.size == 1 else "U_a"
        contents[f"U_{number}" if number < len(papers) else top] = overlap
    both = (point, point.beside)
    contents["minima_action"] = np.array([_action(each, None) for each in both])
    contents["minima_G_bottom"] = np.stack([each.plain.bottom(each.overlaps) for each in both])
    if point.plain.has_mean:
        contents[f"b_{'a' if point.is_read(0) else 1}"] = _along(point)
    if point.is_large:
        return contents
    return contents | {
        "hessian_eigenvalues": _eigenvalues(point)[::-1],
        "hessian_coordinates": len(point.hessian),
        "hessian_is_partial": False,
        "hessian_paths": np.array(path_names(point)),
    }


def solution(subject: Subject, claim: str) -> CheckResult:
    """Every field of a solution is what its definition gives at its order parameters."""
    point, comparison = random_point(subject), subject.comparison()
    solved = point.solution()

    def field(name: str) -> Pairs:
        value = getattr(solved, name)
        return [
            (f"its {name}", SHOWN_AS.get(name, lambda x: x)(value), FIELDS[name](point, solved))
        ]

    comparison.gather(*(lambda name=name: field(name) for name in fields(point)))
    if not point.is_large:
        comparison.gather(lambda: spectrum_pairs(point, solved.spectrum), lambda: _shares(solved))
    compared = (
        f"the {len(fields(point))} fields of a solution, directions with shares and weights of "
        "pairs of paths, against index loops at its order parameters"
    )
    return comparison.result(claim, min(subject.digits, HESSIAN_DIGITS), compared)


def _shares(solved: Any) -> Iterator[tuple[str, Any, Any]]:
    """Shares and pairs of paths of every direction, entry by entry of its matrices."""
    for direction in (*solved.spectrum.stiff, *solved.spectrum.sloppy):
        for name, matrix in direction.matrices.items():
            share = sum(float(x) * float(x) for row in matrix for x in row)
            yield f"the share of {name}", direction.shares[name], share
        lowest, rows = next(iter(direction.matrices.values())), direction.paths
        due = {}
        for i, j in np.ndindex(*lowest.shape):
            if i <= j:
                due[rows[i], rows[j]] = lowest[i, j] * (1.0 if i == j else math.sqrt(2.0))
        pairs = direction.path_pairs()
        yield "how many pairs of paths there are", len(pairs), len(due)
        weights = [due[pair.first, pair.second] for pair in pairs]
        yield "the weights of pairs of paths", [pair.weight for pair in pairs], weights
        order = sorted((abs(weight) for weight in weights), reverse=True)
        yield "the order of pairs of paths", [abs(pair.weight) for pair in pairs], order


def file(subject: Subject, claim: str) -> CheckResult:
    """Every key of a solution's file holds what its definition gives."""
    point, comparison = random_point(subject), subject.comparison()
    content, due = arrays(point.solution()), keys(point)

    def key(name: str) -> Pairs:
        return [(f"its {name}", SHOWN_AS.get(name, lambda x: x)(content[name]), due[name])]

    comparison.gather(*(lambda name=name: key(name) for name in content if name in due))
    if not point.is_large:
        comparison.gather(lambda: directions(point, content))
    compared = f"{len(content)} keys of a solution's file against index loops"
    return comparison.result(claim, min(subject.digits, HESSIAN_DIGITS), compared)


def directions(point: Point, content: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """That stiff_G_1, ... and sloppy_G_a hold eigenvectors, the ends of the spectrum first."""
    values = _eigenvalues(point)
    for end, due in (("stiff", values[::-1]), ("sloppy", values)):
        matrices = [content[f"{end}_{name}"] for name in stream_names(point)]
        for number, parts in enumerate(zip(*matrices, strict=True)):
            yield from eigenvector_pairs(point, f"direction {number} of {end}", due[number], parts)


def stream_names(point: Point) -> list[str]:
    """G_1, ..., G_a."""
    count = len(point.overlaps)
    return [f"G_{'a' if point.is_read(k) else k + 1}" for k in range(count)]


def infinite_width(subject: Subject, claim: str) -> CheckResult:
    """The solution at infinite width is the Gaussian process whose kernel sums over paths."""
    point, comparison = random_point(subject), subject.comparison()
    limit = subject.solver.at_infinite_width(point.network, point.data)
    weights = path_weights(subject.network, point.sample, subject.arithmetic)
    bottom = np.diag([float(weight) for weight in weights])
    plain = point.plain
    kernel = plain.kernel_of(plain.products(plain.attended, plain.attended), bottom)
    covariance = kernel + plain.temperature * np.eye(len(kernel))
    labels = plain.labels
    dual = np.linalg.solve(covariance, labels)
    tests = point.sample.attended_test
    cross = plain.kernel_of(plain.products(tests, plain.attended), bottom)
    own = plain.kernel_of(plain.products(tests, tests), bottom)
    evidence = -(labels @ dual + np.log(np.linalg.det(2 * np.pi * covariance))) / 2
    spread = [own[k, k] - row @ np.linalg.solve(covariance, row) for k, row in enumerate(cross)]
    for name, value, due in (
        ("bottom", limit.bottom, bottom), ("log_evidence", limit.log_evidence, evidence),
        ("mean", limit.mean, cross @ dual), ("variance", limit.variance, spread),
        ("converged", limit.converged, True), ("gradient_norm", limit.gradient_norm, 0.0),
        ("residual", limit.residual, 0.0), ("hessian_negative", limit.hessian_negative, 0),
        ("whether the action has a value", math.isnan(limit.action), True),
    ):  # fmt: skip
        comparison.add(f"its {name}", value, due)
    compared = (
        "overlaps, evidence, mean and variance of the solution at infinite width against the "
        "Gaussian process whose kernel sums over paths"
    )
    return comparison.result(claim, FLOAT_DIGITS, compared)


CLAIMS = (
    Claim("solution: fields", solution),
    Claim("solution: file", file),
    Claim("solution: infinite width", infinite_width),
)
