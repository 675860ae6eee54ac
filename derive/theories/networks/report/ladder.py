"""The verification ladder as a section of a report, and as a page of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from derive.escaping import html
from derive.evidence.html import checks_table, counted, verdict
from derive.theories.networks.ladder import Ladder
from derive.theories.networks.report import figures
from derive.typeset.html import captioned, folded, html_page, paragraph, section, table

INTRODUCTION = (
    "Evidence that does not share the derivation's assumptions: every step's certificate, the "
    "generated code, limits, special cases, published formulas, the exact law of the overlaps at "
    "finite width, and the network's own weights, drawn by a Gibbs sampler that knows nothing of "
    "the theory."
)
CAPTION = (
    "How far the saddle point is from the exact posterior at finite width: posterior means of the "
    "order parameters, the predictor's mean, and its variance. Widths and examples grow together, "
    "by copies of the data, so that the saddle point stays where it is. It is the leading order of "
    "the exact law where the deviation falls like 1/N."
)


def ladder_page(ladder: Ladder) -> str:
    """A page that needs nothing else."""
    title = f"Verification of {ladder.title}"
    return html_page(title, f"<h1>{html(title)}</h1>\n{ladder_section(ladder)}")


def ladder_section(ladder: Ladder) -> str:
    """Verdict, deviations against width, a table for every rung, and what was drawn."""
    words = [result.verdict.value for result in ladder.results]
    svg = figures.draw_deviations(ladder.deviations) if figures.available() else ""
    parts = [
        paragraph(INTRODUCTION),
        paragraph(f"Note: {ladder.note}.") if ladder.note else "",
        f"<p>{len(words)} claims: {counted(words)}. Together: {verdict(ladder.verdict.value)}.</p>",
        captioned(svg, CAPTION),
        _deviations(ladder),
    ]
    for rung in ladder.rungs:
        rows = [result.as_dict() for result in rung.results]
        content = checks_table(rows)
        if len(rows) > 8:
            parts.append(folded(f"{rung.name}: {len(rows)} claims", content))
        else:
            parts.append(f"<h3>{html(rung.name)}</h3>\n{content}")
    parts.append(f"<h3>What was drawn</h3>\n{_effort(ladder)}" if ladder.effort else "")
    return section("Verification ladder", *parts)


def _deviations(ladder: Ladder) -> str:
    if not ladder.deviations:
        return ""
    rows = []
    for item in ladder.deviations:
        pairs = zip(item.values, item.errors, strict=True)
        order = f"{item.order:.2f} ± {item.order_error:.2f}" if item.order == item.order else "—"
        rows.append((html(item.quantity), *(f"{v:.2g} ± {e:.1g}" for v, e in pairs), order))
    widths = [f"N = {width}" for width in ladder.deviations[0].widths]
    titles = ("relative deviation of the", *widths, "observed order")
    return table(titles, rows, numbers=range(1, len(titles)))


def _effort(ladder: Ladder) -> str:
    titles = (
        "run", "chains", "draws of each", "seconds", "largest R-hat",
        "smallest effective sample size", "per second",
    )  # fmt: skip
    return table(titles, map(_run, ladder.effort), numbers=range(1, len(titles)))


def _run(entry: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        html(str(entry["run"])),
        str(entry["chains"]),
        str(entry["draws"]),
        f"{entry['seconds']:.0f}",
        f"{max(entry['r_hat'].values()):.3f}",
        str(min(entry["sample_size"].values())),
        f"{min(entry['per_second'].values()):.3g}",
    )
