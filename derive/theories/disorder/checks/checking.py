"""All checks of one model."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from derive.evidence.verdict import CheckResult, Verdict, why
from derive.theories.disorder.checks.definitions import (
    energies,
    free_entropies,
    measured,
    stationary,
)
from derive.theories.disorder.checks.limits import limits
from derive.theories.disorder.checks.optimal import nishimori
from derive.theories.disorder.checks.replicas import no_replicas
from derive.theories.disorder.checks.subject import Subject
from derive.theories.disorder.derivation import Derivation
from derive.theories.disorder.description import DisorderedModel

Tell = Callable[[str], None]


def check(
    model: DisorderedModel | Derivation,
    *,
    seed: int = 0,
    module: ModuleType | None = None,
    progress: Tell | None = None,
    **parameters: float,
) -> list[CheckResult]:
    """Hold a model's module against what does not share its formulas.

    Args:
        model: Or its derivation.
        seed: Of random starts and directions.
        module: In place of the one that is generated.
        progress: Is told what is being done.
        parameters: Numbers in place of the model's own.

    Returns:
        A verdict for each claim.
    """
    tell = progress or (lambda _: None)
    described = model.model if isinstance(model, Derivation) else model
    tell("deriving and solving")
    return check_subject(Subject.of(described, parameters, seed, module), seed, tell)


def check_subject(subject: Subject, seed: int, tell: Tell) -> list[CheckResult]:
    """The verdicts on a solved model."""
    points = [("the solution", subject.solved()), ("a generic point", subject.generic())]
    points = [point for point in points if _is_finite(subject, point[1])]
    parts: tuple[tuple[str, Callable[[], Any]], ...] = (
        ("the solution", lambda: _converged(subject)),
        ("free entropy", lambda: free_entropies(subject, points)),
        ("saddle point", lambda: stationary(subject, points, seed)),
        ("energy", lambda: energies(subject, points[:1])),
        ("observables", lambda: measured(subject, points)),
        ("no replicas", lambda: no_replicas(subject, points[:1])),
        ("limits", lambda: list(limits(subject))),
        ("Bayes", lambda: nishimori(subject)),
    )
    results: list[CheckResult] = []
    for name, part in parts:
        tell(name)
        results += _told(name, part)
    return results


def _told(name: str, part: Callable[[], Any]) -> list[CheckResult]:
    """What a part finds; inconclusive where it cannot be evaluated."""
    try:
        found = part()
    except Exception as error:  # whatever a given module does
        return [CheckResult(name, Verdict.INCONCLUSIVE, "", "", 0, why(error))]
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def _converged(subject: Subject) -> CheckResult:
    """The order parameters are a fixed point, by the module's own measure."""
    solution = subject.solution
    verdict = Verdict.AGREES if solution.converged else Verdict.INCONCLUSIVE
    digits = int(max(0, -np.log10(max(solution.residual, 1e-16))))
    reason = f"{solution.message}; averages to {solution.quadrature_error:.1e}"
    found = f"residual {solution.residual:.1e}"
    return CheckResult("a fixed point is found", verdict, "residual 0", found, digits, reason)


def _is_finite(subject: Subject, order: np.ndarray) -> bool:
    with np.errstate(all="ignore"):
        found, _ = subject.at(order)
        return bool(np.isfinite(found.free_entropy))
