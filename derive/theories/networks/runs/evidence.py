"""Claims on what a run writes besides solutions, against the definitions in index loops.

Files of a run hold readings of solutions, scores of selected paths and of networks without some
heads; summary.csv, summary.json and the report show them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from derive.evidence.claim import Claim
from derive.evidence.compare import Pairs
from derive.evidence.numbers import Array
from derive.evidence.verdict import CheckResult
from derive.theories.networks import checks
from derive.theories.networks.checks.plain.reading import alignment_loops
from derive.theories.networks.checks.points import Point, random_point
from derive.theories.networks.checks.solutions import keys, path_names
from derive.theories.networks.checks.subject import FLOAT_DIGITS, Subject
from derive.theories.networks.description import Attention
from derive.theories.networks.report import (
    CaseResults,
    Results,
    findings,
    summary_csv,
    summary_dict,
)
from derive.theories.networks.report import Point as Shown
from derive.theories.networks.report.summary import COLUMNS
from derive.theories.networks.report.tables import solutions_table
from derive.theories.networks.runs.points import readings, selected_score
from derive.theories.networks.runs.pruning import pruning
from derive.theories.networks.solver import Solver
from derive.theories.networks.solver.files import arrays

WIDTH = 7.0
"""What stands for the width in results of one solution."""


def score_of(labels: Array, due: Any, mean: Array) -> tuple[str, float]:
    """Share of right signs where labels are of two signs and values, else the mean square."""
    values = sorted({float(label) for label in labels})
    pairs = list(zip(due.tolist(), np.ravel(mean).tolist(), strict=True))
    if len(values) == 2 and values[0] < 0 < values[1] and set(due.tolist()) <= set(values):
        right = [(y > 0 and f > 0) or (y < 0 and f < 0) for y, f in pairs]
        return "test accuracy", sum(right) / len(right)
    return "mean squared test error", sum((f - y) ** 2 for y, f in pairs) / len(pairs)


def mean_of(point: Point, kernel: Array, cross: Array) -> Array:
    """k_*^T (K + T)^-1 y."""
    covariance = kernel + point.plain.temperature * np.eye(len(kernel))
    return np.asarray(cross @ np.linalg.inv(covariance) @ point.plain.labels)


def kernels(point: Point, weights: Array) -> tuple[Array, Array]:
    """Of training examples, and of test with training examples, for weights of pairs of paths."""
    plain, tests = point.plain, point.sample.attended_test
    cross = plain.products(tests, plain.attended)
    return plain.kernel_of(plain.training_products, weights), plain.kernel_of(cross, weights)


def read(subject: Subject, claim: str) -> CheckResult:
    """Kernel eigenvalues, alignment and scores are what their definitions give."""
    point, comparison = random_point(subject), subject.comparison()
    comparison.gather(lambda: _readings(point, point.data), lambda: _readings(point, signs(point)))
    if is_attention(subject):
        comparison.gather(lambda: _selected(point))
    compared = (
        "kernel eigenvalues, alignment with the labels, score, and scores of selected paths, that "
        "a run writes, against index loops and singular vectors"
    )
    return comparison.result(claim, FLOAT_DIGITS - 2, compared)


def signs(point: Point) -> Any:
    """The same data with labels of two classes."""
    data = point.data
    tests = np.resize([1.0, -1.0], len(point.sample.attended_test))
    return replace(data, labels=np.resize([-1.0, 1.0, 1.0], len(data.labels)), labels_test=tests)


def _readings(point: Point, data: Any) -> Iterator[tuple[str, Any, Any]]:
    told = readings(point.subject.solver, point.solution(), data)
    attended = point.sample.attended
    kernel = point.plain.kernel(attended, attended, point.overlaps)
    values, alignment = alignment_loops(kernel, data.labels)
    name, value = score_of(data.labels, data.labels_test, point.solution().mean)
    due = {"kernel_eigenvalues": values, "alignment": alignment, "score": value, "score_name": name}
    for key, given in told.items():
        yield f"its {key}", given, due[key]


def _selected(point: Point) -> Iterator[tuple[str, Any, Any]]:
    """The infinite-width kernel of a path weighs c over the number of paths that are selected."""
    count = len(point.plain.wiring.paths)
    prior = float(np.prod([float(v) for v in point.plain.variances[1:]]))
    for paths in ([count - 1], list(range(0, count, 2))):
        weights = np.zeros((count, count))
        for path in paths:
            weights[path, path] = prior / len(paths)
        mean = mean_of(point, *kernels(point, weights))
        due = score_of(point.data.labels, point.data.labels_test, mean)[1]
        rating = selected_score(point.subject.solver, point.network, point.data, paths)
        yield f"the score of {len(paths)} selected paths", rating, due


def is_attention(subject: Subject) -> bool:
    """Whether there is nothing but attention between embedding and a readout of one output."""
    inner, readout = subject.network.layers[1:-1], subject.network.readout
    plain = all(isinstance(layer, Attention) for layer in inner)
    plain = plain and not subject.theory.notation.has_mean
    return plain and len(inner) > 0 and readout.outputs == 1 and not readout.branched


def removed(subject: Subject, claim: str) -> CheckResult:
    """Scores without some heads, in their order: cut out, kept, and solved anew."""
    point, comparison = random_point(subject), subject.comparison()
    module = subject.module
    stopped = SimpleNamespace(**vars(module))

    def solve(attended: Any, labels: Any, **given: Any) -> Any:
        problem = module.make_problem(attended, labels, *(given[name] for name in NUMBERS))
        return module.at(module.infinite_width(problem), problem)._replace(converged=False)

    solution = point.solution()
    stopped.solve = solve
    scores = pruning(replace(subject.solver, module=stopped), solution, point.data)
    for highest in (False, True):
        order = removals(point, highest)
        comparison.add("the order of the heads", scores["pruning_heads"][int(highest)], order)
        comparison.add(
            "the scores without heads", scores["pruning_scores"][int(highest)],
            np.array([_without(point, order[:count]) for count in range(len(order) + 1)]).T,
        )  # fmt: skip
    unsolved = 2 * len(removals(point, False))
    comparison.add("how many did not converge", scores["pruning_unsolved"], unsolved)
    compared = (
        "scores of a network without heads, cut out, kept, and at the smaller network's prior in "
        "the place of its solution, against sums over the paths that are left"
    )
    return comparison.result(claim, FLOAT_DIGITS - 2, compared)


NUMBERS = ("widths", "variances", "temperature", "heads")


def removals(point: Point, highest: bool) -> list[int]:
    """Heads by their scores, counted through all layers; the last of a layer stays."""
    scores, left = point.head_scores(), [tensor.heads for tensor in point.branched]
    layer_of = [layer for layer, count in enumerate(left) for _ in range(count)]
    order = []
    for head in sorted(range(len(scores)), key=lambda h: -scores[h] if highest else scores[h]):
        if left[layer_of[head]] > 1:
            left[layer_of[head]] -= 1
            order.append(head)
    return order


def _without(point: Point, heads: Sequence[int]) -> list[float]:
    """Scores without some heads: cut out, kept, and of the smaller network's prior."""
    counts = [tensor.heads for tensor in point.branched]
    starts = [sum(counts[:layer]) for layer in range(len(counts))]
    passed = [
        [starts[layer] + branch - 1 for layer, branch in enumerate(row)] for row in point.head_table
    ]
    left = [p for p, row in enumerate(passed) if not set(row) & set(heads)]
    labels, due = point.data.labels, point.data.labels_test
    bottom = point.plain.bottom(point.overlaps)
    kernel, cross = kernels(point, bottom)
    if not heads:
        return [score_of(labels, due, mean_of(point, kernel, cross))[1]] * 3
    cut, kept, prior = (np.zeros_like(bottom) for _ in range(3))
    scale = float(np.prod([float(v) for v in point.plain.variances[1:]]))
    for p in left:
        cut[p] = bottom[p]
        prior[p, p] = scale / len(left)
        for q in left:
            kept[p, q] = bottom[p, q] * len(bottom) / len(left)
    means = [mean_of(point, kernel, kernels(point, cut)[1])]
    means += [mean_of(point, *kernels(point, weights)) for weights in (kept, prior)]
    return [score_of(labels, due, mean)[1] for mean in means]


