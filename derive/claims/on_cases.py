"""One line on all cases: which agree, which have no value, and the verdict that follows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import sympy

from derive.claims.claim import CONSTANT, FACTOR
from derive.claims.comparing import Step, expressions
from derive.claims.fit import Fit, points_needed
from derive.claims.found import constant_of, constant_text, factor_of, factor_text
from derive.claims.precision import BeyondDigits, OnlyHere
from derive.claims.result import LineResult
from derive.claims.setting import Case, Setting
from derive.evidence.verdict import Unsettled, Verdict


@dataclass(frozen=True, eq=False)
class Aside:
    """A case on which a side has no value.

    Attributes:
        case: Which one.
        why: The reason.
        alone: Whether the other side has one.
        is_open: Whether that leaves the claim open: not where only some values of these sizes have
            none, and the sides were compared at others.
    """

    case: Case
    why: Unsettled
    alone: bool
    is_open: bool


def fits_on(
    step: Step, setting: Setting, cases: Sequence[Case]
) -> tuple[list[Fit], list[Case], list[Aside]]:
    """Fits, the cases that they are of, and those on which a side has no value.

    Instead of the last, points at which both sides have a value are looked at, where nothing is
    fitted, and other draws of the same sizes.
    """
    fits, kept, aside = list[Fit](), list[Case](), list[Aside]()
    points = points_needed(step.up_to) if step.up_to else 1
    for case in cases:
        try:
            fits.append(step.fit(case))
            kept.append(case)
        except Unsettled as error:
            alone = step.is_lopsided(case)
            only_here = alone and isinstance(error, OnlyHere)
            only_here = only_here and not any(each.is_open for each in aside)
            substitute = _elsewhere(step, case, setting.again(case, points) if only_here else ())
            if substitute is not None:
                kept.append(substitute[0])
                fits.append(substitute[1])
            is_open = isinstance(error, BeyondDigits) or (
                alone and not (only_here and substitute is not None)
            )
            aside.append(Aside(case, error, alone, is_open))
    return fits, kept, aside


def _elsewhere(step: Step, case: Case, others: Iterable[Case]) -> tuple[Case, Fit] | None:
    """The points of a case at which both sides have a value, or the first other case, and its fit.

    None where there is none.
    """
    points = () if step.up_to else step.shared(case)
    here = [replace(case, points=points, enclosures={})] if points else []
    for candidate in chain(here, others):
        try:
            return candidate, step.fit(candidate)
        except Unsettled:
            continue
    return None


def decide(step: Step, setting: Setting, cases: Sequence[Case]) -> LineResult:
    """The verdict on one line; inconclusive where one side has no value, or no precision tells."""
    fits, kept, aside = fits_on(step, setting, cases)
    count = len(cases)
    if not fits:
        return _result(step, Verdict.INCONCLUSIVE, 0, count, str(aside[0].why))
    digits = max(0, math.floor(min(fitted.digits for fitted in fits)))
    refused = next((fitted.refused for fitted in fits if fitted.refused), "")
    if refused:
        return _result(step, Verdict.DISAGREES, 0, count, refused)
    if not all(fitted.holds for fitted in fits):
        due = f"where {step.required} are due"
        if digits >= step.required:
            due = "and then the two differ by more than their error bounds"
        reason = f"{digits} digits agree {due}, on {count} random instances"
        return _result(step, Verdict.DISAGREES, digits, count, reason)
    for each in filter(lambda each: each.is_open, aside):
        where = ", ".join(f"{name} = {size}" for name, size in each.case.sizes.items())
        beyond = isinstance(each.why, BeyondDigits)
        reason = f"{each.why}{'' if beyond else ', where the other side has a value'}"
        reason += f" ({where})" if where else ""
        return _result(step, Verdict.INCONCLUSIVE, 0, count, reason)
    reason = (
        f"{digits} digits agree on {len(kept)} random instances of {len(cases[0].points)} points"
    )
    for alone, who in ((False, "neither side has"), (True, "one side alone has")):
        rest = [each for each in aside if each.alone == alone]
        reason += f"; {who} a value on {len(rest)} more: {rest[0].why}" if rest else ""
    factor, constant = _what_differs(step, setting, kept, fits)
    result = _result(step, Verdict.AGREES, digits, len(kept), reason)
    return replace(result, factor=factor, constant=constant)


def _what_differs(
    step: Step, setting: Setting, cases: Sequence[Case], fits: Sequence[Fit]
) -> tuple[str, str]:
    """The factor and the constant that were found, as text."""
    factor, texts = sympy.S.One, ["", ""]
    if FACTOR in step.up_to:
        factor = factor_of(fits, cases, setting.parameters, step.required)
        texts[0] = factor_text(factor, fits)
    if CONSTANT in step.up_to:
        pair = expressions(step, setting)
        constant = None if pair is None else constant_of(*pair, factor, setting.varying)
        texts[1] = constant_text(constant, fits)
    return texts[0], texts[1]


def _result(step: Step, verdict: Verdict, digits: int, instances: int, reason: str) -> LineResult:
    return LineResult(step.number, step.against, step.relation, verdict, digits, instances, reason)
