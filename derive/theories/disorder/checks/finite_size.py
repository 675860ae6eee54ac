"""The theory against systems of finite size, extrapolated.

Discrete variables are summed, Gaussian integrals done by linear algebra, all others sampled; convex
energies are minimised and held against the theory as beta grows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from derive.algebra.arithmetic import Digits
from derive.errors import DeriveError, SamplingError, SizeError
from derive.evidence.agreement import shown
from derive.evidence.approach import Approach
from derive.evidence.verdict import CheckResult, Verdict, why
from derive.theories.disorder.checks.subject import MOST_DIGITS, Subject
from derive.theories.disorder.checks.symmetry import is_even, is_even_in
from derive.theories.disorder.derivation import Derivation
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.truth.enumeration import enumeration
from derive.theories.disorder.truth.instance import Layout
from derive.theories.disorder.truth.linear import linear_algebra
from derive.theories.disorder.truth.measured import Measured, deviation, extrapolate, judge
from derive.theories.disorder.truth.minimiser import ground_states
from derive.theories.disorder.truth.sampling import monte_carlo

Found = dict[str, Measured]
Tell = Callable[[str], None]

SAMPLES = 200
"""Instances of the smallest size."""
FEWEST = 8
SWEEPS = 600
"""Attempts to move every site of a chain."""
SIZES_TAKEN = 4
"""Sizes that are extrapolated from."""
CONFIGURATIONS = 2**15
"""That are summed for one instance."""
SIZES = {"summed": range(4, 19), "linear": range(20, 121), "sampled": range(12, 61)}
SLOWEST = 0.5
"""The power of 1/N with which a deviation must fall for curvature to be an excuse."""
COLD = (40.0, 80.0, 160.0)
"""Inverse temperatures from which the theory is extrapolated."""
LARGE = (120, 180, 240)
"""Sizes near which energies are minimised; several hundred."""


def ladder(
    model: DisorderedModel | Derivation,
    *,
    seed: int = 0,
    samples: int = SAMPLES,
    progress: Tell | None = None,
    **parameters: float,
) -> list[CheckResult]:
    """Hold the theory against instances of finite size.

    Args:
        model: Or its derivation.
        seed: Of the random generator.
        samples: Instances of the smallest size; of larger and slower ones fewer.
        progress: Is told what is being done.
        parameters: Numbers in place of the model's own.

    Returns:
        A verdict for each quantity, with what its deviation does as N grows.
    """
    tell = progress or (lambda _: None)
    tell("deriving and solving")
    described = model.model if isinstance(model, Derivation) else model
    subject = Subject.of(described, parameters, seed)
    results = list(finite_size(subject, seed, samples, tell))
    if described.has_temperature:
        tell("energies minimised")
        results += coldest(subject, seed, max(FEWEST, samples // 10))
    return results


def finite_size(subject: Subject, seed: int, samples: int, tell: Tell) -> Iterator[CheckResult]:
    """The first method that can do the model, at three sizes."""
    said = []
    for kind, method in (("summed", _summed), ("linear", linear_algebra), ("sampled", _sampled)):
        try:
            sizes = _sizes(subject, kind)
            runs = []
            for size in sizes:
                tell(f"{kind} at N = {size}")
                fewer = min(1.0, sizes[0] * 2 / size) if kind == "summed" else 1.0
                count = max(FEWEST, int(samples * fewer) if kind != "sampled" else samples // 20)
                runs.append(
                    method(subject.model, size, subject.numbers, instances=count, seed=seed)
                )
        except (SamplingError, SizeError) as error:
            said.append(why(error))
            continue
        yield from _judged(subject, sizes, runs)
        return
    yield CheckResult("finite sizes", Verdict.INCONCLUSIVE, "", "", 0, "; ".join(said))


def _summed(model: Any, size: int, numbers: Any, *, instances: int, seed: int) -> Found:
    return enumeration(model, size, numbers, instances=instances, seed=seed)


def _sampled(model: Any, size: int, numbers: Any, *, instances: int, seed: int) -> Found:
    return monte_carlo(
        model, size, numbers, instances=instances, couples=4, sweeps=SWEEPS, seed=seed
    )


def _sizes(subject: Subject, kind: str) -> list[int]:
    """Some sizes at which every ratio gives whole numbers.

    Raises:
        SizeError: There are none.
    """
    fits = []
    for size in SIZES[kind]:
        layout = Layout.of(subject.model, size, subject.numbers)
        try:
            counts = layout.counts
            for examples in subject.model.examples:
                layout.count(examples.ratio, "examples")
        except SamplingError:
            continue
        if kind == "summed" and _configurations(layout, counts) > CONFIGURATIONS:
            break
        fits.append(size)
    if len(fits) < 2:
        raise SizeError(
            f"{kind}: no two N from {SIZES[kind][0]} to {SIZES[kind][-1]} at which all ratios give "
            "whole numbers; choose others, such as alpha = 1.5"
        )
    low = len(fits) / 4 if kind == "summed" else 0
    high = len(fits) - 1 if kind != "sampled" else (len(fits) - 1) / 2 + 1
    places = sorted(
        {
            min(round(k), len(fits) - 1)
            for k in np.linspace(low, high, SIZES_TAKEN - (kind == "sampled"))
        }
    )
    return [fits[k] for k in places]


def _configurations(layout: Layout, counts: Mapping[str, int]) -> float:
    total = 1.0
    for sites in layout.components.values():
        points = sites.variable.base(sites.variables[0]).points
        total *= max(len(points), 1) ** counts[sites.name]
    return total


def expected(subject: Subject) -> dict[str, float]:
    """What the theory says, by the names of what is measured."""
    solution, model = subject.solution, subject.model
    even = is_even(subject)
    values = {k: float(v) for k, v in solution.overlaps.items()}
    values = {k: v for k, v in values.items() if k in subject.module.ORDER_PARAMETERS}
    means = {k: v for k, v in values.items() if not k.startswith("Q")}
    found = {"free_entropy": solution.free_entropy}
    if solution.energy == solution.energy:
        found |= {"energy": solution.energy, "entropy": solution.entropy}
    found |= {f"{name}_squared": value**2 for name, value in means.items()}
    found |= {name: value for name, value in values.items() if not even or name not in means}
    turned = {x for sites in model.sites for x in sites.variables}
    turned |= {h for e in model.examples for h in model.students(e)}
    for name, what in model.observables.items():
        if not even or (not what.predictor and is_even_in(subject, what.expression, turned)):
            found[name] = float(solution.observables[name])
    return found


def _judged(subject: Subject, sizes: Sequence[int], runs: Sequence[Found]) -> Iterator[CheckResult]:
    for name, value in expected(subject).items():
        if name not in runs[0]:
            continue
        measured = [run[name] for run in runs]
        claim = f"{name}, extrapolated to N → ∞"
        told = [k for k, item in enumerate(measured) if item.error == item.error]
        if len(told) < 2:
            detail = next(item.detail for item in measured if item.error != item.error)
            yield CheckResult(claim, Verdict.INCONCLUSIVE, f"{value:.6g}", "", 0, detail)
            continue
        kept = [sizes[k] for k in told], [measured[k] for k in told]
        yield _excused(subject, _extrapolated(claim, *kept, value))


def _extrapolated(
    claim: str, sizes: Sequence[int], measured: Sequence[Measured], value: float
) -> CheckResult:
    """The verdict on a limit; where a line in 1/N misses, the square of 1/N has its say."""
    line = judge(claim, extrapolate(sizes, measured), value)
    result = line
    if line.verdict is Verdict.DISAGREES:
        ends = deviation("", (sizes[0], sizes[-1]), (measured[0], measured[-1]), value)
        falls = ends.order - ends.order_error > SLOWEST
        stays = ends.order + ends.order_error < SLOWEST
        if falls and len(sizes) > 2:
            result = judge(claim, extrapolate(sizes, measured, degree=2), value)
        elif not stays:
            told = f"N is too small to tell: {line.reason}"
            result = replace(line, verdict=Verdict.INCONCLUSIVE, reason=told)
    return replace(result, reason=result.reason + _order(sizes, measured, value))


def _order(sizes: Sequence[int], measured: Sequence[Measured], value: float) -> str:
    """What the deviation does as N grows."""
    decay = deviation("", sizes, measured, value)
    path = ", ".join(
        f"{shown(item.value, item.error)} at N = {size}"
        for size, item in zip(sizes, measured, strict=True)
    )
    if decay.order != decay.order:
        return f"; {path}; the order of the deviation in 1/N is lost in the errors"
    return f"; {path}; the deviation falls like N^-{shown(decay.order, decay.order_error)}"


def _excused(subject: Subject, result: CheckResult) -> CheckResult:
    """A difference proves nothing where the solution says of itself that it is not the truth."""
    solution = subject.solution
    unstable = solution.replicon < 0 or "replica symmetry fails" in solution.message
    if result.verdict is Verdict.DISAGREES and (unstable or not solution.converged):
        reason = f"{solution.message}; {result.reason}"
        return replace(result, verdict=Verdict.INCONCLUSIVE, reason=reason)
    return result


def coldest(subject: Subject, seed: int, instances: int) -> Iterator[CheckResult]:
    """The minimum of a convex energy against the theory as beta grows; nothing of other models."""
    try:
        sizes = _near(subject, LARGE)
        numbers = {k: v for k, v in subject.numbers.items() if k != "beta"}
        runs = [
            ground_states(subject.model, n, numbers, instances=instances, seed=seed) for n in sizes
        ]
    except SamplingError:
        return
    try:
        theory = _cold(subject)
    except DeriveError as error:
        yield CheckResult("zero temperature", Verdict.INCONCLUSIVE, "", "", 0, why(error))
        return
    for name, value in theory.items():
        if name in runs[0]:
            measured = [run[name] for run in runs]
            claim = f"{name} at the minimum, beta → ∞"
            yield _extrapolated(claim, sizes, measured, value)


def _near(subject: Subject, wanted: Sequence[int]) -> list[int]:
    found = []
    for size in wanted:
        for n in range(size, size + 60):
            layout = Layout.of(subject.model, n, subject.numbers)
            try:
                [layout.count(e.ratio, "examples") for e in subject.model.examples]
            except SamplingError:
                continue
            found.append(n)
            break
    return found


def _cold(subject: Subject) -> dict[str, float]:
    """Energy, overlaps and observables, extrapolated in 1/beta."""
    arithmetic, rows, start = Digits(MOST_DIGITS), [], subject.solved()
    names: list[str] = []
    for beta in COLD:
        numbers = {**subject.numbers, "beta": beta}
        solution = subject.module.solve(**numbers, start=start)
        if not solution.converged:
            raise DeriveError(f"beta = {beta:g}: {solution.message}")
        start = np.array([solution.overlaps[name] for name in subject.module.ORDER_PARAMETERS])
        values = {"energy": solution.energy, **solution.overlaps, **solution.observables}
        values = {k: float(v) for k, v in values.items()}
        names = list(values)
        rows.append(arithmetic.array(list(values.values())))
    limit = Approach(arithmetic, [1 / beta for beta in COLD], rows).limit()
    return dict(zip(names, map(float, limit), strict=True))
