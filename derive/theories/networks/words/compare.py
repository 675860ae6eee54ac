"""Compare a claim with what the program derives, or the lines of a derivation with each other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import sympy

from derive.arguments import takes
from derive.claims.claim import EQUAL, Claim, Line, require_sound
from derive.claims.deciding import Expressions, unsettled
from derive.claims.on_symbols import OnSymbols
from derive.claims.result import ComparisonResult
from derive.errors import ClaimError, DeriveError
from derive.evidence.verdict import Unsettled
from derive.theories.networks.checks.subject import Subject
from derive.theories.networks.derivation import derive
from derive.theories.networks.description import Network
from derive.theories.networks.words.at_depths import at_depths
from derive.theories.networks.words.load import WORDS, load_claim
from derive.theories.networks.words.on_network import OnNetwork
from derive.theories.networks.words.saddle_claims import Equations
from derive.wording import shown

LEAST_DIGITS = 15
"""Fewer than float64 has are not worth the arithmetic."""
GUARD = 20
"""Digits of the arithmetic beyond those asked for."""
MOST_INSTANCES = 100

Relation = str
GivenLine = str | Any | Callable[..., Any] | tuple[Any, Relation]


@takes("network")
def compare(
    network: Network | str | Path | None,
    about: str = "",
    lines: Sequence[GivenLine] = (),
    *,
    up_to: Iterable[str] = (),
    assume: Mapping[str, str] | None = None,
    symbols: Mapping[str, str] | None = None,
    declare: Mapping[str, str] | None = None,
    digits: int = 30,
    instances: int = 3,
    seed: int = 0,
    explain: bool = True,
) -> ComparisonResult:
    """Check a derivation: a claim about a network, or a chain of lines of its own.

    Every line is evaluated on random instances, with error bounds, and held against ours or
    against the line before it. Where a line does not hold, the answer has the smallest
    counterexample found, the terms that differ, and the common slips that would explain it.

    Args:
        network: The network; None for a chain of its own; or the path of a claim in TOML, and
            nothing else but digits, instances and seed.
        about: "action", "saddle U_1" (or another order parameter), "kernel", "mean", "variance".
        lines: The lines: text of the language, SymPy expressions in our nodes, callables of named
            numbers; or pairs of one of these and its relation to the line before ("equal",
            "constant", "factor", "leading N").
        up_to: What the first line may differ from ours by: "constant", "factor".
        assume: Conditions: a size, a variance or the temperature to its value.
        symbols: A symbol of theirs to an expression in ours.
        declare: A symbol of a chain of its own to its shape and domain.
        digits: Decimal digits of the comparison; callables are compared in float64.
        instances: Random instances for each line.
        seed: Of the random instances.
        explain: Look for a counterexample and for corrections where a line does not hold.

    Raises:
        ClaimError: The claim cannot be read; one line with the place and what would do.

    >>> from derive import Embedding, Network, Readout, compare
    >>> network = Network((Embedding("N", 1.3), Readout(1.2)), "T")
    >>> result = compare(network, "kernel", ["s_0/N_0*path_kernel(G_a)"])
    >>> result.verdict.value
    'AGREES'
    """
    _require_kinds(network, about, lines)
    _require_tables(up_to, assume=assume, symbols=symbols, declare=declare)
    if isinstance(network, str | os.PathLike):
        if about or lines or up_to or assume or symbols or declare:
            raise ClaimError("compare: the path of a claim says it all; give nothing else with it")
        claim = load_claim(network)
    else:
        claim = require_sound(
            Claim(
                lines=tuple(_line(line, number) for number, line in enumerate(lines, start=1)),
                model=network,
                about=about,
                up_to=tuple(up_to),
                assume=dict(assume or {}),
                symbols=dict(symbols or {}),
                declare=dict(declare or {}),
            ),
            WORDS,
        )
    return decide(claim, digits=digits, instances=instances, seed=seed, explain=explain)


def _require_kinds(network: Any, about: Any, lines: Any) -> None:
    """Raise ClaimError where an argument is of another kind than it should be."""
    if not isinstance(about, str):
        remedy = "leave it out" if network is None else 'write for example "action"'
        raise ClaimError(f"about: {shown(about)} where text is due; {remedy}")
    if callable(lines) or isinstance(lines, str | sympy.Basic):
        kind = "a text" if isinstance(lines, str) else "a single line"
        raise ClaimError(f"lines: {kind} where a list of lines is due; put it into brackets")
    if not isinstance(lines, Iterable):
        raise ClaimError(
            f"lines: {shown(lines)} where a list of lines is due, each text of the language, an "
            "expression or a function"
        )


def _require_tables(up_to: Any, **tables: Any) -> None:
    if isinstance(up_to, str) or not isinstance(up_to, Iterable):
        raise ClaimError(f'up_to: {shown(up_to)} where a list is due, such as ["constant"]')
    for name, table in tables.items():
        if not (table is None or isinstance(table, Mapping)):
            raise ClaimError(
                f'{name}: {shown(table)} where a dictionary is due, such as {{"N": "..."}}'
            )


def _require_whole(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise ClaimError(f"{name}: {shown(value)} where a whole number is due")
    if value < least:
        raise ClaimError(f"{name}: {value} given; give {least} or more")


def decide(
    claim: Claim, *, digits: int = 30, instances: int = 3, seed: int = 0, explain: bool = True
) -> ComparisonResult:
    """The answer to a claim; the arguments are those of `compare`.

    Raises:
        ClaimError: The claim cannot be read.
    """
    for name, value, least in (
        ("digits", digits, 1),
        ("instances", instances, 1),
        ("seed", seed, 0),
    ):
        _require_whole(name, value, least)
    if digits < LEAST_DIGITS:
        raise ClaimError(f"digits: {digits} given; a comparison needs {LEAST_DIGITS} or more")
    if not 1 <= instances <= MOST_INSTANCES:
        raise ClaimError(f"instances: {instances} given; give 1 to {MOST_INSTANCES}")
    answer = partial(_decided, digits=digits, instances=instances, seed=seed, explain=explain)
    try:
        if claim.model is not None and claim.model.depths():
            return at_depths(claim, answer)
        return answer(claim)
    except ClaimError:
        raise
    except DeriveError as error:
        raise ClaimError(f"{claim.source}: {error}") from None


def _decided(
    claim: Claim, *, digits: int, instances: int, seed: int, explain: bool
) -> ComparisonResult:
    """The answer to a claim about a network of known depth, or about none."""
    try:
        return _lines(claim, digits, instances, seed).decide(explain=explain)
    except Unsettled as error:
        return unsettled(claim, str(error))
    except DeriveError as error:
        raise ClaimError(f"{claim.source}: {error}") from None


def _lines(claim: Claim, digits: int, instances: int, seed: int) -> Expressions | Equations:
    if claim.model is None:
        chain = OnSymbols.of(claim, digits + GUARD, seed)
        return Expressions(claim, chain, None, digits=digits, instances=instances)
    if claim.subject:
        subject = Subject.of(claim.model, digits, seed)
        setting = OnNetwork.of(claim, subject.theory, digits + GUARD, seed)
        return Equations(claim, setting, subject, digits=digits, instances=instances)
    setting = OnNetwork.of(claim, derive(claim.model).known_theory, digits + GUARD, seed)
    target = setting.ours.target(claim.about)
    return Expressions(claim, setting, target, digits=digits, instances=instances)


def _line(given: GivenLine, number: int) -> Line:
    default = "" if number == 1 else EQUAL
    if isinstance(given, tuple) and len(given) == 2:
        return Line(given[0], str(given[1]))
    return Line(given, default)
