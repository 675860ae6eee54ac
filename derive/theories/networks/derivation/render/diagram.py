"""A network drawn as text: streams, weights, branches, sizes and paths at a glance."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Hashable, Iterator
from typing import Any

import sympy

from derive.algebra.latex import plain
from derive.arguments import takes
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.render.names import factored_sizes
from derive.theories.networks.derivation.render.opened import Numbers, Opened
from derive.theories.networks.derivation.render.rails import Row
from derive.theories.networks.description import Network, Readout
from derive.theories.networks.description.graph import StreamGraph, stream_graph
from derive.theories.networks.description.layers import Weighted, kind_of
from derive.theories.networks.description.paths import path_labels
from derive.theories.networks.description.placing import Placed, place, placed_weights

COLUMNS = 100
MOST_ROWS = 40
"""Of a longer drawing layers that differ in their numbers alone are left out as well."""
HUGE = 10**12
LONG = 36
"""A size whose factors take more characters is shown by its name."""
MOST_LISTED = 10_000
"""The paths of networks with more of them are not listed."""
HARD_SPACE = "\N{NO-BREAK SPACE}"
TOKENS = {"last": "at the last token", "first": "at the first token", "mean": "at the token mean"}


@takes("network")
def draw(network: Network) -> str:
    """A network as text: the output at the top, a rail for every branch, a row for every weight.

    Streams (●) are named where they end, weights (■) stand on their rails, branches meet in sums
    (⊕); beside them are branches H, variances, widths N and numbers of vectors, below them the
    paths. What repeats itself is left out.

    Args:
        network: The description.

    Returns:
        Lines of at most 100 characters.

    >>> from derive import Attention, Embedding, Network, Readout, Residual
    >>> body = Residual((Attention(3, 0.9),))
    >>> print(draw(Network((Embedding("N", 1.3), body, Readout(1.2)), 0.1)))
    ○     f   output
    ■     a   readout            σₐ² = 1.2  at the last token
    ●         stream a           Nₐ = N     1 + H₁ = 4 vectors
    ⊕─╮
    │ ■   V₁  attention  H₁ = 3  σ₁² = 0.9
    ├─╯
    ■     V₀  embedding          σ₀² = 1.3
    ○     x   inputs
    4 paths, M = 1 + H₁: (skip), (1), (2), (3)
    """
    return "\n".join(drawn_lines(network))


def drawn_lines(network: Network) -> list[str]:
    """The lines of a drawing."""
    opened = Opened.of(network)
    rows = opened.rows(lambda layer: layer)
    if len(rows) > MOST_ROWS:
        rows = opened.rows(_form)
    said = _Words(network, opened)
    table = [said.cells(row) for row in rows]
    columns = [max((len(line[k]) for line in table if len(line) > 1), default=0) for k in range(5)]
    rails = max(len(row.rails) for row in rows)
    margin = max(len(row.margin) for row in rows)
    lines = []
    for row, cells in zip(rows, table, strict=True):
        text = cells[0]
        if len(cells) > 1:
            text = "  ".join(c.ljust(w) for c, w in zip(cells, columns, strict=True) if w)
        line = f"{row.margin.rjust(margin)}{row.rails.ljust(rails)}   {text}".rstrip()
        lines.append(line if len(line) <= COLUMNS else line[: COLUMNS - 1] + "…")
    return [*lines, *said.paths()]


def _form(layer: Any) -> Hashable:
    """A layer without its numbers."""
    return type(layer).__name__


class _Words:
    """What is said beside a drawing."""

    def __init__(self, network: Network, opened: Opened) -> None:
        self.network, self.opened = network, opened
        self.layers = {item.weight: item for item in placed_weights(opened.places)}
        self.numbers = Numbers(opened)
        self.widths = place(opened.network)[1]
        self.notation: Notation | None = None
        if not opened.blocks:
            self.notation = Notation(stream_graph(network))
            self.sizes = factored_sizes(self.notation)

    def cells(self, row: Row) -> tuple[str, ...]:
        """Name, kind, branches, variance or width, and the rest."""
        if row.weight is not None:
            return self._weight(self.layers[row.weight])
        if row.stream is not None:
            return self._stream(row.stream)
        if row.text == "output":
            outputs = self.network.readout.outputs
            return ("f", "output" if outputs == 1 else f"{outputs} outputs", "", "", "")
        return ("x", "inputs", "", "", "") if row.text == "inputs" else (_plain_names(row.text),)

    def _weight(self, item: Placed) -> tuple[str, ...]:
        layer: Any = item.layer
        number = self.numbers.weight(item.weight)
        top = isinstance(layer, Readout)
        name = "a" if top and self.notation is not None else plain(sympy.Symbol(f"V_{number}"))
        letter = "a" if top and self.notation is not None else number
        heads = ""
        if isinstance(layer, Weighted | Readout) and layer.branched:
            heads = self._valued(f"H_{letter}", layer.branches)
        variance = self._valued(f"s_{letter}", layer.variance)
        rest = self._readout(layer) if top else ""
        return name, kind_of(layer), heads, variance, rest

    def _readout(self, layer: Readout) -> str:
        return TOKENS.get(layer.token, "at every token")

    def _stream(self, index: int) -> tuple[str, ...]:
        name = self.numbers.stream(index)
        if self.notation is not None:
            name = self.notation.graph.streams[index].name
        width = self.widths[index]
        shown = self._valued(f"N_{name}", width) if name else f"N = {width}"
        return "", f"stream {name}".rstrip(), "", shown, self._vectors(index)

    def _vectors(self, index: int) -> str:
        if self.notation is None:
            return ""
        graph = self.notation.graph
        stream = graph.streams[index]
        last = stream.weights[-1]
        text = _size(self.sizes[last], f"m_{self.notation.letter(last)}")
        heads = self._heads(graph)
        count = None if heads is None else graph.vectors(stream, heads)
        return _counted(text, count, "vector")

    def _heads(self, graph: StreamGraph) -> tuple[int, ...] | None:
        heads = [weight.heads for weight in graph.weights]
        return tuple(map(int, heads)) if all(isinstance(h, int) for h in heads) else None

    def _valued(self, name: str, value: Any) -> str:
        """A symbol, and its value in the description."""
        symbol = plain(sympy.Symbol(name, positive=True))
        if isinstance(value, str):
            said = plain(sympy.Symbol(value))
            return symbol if said == symbol or self.notation is None else f"{symbol} = {said}"
        return f"{symbol} = {value:g}" if isinstance(value, float) else f"{symbol} = {value}"

    def paths(self) -> Iterator[str]:
        """How many paths there are, and the first and the last of them."""
        if self.notation is None:
            depths = " or ".join(self.network.depths())
            yield f"A block in brackets is drawn as its copy l, l = 1, …, {depths}."
            return
        graph = self.notation.graph
        order = graph.streams[0].weights
        whole = set(graph.weights[0].acts_on) == set(order)
        last = order[-1]
        size = _size(self.sizes[last], f"m_{self.notation.letter(last)}") if whole else "M"
        heads = self._heads(graph)
        if heads is None:
            yield f"M = {size} paths" if size != "M" else "M paths"
            return
        count = graph.block_size(0, heads)
        start = f"{_rounded(count)} path" + ("s" if count > 1 else "")
        start += f", M = {size}" if size not in ("M", str(count)) else ""
        labels = path_labels(self.network) if 1 < count <= MOST_LISTED else ()
        listed = _listed(labels, 2 * COLUMNS - len(start) - 8)
        text = f"{start}: {listed}" if listed else start
        for line in textwrap.wrap(text, COLUMNS, subsequent_indent="  "):
            yield line.replace(HARD_SPACE, " ")


def _listed(labels: tuple[str, ...], room: int) -> str:
    """The first labels, as many as there is room for, and the last."""
    labels = tuple(label.replace(" ", HARD_SPACE) for label in labels)
    if len(", ".join(labels)) <= room:
        return ", ".join(labels)
    shown: list[str] = []
    for label in labels:
        if len(", ".join((*shown, label, "…", labels[-1]))) > room:
            break
        shown.append(label)
    return ", ".join((*shown, "…", labels[-1])) if shown else ""


def _size(size: Any, name: str) -> str:
    text = plain(size)
    return text if len(text) <= LONG else plain(sympy.Symbol(name))


def _counted(size: str, count: int | None, noun: str) -> str:
    if count is None:
        return f"{size} {noun}{'s' if size != '1' else ''}"
    nouns = noun if count == 1 else f"{noun}s"
    if count >= HUGE:
        return f"{size}, {_rounded(count)} {nouns}"
    return f"{count} {nouns}" if size == str(count) else f"{size} = {count} {nouns}"


def _rounded(count: int) -> str:
    """A number, or of a huge one its power of ten."""
    return str(count) if count < HUGE else f"about 10^{math.log10(count):.0f}"


def _plain_names(text: str) -> str:
    words = [plain(sympy.Symbol(word)) if word.startswith("V_") else word for word in text.split()]
    return " ".join(words)


__all__ = ["draw", "drawn_lines"]
