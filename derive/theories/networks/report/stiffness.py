"""Stiff and sloppy directions as a section of a report."""

from __future__ import annotations

import math
from collections.abc import Sequence

from derive.escaping import html
from derive.theories.networks.description import path_labels
from derive.theories.networks.report import figures
from derive.theories.networks.report.results import CaseResults, bracketed, width_label
from derive.theories.networks.solver import Direction, HessianSpectrum, PathPair
from derive.typeset.html import captioned, paragraph, section, table
from derive.typeset.mathml import prose

MOST = 3
"""Directions shown at each end."""
PAIRS = 3
"""Pairs of paths shown of each direction."""
NEGLIGIBLE = 0.05
"""A pair whose weight is smaller, relative to the largest, is not shown."""

INTRODUCTION = (
    "The Hessian of the action at the saddle point says how firmly data and prior hold the order "
    r"parameters. A direction is stiff where its eigenvalue $\lambda$ is large: the action rises "
    r"steeply along it. It is sloppy where $\lambda$ is small: the order parameters may move along "
    r"it at little cost. The density is $\exp(-S/2)$, so that to leading order the coordinate "
    r"along a direction fluctuates with the variance $2/\lambda$."
)
COORDINATES = (
    "Spectrum and directions depend on coordinates. These are whitened: "
    r"$dG = G^{1/2} X G^{1/2}$ for the order parameter $G$ of every stream, all jointly, with $X$ "
    r"symmetric and $\sum \mathrm{tr}\ X^2 = 1$ over the streams. A change is thus measured "
    "relative to the order parameter itself, and $X$ is the same in the papers' normalisation."
)
MAPS = (
    " The other panels are the matrix X of the lowest order parameter along the stiffest and along "
    "the sloppiest direction, with its share in the direction. Colours have their own scale; the "
    "sign of a direction has no meaning."
)
INFINITE = " At infinite width the Hessian, which grows with the width, has no value."


def stiffness_section(cases: Sequence[CaseResults]) -> str:
    """Figure and table for every case; nothing where no solution holds a spectrum."""
    widths = {case: shown_width(case) for case in cases}
    shown = [(case, width) for case, width in widths.items() if width is not None]
    parts = [f"<p>{prose(INTRODUCTION)}</p>", f"<p>{prose(COORDINATES)}</p>"]
    for number, (case, width) in enumerate(shown):
        title = f"<h3>{html(case.title)}</h3>" if len(cases) > 1 else ""
        parts += [title, _figure(case, width, number), _table(case, width)]
    return section("Stiff and sloppy directions", *parts) if shown else ""


def shown_width(case: CaseResults) -> float | None:
    """The smallest finite width at which every draw's solution holds more than one eigenvalue."""
    for width in case.widths:
        eigenvalues = case.eigenvalues(width)
        if not math.isinf(width) and eigenvalues is not None and eigenvalues.shape[1] > 1:
            return width
    return None


def first_spectrum(case: CaseResults, width: float) -> HessianSpectrum:
    """The spectrum of the first draw's solution, with the case's names of paths."""
    arrays = next(point.arrays for point in case.points if point.width == width)
    names = dict(zip(path_labels(case.network), case.path_names, strict=True))
    rows = [names.get(row, row) for row in map(str, arrays["hessian_paths"])]
    spectrum = HessianSpectrum.of_arrays(arrays, rows)
    assert spectrum is not None
    return spectrum


def _figure(case: CaseResults, width: float, number: int) -> str:
    """The figure of a case; the first one has the caption."""
    if not figures.available():
        return ""
    svg = figures.draw_stiffness(case, first_spectrum(case, width), width, f"stiffness-{number}")
    caption = "The eigenvalues λ of the Hessian, stiffest first."
    if case.seeds > 1:
        caption += " Eigenvalues are means over draws, directions those of the first draw."
    if len(case.path_names) > 1:
        caption += MAPS
    return captioned(svg, caption + INFINITE if number == 0 else " ")


def _table(case: CaseResults, width: float) -> str:
    spectrum = first_spectrum(case, width)
    count = min(MOST, spectrum.coordinates // 2)
    names = [case.symbol(name) for name in spectrum.stiff[0].matrices]
    stiff = [_row("stiff", d) for d in spectrum.stiff[:count]]
    sloppy = [_row("sloppy", d) for d in reversed(spectrum.sloppy[:count])]
    titles = ("", "λ", *(f"in {name}" for name in names), f"pairs of paths in {names[0]}")
    cells = table(titles, [*stiff, *sloppy], numbers=range(1, len(names) + 2))
    return paragraph(_explained(case, spectrum, width)) + cells


def _explained(case: CaseResults, spectrum: HessianSpectrum, width: float) -> str:
    """What the table shows."""
    lowest = case.symbol(next(iter(spectrum.stiff[0].matrices)))
    draw = " in the first draw" if case.seeds > 1 else ""
    sentences = [
        f"The stiffest and the sloppiest of {spectrum.coordinates} directions at "
        f"{width_label(width)}{draw}, with the share of each order parameter.",
        f"Weights of pairs of paths are coordinates of X; their squares add up to the share of "
        f"{lowest}.",
    ]
    if spectrum.is_partial:
        sentences.append("Of the spectrum the two ends alone were computed.")
    if any(row.startswith("vector ") for row in spectrum.stiff[0].paths):
        sentences.append("Vectors that end no path are numbered.")
    return " ".join(sentences)


def _row(kind: str, direction: Direction) -> tuple[str, ...]:
    pairs = direction.path_pairs(PAIRS)
    least = NEGLIGIBLE * abs(pairs[0].weight)
    shown = "; ".join(_pair(pair) for pair in pairs if abs(pair.weight) > least)
    shares = (f"{100 * share:.0f}&nbsp;%" for share in direction.shares.values())
    return (kind, f"{direction.eigenvalue:.4g}", *shares, shown)


def _pair(pair: PathPair) -> str:
    """Two paths and their weight; a path with itself is named once."""
    first, second = bracketed(pair.first), bracketed(pair.second)
    names = first if first == second else f"{first} × {second}"
    weight = f"{pair.weight:+.2f}".replace("-", "−")
    return f"{html(names)}&nbsp;{weight}"
