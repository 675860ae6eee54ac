"""Verdicts and what certificates found, as tables of a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from derive.escaping import html
from derive.steps.pages import badge, step_name
from derive.steps.step import Step
from derive.typeset.html import table
from derive.typeset.mathml import prose
from derive.typeset.text import typeset

CLASSES = {"AGREES": "good", "DISAGREES": "bad", "INCONCLUSIVE": "doubt"}


def checks_table(checks: Iterable[Mapping[str, Any]]) -> str:
    """One row per check: the reason below the claim, what was found below what was expected."""
    rows = []
    for check in checks:
        values = "<br>".join(f"<code>{html(str(check[k]))}</code>" for k in ("expected", "found"))
        rows.append(
            (
                f"{html(str(check['claim']))}<br><small>{html(str(check['reason']))}</small>",
                verdict(str(check["verdict"])),
                str(check["digits"]),
                f'<div class="value">{values}</div>',
            )
        )
    return table(("claim", "verdict", "digits", "expected, and found"), rows, numbers=(2,))


def verdict(word: str) -> str:
    """A verdict in its colour."""
    return f'<span class="{CLASSES.get(word, "doubt")}">{html(word)}</span>'


def counted(words: Sequence[str]) -> str:
    """How often each verdict was given."""
    return ", ".join(f"{words.count(word)}&nbsp;{verdict(word)}" for word in dict.fromkeys(words))


def certificates_table(steps: Iterable[Step], evidence: Iterable[Mapping[str, Any]]) -> str:
    """One row per step of the derivation.

    Args:
        steps: Of the derivation.
        evidence: For each of them, from certificates.json.
    """
    rows = []
    for number, (step, certificate) in enumerate(zip(steps, evidence, strict=True), start=1):
        detail = prose(typeset(certificate["detail"]))
        cells = (prose(step_name(step)), prose(badge(step)), str(certificate["digits"]), detail)
        rows.append((str(number), *cells))
    titles = ("", "step", "holds", "digits", "how it was checked")
    return table(titles, rows, numbers=(3,))
