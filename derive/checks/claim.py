"""A claim: what it is called, where it applies, and how it is decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from mpmath.libmp import NoConvergence

from derive.checks.subject import Subject
from derive.checks.verdict import CheckResult, Verdict
from derive.errors import DeriveError
from derive.network.wording import one_line


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

        A number that was not found speaks neither for the claim nor against it.
        """
        try:
            return self.decide(subject, self.name)
        except DeriveError as error:
            reason = one_line(str(error))
        except _RAISED as error:
            reason = one_line(f"{type(error).__name__}: {error}")
        return CheckResult(self.name, Verdict.INCONCLUSIVE, "", "", 0, reason)


_RAISED = (
    ArithmeticError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    np.linalg.LinAlgError,
    NoConvergence,
)
"""What code that breaks raises: shapes that do not fit, names that are missing."""
