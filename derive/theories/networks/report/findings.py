"""The main findings in plain sentences, computed from the numbers."""

from __future__ import annotations

import math

import numpy as np

from derive.theories.networks.report.pruning import is_pruned, pruning_sentence
from derive.theories.networks.report.results import (
    AS_DESCRIBED,
    CaseResults,
    Results,
    bracketed,
    is_share,
    spread,
    width_label,
)


def findings(results: Results) -> tuple[str, ...]:
    """The findings of a run, the main one first; at least one sentence."""
    sentences = []
    for case in results.cases:
        where = f"{case.title}: " if len(results.cases) > 1 else ""
        sentences.append(capitalised(f"{where}{_of_case(case)}"))
    return tuple(sentences)


def capitalised(text: str) -> str:
    """Text that begins a sentence.

    >>> capitalised("test accuracy of N = 10")
    'Test accuracy of N = 10'
    """
    return text[:1].upper() + text[1:]


def _of_case(case: CaseResults) -> str:
    sentences = []
    if case.has("score"):
        sentences.append(_score(case))
    if case.selections and case.has("score"):
        sentences.append(_selections(case))
    if case.has("score"):
        sentences += [_baseline(case, name) for name in case.baselines]
    if is_pruned(case):
        sentences.append(pruning_sentence(case))
    if len(case.path_names) > 1:
        sentences.append(_paths(case))
    return " ".join(filter(None, sentences)) or _bare(case)


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
    if len(narrow) == 1:
        return f"{name} {shown(name, narrow)} {_at(width)}, {shown(name, wide)} at infinite width."
    difference = float(narrow.mean() - wide.mean())
    error = math.hypot(spread(narrow), spread(wide)) / math.sqrt(len(narrow))
    values = f"from {shown(name, narrow)} {_at(width)} to {shown(name, wide)} at infinite width"
    if abs(difference) <= 2 * error or shown(name, narrow) == shown(name, wide):
        return f"{name} hardly changes with width, {values}."
    return f"{name} {'falls' if difference > 0 else 'rises'} {values}."


def _at(width: float) -> str:
    return "at the widths described" if width == AS_DESCRIBED else f"at {width_label(width)}"


def _selections(case: CaseResults) -> str:
    name = case.score_name()
    parts = [
        f"{label} {shown(name, case.selected(number))}"
        for number, (label, paths) in enumerate(case.selections)
        if len(paths) < len(case.path_names)
    ]
    return f"Infinite-width kernels of selected paths: {', '.join(parts)}." if parts else ""


def _baseline(case: CaseResults, name: str) -> str:
    """How the network compares with a predictor that knows nothing of it, draw by draw."""
    reference, share = case.baseline(name), is_share(case.score_name())
    differences = {w: case.values("score", w) - reference for w in case.widths}
    parts = [f"{_signed(differences[w], share)} {_at(w)}" for w in (case.narrowest, math.inf)]
    sign = 1.0 if share else -1.0  # an error is better where it is smaller
    errors = {w: spread(d) / math.sqrt(len(d)) for w, d in differences.items()}
    better, worse = (
        [w for w, d in differences.items() if s * d.mean() > 2 * errors[w] and len(d) > 1]
        for s in (sign, -sign)
    )
    if case.seeds == 1:
        verdict = "One draw leaves no spread to judge it by."
    elif better:
        verdict = f"The network beats it {_listed(better)}" + (
            f", and loses {_listed(worse)}." if worse else "."
        )
    elif worse:
        verdict = f"The network does not beat it, and loses {_listed(worse)}."
    else:
        verdict = "The mean difference is within two standard errors of zero at every width."
    shown_parts = ", ".join(dict.fromkeys(parts))
    text = f"{capitalised(name)}: {shown(case.score_name(), reference)}; the network's difference"
    return f"{text}, draw by draw, is {shown_parts}. {verdict}"


def _signed(values: np.ndarray, share: bool) -> str:
    """A mean difference with its standard deviation between draws."""
    scale, unit = (100.0, " points") if share else (1.0, "")
    digits = ".1f" if share else ".3g"
    text = f"{scale * values.mean():+{digits}}".replace("-", "−")
    return text + (f" ± {scale * spread(values):{digits}}" if len(values) > 1 else "") + unit


def _listed(widths: list[float]) -> str:
    return ", ".join(map(_at, widths))


def _paths(case: CaseResults) -> str:
    """Which path gains most at the narrowest width, and which least."""
    if math.isinf(case.narrowest):
        return ""
    key = case.overlap_name
    ratios = np.diag(case.average(key, case.narrowest)) / np.diag(case.average(key, math.inf))
    most, least = int(np.argmax(ratios)), int(np.argmin(ratios))
    where = _at(case.narrowest)
    first, last = (bracketed(case.path_names[path]) for path in (most, least))
    if ratios[most] < 1.05 * ratios[least]:
        return f"No path stands out {where}."
    return (
        f"Relative to infinite width, the order parameter of the path {first} is "
        f"{_factor(ratios[most], 3)} times as large {where}, that of {last} "
        f"{_factor(ratios[least], 2)} times."
    )


def _factor(value: float, digits: int) -> str:
    """A number of so many digits that count, without an exponent below a million.

    >>> _factor(112.3, 2), _factor(1234.5, 3), _factor(0.0456, 2)
    ('110', '1230', '0.046')
    """
    return f"{float(f'{value:.{digits}g}'):g}"


def _bare(case: CaseResults) -> str:
    evidence = case.average("log_evidence", case.narrowest)
    return f"Log evidence {float(evidence):.6g} {_at(case.narrowest)}."