def shown(subject: Subject, claim: str) -> CheckResult:
    """Rows of summary.csv, summary.json, findings and tables of the report are the solution's."""
    point, comparison = random_point(subject), subject.comparison()
    results, due = _results(point), keys(point)
    name, value = score_of(point.data.labels, point.data.labels_test, due["mean"])
    due |= {"score": value, "score_name": name}
    comparison.gather(
        lambda: _summary(results, due), lambda: _averages(results, due),
        lambda: _table(results, due), lambda: _sentence(point, results, due),
    )  # fmt: skip
    compared = (
        f"{len(COLUMNS)} columns of summary.csv, summary.json, the findings and the table of "
        "solutions of a report against what a solution should hold"
    )
    return comparison.result(claim, SHOWN_DIGITS, compared)


SHOWN_DIGITS = 8
"""What summaries must agree to; of texts the digits that are printed are compared."""


def _results(point: Point) -> Results:
    """Of one solution, and the one at infinite width, as a run's files hold them."""
    solver: Solver = point.subject.solver
    wide = solver.at_infinite_width(point.network, point.data)
    points = []
    for width, solution in ((WIDTH, point.solution()), (float("inf"), wide)):
        content = arrays(solution) | readings(solver, solution, point.data)
        points.append(Shown(width, None, content))
    names = tuple(
        tuple(f"{layer.layer.branch} {h}" for h in range(1, layer.heads + 1))
        for layer in point.branched
    )
    case = CaseResults("a case", point.network, path_names_of(point), names, (), tuple(points))
    derivation = solver.derivation
    return Results("a title", "", (case,), derivation, None, None, ())


