"""A claim: what it is called, where it applies, and how it is decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from derive.evidence.verdict import CheckResult, Verdict, why
from derive.threads import one_blas_thread

Subject = TypeVar("Subject")
"""What a theory puts under check."""


def everywhere(subject: Any) -> bool:
    """For claims about everything."""
    return True


@dataclass(frozen=True)
class Claim(Generic[Subject]):
    """One claim about a subject of a theory.

    Attributes:
        name: What is claimed.
        decide: Finds the verdict; it is given the name.
        applies: Whether the claim is about a subject; where not, it is left out.
    """

    name: str
    decide: Callable[[Subject, str], CheckResult]
    applies: Callable[[Subject], bool] = everywhere

    def check(self, subject: Subject) -> CheckResult:
        """The verdict; inconclusive, with the reason, where it cannot be found.

        What cannot be evaluated speaks neither for the claim nor against it, whatever was raised:
        a solution that was not reached, a missing function, shapes that do not fit.
        """
        try:
            # What is no number disagrees; instances are small, where threads wait for each other.
            with np.errstate(all="ignore"), one_blas_thread():
                return self.decide(subject, self.name)
        except Exception as error:
            return CheckResult(self.name, Verdict.INCONCLUSIVE, "", "", 0, why(error))


def decide(
    subject: Subject,
    claims: Iterable[Claim[Subject]],
    progress: Callable[[str], None] | None = None,
) -> tuple[CheckResult, ...]:
    """The verdicts on those of some claims that apply to a subject."""
    results = []
    for claim in claims:
        if not claim.applies(subject):
            continue
        if progress is not None:
            progress(claim.name)
        results.append(claim.check(subject))
    return tuple(results)
