"""A network under the conditions of a claim, as a setting."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from derive.algebra.arithmetic import Floats
from derive.claims.aspects import thresholds
from derive.claims.claim import Claim
from derive.claims.coverage import Coverage, cover, telling
from derive.claims.definitions import Definitions, Point, expanded, with_symbols
from derive.claims.draws import Draws, span
from derive.claims.language import Scope, parse, to_text
from derive.claims.setting import Case
from derive.claims.slips.change import Words
from derive.errors import ClaimError
from derive.evidence.numbers import Array
from derive.evidence.verdict import Unsettled
from derive.theories.networks.checks.subject import Subject
from derive.theories.networks.derivation import Theory, refuse_mean
from derive.theories.networks.words.conditions import FEW_VECTORS, MOST_VECTORS
from derive.theories.networks.words.instance import Instance
from derive.theories.networks.words.maker import Maker
from derive.theories.networks.words.network_draws import NetworkDraws
from derive.theories.networks.words.ours import GROUPS, Ours, require_parameter
from derive.wording import shown

SADDLE_GUARD = 8
"""Digits of a saddle point beyond those asked for: its gradient vanishes to twice as many more."""
LEAST_CASES, MOST_CASES = 5, 10
"""Cases that are looked at: as many as it takes to reach every side, between these."""
MODERATE = 5
"""Powers of 2 that variances and temperatures reach."""
MOST_EXCESS = 3
"""Sizes of a counterexample exceed the smallest legal ones by this much together."""


@dataclass(frozen=True, eq=False)
class OnNetwork:
    """A network under conditions.

    Attributes:
        ours: Its theory under the conditions.
        scope: Our names and theirs.
        maker: Makes the smallest instances.
        drawer: Of random ones.
        definitions: Their symbols to what they stand for.
        subject: Solves for saddle points; None where a claim needs none.
        seen: What generic instances reached.
    """

    ours: Ours
    scope: Scope
    maker: Maker
    drawer: NetworkDraws
    definitions: Definitions
    subject: Subject | None = None
    seen: Coverage = field(default_factory=lambda: Coverage(()))

    @classmethod
    def of(cls, claim: Claim, theory: Theory, digits: int, seed: int) -> OnNetwork:
        """The setting of a claim about a network.

        Raises:
            ClaimError: A condition or a symbol cannot be read.
        """
        refuse_mean(theory, "the language of claims")
        ours = Ours(theory, assumptions(claim.assume, theory))
        scope = Scope(names=ours.names(), families=ours.families(), functions=ours.functions())
        scope, definitions = with_symbols(scope, claim.symbols)
        maker, room = Maker(ours, digits, seed), FEW_VECTORS if claim.subject else MOST_VECTORS
        drawer = NetworkDraws(
            ours,
            maker.conditions,
            Draws(maker.generator, reach=0),
            maker.arithmetic,
            room,
            solved=bool(claim.subject),
        )
        seen = Coverage(drawer.aspects)
        return cls(ours, scope, maker, drawer, definitions, seen=seen)

    @property
    def shown(self) -> dict[str, Any]:
        """The data and the order parameters."""
        chain = self.ours.theory.chain
        letter = "G" if chain is None else "U"
        symbols = {"X": self.ours.under(self.ours.theory.notation.data())}
        symbols["y"] = self.ours.under(self.ours.theory.notation.labels())
        return symbols | {s.name: s for n, s in self.ours.overlaps.items() if n[0] == letter}

    @property
    def varying(self) -> set[Any]:
        """The order parameters, and the fluxes that depend on them."""
        return {*self.ours.overlaps.values(), *(flux for flux, _ in self.ours.fluxes)}

    def expanded(self, expression: Any) -> Any:
        """An expression in our symbols alone, fluxes among them."""
        return expanded(expression, self.definitions)

    @property
    def parameters(self) -> tuple[Any, ...]:
        """Those that the claim leaves free."""
        return tuple(self.maker.conditions.free)

    @cached_property
    def words(self) -> Words:
        """Our names for heads, widths, variances and overlaps."""
        notation = self.ours.theory.notation
        parameters: dict[str, Any] = {}
        for name, symbol in self.scope.names.items():
            if symbol not in parameters.values():  # one name for a symbol
                parameters[name] = symbol
        free = {
            letter: tuple(n for n, s in parameters.items() if n[:2] == letter and s.is_Symbol)
            for letter in ("H_", "N_", "s_")
        }
        counts = {
            f"N_{stream.name}": to_text(self.ours.under(notation.vectors_count(stream.index)))
            for stream in notation.streams()
        }
        return Words(
            heads=free["H_"],
            widths=tuple(name for name in free["N_"] if name != "N_0"),
            variances=free["s_"],
            matrices=tuple(self.shown)[2:],
            counts=tuple(counts.items()),
            families=tuple(self.scope.families),
            names=tuple(parameters),
        )

    def looking_at(self, expressions: Sequence[Any]) -> OnNetwork:
        """The same with draws on both sides of numbers that occur, over decades."""
        draws = replace(self.drawer.draws, limits=span(thresholds(expressions)), reach=MODERATE)
        drawer = replace(self.drawer, draws=draws, expressions=tuple(expressions))
        return replace(self, drawer=drawer, seen=Coverage(drawer.aspects))

    def cases(self, points: int, instances: int) -> tuple[list[Case], Coverage]:
        """Cases in which heads take turns, and which reach every side of parameters.

        Raises:
            Unsettled: No draw meets the conditions.
        """
        drawer = replace(self.drawer, count=points, kept=[])
        cases, coverage = cover(drawer, max(instances, LEAST_CASES, len(drawer.turns)), MOST_CASES)
        more = self._besides(drawer)
        return [self._case(*draw) for draw in cases], replace(coverage, more=more)

    def _besides(self, drawer: NetworkDraws) -> list[str]:
        """What else there is to say of draws: heads, temperatures, and what is assumed."""
        assumed = ", ".join(f"{s} = {e}" for s, e in self.ours.assumed.items())
        temperature = self.ours.theory.notation.temperature
        is_free = temperature in self.maker.conditions.free and drawer.occurs(temperature)
        return [
            drawer.told(),
            f"{temperature} above 0 alone" if is_free else "",
            f"assumed: {assumed}" if assumed else "",
        ]

    def covered(self) -> str:
        """What the generic cases reached, in one line."""
        return replace(self.seen, more=self._besides(self.drawer)).told()

    def again(self, case: Case, points: int) -> Iterator[Case]:
        """None: the data of a network are generic as they are."""
        return iter(())

    def generic(self, points: int) -> Case:
        """A random instance, with random order parameters; heads and parameters take turns."""
        modest = replace(self.drawer.draws, reach=0)
        drawer = replace(self.drawer, count=points, draws=modest)
        return self._case(*next(telling(drawer, self.seen)))

    def beyond(self) -> Iterator[Case]:
        """Instances of a single point whose sizes are above the numbers of the claim."""
        for drawn in self.drawer.beyond():
            self.seen.keep([self.seen.sides(point) for point in self.drawer.points(drawn)])
            yield self._case(*self.drawer.case(drawn))

    @property
    def least(self) -> int:
        """Generic cases in which every layer has several heads once, and most pairs of layers."""
        return min(len(self.drawer.turns), math.ceil(2 * len(self.maker.conditions.heads) / 3))

    def smallest(self, points: int) -> Iterator[Case]:
        """Instances from the smallest legal sizes upward."""
        for instance in self.maker.smallest(MOST_EXCESS):
            overlaps = [self.maker.overlaps(instance) for _ in range(points)]
            yield self._case(instance, overlaps)

    def wider(self, case: Case, factor: int, name: str) -> Case:
        """The same data and order parameters, and one width, or every width, multiplied."""
        instance, overlaps = case.origin
        streams = self.ours.theory.notation.streams()
        if name not in ("N", *(f"N_{stream.name}" for stream in streams)):
            raise Unsettled(f"leading {name}: {shown(name)} is no width that can grow")
        wider = instance.wider(factor, name)
        if not wider.meets_conditions():
            raise Unsettled(f"leading {name}: the conditions tie it to what does not grow with it")
        return self._case(wider, overlaps)

    def saddle(self, instance: Instance) -> Case:
        """The case of a single point, the saddle point.

        Raises:
            Unsettled: The solver did not converge.
        """
        assert self.subject is not None
        overlaps = self.subject.saddle(instance.sample).overlaps
        error = 10.0 ** -(self.subject.digits + SADDLE_GUARD)
        return replace(self.at(instance, overlaps), error=error)

    def at(self, instance: Instance, overlaps: tuple[Array, ...], *, floats: bool = False) -> Case:
        """The case of a single point; fast, and in float64, if so wished."""
        case = self._case(instance, [overlaps])
        if not floats:
            return case
        (point,) = case.points
        return replace(case, points=(Point(point, point.definitions, Floats()),))

    def stream(self, overlap: Any) -> int:
        """The stream that an order parameter belongs to."""
        name = str(overlap.name).partition("_")[2]
        streams = self.ours.theory.notation.streams()
        return next(stream.index for stream in streams if stream.name == name)

    def _case(self, instance: Instance, overlaps: list[tuple[Array, ...]]) -> Case:
        named = dict(self.ours.fluxes) | self.definitions
        points = tuple(Point(instance.numbers(g), named, instance.arithmetic) for g in overlaps)
        return Case(points, instance.arithmetic, instance.shown(), (instance, overlaps))


def assumptions(texts: Mapping[str, str], theory: Theory) -> dict[Any, Any]:
    """The conditions of a claim: a parameter to its value in the parameters that stay free.

    Raises:
        ClaimError: One cannot be read, is about no parameter, or leads back to itself.
    """
    names = Ours(theory).parameters
    scope = Scope(names=names, families={}, functions={})
    values: dict[Any, Any] = {}
    for name, text in texts.items():
        expression = parse(text, scope, f"assume.{name}")
        if expression.is_Matrix:
            raise ClaimError(f"assume.{name}: {shown(text)} is a matrix; give a number")
        integer = name in ("heads", "widths") or getattr(names.get(name), "is_integer", False)
        if integer and (expression.is_integer is False or (1 - expression).is_positive):
            raise ClaimError(f"assume.{name}: {shown(text)} is no whole number from 1; give one")
        if name in GROUPS:
            values |= {s: expression for s in Ours(theory).group(name) if s != expression}
            continue
        require_parameter(name, names)
        if names[name] == expression:
            continue
        if not names[name].is_Symbol:
            raise ClaimError(f"assume.{name}: it is {names[name]} in this network; leave it out")
        values[names[name]] = expression
    return _resolved(values)


def _resolved(values: dict[Any, Any]) -> dict[Any, Any]:
    for _ in values:
        values = {symbol: expression.xreplace(values) for symbol, expression in values.items()}
    for symbol, expression in values.items():
        if symbol.is_integer and (1 - expression).is_positive:
            raise ClaimError(f"assume.{symbol}: it comes to {expression}; give a number from 1")
        if expression.free_symbols & set(values):
            raise ClaimError(
                f"assume.{symbol}: it leads back to itself; give a value to one of them"
            )
    return values
