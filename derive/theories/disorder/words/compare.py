"""Compare a claim about a disordered model with its theory, or lines with each other."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from derive.arguments import takes
from derive.claims.claim import EQUAL, Claim, Line, require_sound
from derive.claims.deciding import unsettled
from derive.claims.result import ComparisonResult
from derive.errors import ClaimError, DeriveError
from derive.evidence.verdict import Unsettled
from derive.theories.disorder.derivation import Derivation, derive
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.words.deciding import decide_lines, refuse_leading
from derive.theories.disorder.words.load import WORDS, load_claim
from derive.theories.disorder.words.on_model import OnModel
from derive.theories.disorder.words.on_numbers import chain_steps
from derive.wording import shown

MOST_INSTANCES = 100


@takes("model")
def compare(
    model: DisorderedModel | Derivation | str | Path | None,
    about: str = "",
    lines: Sequence[Any] = (),
    *,
    up_to: Iterable[str] = (),
    assume: Mapping[str, str] | None = None,
    symbols: Mapping[str, str] | None = None,
    define: Mapping[str, Mapping[str, Any]] | None = None,
    declare: Mapping[str, str] | None = None,
    instances: int = 3,
    seed: int = 0,
    explain: bool = True,
) -> ComparisonResult:
    """Check a claim about a disordered model, or a chain of lines of its own.

    Both sides are evaluated at random points of order parameters, conjugates and parameters, in
    float64, averages by quadrature whose error is estimated.

    Args:
        model: The model, or its derivation; None for a chain of its own; or the path of a claim in
            TOML, and nothing else but instances and seed.
        about: "free entropy", "saddle q" (any order parameter or conjugate), "replicon", "energy",
            "entropy", an observable by its name; all but equations also "... at the saddle".
        lines: Text of the language, or SymPy expressions; or pairs of one and its relation to the
            line before ("equal", "constant", "factor").
        up_to: What the first line may differ from ours by: "constant", "factor".
        assume: A parameter, order parameter or conjugate to its value, in the others.
        symbols: A symbol of theirs to an expression in ours.
        define: A symbol of theirs to the equation whose root it is:
            {"kappa": {"equation": "... = ...", "positive": True}}.
        declare: A symbol of a chain of its own to its domain: "positive", "real", "size".
        instances: Random instances for each line.
        seed: Of the random points.
        explain: Look for corrections where a line does not hold.

    Raises:
        ClaimError: The claim cannot be read; one line with the place and what would do.

    >>> from derive.theories.disorder.description import DisorderedModel
    >>> sk = DisorderedModel(sites={"variable": "binary"}, couplings="J**2*q**2/2")
    >>> compare(sk, "saddle q", ["q = avg(tanh(beta*J*sqrt(q)*z)**2, z)"]).verdict.value
    'AGREES'
    """
    if isinstance(lines, str) or not isinstance(lines, Iterable):
        raise ClaimError(f"lines: {shown(lines)} where a list of lines is due; use brackets")
    if isinstance(model, str | os.PathLike):
        if about or lines or up_to or assume or symbols or declare or define:
            raise ClaimError("compare: the path of a claim says it all; give nothing else with it")
        claim, derivation = load_claim(model), None
    else:
        derivation = model if isinstance(model, Derivation) else None
        claim = Claim(
            lines=tuple(_line(line, number) for number, line in enumerate(lines, start=1)),
            model=model.model if isinstance(model, Derivation) else model,
            about=about,
            up_to=tuple(up_to),
            assume=dict(assume or {}),
            symbols=dict(symbols or {}),
            declare=dict(declare or {}),
            define={name: dict(table) for name, table in (define or {}).items()},
        )
        require_sound(claim, WORDS)
    return decide(claim, instances=instances, seed=seed, explain=explain, derivation=derivation)


def _line(given: Any, number: int) -> Line:
    if isinstance(given, tuple) and len(given) == 2:
        return Line(given[0], str(given[1]))
    return Line(given, "" if number == 1 else EQUAL)


def decide(
    claim: Claim, *, instances: int = 3, seed: int = 0, explain: bool = True,
    derivation: Derivation | None = None,
) -> ComparisonResult:  # fmt: skip
    """The answer to a claim; the arguments are those of `compare`.

    Raises:
        ClaimError: The claim cannot be read.
    """
    for name, number, least in (("instances", instances, 1), ("seed", seed, 0)):
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < least:
            raise ClaimError(f"{name}: {shown(number)} where a whole number from {least} is due")
    if instances > MOST_INSTANCES:
        raise ClaimError(f"instances: {instances} given; give 1 to {MOST_INSTANCES}")
    refuse_leading(claim)
    try:
        generator = np.random.default_rng(seed)
        if claim.model is None:
            steps, words = chain_steps(claim, generator)
            return decide_lines(claim, steps, words, instances, explain=explain)
        lines = OnModel(claim, derivation or derive(claim.model), generator)
        answer = decide_lines(
            claim, lines.steps(), lines.slip_words(), instances,
            explain=explain, elsewhere=lines.at_saddle,
        )  # fmt: skip
        return replace(answer, covered=lines.covered())
    except Unsettled as error:
        return unsettled(claim, str(error))
    except ClaimError:
        raise
    except DeriveError as error:
        raise ClaimError(f"{claim.source}: {error}") from None
