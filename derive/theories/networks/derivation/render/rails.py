"""The layout of a network drawn as text: a rail for every branch, a row for every weight.

The output is at the top. A sum of branches opens rails to the right of the one that it is on, and
closes them where it begins; a skip is a rail with nothing on it. Rows that say the same over and
over are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from derive.theories.networks.description.placing import Fork, Placed, Places, placed_weights

RAIL, SUM, WEIGHT, STREAM, GAP = "│", "⊕", "■", "●", "┊"
LEAST = 4
"""So many times the same in a row are drawn twice, with how many more there are between."""
LONGEST = 4
"""Groups of at most so many items are looked for."""


@dataclass(frozen=True)
class Row:
    """A line of the drawing.

    Attributes:
        rails: What is drawn.
        weight: The index of the weight that is on it; None where none is.
        stream: The index of the stream that begins on it.
        text: What is said beside it.
        margin: What is drawn to the left of it.
    """

    rails: str
    weight: int | None = None
    stream: int | None = None
    text: str = ""
    margin: str = ""


Rows = tuple[Row, ...]
Key = Callable[[Any], Hashable]
"""What two layers have in common that are drawn once."""


@dataclass(frozen=True)
class Unit:
    """An item of a run, with the stream that begins below it.

    Attributes:
        rows: The topmost first.
        key: Equal for units that look the same.
        weights: Indices of the weights in it.
    """

    rows: Rows
    key: Hashable
    weights: tuple[int, ...]


def run_units(places: Places, start: int | None, key: Key) -> list[Unit]:
    """The items of a run of layers, the lowest first.

    A stream is drawn where it ends, below the item that reads it; that in which the run starts
    stands outside.

    Args:
        places: The layers, the lowest first.
        start: The stream in which they start.
        key: What makes two layers look the same.
    """
    units, stream = [], start
    for item in places:
        above = end_of(item, stream)
        rows = _item_rows(item, stream, key)
        ends = stream is not None and stream != start and above != stream
        if ends:
            rows = (*rows, Row(STREAM, stream=stream))
        weights = tuple(placed.weight for placed in placed_weights((item,)))
        units.append(Unit(rows, (ends, _item_key(item, key)), weights))
        stream = above
    return units


def stacked(units: Sequence[Unit]) -> Rows:
    """The rows of a run, the topmost first, with repetitions left out."""
    blocks: list[Rows] = []
    place = 0
    while place < len(units):
        period, times = _repetition([unit.key for unit in units[place:]])
        end = place + period * times
        if times < LEAST:
            blocks.append(units[place].rows)
            place += 1
            continue
        blocks += [unit.rows for unit in units[place : place + period]]
        left = [w for unit in units[place + period : end - period] for w in unit.weights]
        text = f"{times - 2} more of the same" + (
            f": V_{left[0]} to V_{left[-1]}" if len(left) > 1 else ""
        )
        blocks.append((Row(GAP, text=text),))
        blocks += [unit.rows for unit in units[end - period : end]]
        place = end
    return tuple(row for rows in reversed(blocks) for row in rows)


def _repetition(keys: Sequence[Hashable]) -> tuple[int, int]:
    """The period and the number of repetitions at the beginning that cover most."""
    best = (1, 1)
    for period in range(1, LONGEST + 1):
        times = 1
        while keys[times * period : (times + 1) * period] == keys[:period]:
            times += 1
        if times >= LEAST and period * times > best[0] * best[1]:
            best = (period, times)
    return best


def _item_rows(item: Placed | Fork, stream: int | None, key: Key) -> Rows:
    if isinstance(item, Placed):
        return (Row(WEIGHT, weight=item.weight),)
    blocks = [stacked(run_units(branch, stream, key)) for branch in item.branches]
    if len(blocks) == 1:
        return blocks[0]
    shown, gaps = _fewer([_run_key(branch, key) for branch in item.branches])
    parts = [blocks[k] for k in shown]
    widths = [max((len(row.rails) for row in rows), default=1) for rows in parts]
    offsets = [sum(widths[:k]) + k for k in range(len(parts))]
    stack = [Row(_join(offsets, SUM, "┬", "╮"))]
    for k in reversed(range(len(parts))):
        stack += [_beside(row, k, widths) for row in parts[k]]
        if k in gaps:
            text = f"{gaps[k]} more branches of the same"
            stack.append(replace(_beside(Row(GAP), k, widths), text=text))
    return (*stack, Row(_join(offsets, "├", "┴", "╯")))


def _fewer(keys: list[Hashable]) -> tuple[list[int], dict[int, int]]:
    """The branches that are drawn, and after which of them how many are left out."""
    shown: list[int] = []
    gaps: dict[int, int] = {}
    place = 0
    while place < len(keys):
        times = 1
        while place + times < len(keys) and keys[place + times] == keys[place]:
            times += 1
        if times < LEAST:
            shown.append(place)
            place += 1
            continue
        shown += [place, place + times - 1]
        gaps[len(shown) - 1] = times - 2
        place += times
    return shown, gaps


def _beside(row: Row, place: int, widths: list[int]) -> Row:
    """A row of one branch, between the rails of the others."""
    parts = [RAIL.ljust(width) for width in widths]
    parts[place] = row.rails.ljust(widths[place])
    return replace(row, rails=" ".join(parts).rstrip())


def _join(offsets: list[int], first: str, middle: str, last: str) -> str:
    line = ["─"] * (offsets[-1] + 1)
    for offset in offsets[1:-1]:
        line[offset] = middle
    line[0], line[-1] = first, last
    return "".join(line)


def end_of(item: Placed | Fork, stream: int | None) -> int | None:
    """The stream in which an item ends that begins in `stream`."""
    if isinstance(item, Placed):
        return item.above
    for inner in item.branches[0]:
        stream = end_of(inner, stream)
    return stream


def _item_key(item: Placed | Fork, key: Key) -> Hashable:
    if isinstance(item, Placed):
        return key(item.layer)
    return tuple(_run_key(branch, key) for branch in item.branches)


def _run_key(places: Places, key: Key) -> Hashable:
    return tuple(_item_key(item, key) for item in places)


__all__ = [
    "GAP",
    "RAIL",
    "STREAM",
    "SUM",
    "WEIGHT",
    "Row",
    "Rows",
    "Unit",
    "end_of",
    "run_units",
    "stacked",
]
