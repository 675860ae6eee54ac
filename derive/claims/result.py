"""What a comparison says, and how it reads."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from derive.evidence.verdict import CheckResult, Verdict


@dataclass(frozen=True)
class LineResult:
    """The verdict on one line, against ours or against the line before.

    Attributes:
        number: From 1.
        against: "ours", or "line 2".
        relation: What is claimed: "equal", "constant", "factor", "constant and factor",
            "leading N", or "holds at the saddle point".
        verdict: Whether it holds.
        digits: Decimal digits that agree, at the worst place.
        instances: Random instances that were looked at.
        reason: One sentence.
        factor: The factor found, as text; empty where none is allowed.
        constant: The constant found, in symbols or a number for each instance; or empty.
    """

    number: int
    against: str
    relation: str
    verdict: Verdict
    digits: int
    instances: int
    reason: str
    factor: str = ""
    constant: str = ""


@dataclass(frozen=True)
class Counterexample:
    """The smallest instance found on which a line does not hold.

    Attributes:
        sizes: Sizes and parameters.
        numbers: Data, order parameters or declared symbols.
        expected: The value that follows, at the worst entry.
        found: The value of the line there.
        note: What was fitted at other points of the instance; or empty.
    """

    sizes: dict[str, str]
    numbers: dict[str, str]
    expected: str
    found: str
    note: str = ""


@dataclass(frozen=True)
class Correction:
    """A common slip, and the change that makes the line agree.

    Attributes:
        slip: The name of the slip.
        change: What to write in the place of what.
        expression: The whole line, corrected.
    """

    slip: str
    change: str
    expression: str


@dataclass(frozen=True, repr=False)
class ComparisonResult:
    """Whether a claim holds.

    Attributes:
        source: What was compared.
        about: The quantity, or "a chain of its own".
        verdict: The answer.
        digits: Decimal digits that agree, at the worst line.
        instances: Random instances for each line.
        reason: One sentence.
        lines: The verdict on every line.
        counterexample: For a line that does not hold; None where none was found or needed.
        theirs_alone: Terms of the line that does not hold which the other side has not.
        ours_alone: Terms of the other side which the line has not.
        corrections: Common slips that explain the difference.
        covered: What the random instances reached, and what they did not.
        unshown: Why a line that does not hold has no counterexample; empty where it has one.
    """

    source: str
    about: str
    verdict: Verdict
    digits: int
    instances: int
    reason: str
    lines: tuple[LineResult, ...]
    counterexample: Counterexample | None = None
    theirs_alone: tuple[str, ...] = ()
    ours_alone: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = field(default=())
    covered: str = ""
    unshown: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The fields by name, as JSON wants them."""
        fields = asdict(self)
        fields["verdict"] = self.verdict.value
        for line, shown in zip(self.lines, fields["lines"], strict=True):
            shown["verdict"] = line.verdict.value
        return fields

    def as_check(self, name: str) -> CheckResult:
        """The same as the result of a check."""
        example = self.counterexample
        expected, found = (example.expected, example.found) if example else ("", "")
        return CheckResult(name, self.verdict, expected, found, self.digits, self.reason)

    def __repr__(self) -> str:
        return render(self)


def render(result: ComparisonResult) -> str:
    """The answer as plain text, a line for each thing that there is to say."""
    parts = [f"{result.source}: {result.verdict.value} ({result.reason})"]
    for line in result.lines:
        parts.append(
            f"  line {line.number}, against {line.against}, {line.relation}: {line.verdict.value}"
            f" ({line.reason})"
        )
        parts += [f"    factor: {line.factor}"] if line.factor else []
        parts += [f"    constant: {line.constant}"] if line.constant else []
    parts += [f"  covered: {result.covered}"] if result.covered else []
    if result.theirs_alone or result.ours_alone:
        parts.append("  terms that differ:")
        parts += [f"    only in the line: {term}" for term in result.theirs_alone]
        parts += [f"    only in what it should be: {term}" for term in result.ours_alone]
    parts += [f"  correction, {c.slip}: {c.change}" for c in result.corrections]
    if result.counterexample is not None:
        parts += _example(result.counterexample)
    elif result.unshown:
        parts.append(f"  no counterexample: {result.unshown}")
    return "\n".join(parts)


def _example(example: Counterexample) -> list[str]:
    sizes = ", ".join(f"{name} = {value}" for name, value in example.sizes.items())
    parts = ["  smallest counterexample found:", f"    {sizes}"]
    parts += [f"    {name} = {value}" for name, value in example.numbers.items()]
    note = f" ({example.note})" if example.note else ""
    parts.append(f"    the line gives {example.found}; it should be {example.expected}{note}")
    return parts
