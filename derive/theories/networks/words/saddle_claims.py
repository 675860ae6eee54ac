"""Decides claims about saddle-point equations line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from sympy import sympify

from derive.algebra import contains
from derive.algebra.arithmetic import Floats
from derive.claims import counterexample
from derive.claims.claim import LEADING, Claim
from derive.claims.comparing import require_shapes
from derive.claims.deciding import SCREEN, summed_up, unsettled, value_of
from derive.claims.definitions import expanded
from derive.claims.result import ComparisonResult, Correction, Counterexample
from derive.claims.setting import Case
from derive.claims.sides import Side, equation
from derive.claims.slips.search import AS_IT_STANDS, Trial, corrections
from derive.claims.terms import differing
from derive.evidence.numbers import Array, Numbers
from derive.evidence.verdict import Unsettled, Verdict
from derive.theories.networks.checks.subject import Subject
from derive.theories.networks.words.equations import Equation, decide_equation, saddles
from derive.theories.networks.words.on_network import OnNetwork

LEAST_CASES = 4
"""Saddle points that an equation is held against, at least."""


class Equations:
    """The lines of a claim that are saddle-point equations; each must hold at the saddle point.

    Args:
        claim: What is claimed.
        setting: The network; it is given what solves for saddle points.
        digits: Decimal digits asked for.
        instances: Random instances for each line.
    """

    def __init__(
        self, claim: Claim, setting: OnNetwork, subject: Subject, *, digits: int, instances: int
    ) -> None:
        self.claim, self.setting = claim, replace(setting, subject=subject)
        self.overlap = setting.ours.order_parameter(claim.subject)
        left = Side(claim.subject, self.overlap, text=claim.subject)
        self.equations = []
        for number, line in enumerate(claim.lines, start=1):
            sides = equation(line, left, setting.scope, f"lines[{number}].expression")
            if sides[1].expression != 0:
                require_shapes(sides[1], sides[0], f"{sides[0].text or 'the left side'}")
            leading = line.parameter if line.kind == LEADING else ""
            self.equations.append(
                Equation(number, *sides, self.overlap, digits, leading, claim.is_rounded)
            )
        self.instances = instances
        both = [side for e in self.equations for side in (e.left, e.right)]
        known = all(side.expression is not None for side in both)
        looked = [setting.expanded(sympify(side.expression)) for side in both if known]
        self.setting = self.setting.looking_at(looked)

    def decide(self, *, explain: bool = True) -> ComparisonResult:
        """The verdict, and what is wrong with the first line that does not hold."""
        try:
            cases = saddles(self.setting, max(self.instances, LEAST_CASES, self.setting.least))
        except Unsettled as error:
            return unsettled(self.claim, str(error))
        lines = tuple(decide_equation(e, self.setting, cases) for e in self.equations)
        answer = replace(summed_up(self.claim, lines), covered=self.setting.covered())
        wrong = [k for k, line in enumerate(lines) if line.verdict is Verdict.DISAGREES]
        if not wrong or not explain:
            return answer
        if self.equations[wrong[0]].leading:
            return replace(answer, unshown=counterexample.IN_A_LIMIT)
        return self._explained(answer, self.equations[wrong[0]], cases)

    def _explained(
        self, answer: ComparisonResult, wrong: Equation, cases: Sequence[tuple[Case, Case]]
    ) -> ComparisonResult:
        theirs, ours = self._terms(wrong, cases[0][1])
        example = self._counterexample(wrong, [elsewhere for _, elsewhere in cases])
        return replace(
            answer,
            theirs_alone=theirs,
            ours_alone=ours,
            counterexample=example,
            unshown=counterexample.NONE_TELLS if example is None else "",
            corrections=self._corrections(wrong, cases),
        )

    def _terms(self, wrong: Equation, elsewhere: Case) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Against our own right-hand side, where theirs is solved for the same order parameter.

        Fluxes are put in where the line has none.
        """
        if wrong.left.expression != self.overlap or wrong.right.expression is None:
            return (), ()
        ours = self.setting.ours
        chain = ours.theory.chain
        equations = ours.theory.equations if chain is None else chain.equations
        right = ours.under(equations[self.setting.stream(self.overlap)].right)
        theirs = self.setting.expanded(wrong.right.expression)
        fluxes = dict(ours.fluxes)
        if not contains(theirs, set(fluxes)):
            right = expanded(right, fluxes)
        values = [partial(value_of, point=point) for point in elsewhere.points]
        return differing(theirs, right, set(), values, constant=False, factor=False)

    def _counterexample(self, wrong: Equation, random: Sequence[Case]) -> Counterexample | None:
        def differs(case: Case) -> tuple[Numbers, tuple[Array, Array]] | None:
            saddle = self.setting.saddle(case.origin[0])
            holds, digits = wrong.agreement(saddle, case)
            if holds or digits >= counterexample.SURE:
                return None
            left, right = wrong.sides(saddle)
            return saddle.points[0], (right, left)

        shown = self.setting.shown
        example = counterexample.search(self.setting.smallest(1), differs, shown, value_of)
        return example or counterexample.search(random, differs, shown, value_of)

    def _corrections(
        self, wrong: Equation, cases: Sequence[tuple[Case, Case]]
    ) -> tuple[Correction, ...]:
        points = [saddle.points[0] for saddle, _ in cases]
        try:
            due = [wrong.left.at(point, Floats()) for point in points]
        except Unsettled:
            return ()

        def fits(values: Sequence[Array]) -> bool:
            pairs = list(zip(values, due, strict=True))
            return all(v.shape == d.shape and _close(v, d) for v, d in pairs)

        def rank(right: Side) -> int:
            corrected = replace(wrong, right=right)
            verdict = decide_equation(corrected, self.setting, cases)
            return AS_IT_STANDS if verdict.verdict is Verdict.AGREES else 0

        trial = Trial(self.setting.scope, wrong.right.name, points, fits, rank)
        return corrections(wrong.right.text, self.setting.words, trial)


def _close(found: Array, due: Array) -> bool:
    return bool(np.max(abs(found - due)) <= SCREEN * np.max(abs(due)))
