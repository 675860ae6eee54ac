"""The parts of a ladder, and what it found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from derive.evidence.verdict import CheckResult, Verdict, exit_status


@dataclass(frozen=True)
class Rung:
    """Claims of one kind of evidence.

    Attributes:
        name: The kind.
        results: The verdicts.
    """

    name: str
    results: tuple[CheckResult, ...]

    def as_dict(self) -> dict[str, Any]:
        """The fields by name, as JSON wants them."""
        return {"rung": self.name, "results": [result.as_dict() for result in self.results]}


@dataclass(frozen=True)
class Deviation:
    """How far the saddle point is from the exact law, at growing widths and fixed P/N.

    Attributes:
        instance: The title of the instance.
        quantity: overlaps, mean or variance.
        copies: The factors of widths and examples.
        widths: The smallest width of a stream, for each factor.
        values: Deviation along its direction at the first factor, relative to the saddle's norm.
        errors: Its Monte Carlo errors.
        order: Observed order of decay between the last two factors.
        order_error: Its Monte Carlo error.
    """

    instance: str
    quantity: str
    copies: tuple[int, ...]
    widths: tuple[int, ...]
    values: tuple[float, ...]
    errors: tuple[float, ...]
    order: float
    order_error: float


@dataclass(frozen=True)
class Ladder:
    """Everything that was found for a description.

    Attributes:
        title: The name of what was described.
        rungs: From the derivation's steps to the sampled weights.
        deviations: Of the saddle point from the exact law.
        effort: What was drawn: a sampler's run to its numbers.
        seconds: Time spent.
        note: What a reader must know of the law that is called exact; often nothing.
    """

    title: str
    rungs: tuple[Rung, ...]
    deviations: tuple[Deviation, ...] = ()
    effort: tuple[Mapping[str, Any], ...] = field(default=())
    seconds: float = 0.0
    note: str = ""

    @property
    def results(self) -> tuple[CheckResult, ...]:
        """The verdicts of all rungs."""
        return tuple(result for rung in self.rungs for result in rung.results)

    @property
    def status(self) -> int:
        """0 where everything agrees, 1 where something disagrees, else 3."""
        return exit_status(self.results)

    @property
    def verdict(self) -> Verdict:
        """The one verdict: the worst of all."""
        words = {0: Verdict.AGREES, 1: Verdict.DISAGREES, 3: Verdict.INCONCLUSIVE}
        return words[self.status]

    def as_dict(self) -> dict[str, Any]:
        """The fields by name, as JSON wants them."""
        return {
            "network": self.title,
            "verdict": self.verdict.value,
            "seconds": round(self.seconds, 1),
            "rungs": [rung.as_dict() for rung in self.rungs],
            "deviations": [vars(deviation) for deviation in self.deviations],
            "sampling": [dict(entry) for entry in self.effort],
            **({"note": self.note} if self.note else {}),
        }


def ladder_from_dict(content: Mapping[str, Any]) -> Ladder:
    """What `Ladder.as_dict` gave, read back from JSON."""
    rungs = tuple(map(rung_from_dict, content["rungs"]))
    deviations = tuple(map(_deviation, content["deviations"]))
    effort = tuple(content["sampling"])
    note = content.get("note", "")
    return Ladder(content["network"], rungs, deviations, effort, content["seconds"], note)


def rung_from_dict(content: Mapping[str, Any]) -> Rung:
    """What `Rung.as_dict` gave, read back from JSON."""
    results = (
        CheckResult(**{**result, "verdict": Verdict(result["verdict"])})
        for result in content["results"]
    )
    return Rung(content["rung"], tuple(results))


def _deviation(content: Mapping[str, Any]) -> Deviation:
    """JSON has lists for tuples, and null for an order that could not be found."""
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in content.items()}
    if fields["order"] is None:
        fields |= {"order": math.nan, "order_error": math.inf}
    return Deviation(**fields)
