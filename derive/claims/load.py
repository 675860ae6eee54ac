"""Claims in TOML files, read with every mistake named."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from derive.claims.claim import EQUAL, Claim, Line, require_sound
from derive.claims.words import Words
from derive.errors import ClaimError
from derive.files import Untidy, read_table
from derive.wording import choices, one_line, shown

KEYS = ("about", "up_to", "assume", "symbols", "declare", "lines", "expect", "slip")
"""Of every theory; besides the `kind`, which has said of which, and its word for a description."""
LINE_KEYS = ("expression", "relation")


def load_claim(path: str | Path, words: Words) -> Claim:
    """Read a claim from a TOML file.

    Args:
        path: The file; the path of a description in it is relative to its folder.
        words: Of the theory of its kind.

    Raises:
        ClaimError: The file cannot be read, or it holds no claim; in one line with the place and
            what would do.
        DescriptionError: The description that it names cannot be read.
    """
    source = one_line(str(path))
    try:
        table = read_table(path, "claim")
    except Untidy as error:
        raise ClaimError(f"{source}: {one_line(str(error))}") from None
    try:
        return _claim(table, Path(path).parent, source, words)
    except ClaimError as error:
        raise ClaimError(f"{source}: {error}") from None


def _claim(table: Mapping[str, Any], folder: Path, source: str, words: Words) -> Claim:
    valid = (words.model, *KEYS, *words.more)
    _require_keys({k: v for k, v in table.items() if k != "kind"}, valid, "")
    claim = Claim(
        lines=_lines(table.get("lines", [])),
        model=_model(table, folder, words),
        about=_text(table.get("about", ""), "about"),
        up_to=_words(table.get("up_to", []), "up_to"),
        assume=_texts(_numbers_as_text(table.get("assume", {})), "assume"),
        symbols=_texts(table.get("symbols", {}), "symbols"),
        declare=_texts(table.get("declare", {}), "declare"),
        define=_unknowns(table.get("define", {})),
        expect=_text(table.get("expect", ""), "expect"),
        slip=_text(table.get("slip", ""), "slip"),
        source=source,
    )
    return require_sound(claim, words)


def _model(table: Mapping[str, Any], folder: Path, words: Words) -> Any:
    word = words.model
    if word not in table:
        return None
    if words.table is not None and isinstance(table[word], Mapping):
        return words.table(table[word])
    path = _text(table[word], word)
    if not path:
        raise ClaimError(f"{word}: an empty path; give the path of a {word}, or leave it out")
    return words.read(folder / path)


def _lines(tables: Any) -> tuple[Line, ...]:
    if not isinstance(tables, list):
        raise ClaimError(f"lines: {shown(tables)} where a list of tables is due; write [[lines]]")
    return tuple(_line(table, number) for number, table in enumerate(tables, start=1))


def _line(table: Any, number: int) -> Line:
    place = f"lines[{number}]"
    if not isinstance(table, Mapping):
        raise ClaimError(f"{place}: {shown(table)} where a table is due; write [[lines]]")
    _require_keys(table, LINE_KEYS, f"{place}.")
    if "expression" not in table:
        raise ClaimError(f'{place}.expression: it is missing; write expression = "..."')
    expression = _text(table["expression"], f"{place}.expression")
    default = "" if number == 1 else EQUAL
    return Line(expression, _text(table.get("relation", default), f"{place}.relation"))


def _require_keys(table: Mapping[str, Any], valid: tuple[str, ...], place: str) -> None:
    for key in table:
        if key not in valid:
            raise ClaimError(f"{place}{one_line(key, 60)}: unknown key{choices(key, valid)}")


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise ClaimError(f"{place}: {shown(value)} where text in quotes is due")
    return value


def _words(value: Any, place: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ClaimError(f'{place}: {shown(value)} where a list is due, such as ["constant"]')
    return tuple(_text(word, place) for word in value)


def _numbers_as_text(value: Any) -> Any:
    """Conditions may be numbers without quotes; TOML has read them as such."""
    if not isinstance(value, Mapping):
        return value
    numbers = (int, float)
    return {
        key: repr(v) if isinstance(v, numbers) and not isinstance(v, bool) else v
        for key, v in value.items()
    }


def _unknowns(value: Any) -> dict[str, Any]:
    """Each a table with an equation, and what the root is."""
    if not isinstance(value, Mapping) or not all(isinstance(v, Mapping) for v in value.values()):
        raise ClaimError(
            f'define: {shown(value)} where tables are due; write kappa = {{equation = "..."}}'
        )
    for name, table in value.items():
        place = f"define.{one_line(name, 40)}"
        _require_keys(table, ("equation", "positive"), f"{place}.")
        _text(table.get("equation", ""), f"{place}.equation")
        if not isinstance(table.get("positive", False), bool):
            raise ClaimError(f"{place}.positive: {shown(table['positive'])}; write true or false")
    return {name: dict(table) for name, table in value.items()}


def _texts(value: Any, place: str) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ClaimError(f"{place}: {shown(value)} where a table is due; write [{place}]")
    return {key: _text(text, f"{place}.{one_line(key, 40)}") for key, text in value.items()}
