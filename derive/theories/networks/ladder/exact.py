"""The exact law of numbers: closed form, contour integral and quadrature against each other."""

from __future__ import annotations

from dataclasses import replace

from derive.evidence.claim import Claim
from derive.evidence.rung import Rung
from derive.evidence.verdict import CheckResult, Verdict
from derive.theories.networks.checks import Subject, decide
from derive.theories.networks.checks.one_head import is_scalar
from derive.theories.networks.checks.sample import Sample
from derive.theories.networks.ladder.rungs import Tell
from derive.theories.networks.samplers.exact.closed_form import closed_form
from derive.theories.networks.samplers.exact.quadrature import MOST_STAGES, quadrature

DIGITS = 15
"""Of the quadrature: two dimensions take a minute at thirty."""


def exact_law(subject: Subject, tell: Tell) -> Rung:
    """The claims about the law of a network with one head in every layer."""
    return Rung("exact law in closed form", decide(subject, CLAIMS, tell))


def _sample(subject: Subject) -> Sample:
    """One head, temperature zero, widths of equal parity: where residues of the sums meet."""
    sample = subject.draw(19).sample(one_head=True, examples=3, features=4).at(0)
    return replace(sample, widths=tuple(2 * width for width in sample.widths))


def closed_forms_agree(subject: Subject, claim: str) -> CheckResult:
    """mpmath's meijerg against a contour integral that shares nothing with its sums."""
    form, numbers = closed_form(subject.theory), _sample(subject).numbers()
    evidence = form.value(numbers, DIGITS)
    text = str(subject.arithmetic.context.nstr(evidence.value, DIGITS))
    reason = (
        "ln evidence at zero temperature as a Meijer G-function, worked out from the derived law: "
        f"mpmath's meijerg against a contour integral, at least {DIGITS} digits must agree"
    )
    digits = min(evidence.digits, subject.digits)
    return CheckResult(claim, Verdict.AGREES, text, text, digits, reason)


def quadrature_agrees(subject: Subject, claim: str) -> CheckResult:
    """Evidence and mean overlap by quadrature of the law, against the closed form."""
    sample = _sample(subject)
    form, numbers = closed_form(subject.theory), sample.numbers()
    exact = quadrature(subject.theory, numbers, DIGITS)
    comparison = subject.comparison()
    comparison.add("the log evidence", exact.log_evidence, form.value(numbers, DIGITS).value)
    comparison.add("the mean overlap", exact.overlaps[0], form.mean(numbers, DIGITS).value)
    compared = "quadrature of the exact law against its closed form, at zero temperature"
    return comparison.result(claim, DIGITS - 1, compared)


def _is_short(subject: Subject) -> bool:
    return is_scalar(subject) and len(subject.theory.notation.streams()) <= MOST_STAGES


CLAIMS = (
    Claim("one head: Meijer G-function", closed_forms_agree, is_scalar),
    Claim("one head: quadrature of the law", quadrature_agrees, _is_short),
)
