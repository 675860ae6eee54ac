"""A network of several parts in a page: its weights, and numbers of vectors."""

from __future__ import annotations

from typing import Any

from derive.algebra.layered import LayerCount, index_text
from derive.theories.networks.derivation.render.diagram import drawn_lines
from derive.theories.networks.derivation.render.network import WEIGHTS, branch_words, weight_row
from derive.theories.networks.derivation.render.pages import WindowPages
from derive.theories.networks.derivation.repeat import pieces
from derive.theories.networks.derivation.repeat.composed import Composed, SharedLayer
from derive.theories.networks.derivation.repeat.window import Window
from derive.theories.networks.description import Network
from derive.typeset.page import Block, Display, Drawing, Line, Prose, Table


def parts_blocks(network: Network, theory: Composed, pages: WindowPages) -> list[Block]:
    """The network in one line, and its streams and weights, kind by kind."""
    depths = ", ".join(f"${name}$" for name in network.depths())
    return [
        Prose(
            f"`{network.describe()}`. The depth {depths} is a symbol. Every stream and "
            "every weight has a number, counted from the input, and sizes and variances of its "
            f"own; {_meaning(theory)}."
        ),
        Drawing(tuple(drawn_lines(network))),
        _weights(theory, pages),
        *size_blocks(theory, pages),
    ]


def _meaning(theory: Composed) -> str:
    """What m counts."""
    shared = [layer for layer in theory.layers if isinstance(layer, SharedLayer)]
    if not shared:
        several = any(here.notation.several for _, _, here in theory.shares)
        more = f"; {ALL_VECTORS}" if several else ""
        return f"$m$ counts the vectors that come down{more}"
    names = ", ".join(f"$G_{{{index_text(layer.number)}}}$" for layer in shared)
    return (
        f"all copies add vectors to one stream, whose overlaps are {names}; {ALL_VECTORS}, and "
        "$m_k$ counts these"
    )


ALL_VECTORS = "$v_k$ are all vectors of a stream, from the first down to those of weight $k$"


def size_blocks(theory: Composed, pages: WindowPages) -> list[Block]:
    """What the numbers of vectors are, and from which depth on streams have their equations."""
    drawer = pages.of(theory.lowest).drawer
    blocks: list[Block] = []
    for part in theory.parts:
        if isinstance(part, pieces.Block):
            lines = tuple(Line(drawer.box(m), drawer.box(value)) for m, value in part.counts)
            range_of = f"${part.index} = 1, \\dots, {part.copies}$"
            blocks += [Prose(f"Numbers of vectors, {range_of}:"), Display(lines)]
    lines = tuple(Line(drawer.box(m), drawer.box(value)) for m, value in _wholes(theory))
    if lines:
        blocks += [Prose("Of all vectors:"), Display(lines)]
    late = [rf"${L} \ge {least}$" for L, least in theory.least.items() if least > 1]
    if late:
        blocks.append(
            Prose(f"Sums hold for any depth, equations of streams for {', '.join(late)}.")
        )
    return blocks


def _wholes(theory: Composed) -> list[tuple[Any, Any]]:
    """(name, value) of the numbers of vectors of shared streams that are sums."""
    wholes = []
    for layer in theory.layers:
        if isinstance(layer, SharedLayer):
            whole = pieces.generic(layer.parts[0]).whole
            assert whole is not None
            name = LayerCount("m", whole.weight)
            wholes += [(name, whole.count)] if whole.count != name else []
    return wholes


def _weights(theory: Composed, pages: WindowPages) -> Table:
    rows = [_row(theory.lowest, 0, "", pages)]
    for part, _, here in theory.shares:
        where = ""
        if isinstance(part, pieces.Block):
            where = f"${part.index} = 1, \\dots, {part.copies}$"
        rows += [_row(here, weight, where, pages) for weight in here.weights_of(0)]
    first, second, *others = WEIGHTS
    _, heads = branch_words(*theory.notations)
    return Table((first, second, "copies", heads, *others), tuple(rows))


def _row(here: Window, weight: int, where: str, pages: WindowPages) -> tuple[str, ...]:
    first, second, *others = weight_row(here.notation, pages.of(here).drawer, weight)
    return (first, second, where, *others)
