"""The main findings in plain sentences, computed from the numbers."""

from __future__ import annotations

import math

import numpy as np

from derive.report.results import AS_DESCRIBED, CaseResults, Results, is_share, spread, width_label


def findings(results: Results) -> tuple[str, ...]:
    """The findings of a run, the main one first; at least one sentence."""
    found = []
    for case in results.cases:
        where = f"{case.title[0].upper()}{case.title[1:]}: " if len(results.cases) > 1 else ""
        found += [f"{where}{sentence}" for sentence in _of_case(case)]
    return tuple(found)


def _of_case(case: CaseResults) -> list[str]:
    sentences = []
    if case.has("score"):
        sentences.append(_score(case))
    if case.selections and case.has("score"):
        sentences.append(_selections(case))
    if len(case.path_names) > 1:
        sentences.append(_paths(case))
    return [" ".join(sentences) or _bare(case)]


def shown(name: str, values: np.ndarray) -> str:
    """A mean over seeds as text.

    >>> shown("test accuracy", np.array([0.9, 0.91]))
    '90.5 %'
    """
    mean = float(np.mean(values))
    return f"{100 * mean:.1f} %" if is_share(name) else f"{mean:.4g}"


def _score(case: CaseResults) -> str:
    """How the score at the narrowest width compares with that at infinite width."""
    name, width = case.score_name(), case.narrowest
    narrow, wide = case.values("score", width), case.values("score", math.inf)
    if math.isinf(width):
        return f"{name} {shown(name, wide)} at infinite width."
    difference = float(narrow.mean() - wide.mean())
    error = math.hypot(spread(narrow), spread(wide)) / math.sqrt(len(narrow))
    at = "at the widths described" if width == AS_DESCRIBED else f"at {width_label(width)}"
    values = f"from {shown(name, narrow)} {at} to {shown(name, wide)} at infinite width"
    if abs(difference) <= 2 * error or shown(name, narrow) == shown(name, wide):
        return f"{name} hardly changes with width, {values}."
    return f"{name} {'falls' if difference > 0 else 'rises'} {values}."


def _selections(case: CaseResults) -> str:
    name = case.score_name()
    parts = [
        f"{label} {'reaches' if number == 0 else 'reach'} {shown(name, case.selected(number))}"
        for number, (label, paths) in enumerate(case.selections)
        if len(paths) < len(case.path_names)
    ]
    return f"At infinite width, {' and '.join(parts)}." if parts else ""


def _paths(case: CaseResults) -> str:
    """Which path takes the largest part at the narrowest width."""
    strengths = np.diag(case.average(case.overlap_name, case.narrowest))
    first, second = np.argsort(strengths)[::-1][:2]
    ratio = strengths[first] / strengths[second]
    where = width_label(case.narrowest)
    if ratio < 1.05:
        return f"At {where}, no path stands out."
    return (
        f"At {where}, the path {_path_name(case, first)} has the largest order parameter, "
        f"{strengths[first]:.3g}, {ratio:.2g} times that of {_path_name(case, second)}."
    )


def _path_name(case: CaseResults, path: int) -> str:
    name = case.path_names[path]
    return name if name.startswith("(") else f"({name})"


def _bare(case: CaseResults) -> str:
    evidence = case.average("log_evidence", case.narrowest)
    return f"Log evidence {float(evidence):.6g} at {width_label(case.narrowest)}."
