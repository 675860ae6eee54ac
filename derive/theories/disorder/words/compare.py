"""Compare a claim about a disordered model with its theory, or lines with each other."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import sympy

from derive.arguments import takes
from derive.claims.claim import EQUAL, Claim, Line, require_sound
from derive.claims.deciding import unsettled
from derive.claims.language import parse_declaration
from derive.claims.result import ComparisonResult
from derive.claims.slips.change import Words
from derive.errors import ClaimError, DeriveError
from derive.evidence.verdict import Unsettled
from derive.theories.disorder.derivation import Derivation, derive
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.description.language import WORDS as LANGUAGE
from derive.theories.disorder.description.language import symbol
from derive.theories.disorder.words.deciding import Step, decide_lines, refuse_leading, relations
from derive.theories.disorder.words.language import scope_of
from derive.theories.disorder.words.load import WORDS, load_claim
from derive.theories.disorder.words.ours import SADDLE, Ours
from derive.theories.disorder.words.points import AT_SADDLE, FREE, Draw, kinds
from derive.theories.disorder.words.sides import Point, Theirs, Valued, Vocabulary, rounded, theirs
from derive.theories.disorder.words.unknowns import Unknown
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
        make = _about_none if claim.model is None else partial(_about_model, derivation=derivation)
        steps, words = make(claim, np.random.default_rng(seed))
        return decide_lines(claim, steps, words, instances, explain=explain)
    except Unsettled as error:
        return unsettled(claim, str(error))
    except ClaimError:
        raise
    except DeriveError as error:
        raise ClaimError(f"{claim.source}: {error}") from None


def _about_model(
    claim: Claim, generator: np.random.Generator, derivation: Derivation | None
) -> tuple[list[tuple[Line, list[Step]]], Words]:
    """Every line in each of the forms in which it may be meant."""
    ours = Ours(derivation or derive(claim.model))
    about = claim.about.removesuffix(SADDLE).strip()
    at_saddle = about != claim.about
    _require_known(claim, about, ours)
    fixed = {s: sympy.sympify(v) for s, v in ours.theory.fixed.items()}
    names = {s.name: s for s in ours.symbols} | {s.name: v for s, v in fixed.items()}
    assumed = _assumed(claim, names)
    whole = {s.name: value for s, value in assumed.items() if value.is_Integer}
    words = vocabulary(claim, {**names, **whole})
    result = f"saddle_{claim.subject}" if claim.subject else ours.abouts[about]
    sides: list[Theirs] = []
    steps = []
    for (line, up_to), number in zip(relations(claim), range(1, 51), strict=False):
        found = theirs(line, number, words, claim.subject)
        named = words.ours_in(found.expression) | set(assumed)
        before = sides[-1] if sides else None
        sides.append(found)
        if before is not None and not claim.subject:
            value = partial(_pair, before)
            named |= words.ours_in(before.expression)
        else:
            value = partial(_held_against, ours, result, claim.subject)
        against = f"line {number - 1}" if before is not None and not claim.subject else "ours"
        forms = []
        for kind in kinds(about, named, ours, at_saddle=at_saddle, is_equation=bool(claim.subject)):
            draw = partial(Draw(ours, assumed, generator, named).instance, kind)
            if kind == AT_SADDLE:
                value_there = partial(_near_saddle, ours, value)
                forms.append(
                    Step(number, against, found, value_there, up_to, kind, draw, rounded(claim))
                )
            else:
                forms.append(Step(number, against, found, value, up_to, kind, draw, rounded(claim)))
        steps.append((line, forms))
    return steps, _slip_words(ours, names)


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


def vocabulary(claim: Claim, names: dict[str, Any], sizes: tuple[Any, ...] = ()) -> Vocabulary:
    """What the names of a claim mean: ours, theirs, and roots of equations.

    Raises:
        ClaimError: One has a meaning already, or cannot be read.
    """
    for place, table in (("symbols", claim.symbols), ("define", claim.define)):
        for name in table:
            if name in names or name in LANGUAGE or name == "avg":
                raise ClaimError(f"{place}.{name}: it has a meaning already; take another name")
    scope_names = {**names, **{name: sympy.Symbol(name, real=True) for name in claim.define}}
    meanings: dict[Any, Any] = {}
    for name, text in claim.symbols.items():
        meaning = Vocabulary(scope_of(scope_names), {}, sizes).read(text, f"symbols.{name}")
        scope_names[name] = symbol(name)
        meanings[symbol(name)] = meaning
    words = Vocabulary(scope_of(scope_names), meanings, sizes)
    for name, table in claim.define.items():
        meanings[symbol(name)] = _unknown(name, table, words)
    return words


def _unknown(name: str, table: Mapping[str, Any], words: Vocabulary) -> Unknown:
    where = f"define.{name}.equation"
    parts = str(table.get("equation", "")).split("=")
    if len(parts) > 2:
        raise ClaimError(f"{where}: it has {len(parts) - 1} signs =; write one equation")
    right = words.read(parts[1], where) if len(parts) == 2 else symbol(name)
    gap = words.read(parts[0], where) - right
    if symbol(name) not in gap.free_symbols:
        raise ClaimError(f"{where}: {name} is not in it; write an equation that it solves")
    return Unknown(name, gap, bool(table.get("positive", False)))


def _held_against(
    ours: Ours, result: str, subject: str, found: Theirs, point: Point
) -> tuple[Valued, Valued]:
    """A line, and ours: for an equation its left side with ours in the place of the symbol."""
    number, error = ours.at(result, point)
    right = found.at(point)
    if not subject or found.left == symbol(subject):
        return right, Valued(number, error, abs(number))
    there = {**point, symbol(subject): number}
    left = found.value(found.left, there)
    slope = found.value(found.left, {**there, symbol(subject): number * (1 + 1e-6)})
    by = abs(slope.number - left.number) / abs(number * 1e-6) if number else 1.0
    return right, Valued(left.number, left.error + by * error, left.terms)


def _pair(before: Theirs, found: Theirs, point: Point) -> tuple[Valued, Valued]:
    return found.at(point), before.at(point)


def _near_saddle(ours: Ours, value: Any, found: Theirs, point: Point) -> tuple[Valued, Valued]:
    """Both sides at a saddle point, with what its own error does to their difference."""
    pair = value(found, point)
    moved = {**point, **{s: point[s] * (1 + 1e-6) for s in ours.orders}}
    elsewhere = value(found, ours.own_conjugates(moved, set()))
    gaps = [a.number - b.number for a, b in (pair, elsewhere)]
    step = 1e-6 / 1e-12  # an order parameter that solve finds is known to twelve digits
    error = abs(gaps[1] - gaps[0]) / step
    return pair[0], Valued(pair[1].number, pair[1].error + error, pair[1].terms)


def _slip_words(ours: Ours, names: Mapping[str, Any]) -> Words:
    """What corrections may use: ratios as heads, norms as variances, temperatures as numbers."""
    model = ours.model
    ratios = {e.ratio.name for e in model.examples if e.ratio.is_Symbol}
    ratios |= {s.ratio.name for s in model.sites if s.ratio.is_Symbol}
    laws = [law for sites in model.sites for law in sites.attributes.values()]
    norms = {s.name for law in laws for s in getattr(law, "variance", sympy.S.One).free_symbols}
    pairs = [
        (s.off.name, str(names.get(s.diagonal.name, s.diagonal)))
        for s in ours.theory.overlaps.squares
    ]
    return Words(
        heads=tuple(sorted(ratios)),
        variances=tuple(sorted(norms)),
        numbers=("beta",) if "beta" in names else (),
        counts=tuple(pairs),
        names=tuple(s.name for s in ours.parameters),
    )


def _about_none(
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
            value = partial(_pair, sides[k - 1])
            step = Step(k + 1, f"line {k}", sides[k], value, up_to, "", draw, rounded(claim))
            steps.append((line, [step]))
    return steps, Words(names=tuple(domains))


__all__ = ["FREE", "compare", "decide"]
