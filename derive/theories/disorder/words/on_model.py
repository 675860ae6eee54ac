"""Claims about a disordered model: what their lines are held against, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import sympy

from derive.claims.claim import Claim, Line
from derive.claims.slips.change import Words
from derive.errors import ClaimError
from derive.theories.disorder.derivation import Derivation
from derive.theories.disorder.description.language import symbol
from derive.theories.disorder.words.deciding import Step, relations
from derive.theories.disorder.words.language import scope_of
from derive.theories.disorder.words.ours import SADDLE, Ours
from derive.theories.disorder.words.points import (
    AT_SADDLE,
    CONJUGATES,
    FREE,
    ORDERS,
    OVERLAPS,
    Draw,
)
from derive.theories.disorder.words.sides import (
    Point,
    Theirs,
    Valued,
    Vocabulary,
    pair,
    rounded,
    theirs,
    vocabulary,
)


class OnModel:
    """The lines of a claim about a model, in each of the forms in which they may be meant.

    Args:
        claim: The claim.
        derivation: Of its model.
        generator: Of random points.

    Raises:
        ClaimError: It cannot be read.
    """

    def __init__(
        self, claim: Claim, derivation: Derivation, generator: np.random.Generator
    ) -> None:
        self.claim, self.generator = claim, generator
        self.ours = ours = Ours(derivation)
        self.about = claim.about.removesuffix(SADDLE).strip()
        _require_known(claim, self.about, ours)
        fixed = {s.name: sympy.sympify(v) for s, v in ours.theory.fixed.items()}
        self.names = {s.name: s for s in ours.symbols} | fixed
        self.assumed = _assumed(claim, self.names)
        whole = {s.name: value for s, value in self.assumed.items() if value.is_Integer}
        words = vocabulary(claim, {**self.names, **whole})
        self.sides = [
            theirs(line, number, words, claim.subject)
            for number, line in enumerate(claim.lines, start=1)
        ]

    def steps(self) -> list[tuple[Line, list[Step]]]:
        """Every line, in each form."""
        pairs = zip(relations(self.claim), range(len(self.sides)), strict=True)
        return [(line, list(self._forms(place, up_to))) for (line, up_to), place in pairs]

    def _forms(self, place: int, up_to: tuple[str, ...]) -> Iterator[Step]:
        found, ours, claim = self.sides[place], self.ours, self.claim
        named = found.words.ours_in(found.expression)
        if place and not claim.subject:
            against, before = f"line {place}", self.sides[place - 1]
            value: Any = partial(pair, before)
            due = before.words.ours_in(before.expression)
        else:
            against, due = "ours", ours.symbols_of(self.about)
            result = f"saddle_{claim.subject}" if claim.subject else ours.abouts[self.about]
            value = partial(_held_against, ours, result, claim.subject)
        for kind, free in self._kinds(named, due):
            draw = partial(Draw(ours, self.assumed, self.generator, free).instance, kind)
            held = partial(_near_saddle, ours, value) if kind == AT_SADDLE else value
            yield Step(place + 1, against, found, held, up_to, kind, draw, rounded(claim))

    def at_saddle(self, number: int) -> Step | None:
        """A line that is no equation, where it is claimed of saddle points alone."""
        if self.claim.subject or self.about != self.claim.about:
            return None
        step = next(self._forms(number - 1, self.claim.up_to if number == 1 else ()))
        draw = partial(Draw(self.ours, self.assumed, self.generator).instance, AT_SADDLE)
        held = partial(_near_saddle, self.ours, step.value)
        return replace(step, value=held, form=AT_SADDLE, draw=draw)

    def covered(self) -> str:
        """What points are drawn from."""
        drawn = [s for s in self.ours.parameters if s not in self.assumed]
        signed = Draw(self.ours, self.assumed, self.generator).signed
        told = "order parameters and conjugates at random"
        told += (
            f"; {', '.join(s.name for s in drawn)} below and above the model's own" if drawn else ""
        )
        both = ", ".join(s.name for s in drawn if s in signed)
        told += f"; {both} of both signs" if both else ""
        assumed = ", ".join(f"{s} = {value}" for s, value in self.assumed.items())
        return told + (f"; assumed: {assumed}" if assumed else "")

    def _kinds(self, named: set[Any], due: set[Any]) -> Iterator[tuple[str, set[Any]]]:
        """The forms that two sides may have, by the symbols in them, and which of these are free.

        Conjugates in one side alone are those of their own equations, or what the equations of the
        order parameters make of them: papers eliminate them in either way.
        """
        if self.about != self.claim.about:
            yield AT_SADDLE, set()
            return
        conjugates, orders = set(self.ours.conjugates), set(self.ours.orders)
        subject = {symbol(self.claim.subject)} & named
        shared = (named & due) | subject
        if not ((named ^ due) & conjugates) - set(self.assumed) - subject:
            yield FREE, shared
            return
        yield CONJUGATES, shared
        if self.claim.subject and due & orders and not named & orders:
            yield OVERLAPS, shared
        if not self.claim.subject and not shared & conjugates:
            yield ORDERS, shared

    def slip_words(self) -> Words:
        """What corrections may use: ratios as heads, norms as variances, beta as a number."""
        ours, model = self.ours, self.ours.model
        ratios = {s.name for s in ours.ratios}
        laws = [law for sites in model.sites for law in sites.attributes.values()]
        norms = {s.name for law in laws for s in getattr(law, "variance", sympy.S.One).free_symbols}
        pairs = [
            (s.off.name, str(self.names.get(s.diagonal.name, s.diagonal)))
            for s in ours.theory.overlaps.squares
        ]
        known = {*ratios, *norms, "beta"}
        return Words(
            heads=tuple(sorted(ratios)),
            variances=tuple(sorted(norms)),
            numbers=("beta",) if "beta" in self.names else (),
            counts=tuple(pairs),
            names=tuple(s.name for s in ours.parameters if s.name not in known),
        )


def _require_known(claim: Claim, about: str, ours: Ours) -> None:
    if claim.subject:
        known = {s.name for s in ours.equations}
        if claim.subject not in known:
            raise ClaimError(
                f"about: {claim.subject} has no equation of its own; those of "
                f"{', '.join(sorted(known))} have"
            )
    elif about not in ours.abouts:
        raise ClaimError(f"about: {about}: nothing in this model depends on a temperature")


def _assumed(claim: Claim, names: Mapping[str, Any]) -> dict[Any, Any]:
    found = {}
    for name, text in claim.assume.items():
        if name not in names or not names[name].is_Symbol:
            raise ClaimError(f"assume.{name}: it is no parameter and no order parameter")
        others = {k: v for k, v in names.items() if k != name and symbol(k) not in found}
        found[names[name]] = Vocabulary(scope_of(others), {}).read(text, f"assume.{name}")
    return found


def _held_against(
    ours: Ours, result: str, subject: str, found: Theirs, point: Point, levels: int
) -> tuple[Valued, Valued]:
    """A line, and ours: for an equation its left side with ours in the place of the symbol."""
    number, error = ours.at(result, point)
    right = found.at(point, levels)
    if not subject or found.left == symbol(subject):
        return right, Valued(number, error, abs(number))
    there = {**point, symbol(subject): number}
    left = found.value(found.left, there, levels)
    slope = found.value(found.left, {**there, symbol(subject): number * (1 + 1e-6)})
    by = abs(slope.number - left.number) / abs(number * 1e-6) if number else 1.0
    return right, Valued(left.number, left.error + by * error, left.terms)


def _near_saddle(
    ours: Ours, value: Any, found: Theirs, point: Point, levels: int
) -> tuple[Valued, Valued]:
    """Both sides at a saddle point, with what its own error does to their difference."""
    both = value(found, point, levels)
    moved = {**point, **{s: point[s] * (1 + 1e-6) for s in ours.orders}}
    elsewhere = value(found, ours.own_conjugates(moved, set()), levels)
    gaps = [a.number - b.number for a, b in (both, elsewhere)]
    step = 1e-6 / 1e-12  # an order parameter that solve finds is known to twelve digits
    error = abs(gaps[1] - gaps[0]) / step
    return both[0], Valued(both[1].number, both[1].error + error, both[1].terms)
