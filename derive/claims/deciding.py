"""Decides a claim line by line, and says what is wrong with the first that does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import sympy

from derive.algebra import contains
from derive.algebra.arithmetic import Digits, Floats
from derive.claims import comparing, counterexample, on_cases
from derive.claims.claim import LEADING, UP_TO, Claim, Line
from derive.claims.comparing import Step
from derive.claims.fit import fit, points_needed
from derive.claims.leading import decide_leading, refuse_shapes
from derive.claims.precision import Roughly
from derive.claims.result import ComparisonResult, Counterexample, LineResult
from derive.claims.setting import Case, Setting
from derive.claims.sides import Side, side
from derive.claims.slips.search import ANY_FACTOR, AS_IT_STANDS, POSITIVE_FACTOR, Trial, corrections
from derive.claims.terms import differing
from derive.claims.work import Work
from derive.evidence.numbers import Array, Numbers
from derive.evidence.verdict import Unsettled, Verdict

SCREENS = 4
"""Draws until one has a value for corrections to be held against."""
SCREEN = 1e-7
"""Relative difference in float64 up to which a corrected line is tried at all digits."""


class Expressions:
    """The lines of a claim that are expressions, each against ours or the one before.

    Args:
        claim: What is claimed.
        setting: What it is about.
        target: Our own expression; None for a chain of its own.
        digits: Decimal digits asked for.
        instances: Random instances for each line.
    """

    def __init__(
        self, claim: Claim, setting: Setting, target: Any, *, digits: int, instances: int
    ) -> None:
        self.claim, self.setting, self.digits = claim, setting, digits
        scope = setting.scope
        self.sides = [
            side(line, scope, f"lines[{number}].expression")
            for number, line in enumerate(claim.lines, start=1)
        ]
        self.steps = list(self._steps(target))
        for _, step in self.steps:
            comparing.require_shapes(step.found, step.expected, step.against, step.diagonal)
        self.setting = setting.looking_at(self._looked_at())
        points = max(points_needed(step.up_to) for _, step in self.steps)
        self.cases, self.coverage = self.setting.cases(points, instances)
        self._refuse_work()
        leading = any(line.kind == LEADING for line, _ in self.steps)
        self.modest = [self.setting.generic(1) for _ in range(instances)] if leading else []

    def _refuse_work(self) -> None:
        """Raise Unsettled where an instance takes too long, before any is evaluated."""
        work = Work(self._looked_at())
        for case in self.cases:
            why = work.why_not(case.points[0])
            if why:
                raise Unsettled(f"an instance has {why}; write the claim for smaller ones")

    def _looked_at(self) -> list[Any]:
        """What the draws look at: every side that is an expression."""
        pairs = (comparing.expressions(step, self.setting) for _, step in self.steps)
        return list(dict.fromkeys(sympy.sympify(e) for pair in pairs if pair for e in pair))

    def _steps(self, target: Any) -> Iterator[tuple[Line, Step]]:
        shared = {"diagonal": self.claim.about == "variance", "is_rounded": self.claim.is_rounded}
        for number, (line, current) in enumerate(zip(self.claim.lines, self.sides, strict=True), 1):
            if number > 1:
                up_to = (line.kind,) if line.kind in UP_TO else ()
                before = self.sides[number - 2]
                against = f"line {number - 1}"
                yield line, Step(number, against, current, before, up_to, self.digits, **shared)
            elif target is not None:
                ours = Side("ours", target)
                yield line, Step(1, "ours", current, ours, self.claim.up_to, self.digits, **shared)

    def decide(self, *, explain: bool = True) -> ComparisonResult:
        """The verdict, and what is wrong with the first line that does not hold."""
        lines = tuple(self._line(line, step) for line, step in self.steps)
        wrong = next((k for k, line in enumerate(lines) if line.verdict is Verdict.DISAGREES), None)
        exact = any(line.kind != LEADING for line, _ in self.steps)
        covered = self.coverage.told() if exact else ""
        answer = replace(summed_up(self.claim, lines), covered=covered)
        if wrong is None or not explain:
            return answer
        return self._explained(answer, *self.steps[wrong])

    def _line(self, line: Line, step: Step) -> LineResult:
        if line.kind == LEADING:
            return self._leading(line, step)
        return on_cases.decide(step, self.setting, self.cases)

    def _leading(self, line: Line, step: Step) -> LineResult:
        def difference(scale: int) -> float:
            wider = (self.setting.wider(case, scale, line.parameter) for case in self.modest)
            return max(step.relative(case) for case in wider)

        sides = comparing.expressions(step, self.setting) or ()
        try:
            refuse_shapes(sides, self._growing(line.parameter), line.parameter)
            verdict, seen = decide_leading(difference)
        except Unsettled as error:
            verdict, seen = Verdict.INCONCLUSIVE, str(error)
        count = len(self.modest)
        return LineResult(step.number, step.against, line.relation, verdict, 0, count, seen)

    def _growing(self, name: str) -> set[Any]:
        """The sizes that a line at leading order sends to infinity."""
        names = self.setting.scope.names
        chosen = self.setting.words.widths if name == "N" and name not in names else (name,)
        return {names[each] for each in chosen if each in names}

    def _explained(self, answer: ComparisonResult, line: Line, step: Step) -> ComparisonResult:
        if line.kind == LEADING:
            return replace(answer, unshown=counterexample.IN_A_LIMIT)
        pair = comparing.expressions(step, self.setting)
        allowed = {word: word in step.up_to for word in UP_TO}
        values = [partial(value_of, point=point) for point in self.cases[0].points]
        theirs, ours = (
            differing(*pair, self.setting.varying, values, **allowed) if pair else ((), ())
        )
        example = self._counterexample(step)
        return replace(
            answer,
            theirs_alone=theirs,
            ours_alone=ours,
            counterexample=example,
            unshown=counterexample.NONE_TELLS if example is None else "",
            corrections=self._corrections(step),
        )

    def _counterexample(self, step: Step) -> Counterexample | None:
        def differs(case: Case) -> tuple[Numbers, tuple[Array, Array]] | None:
            fitted = step.fit(case)
            if fitted.holds or fitted.digits >= counterexample.SURE:
                return None
            return case.points[fitted.point], (fitted.found, fitted.expected)

        cases = self.setting.smallest(points_needed(step.up_to) - 1)
        shown = shown_in(self.setting, step)
        example = counterexample.search(cases, differs, shown, value_of)
        if example is None:  # then one of those that spoke against it
            example = counterexample.search(self.cases, differs, shown, value_of)
        if example is None or not step.up_to:
            return example
        return replace(example, note=f"{' and '.join(step.up_to)} fitted at other points")

    def _corrections(self, step: Step) -> Any:
        # Fewer points than for a verdict: what passes is looked at again at all of them.
        judge = Roughly(Floats(), 15, -np.log10(SCREEN))
        points, expected = self._screen(step)

        def fits(values: Sequence[Array]) -> bool:
            if any(v.shape != e.shape for v, e in zip(values, expected, strict=True)):
                return False
            return fit(values, expected, step.up_to, judge).holds

        trial = Trial(
            self.setting.scope, step.found.name, points, fits, lambda side: self._rank(step, side)
        )
        return corrections(step.found.text, self.setting.words, trial) if points else ()

    def _screen(self, step: Step) -> tuple[Sequence[Numbers], Sequence[Array]]:
        """Points of order one, and what is due there; empty where there is no value."""
        for _ in range(SCREENS):
            points = self.setting.generic(max(2, points_needed(step.up_to) - 1)).points
            try:
                return points, [step.expected.at(point, Floats()) for point in points]
            except Unsettled:
                continue
        return (), ()

    def _rank(self, step: Step, found: Side) -> int:
        """How well a corrected line holds, for `Trial`."""
        corrected = replace(step, found=found)
        fitted, _, aside = on_cases.fits_on(corrected, self.setting, self.cases)
        if not fitted or not all(each.holds for each in fitted):
            return 0
        if any(each.is_open for each in aside):
            return 0
        factors = [float(each.factor) for each in fitted]
        if all(abs(factor - 1) < SCREEN for factor in factors):
            return AS_IT_STANDS
        return POSITIVE_FACTOR if min(factors) > 0 else ANY_FACTOR


def shown_in(setting: Setting, step: Step) -> dict[str, Any]:
    """Those names of a counterexample that occur in one of the sides."""
    sides = comparing.expressions(step, setting)
    if sides is None:
        return setting.shown
    return {
        name: symbol
        for name, symbol in setting.shown.items()
        if any(contains(side, {symbol}) for side in sides)
    }


def value_of(expression: Any, point: Numbers) -> Array:
    """The value of a symbol at a point, for an answer."""
    return Side("", expression).at(point, Digits(20))


def unsettled(claim: Claim, reason: str) -> ComparisonResult:
    """The answer to a claim of which no line could be looked at."""
    about = claim.about or "a chain of its own"
    return ComparisonResult(claim.source, about, Verdict.INCONCLUSIVE, 0, 0, reason, ())


def summed_up(claim: Claim, lines: tuple[LineResult, ...]) -> ComparisonResult:
    """The verdict on a claim from those on its lines."""
    wrong = [line for line in lines if line.verdict is Verdict.DISAGREES]
    open_ones = [line for line in lines if line.verdict is Verdict.INCONCLUSIVE]
    exact = [line.digits for line in lines if LEADING not in line.relation]
    digits = min(exact, default=0)
    instances = max(line.instances for line in lines)
    if wrong:
        verdict = Verdict.DISAGREES
        reason = (
            f"line {wrong[0].number} does not follow from {wrong[0].against}: {wrong[0].reason}"
        )
    elif open_ones:
        verdict = Verdict.INCONCLUSIVE
        reason = f"line {open_ones[0].number}: {open_ones[0].reason}"
    else:
        verdict = Verdict.AGREES
        told = [f"to {digits} digits"] if exact else []
        told += ["at leading order"] if len(exact) < len(lines) else []
        reason = f"{' and '.join(told)}, on {instances} random instances"
    about = claim.about or "a chain of its own"
    return ComparisonResult(claim.source, about, verdict, digits, instances, reason, lines)
