"""A claim: what it is called, where it applies, and how it is decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mpmath.libmp import NoConvergence

from derive.checks.subject import Subject
from derive.checks.verdict import CheckResult, Verdict
from derive.errors import DeriveError


def everywhere(subject: Subject) -> bool:
    """For claims about every network."""
    return True


@dataclass(frozen=True)
class Claim:
    """One claim about a network.

    Attributes:
        name: What is claimed.
        decide: Finds the verdict; it is given the name.
        applies: Whether the claim is about a network; where not, it is left out.
    """

    name: str
    decide: Callable[[Subject, str], CheckResult]
    applies: Callable[[Subject], bool] = everywhere

    def check(self, subject: Subject) -> CheckResult:
        """The verdict; inconclusive, with the reason, where it cannot be found."""
        try:
            return self.decide(subject, self.name)
        except (DeriveError, ArithmeticError, ValueError, NoConvergence) as error:
            lines = str(error).splitlines() or [type(error).__name__]
            return CheckResult(self.name, Verdict.INCONCLUSIVE, "", "", 0, lines[0])
