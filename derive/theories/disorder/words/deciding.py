"""Decides a claim about a disordered model line by line, at random points, in float64."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from derive.algebra.arithmetic import Floats
from derive.claims.claim import CONSTANT, FACTOR, LEADING, UP_TO, Claim, Line
from derive.claims.deciding import summed_up
from derive.claims.fit import Fit, fit, points_needed
from derive.claims.precision import Roughly
from derive.claims.result import ComparisonResult, Counterexample, LineResult
from derive.claims.sides import Side
from derive.claims.slips.search import corrections
from derive.errors import ClaimError
from derive.evidence.numbers import Array
from derive.evidence.verdict import Unsettled, Verdict
from derive.theories.disorder.words.ours import SADDLE
from derive.theories.disorder.words.sides import Point, Theirs, Valued, rounded
from derive.theories.disorder.words.slips import SLIPS
from derive.theories.disorder.words.trial import Tried

LEAST_DIGITS = 9
"""Fewer that agree are no evidence: then the answer is open."""
DOUBT = 30.0
"""Times its estimate that an error of quadrature may be."""
ROUNDING = 2e-15
"""What float64 loses, relative to the largest terms."""
POINTS = 8
"""Instances, where one point of each is looked at."""


@dataclass(frozen=True, eq=False)
class Step:
    """One line against ours or the line before, in one form.

    Attributes:
        number: Of the line.
        against: "ours" or "line 1".
        found: The line.
        value: What the line should be, at a point: of what is compared, and of what it should be.
        up_to: What it may differ by.
        form: At which points.
        draw: Points of an instance.
        digits: That must agree.
    """

    number: int
    against: str
    found: Theirs
    value: Callable[[Theirs, Point, int], tuple[Valued, Valued]]
    up_to: tuple[str, ...]
    form: str
    draw: Callable[[int], list[dict[Any, float]]]
    digits: int

    @property
    def relation(self) -> str:
        """What is claimed, in words."""
        words = [word for word in (CONSTANT, FACTOR) if word in self.up_to]
        return "equal" if not words else "equal up to " + " and ".join(words)

    def fit(self, points: Sequence[Point]) -> tuple[Fit, float]:
        """How well the sides agree at the points of one instance, and to how many digits they can.

        Where they do not, a third fineness has a say: two may miss the same kink.

        Raises:
            Unsettled: A side has no value there.
        """
        fitted, known = self._fit(points, 2)
        return (fitted, known) if fitted.holds else self._fit(points, 3)

    def _fit(self, points: Sequence[Point], levels: int) -> tuple[Fit, float]:
        pairs = [self.value(self.found, point, levels) for point in points]
        known = min(min(map(_known, pairs)), float(self.digits))
        judge = Roughly(Floats(), 15, known)
        values = [[np.array([[v.number]]) for v in side] for side in zip(*pairs, strict=True)]
        return fit(values[0], values[1], self.up_to, judge), known


def _known(pair: tuple[Valued, Valued]) -> float:
    """Digits to which two numbers can be told apart."""
    size = max(abs(v.number) for v in pair)
    noise = sum(DOUBT * v.error + ROUNDING * max(v.terms, abs(v.number)) for v in pair)
    if noise == 0 or size == 0:
        return 15.0
    return -math.log10(noise / size)


@dataclass(frozen=True, eq=False)
class Judged:
    """A verdict on one step, and the points that spoke."""

    result: LineResult
    step: Step
    against: Sequence[Point] = ()
    fitted: Fit | None = None


def judge(step: Step, instances: int) -> Judged:
    """The verdict on one line, in one form."""
    count = points_needed(step.up_to) if step.up_to else 1
    total = max(instances, 3 if step.up_to else POINTS)
    fits: list[tuple[Fit, float]] = []
    why = ""
    for _ in range(total):
        try:
            points = step.draw(count)
            fitted, known = step.fit(points)
        except Unsettled as error:
            why = str(error)
            continue
        if not fitted.holds:
            reason = (
                fitted.refused or f"{_digits(fitted.digits)} agree where {_digits(known)} are due"
            )
            reason += f", {step.form}" if step.form else ""
            result = _result(step, Verdict.DISAGREES, fitted.digits, total, reason)
            return Judged(result, step, points, fitted)
        fits.append((fitted, known))
    if why:
        return Judged(_result(step, Verdict.INCONCLUSIVE, 0, total, why), step)
    digits = min(min(fitted.digits, known) for fitted, known in fits)
    if digits < LEAST_DIGITS:
        reason = f"no more than {_digits(digits)} are known, of averages that were done numerically"
        return Judged(_result(step, Verdict.INCONCLUSIVE, digits, total, reason), step)
    form = f", {step.form}" if step.form else ""
    reason = f"{_digits(digits)} agree on {total} random instances of {count} points{form}"
    result = _result(step, Verdict.AGREES, digits, total, reason)
    differs = _what_differs(step, fits)
    return Judged(
        replace(result, factor=differs.get(FACTOR, ""), constant=differs.get(CONSTANT, "")), step
    )


def _digits(count: float) -> str:
    return f"{math.floor(max(0, count))} digits"


def _result(step: Step, verdict: Verdict, digits: float, instances: int, reason: str) -> LineResult:
    count = math.floor(max(0, digits))
    return LineResult(step.number, step.against, step.relation, verdict, count, instances, reason)


def _what_differs(step: Step, fits: Sequence[tuple[Fit, float]]) -> dict[str, str]:
    """Factor and constant, as numbers of each instance."""
    found = {}
    for word in step.up_to:
        values = [float(np.ravel(getattr(fitted, word))[0]) for fitted, _ in fits]
        found[word] = ", ".join(f"{value:.10g}" for value in values)
    return found


def decide_lines(
    claim: Claim, steps: Sequence[tuple[Line, Sequence[Step]]], words: Any, instances: int,
    *, explain: bool, elsewhere: Callable[[int], Step | None] = lambda number: None,
) -> ComparisonResult:  # fmt: skip
    """The verdict on every line, each in the first of its forms in which it holds."""
    judged = [_best(forms, instances) for _, forms in steps]
    answer = summed_up(claim, tuple(each.result for each in judged))
    wrong = next((e for e in judged if e.result.verdict is Verdict.DISAGREES), None)
    if wrong is None or not explain:
        return answer
    mended: tuple[Any, ...] = ()
    step = elsewhere(wrong.step.number)
    if step is not None and judge(step, instances).result.verdict is Verdict.AGREES:
        told = f'; at saddle points it holds, which about = "{claim.about} {SADDLE}" says'
        return replace(answer, reason=answer.reason + told, counterexample=_example(wrong))
    forms = next(forms for _, forms in steps if wrong.step in forms)
    for step in forms:
        mended = _corrections(step, words, instances)
        if mended:
            break
    return replace(answer, counterexample=_example(wrong), corrections=mended)


def _best(forms: Sequence[Step], instances: int) -> Judged:
    """The form in which a line holds; or one that is open; or the first."""
    judged = []
    for step in forms:
        judged.append(judge(step, instances))
        if judged[-1].result.verdict is Verdict.AGREES:
            return judged[-1]
    opened = [each for each in judged if each.result.verdict is Verdict.INCONCLUSIVE]
    return opened[0] if opened else judged[0]


def _example(judged: Judged) -> Counterexample | None:
    if judged.fitted is None:
        return None
    point = judged.against[judged.fitted.point]
    found, expected = (float(np.ravel(v)[0]) for v in (judged.fitted.found, judged.fitted.expected))
    note = f"{' and '.join(judged.step.up_to)} fitted at other points" if judged.step.up_to else ""
    sizes = {getattr(s, "name", str(s)): f"{v:.12g}" for s, v in point.items()}
    return Counterexample(sizes, {}, f"{expected:.15g}", f"{found:.15g}", note)


def _corrections(step: Step, words: Any, instances: int) -> Any:
    """The slips whose correction makes the line hold, in one form."""
    count = max(2, points_needed(step.up_to))
    text = step.found.text
    if not isinstance(text, str):
        return ()
    try:
        points = step.draw(count)
        pairs = [step.value(step.found, point, 2) for point in points]
    except Unsettled:
        return ()

    def fits(values: Sequence[Array]) -> bool:
        expected = [np.array([[pair[1].number]]) for pair in pairs]
        return fit(values, expected, step.up_to, Roughly(Floats(), 15, 7)).holds

    def rank(side: Side) -> int:
        mended = replace(step, found=replace(step.found, text=side.text))
        return 3 if judge(mended, instances).result.verdict is Verdict.AGREES else 0

    trial = Tried(step.found.words.scope, step.found.name, points, fits, rank)
    return corrections(" ".join(text.split()), words, trial.of(step.found), SLIPS)


def refuse_leading(claim: Claim) -> None:
    """Raise ClaimError where a line holds at leading order: the theory is the limit itself."""
    for number, line in enumerate(claim.lines, start=1):
        if line.kind == LEADING:
            raise ClaimError(
                f'lines[{number}].relation: "leading" is for finite sizes, and this theory is of '
                'infinite N; write "equal"'
            )


def relations(claim: Claim) -> Iterator[tuple[Line, tuple[str, ...]]]:
    """Lines with what each may differ by."""
    for number, line in enumerate(claim.lines, start=1):
        up_to = claim.up_to if number == 1 else (line.kind,) if line.kind in UP_TO else ()
        yield line, up_to


__all__ = ["Step", "decide_lines", "judge", "refuse_leading", "relations", "rounded"]
