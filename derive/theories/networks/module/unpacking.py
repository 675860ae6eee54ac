"""What a function of a module names before it computes: overlaps, numbers, data, sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derive.algebra.kinds import Matrix
from derive.programs.program import Program


def unpack_data(used: set[str], *, whole: bool = False, apart: bool = False) -> list[str]:
    """The lines that name the data and their sizes, of those that are used.

    Args:
        used: Names of symbols.
        whole: Whether data are all examples, not the rows of their span.
        apart: Whether attended inputs are taken apart at the mean of features.
    """
    lines = []
    if apart and used & {"mu", "mustar"}:
        used = used | {"X"}
    if "temperature" in used:
        lines.append("    temperature = problem.temperature")
    named = [(name, symbol in used) for symbol, name in (("X", "attended"), ("y", "labels"))]
    data = [name for name, needed in named if needed]
    spanned = "attended" in data and not whole
    if spanned:
        targets = ", ".join(name if needed else "_" for name, needed in named)
        lines.append(f"    {targets} = in_span(problem)")
    elif data:
        lines.append(f"    {', '.join(data)} = {', '.join(f'problem.{name}' for name in data)}")
    if used & {"P", "N_0"}:
        sizes = ", ".join(size if size in used else "_" for size in ("P", "M", "N_0"))
        lines.append(f"    {sizes} = {'' if spanned else 'problem.'}attended.shape")
    if apart:
        lines += _taken_apart(used)
    return lines


def _taken_apart(used: set[str]) -> list[str]:
    """Both parts of attended inputs, of those that are used."""
    lines: list[str] = []
    for end, star in (("", ""), ("_test", "star")):
        names = {"mu": f"means{end} = attended{end}.means"}
        names["X"] = f"attended{end} = attended{end}.centred"
        lines += [f"    {line}" for name, line in names.items() if f"{name}{star}" in used]
    return lines


def suffix(overlap: Matrix) -> str:
    """What follows the letter in the name of an order parameter."""
    return str(overlap.name).partition("_")[2]


def names_of(symbols: Sequence[Any]) -> list[str]:
    """The names of symbols."""
    return [symbol.name for symbol in symbols]


def used_names(names: Sequence[str], program: Program) -> list[str]:
    """The names, with an underscore for each that a program does not need."""
    used = {str(getattr(symbol, "name", "")) for symbol in program.symbols}
    return [name if name in used else "_" for name in names]
