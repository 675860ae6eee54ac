"""The tables of a report, as HTML."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from derive.escaping import html
from derive.theories.networks.description import Network
from derive.theories.networks.description.layers import kind_of, walk
from derive.theories.networks.report.results import (
    AS_DESCRIBED,
    CaseResults,
    Point,
    is_share,
    spread,
    width_label,
)
from derive.typeset.html import table
from derive.typeset.mathml import prose
from derive.typeset.text import typeset


def network_table(network: Network) -> str:
    """One row per layer, the input's first."""
    rows = []
    keys = ["width", "variance", "token"]
    if network.readout.outputs > 1:
        keys.append("outputs")
    layer: Any
    for place, layer in walk(network.layers):
        inside = "&emsp;" * place.count(".")
        branches = layer.branches if getattr(layer, "branched", False) else None
        shown = [branches, *(getattr(layer, key, None) for key in keys)]
        cells = ["" if value is None else _value(value) for value in shown]
        rows.append((f"{inside}{kind_of(layer)}", *cells))
    titles = ("layer", "heads" if _heads_only(network) else "branches", *keys)
    return table(titles, rows)


def _heads_only(network: Network) -> bool:
    """Whether branches are heads wherever there are some."""
    layers = [layer for _, layer in walk(network.layers) if getattr(layer, "branched", False)]
    return all(layer.branch == "head" for layer in layers if hasattr(layer, "branch"))


def _value(value: Any) -> str:
    if not isinstance(value, str):
        return f"{value:g}"
    return prose(typeset(value)) if "_" in value else html(value)


def heads_table(cases: Iterable[CaseResults]) -> str:
    """The heads of each case, layer by layer."""
    rows = []
    for case in cases:
        heads = [
            f"layer {layer}: {', '.join(names)}"
            for layer, names in enumerate(case.head_names, start=1)
        ]
        rows.append((html(case.title), html("; ".join(heads)), str(len(case.path_names))))
    return table(("case", "heads", "paths"), rows, numbers=(2,))


def score_table(cases: Sequence[CaseResults]) -> str:
    """Mean and standard deviation of the score: a row per width, a column per case."""
    shown = [case for case in cases if case.has("score")]
    widths = sorted({width for case in shown for width in case.widths})
    rows = [
        (width_label(width), *(_score(case, case.values("score", width)) for case in shown))
        for width in widths
    ]
    labels = list(dict.fromkeys(label for case in shown for label, _ in case.selections))
    for number, label in enumerate(labels):
        scores = (_score(case, case.selected(number)) for case in shown)
        rows.append((f"{html(label)}, infinite width", *scores))
    for label in dict.fromkeys(label for case in shown for label in case.baselines):
        has = (_score(c, c.baseline(label)) if label in c.baselines else "" for c in shown)
        rows.append((html(label), *has))
    name = shown[0].score_name()
    unit = f"{name} (%)" if is_share(name) else name
    titles = ["", *(case.title for case in shown)] if len(shown) > 1 else ["", unit]
    return table(titles, rows, numbers=range(1, len(titles)))


def _score(case: CaseResults, values: np.ndarray) -> str:
    scale = 100.0 if is_share(case.score_name()) else 1.0
    mean = scale * float(values.mean())
    text = f"{mean:.1f}" if scale == 100.0 else f"{mean:.4g}"
    return f"{text} ± {scale * spread(values):.1f}" if len(values) > 1 else text


def solutions_table(cases: Sequence[CaseResults]) -> str:
    """One row per solution, with the evidence for it."""
    titles = (
        "case", "seed", "width", "action", "log evidence", "gradient norm", "residual",
        "negative directions", "verdict",
    )  # fmt: skip
    rows = [_solution(case, point) for case in cases for point in case.points]
    keep = [k for k in range(len(titles)) if k > 1 or _varies(cases, k)]
    return table(
        [titles[k] for k in keep], [[row[k] for k in keep] for row in rows],
        numbers=[n for n, k in enumerate(keep) if 1 <= k <= 7],
    )  # fmt: skip


def _varies(cases: Sequence[CaseResults], column: int) -> bool:
    """Whether the columns of case and of seed tell anything."""
    if column == 0:
        return len(cases) > 1
    return any(point.seed is not None for case in cases for point in case.points)


def _solution(case: CaseResults, point: Point) -> tuple[str, ...]:
    arrays = point.arrays
    width = (
        f"{point.width:g}".replace("inf", "∞") if point.width != AS_DESCRIBED else "as described"
    )
    bound = "≥ " if arrays["hessian_is_bound"] else ""
    good = bool(arrays["converged"])
    verdict = "good" if good else "bad"
    message = "converged" if good else html(str(arrays["message"]))
    infinite = math.isinf(point.width)
    return (
        html(case.title),
        "" if point.seed is None else str(point.seed),
        width,
        "" if math.isnan(arrays["action"]) else f"{float(arrays['action']):.6f}",
        f"{float(arrays['log_evidence']):.6f}",
        "" if infinite else f"{float(arrays['gradient_norm']):.1e}",
        "" if infinite else f"{float(arrays['residual']):.1e}",
        "" if infinite else f"{bound}{int(arrays['hessian_negative'])}",
        '<span class="note">nothing to solve</span>'
        if infinite and good
        else f'<span class="{verdict}">{message}</span>',
    )
