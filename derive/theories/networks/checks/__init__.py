"""Checks of a derived theory and of the code generated from it, in mpmath, with verdicts.

Every check draws its own random instance, with unequal widths, unequal head counts and variances
other than 1, whatever the numbers of the network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from derive.arguments import takes
from derive.errors import DeriveError
from derive.evidence.claim import Claim, decide
from derive.evidence.table import render, render_groups, to_markdown
from derive.evidence.verdict import CheckResult, Unsettled, Verdict, exit_status
from derive.theories.networks.checks import (
    exchangeable,
    gaussian_process,
    gradient,
    guards,
    infinite_width,
    layers,
    loops,
    one_head,
    solutions,
    values,
    zero_temperature,
)
from derive.theories.networks.checks.given import load_module, refuse_foreign
from derive.theories.networks.checks.subject import Subject, at_chosen_depths, chosen_depths
from derive.theories.networks.description import Network

CLAIMS: tuple[Claim, ...] = (
    *gradient.CLAIMS,
    *values.CLAIMS,
    *infinite_width.CLAIMS,
    *one_head.CLAIMS,
    *zero_temperature.CLAIMS,
    *gaussian_process.CLAIMS,
    *layers.CLAIMS,
    *loops.CLAIMS,
    *solutions.CLAIMS,
    *guards.CLAIMS,
    *exchangeable.CLAIMS,
)
"""Everything that is claimed, in the order in which it is checked."""
LEAST_DIGITS = 15
"""Fewer than float64 has make no reference for it."""


@takes("network", "digits", "seed", "claims", "progress")
def check(
    network: Network,
    *,
    digits: int = 50,
    seed: int = 0,
    module: Any | None = None,
    claims: Iterable[Claim] = CLAIMS,
    progress: Callable[[str], None] | None = None,
) -> tuple[CheckResult, ...]:
    """Check what was derived and generated for a network.

    Args:
        network: The description; symbols need no values, and numbers are not used.
        digits: Decimal digits of the mpmath side.
        seed: Of the random instances.
        module: A generated module to check, from `load_module`; generated anew where left out.
        claims: What to check; `runs/evidence.py` has more, on what a run writes.
        progress: Called with each claim before it is checked.

    Returns:
        The verdict on every claim that is about such a network.

    Raises:
        DeriveError: Fewer than LEAST_DIGITS digits are asked for, or the module is another
            network's.

    >>> from derive.theories.networks.description import Embedding, Readout
    >>> results = check(Network((Embedding("N", 1.3), Readout(1.2)), "T"), digits=20)
    >>> exit_status(results), results[0].claim
    (0, 'derived gradient')
    """
    if digits < LEAST_DIGITS:
        raise DeriveError(f"digits: {digits} given; a check needs {LEAST_DIGITS} or more")
    subject = Subject.of(network, digits, seed, module)
    if module is not None:
        refuse_foreign(subject)
    return decide(subject, claims, progress)


__all__ = [
    "CLAIMS",
    "CheckResult",
    "Claim",
    "Subject",
    "Unsettled",
    "Verdict",
    "at_chosen_depths",
    "check",
    "chosen_depths",
    "decide",
    "exit_status",
    "load_module",
    "render",
    "render_groups",
    "to_markdown",
]
