"""From text to Python's syntax tree, which is only ever looked at; everything is bounded."""

from __future__ import annotations

import ast
import re

from derive.claims.language.foreign import RESERVED, SIGNS, another
from derive.errors import ClaimError
from derive.wording import one_line, shown

MOST_CHARACTERS = 20_000
MOST_NODES = 5_000
DEEPEST = 100
MOST_DIGITS = 40
MOST_SIGNS = re.compile(r"([-+~]\s*){20}")
RUN_IN = re.compile(r"(?<![\w.])\d[\w.]*?(and|else|for|if|in|is|not|or)\b")
"""A number that runs into a word of Python, of which its parser warns."""
SHOWN = 40


def tree_of(text: str, where: str) -> ast.expr:
    """The syntax tree of an expression.

    Raises:
        ClaimError: It is none, or it is too long or too deep.
    """
    if not isinstance(text, str):
        raise ClaimError(f"{where}: {shown(text)} where an expression is due; write it as text")
    if not text.strip():
        raise ClaimError(f"{where}: it is empty; write an expression")
    if len(text) > MOST_CHARACTERS:
        raise ClaimError(f"{where}: {len(text)} characters; at most {MOST_CHARACTERS} are read")
    _refuse_characters(text, where)
    _refuse_deep(text, where)
    _refuse_run_in(text, where)
    try:
        # In parentheses an expression may go on in the next line.
        tree = ast.parse(f"({text}\n)", mode="eval").body
    except SyntaxError as error:
        _refuse_reserved(text, where)
        place = _place(text, error.lineno or 1, (error.offset or 1) - 1)
        raise ClaimError(
            f"{where}: {place}: no expression of the language ({one_line(error.msg, 80)}); see "
            "docs/claims.md"
        ) from None
    except (ValueError, RecursionError, MemoryError, OverflowError):
        raise ClaimError(
            f"{where}: it is too deep or has a number too long to be read; name its parts in "
            "[symbols]"
        ) from None
    count = sum(1 for _ in ast.walk(tree))
    if count > MOST_NODES:
        raise ClaimError(f"{where}: it has {count} parts; at most {MOST_NODES} are read")
    return tree


def _refuse_characters(text: str, where: str) -> None:
    for number, character in enumerate(text):
        after = text[number - 1 : number].isalnum() or text[number - 1 : number] in (")", "_")
        if character in SIGNS and (after or character != "'"):
            raise ClaimError(
                f"{where}: {place_of(text, number)}: the character {one_line(repr(character))} is "
                f"not in the language; write {SIGNS[character]}"
            )
        if character in "#;\\\"'`$?!" or not (character.isprintable() or character in "\n\t\r "):
            raise ClaimError(
                f"{where}: {place_of(text, number)}: the character {one_line(repr(character))} is "
                "not in the language; leave it out"
            )


def _refuse_reserved(text: str, where: str) -> None:
    word = RESERVED.search(text)
    if word:
        raise ClaimError(
            f"{where}: {place_of(text, word.start())}: {word[0]!r} is a reserved word of the "
            f"language; take another name, such as {another(word[0])}"
        )


def _refuse_deep(text: str, where: str) -> None:
    depth = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if depth > DEEPEST:
            raise ClaimError(f"{where}: brackets are nested more than {DEEPEST} deep; nest fewer")
    if MOST_SIGNS.search(text):
        raise ClaimError(f"{where}: too many signs in a row; keep one")


def _refuse_run_in(text: str, where: str) -> None:
    literal = RUN_IN.search(text)
    if literal is not None:
        raise ClaimError(
            f"{where}: {place_of(text, literal.start())}: {one_line(repr(literal[0]))} is no number"
        )


def place_of(text: str, position: int) -> str:
    """A position as a reader counts it."""
    before = text[:position]
    line, column = before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
    return f"column {column}" if "\n" not in text.strip() else f"line {line}, column {column}"


def _place(text: str, line: int, column: int) -> str:
    lines = text.split("\n")
    line = min(line, len(lines))
    column = max(1, column - (1 if line == 1 else 0) + 1)
    return f"column {column}" if "\n" not in text.strip() else f"line {line}, column {column}"


def place(text: str, node: ast.AST) -> str:
    """Where a node stands in the text."""
    return _place(text, getattr(node, "lineno", 1), getattr(node, "col_offset", 1))


def snippet(text: str, node: ast.AST) -> str:
    """The text of a node, short."""
    part = ast.get_source_segment(f"({text}\n)", node) or ""
    part = one_line(part, 10**6)
    return repr(part if len(part) <= SHOWN else part[:SHOWN] + "...")
