"""What a check says: agrees, disagrees or inconclusive, with the numbers and the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from types import ModuleType

from derive.errors import DeriveError
from derive.wording import one_line


class Verdict(Enum):
    """The outcome of a check."""

    AGREES = "AGREES"
    DISAGREES = "DISAGREES"
    INCONCLUSIVE = "INCONCLUSIVE"


class Unsettled(DeriveError):
    """A check that can be decided neither way; the message says why."""


def why(error: Exception) -> str:
    """Why something could not be evaluated, in a line.

    >>> why(ValueError("no such head")), why(DeriveError("the data are missing; give them"))
    ('ValueError: no such head', 'the data are missing; give them')
    """
    if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
        return (
            f"the module has no {error.name}; it is of another version: make it again with derive "
            "generate"
        )
    if isinstance(error, DeriveError) and str(error):
        return one_line(str(error))
    return one_line(f"{type(error).__name__}: {error}").removesuffix(": ")


@dataclass(frozen=True)
class CheckResult:
    """The verdict on one claim.

    Attributes:
        claim: What is claimed.
        verdict: Whether it holds.
        expected: The number that it should be, at the worst place.
        found: The number that it is there.
        digits: How many decimal digits agree, at the worst place.
        reason: One sentence: what was compared with what, and how many digits were required.

    >>> CheckResult("1 + 1", Verdict.AGREES, "2", "2", 50, "counted on fingers")
    1 + 1: AGREES to 50 digits (counted on fingers)
    """

    claim: str
    verdict: Verdict
    expected: str
    found: str
    digits: int
    reason: str

    def as_dict(self) -> dict[str, str | int]:
        """The fields by name, as JSON wants them."""
        return {**vars(self), "verdict": self.verdict.value}

    def __repr__(self) -> str:
        head = f"{self.claim}: {self.verdict.value}"
        if self.verdict is Verdict.AGREES:
            return f"{head} to {self.digits} digits ({self.reason})"
        if self.verdict is Verdict.INCONCLUSIVE:
            return f"{head} ({self.reason})"
        return f"{head}: expected {self.expected}, found {self.found} ({self.reason})"


def exit_status(results: Iterable[CheckResult]) -> int:
    """1 if any claim disagrees, else 3 if any is inconclusive, else 0.

    >>> exit_status([])
    0
    """
    verdicts = {result.verdict for result in results}
    if Verdict.DISAGREES in verdicts:
        return 1
    return 3 if Verdict.INCONCLUSIVE in verdicts else 0