def path_names_of(point: Point) -> tuple[str, ...]:
    """One per path, in data order."""
    names = path_names(point)
    return tuple(names[place] for place in point.plain.bottom_places)


def _summary(results: Results, due: dict[str, Any]) -> Pairs:
    row = next(csv.DictReader(io.StringIO(summary_csv(results))))
    expected = {"case": "a case", "seed": "", "width": str(int(WIDTH))}
    for key in COLUMNS:
        if key in expected:
            yield f"summary.csv: {key}", np.array(row[key]), np.array(expected[key])
        elif key == "converged":
            yield f"summary.csv: {key}", row[key] == "True", bool(due[key])
        elif key in due:
            yield f"summary.csv: {key}", float(row[key]), due[key]


def _averages(results: Results, due: dict[str, Any]) -> Pairs:
    case = summary_dict(results)["a case"]
    narrow = case["widths"][0]
    yield "summary.json: width", narrow["width"], WIDTH
    yield "summary.json: log_evidence", narrow["log_evidence"], due["log_evidence"]
    yield "summary.json: mean", narrow["mean"], due["score"]
    yield "summary.json: standard deviation", narrow["standard_deviation"], 0.0
    yield "summary.json: score", np.array(case["score"]), np.array(due["score_name"])


def _table(results: Results, due: dict[str, Any]) -> Pairs:
    """The first row of the table of solutions, cell by cell as it is printed."""
    cells = re.findall(r"<td[^>]*>(.*?)</td>", solutions_table(results.cases))
    texts = [
        f"{WIDTH:g}", f"{float(due['action']):.6f}", f"{float(due['log_evidence']):.6f}",
        f"{float(due['gradient_norm']):.1e}", f"{float(due['residual']):.1e}",
        str(int(due["hessian_negative"])),
    ]  # fmt: skip
    printed = [re.sub(r"<[^>]*>", "", cell) for cell in cells[: len(texts)]]
    yield "the table of solutions", np.array(printed), np.array(texts)
    yield "its verdict", "not converged" in cells[len(texts)], True


def _sentence(point: Point, results: Results, due: dict[str, Any]) -> Pairs:
    """The paths that stand out: how much they gained over the prior."""
    if len(point.plain.wiring.paths) == 1:
        return
    gains = re.findall(r"is ([0-9.]+) times as large", " ".join(findings(results)))
    if not gains:
        return
    weights = checks.gaussian_process.path_weights(
        point.subject.network, point.sample, point.subject.arithmetic
    )
    prior = [float(weight) for weight in weights]
    ratios = [float(g) / w for g, w in zip(np.diagonal(due["G_bottom"]), prior, strict=True)]
    yield "the largest gain of a path", np.array(gains[:1]), np.array([f"{max(ratios):.3g}"])


def is_small(subject: Subject) -> bool:
    """Whether everything that is shown is recomputed: the Hessian is not too large."""
    return not random_point(subject).is_large


CLAIMS = (
    *checks.CLAIMS,
    Claim("run: alignment, scores and selected paths", read),
    Claim("run: heads removed", removed, is_attention),
    Claim("run: summaries and report", shown, is_small),
)
"""Everything that is claimed of a network, of its solutions, and of what a run shows of them."""
