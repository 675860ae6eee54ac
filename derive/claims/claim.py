"""A claim: the lines of a derivation, what they are about, and under which conditions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from derive.claims.words import Words
from derive.errors import ClaimError
from derive.evidence.verdict import Verdict
from derive.wording import choices, one_line, shown

EQUAL, CONSTANT, FACTOR, LEADING = "equal", "constant", "factor", "leading"
RELATIONS = (EQUAL, CONSTANT, FACTOR, f"{LEADING} N")
UP_TO = (CONSTANT, FACTOR)
MOST_LINES = 50
ROUNDED = re.compile(r"(?<![\w.])(?=[\d.]{11})(?=\d*\.\d)[\d.]{11,}")
"""A number with a point and at least ten digits."""
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}")


@dataclass(frozen=True)
class Line:
    """One line of a derivation.

    Attributes:
        expression: Text of the language, a SymPy expression in nodes of ours, or a callable of
            named numbers.
        relation: To the line before; empty for the first.
    """

    expression: Any
    relation: str = ""

    @property
    def kind(self) -> str:
        """The relation without what it is leading in."""
        return self.relation.partition(" ")[0]

    @property
    def parameter(self) -> str:
        """What goes to infinity in a line that holds at leading order."""
        return self.relation.partition(" ")[2].strip()

    def text(self) -> str:
        """The line as an answer names it."""
        if callable(self.expression):
            return f"the function {getattr(self.expression, '__name__', 'given')}"
        return one_line(str(self.expression), 2000)


@dataclass(frozen=True)
class Claim:
    """What is claimed.

    Attributes:
        lines: The lines of the derivation, at least one.
        model: What it is about, a theory's description; None for a chain of its own.
        about: "action" or another quantity of the theory, or "saddle U_1" (any order parameter).
        up_to: What the first line may differ from ours by: "constant", "factor".
        assume: Conditions under which it is claimed: a parameter of ours to its value.
        symbols: A symbol of theirs to an expression in ours.
        declare: A symbol of a chain of its own to its shape and domain.
        define: An unknown of theirs to the equation that it solves, in theories that have some.
        expect: The verdict that the author of the claim expects; empty where none is stated.
        slip: The slip whose correction the author expects; empty where none is stated.
        source: What to call the claim in messages.
    """

    lines: tuple[Line, ...]
    model: Any = None
    about: str = ""
    up_to: tuple[str, ...] = ()
    assume: Mapping[str, str] = field(default_factory=dict)
    symbols: Mapping[str, str] = field(default_factory=dict)
    declare: Mapping[str, str] = field(default_factory=dict)
    define: Mapping[str, Any] = field(default_factory=dict)
    expect: str = ""
    slip: str = ""
    source: str = "claim"

    @property
    def is_rounded(self) -> bool:
        """Whether a number in it has so many decimals that it must be a rounded one."""
        texts = [line.expression for line in self.lines] + list(self.symbols.values())
        return any(ROUNDED.search(text) for text in texts if isinstance(text, str))

    @property
    def subject(self) -> str:
        """The order parameter of a claim about a saddle-point equation; empty for another."""
        word, _, name = self.about.partition(" ")
        return name.strip() if word == "saddle" else ""


def require_sound(claim: Claim, words: Words) -> Claim:
    """The claim itself, if its parts fit together, in the words of its theory.

    Raises:
        ClaimError: They do not; what is wrong, where, and what would do.
    """
    _require_about(claim, words)
    _require_names(claim)
    own = words.model
    for word in claim.up_to:
        if word not in UP_TO:
            raise ClaimError(f"up_to: {shown(word)} is nothing to differ by{choices(word, UP_TO)}")
    if claim.up_to and claim.model is None:
        raise ClaimError(f"up_to: it compares with a {own}'s own; give {own}, or leave it out")
    if claim.up_to and claim.subject:
        raise ClaimError("up_to: an equation differs by nothing; leave it out")
    _require_expected("expect", claim.expect, tuple(verdict.value for verdict in Verdict))
    _require_expected("slip", claim.slip, tuple(words.slips))
    _require_lines(claim, own)
    return claim


def _require_expected(key: str, word: str, valid: tuple[str, ...]) -> None:
    if word and word not in valid:
        raise ClaimError(f"{key}: {shown(word)} is nothing to expect{choices(word, valid)}")


def _require_about(claim: Claim, words: Words) -> None:
    own = words.model
    if claim.model is None:
        if claim.about:
            raise ClaimError(f"about: there is no {own}; give {own}, or leave about out")
        if claim.assume:
            raise ClaimError(f"assume: there is no {own}; say it in the declarations or symbols")
        return
    abouts = words.abouts(claim.model)
    if not claim.about:
        raise ClaimError(f"about: it is missing; valid: {', '.join(abouts)}")
    word = claim.about.partition(" ")[0]
    if word == "saddle" and not NAME.fullmatch(claim.subject):
        example = next((about for about in abouts if about.startswith(word)), word)
        raise ClaimError(f'about: {shown(claim.about)} names no order parameter; write "{example}"')
    if word != "saddle" and claim.about not in abouts:
        raise ClaimError(
            f"about: {shown(claim.about)} is no quantity{choices(claim.about, abouts)}"
        )
    if claim.declare:
        raise ClaimError(f"declare: it is for chains without a {own}; use [symbols] for names")


def _require_names(claim: Claim) -> None:
    for place, table in (
        ("symbols", claim.symbols), ("declare", claim.declare), ("define", claim.define),
    ):  # fmt: skip
        for name in table:
            if not NAME.fullmatch(name):
                raise ClaimError(
                    f"{place}.{one_line(name, 40)}: it is no name; use letters, digits and _, "
                    "a letter first, at most 31"
                )
    for name in claim.symbols:
        if name in claim.declare:
            raise ClaimError(
                f"symbols.{name}: it is declared in [declare] as well; keep one of the two"
            )


def _require_lines(claim: Claim, own: str) -> None:
    least = 1 if claim.model is not None else 2
    if len(claim.lines) < least:
        what = "none" if not claim.lines else f"one, and no {own} to compare it with"
        raise ClaimError(f"lines: there is {what}; write [[lines]] with an expression")
    if len(claim.lines) > MOST_LINES:
        raise ClaimError(f"lines: {len(claim.lines)} given; at most {MOST_LINES} are compared")
    for number, line in enumerate(claim.lines, start=1):
        place = f"lines[{number}].relation"
        if number == 1 and line.relation:
            raise ClaimError(f"{place}: there is no line before it; leave it out")
        if number == 1:
            continue
        if line.kind not in (EQUAL, CONSTANT, FACTOR, LEADING) or (
            bool(line.parameter) != (line.kind == LEADING)
        ):
            raise ClaimError(
                f"{place}: {shown(line.relation)} is no relation{choices(line.relation, RELATIONS)}"
            )
        if claim.subject and line.kind in UP_TO:
            raise ClaimError(f'{place}: an equation differs by nothing; use "equal" or "leading N"')
