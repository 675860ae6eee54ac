"""The lines of a chain of its own: numbers that it declares."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from derive.claims.claim import Claim, Line
from derive.claims.language import parse_declaration
from derive.claims.slips.change import Words
from derive.errors import ClaimError
from derive.theories.disorder.description.language import symbol
from derive.theories.disorder.words.deciding import Step, relations
from derive.theories.disorder.words.sides import pair, rounded, theirs, vocabulary


def chain_steps(
    claim: Claim, generator: np.random.Generator
) -> tuple[list[tuple[Line, list[Step]]], Words]:
    """The lines of a chain of its own, each against the one before."""
    domains = {
        name: parse_declaration(text, f"declare.{name}") for name, text in claim.declare.items()
    }
    for name, domain in domains.items():
        if domain.shape or domain.domain not in ("positive", "real", "size"):
            raise ClaimError(f'declare.{name}: a number is due; write "positive", "real" or "size"')
    sizes = tuple(symbol(name) for name, d in domains.items() if d.domain == "size")
    words = vocabulary(claim, {name: symbol(name) for name in domains}, sizes)

    def drawn() -> dict[Any, float]:
        point = {}
        for name, domain in domains.items():
            number = float(generator.uniform(0.3, 2.0))
            if domain.domain == "real":
                number *= generator.choice([-1.0, 1.0])
            size = domain.domain == "size"
            point[symbol(name)] = float(generator.integers(1, 7)) if size else number
        return point

    def draw(count: int) -> list[dict[Any, float]]:
        first = drawn()
        kept = {s: first[s] for s in sizes}
        return [{**drawn(), **kept} for _ in range(count)]

    sides = [theirs(line, k, words, "") for k, line in enumerate(claim.lines, start=1)]
    steps = []
    for k, (line, up_to) in enumerate(relations(claim)):
        if k:
            value = partial(pair, sides[k - 1])
            step = Step(k + 1, f"line {k}", sides[k], value, up_to, "", draw, rounded(claim))
            steps.append((line, [step]))
    return steps, Words(names=tuple(domains))
