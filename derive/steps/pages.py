"""Steps as blocks of a page: statement, the equations before and after, moves, source."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Protocol

from derive.steps.step import Equation, Group, Step
from derive.typeset.boxes import Sum
from derive.typeset.page import BECOMES, Block, Display, Heading, Items, Line, Prose
from derive.typeset.text import typeset

CHANGED = r"\ln p \ni"
"""The left side of equations that list the terms of the log density that a step changes."""

Shown = tuple[Display, tuple[Line, ...]]
"""Equations, and what is new among the names in them."""


class Displayed(Protocol):
    """What makes displays of equations."""

    def of(self, equations: tuple[Equation, ...]) -> tuple[Display, Display | None]:
        """The equations, and what is new among the names in them."""


class Pages:
    """Makes the displays of a page.

    Args:
        displays: Of the symbols of the whole.
    """

    def __init__(self, displays: Displayed) -> None:
        self.displays = displays

    def begin(self) -> None:
        """Begin a step."""

    def shown(self, window: Any, equations: tuple[Equation, ...]) -> Shown:
        """Equations in the symbols of a window, and what is new among the names in them."""
        display, where = self.displays.of(equations)
        return display, () if where is None else where.lines

    def blocks(self, window: Any, equations: tuple[Equation, ...]) -> list[Block]:
        """The same as blocks."""
        display, where = self.shown(window, equations)
        return [*show_apart(display), *_where(where)]


def step_blocks(number: int, step: Step, pages: Pages) -> list[Block]:
    """One step: heading, statement, its equations, source."""
    pages.begin()
    blocks: list[Block] = [step_heading(number, step), Prose(typeset(step.statement))]
    for group in step.groups:
        blocks += _group_blocks(group, pages)
    return [*blocks, Prose(typeset(step.source), "Source")]


def _group_blocks(group: Group, pages: Pages) -> list[Block]:
    where = group.where[:1].upper() + group.where[1:]
    blocks: list[Block] = [Prose(f"{where}:")] if where and not group.before else []
    if group.before:
        changed = group.before[0].left == group.after[0].left == CHANGED
        text = r"In $\ln p$," if changed else "From"
        blocks.append(Prose(f"{where}: {text[0].lower()}{text[1:]}" if where else text))
        if changed:
            return [*blocks, *_rewritten(group, pages)]
        blocks += [*pages.blocks(group.window, group.before), Prose("it follows that")]
    blocks += pages.blocks(group.window, group.after)
    if group.moves:
        moves = tuple(typeset(move) for move in group.moves)
        blocks.append(Items(moves, "Moves", numbered=True))
    return blocks


def _rewritten(group: Group, pages: Pages) -> list[Block]:
    """Terms of the log density, and what becomes of them."""
    bare = [tuple(Equation("", e.right) for e in side) for side in (group.before, group.after)]
    (old, explained), (new, more) = (pages.shown(group.window, side) for side in bare)
    lines = [*old.lines, *(replace(line, relation=BECOMES) for line in new.lines)]
    return [Display(tuple(lines)), *_where((*explained, *more))]


def _where(lines: tuple[Line, ...]) -> list[Block]:
    return [Prose("where"), Display(lines)] if lines else []


def show_apart(display: Display) -> list[Display]:
    """A stacked sum gets a display of its own."""
    runs: list[list[Line]] = []
    for line in display.lines:
        if _is_stacked(line) or not runs or _is_stacked(runs[-1][-1]):
            runs.append([])
        runs[-1].append(line)
    return [Display(tuple(run)) for run in runs]


def _is_stacked(line: Line) -> bool:
    return isinstance(line.right, Sum) and line.right.stacked


def badge(step: Step) -> str:
    """The order of a step and what belongs to it, with mathematics between dollar signs."""
    return typeset(step.holds())


def step_heading(number: int, step: Step) -> Heading:
    """The number and the name of a step, and whether it is exact."""
    return Heading(2, f"{number}. {step_name(step)}", badge(step))


def step_name(step: Step) -> str:
    """The step's name; a lone letter at its end, a copy's or the readout's, is mathematics too."""
    name = typeset(step.name[0].upper() + step.name[1:])
    return re.sub(r" ([a-z])$", r" $\1$", name)
