"""A claim: what it is called, where it applies, and how it is decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from mpmath.libmp import NoConvergence

from derive.checks.subject import Subject
from derive.checks.verdict import CheckResult, Verdict
from derive.errors import DeriveError, NoRule, ShapeError


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
        """The verdict; inconclusive, with the reason, where it cannot be found.

        Code that breaks (a missing rule, shapes that do not fit) speaks against the claim; only a
        solution that was not reached leaves it open.
        """
        try:
            return self.decide(subject, self.name)
        except (NoRule, ShapeError) as error:
            return self._without_numbers(Verdict.DISAGREES, error)
        except (DeriveError, ArithmeticError, np.linalg.LinAlgError, NoConvergence) as error:
            return self._without_numbers(Verdict.INCONCLUSIVE, error)
        except (ValueError, IndexError, TypeError) as error:
            return self._without_numbers(Verdict.DISAGREES, error)

    def _without_numbers(self, verdict: Verdict, error: Exception) -> CheckResult:
        lines = str(error).splitlines() or [type(error).__name__]
        return CheckResult(self.name, verdict, "", "", 0, lines[0])
