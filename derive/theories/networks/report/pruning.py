"""Heads removed one after another, as a section of a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from derive.escaping import html
from derive.theories.networks.report import figures
from derive.theories.networks.report.figures.heads import head_labels
from derive.theories.networks.report.figures.pruning import ORDERS, WAYS
from derive.theories.networks.report.results import CaseResults, is_share, spread, width_label
from derive.typeset.html import captioned, paragraph, section, table
from derive.typeset.mathml import prose

INTRODUCTION = (
    "Heads are removed one after another in the order of their scores in the whole network, each "
    "draw in its own order; the last head of a layer stays. With $A$ the paths that avoid the "
    "removed heads, there are three answers to how well the rest does."
)
MEANINGS = (
    r"Without solving, nothing trained anew: the heads' values are set to zero in the trained "
    r"network. Given the order parameters, the outputs of single paths and the labels are jointly "
    r"Gaussian, so the mean of what is left is $k_{*}^{\top} (K + T)^{-1} y$, with the $K$ that "
    r"the network was trained with and $k_{*}$ from the terms of the kernel "
    r"$\sum_{\pi \pi'} U_{\pi \pi'} \xi^{\pi}_{*} \cdot \xi^{\pi'}_{\mu}$ in which $\pi$, the "
    r"path to the test example, is in $A$, and $\pi'$ is any path. Cutting shifts the outputs, but "
    r"the threshold between classes stays at zero.",
    r"Without solving, first weights trained anew: the weights above the first keep what they "
    r"learned, so their effective vectors on the paths of $A$, and with them the block of $U_{1}$ "
    r"on $A$, stay as they are. $K$ and $k_{*}$ are those of the smaller network with this block: "
    r"both paths in $A$, and divided by the number of paths in $A$, not by that of all paths. The "
    r"block is no stationary point of the smaller network's action.",
    r"The order parameters are those of the smaller network at its own saddle point.",
)
CONTROL = (
    "Removing the highest scores first is the control: were scores without meaning, both orders "
    "would do alike."
)


def is_pruned(case: CaseResults) -> bool:
    """Whether heads were removed in every draw, at least one."""
    points = [point for point in case.points if point.width == case.narrowest]
    curves = [point.arrays.get("pruning_scores", np.zeros(1)) for point in points]
    return all(scores.shape[-1] > 1 for scores in curves)


def pruning_section(cases: Sequence[CaseResults]) -> str:
    """Figure and tables for every case; nothing where no heads were removed."""
    shown = [case for case in cases if is_pruned(case)]
    if not shown:
        return ""
    names = zip(WAYS, MEANINGS, strict=True)
    items = "".join(f"<li><strong>{html(way)}.</strong> {prose(text)}</li>" for way, text in names)
    parts = [f"<p>{prose(INTRODUCTION)}</p>", f"<ul>{items}</ul>"]
    for number, case in enumerate(shown):
        title = f"<h3>{html(case.title)}</h3>" if len(cases) > 1 else ""
        svg = figures.draw_pruning(case, f"pruning-{number}") if figures.available() else ""
        tables = [_table(case, order) for order in range(len(ORDERS))]
        parts += [title, captioned(svg, _caption(case)), *tables, paragraph(_unsolved(case))]
    return section("Heads removed", *parts)


def _caption(case: CaseResults) -> str:
    spreads = ""
    if case.seeds > 1:
        spreads = f" Dots are means over {case.seeds} draws, bars their standard deviation."
    name = case.score_name()
    where = width_label(case.narrowest)
    return f"{name[0].upper()}{name[1:]} at {where} as heads are removed.{spreads} {CONTROL}"


def _unsolved(case: CaseResults) -> str:
    count = int(case.values("pruning_unsolved", case.narrowest).sum())
    if not count:
        return "All solutions of smaller networks converged."
    return f"Solutions of {count} smaller networks did not converge; they are shown as they are."


def _table(case: CaseResults, order: int) -> str:
    scores = case.values("pruning_scores", case.narrowest)[:, order]
    removed = case.values("pruning_heads", case.narrowest)[:, order]
    heads = sum(map(len, case.head_names))
    rows = [
        (str(heads - step), _removed(case, removed, step), *(_score(case, w) for w in at.T))
        for step, at in enumerate(scores.transpose(2, 0, 1))
    ]
    unit = " (%)" if is_share(case.score_name()) else ""
    titles = ("heads left", f"removed, {ORDERS[order]}", *(f"{way}{unit}" for way in WAYS))
    return table(titles, rows, numbers=(0, 2, 3, 4))


def _removed(case: CaseResults, removed: np.ndarray, step: int) -> str:
    """The head that most draws remove at a step."""
    if step == 0:
        return "none"
    head, count = Counter(removed[:, step - 1].tolist()).most_common(1)[0]
    name = html(head_labels(case)[head])
    return name if case.seeds == 1 else f"{name} <small>({count} of {case.seeds} draws)</small>"


def _score(case: CaseResults, values: np.ndarray) -> str:
    scale, digits = (100.0, ".1f") if is_share(case.score_name()) else (1.0, ".4g")
    text = f"{scale * values.mean():{digits}}"
    return f"{text} ± {scale * spread(values):{digits}}" if len(values) > 1 else text


def pruning_sentence(case: CaseResults) -> str:
    """What removing half of the heads does, in either order."""
    scores = case.values("pruning_scores", case.narrowest).mean(axis=0)
    heads = sum(map(len, case.head_names))
    step = max(1, min(heads // 2, scores.shape[2] - 1))
    scale, unit = (100.0, " %") if is_share(case.score_name()) else (1.0, "")
    digits = ".1f" if unit else ".4g"
    parts = [
        f"{order} "
        + ", ".join(f"{scale * v:{digits}}{unit} {w}" for w, v in zip(WAYS, values, strict=True))
        for order, values in zip(ORDERS, scores[:, :, step], strict=True)
    ]
    where = width_label(case.narrowest)
    return f"With {step} of {heads} heads removed at {where}: {'; '.join(parts)}."
