"""Whether what solvers say converged is right, against mpmath, on random and extreme problems.

Run with ``python benchmarks/precision.py --settings 300``. Widths from the number of vectors to
1e18, temperatures 1e-20 to 10, labels 1e-6 to 1e6, examples below and above the rank of their
inputs, up to five layers, skips and several outputs. The comparison shares no solver with the
program: tests/precise_solutions.py refines every saddle point in mpmath from the derived gradients.
What is wrong is printed with its number, which ``--first`` repeats.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from derive import Attention, Embedding, Gated, Linear, Network, Readout, Residual
from derive.evidence.verdict import Unsettled
from derive.theories.networks.checks.sample import Sample
from derive.theories.networks.checks.subject import Subject

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from precise_solutions import deviations, gradient_of, sample_of, subject_of

DIGITS = 80
"""Condition numbers of 1e40 occur, and widths of 1e18."""
LIMITS = {"overlaps": 1e-6, "evidence": 1e-8, "mean": 1e-6, "variance": 1e-6}
"""Relative errors above which a number is wrong: 1e4 times the tolerance of the solver."""
LEAST = 1e-12
"""A hundredth of the solver's tolerance: a relative gradient below it may exceed its report."""

KINDS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "no layer": ((), {}),
    "linear": ((Linear(1.1, 9),), {}),
    "two linear": ((Linear(1.1, 9), Linear(0.9, 7)), {}),
    "three linear": (tuple(Linear(1.1, 9 + k) for k in range(3)), {}),
    "five linear": (tuple(Linear(1.1, 9 + k) for k in range(5)), {}),
    "attention": ((Attention(2, 0.8, 9),), {}),
    "two attentions": ((Attention(2, 0.8, 9), Attention(2, 1.1, 8)), {}),
    "residual": ((Residual((Attention(3, 0.8),)),), {}),
    "two residuals": ((Residual((Attention(2, 0.8),)), Residual((Linear(1.1),))), {}),
    "residual over attention": ((Attention(2, 0.8, 9), Residual((Attention(2, 1.1),))), {}),
    "inner width": ((Residual((Attention(2, 0.8, 6), Linear(1.1))),), {}),
    "outputs": ((Attention(2, 0.8, 9),), {"outputs": 2}),
    "gated": ((Gated(2, 0.8, 9), Linear(1.2, 8)), {}),
}


@cache
def subject(kind: str) -> Subject:
    """A network, derived once."""
    layers, read = KINDS[kind]
    return subject_of(Network((Embedding(12, 1.3), *layers, Readout(1.2, **read)), 0.3), DIGITS)


def setting(number: int) -> tuple[str, Sample]:
    """A random problem."""
    random = np.random.default_rng([1410, number])
    kind = str(random.choice(list(KINDS)))
    under = subject(kind)
    drawn = under.draw(number % 7).sample()
    most = 10.0 ** random.choice([1.5, 4.0, 18.0])
    counts = [drawn.count(stream.index) for stream in drawn.notation.streams()]
    widths = tuple(int(np.exp(random.uniform(np.log(m + 1), np.log(most)))) for m in counts)
    variances = tuple(float(v) for v in np.exp(random.uniform(-2.5, 1.0, len(drawn.variances))))
    temperature = float(10.0 ** random.uniform(-20.0, 1.0))
    size, paths = 10.0 ** random.uniform(-6.0, 6.0), drawn.attended.shape[2]
    examples, features = int(random.integers(2, 13)), int(random.integers(1, 6))
    normal = random.normal
    inputs, tests = normal(size=(examples, features, paths)), normal(size=(2, features, paths))
    labels = size * normal(size=examples)
    sample = sample_of(under, drawn.heads, widths, variances, temperature, inputs, labels, tests)
    return kind, sample


def outcome(number: int) -> tuple[str, str]:
    """What came of a problem in a word or two, and the details."""
    kind, sample = setting(number)
    told = (
        f"{kind}, {sample.widths}, T = {sample.temperature:.0e}, labels "
        f"{np.linalg.norm(sample.labels):.0e}, inputs {sample.attended.shape}"
    )
    try:
        solution = sample.solve(subject(kind).module, None)
    except ValueError as refusal:
        return "refused", f"{told}: {refusal}"
    if not solution.converged:
        return "not converged", f"{told}: {solution.message}"
    try:
        found = deviations(subject(kind), sample, solution)
    except Unsettled as reason:
        return "unsettled", f"{told}: {reason}"
    truth = gradient_of(subject(kind), sample, solution)
    wrong = [f"{name} {found[name]:.0e}" for name, limit in LIMITS.items() if found[name] > limit]
    if truth > max(solution.gradient_norm, LEAST):
        wrong.append(f"gradient {truth:.0e}, reported {solution.gradient_norm:.0e}")
    if found["least"] < 0.0:
        wrong.append(f"variance {found['least']:.0e}")
    return ("wrong", f"{told}: {', '.join(wrong)}") if wrong else ("right", told)


def main() -> None:
    """Print what was not right, and how many there were of each outcome."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--settings", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args()
    warnings.simplefilter("error")
    counts: Counter[str] = Counter()
    for number in range(given.first, given.first + given.settings):
        found, details = outcome(number)
        counts[found] += 1
        if found != "right":
            print(f"{number} {found}: {details}", flush=True)
    print(", ".join(f"{count} {found}" for found, count in counts.most_common()))


if __name__ == "__main__":
    main()
