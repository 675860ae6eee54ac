"""Identifiers for the symbols of a window, and where a generated module keeps their values."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from derive.algebra import rebuild
from derive.algebra.kinds import Expression
from derive.algebra.nodes import Overlap
from derive.programs import wrap
from derive.theories.networks.derivation.repeat.pieces import number_symbol
from derive.theories.networks.derivation.repeat.window import Window
from derive.theories.networks.derivation.rules.chain.rewrite import overlap_symbol
from derive.theories.networks.derivation.rules.wide.rewrite import (
    force_symbol,
    point_symbol,
    shift_symbol,
)

OUTPUTS = sympy.Symbol("OUTPUTS", positive=True, integer=True)
"""How many outputs there are, where there are several: a constant of the module."""
ABOVE = "above"
"""What stands for everything above a window, in names."""


@dataclass(frozen=True)
class Place:
    """Where a value is kept: an entry of a tuple.

    Attributes:
        name: The identifier of the value.
        source: The tuple.
        entry: Its place there, from 0; an expression in depths and the number of a copy.
        rows: Of a matrix whose first rows and columns alone are meant, where their number is kept.
    """

    name: str
    source: str
    entry: Any
    rows: Any = None

    @property
    def entries(self) -> tuple[Any, ...]:
        """The numbers in it."""
        return (self.entry,) if self.rows is None else (self.entry, self.rows)

    def code(self, source: str = "") -> str:
        """The entry as code."""
        found = f"{source or self.source}[{self.entry}]"
        return found if self.rows is None else f"leading({found}, problem.rows[{self.rows}])"


@dataclass(frozen=True)
class Depths:
    """The depths of a network.

    Attributes:
        described: Their names in the description.
        names: Their identifiers inside functions.
        arguments: Their names as arguments.
    """

    described: tuple[str, ...]
    names: tuple[str, ...]
    arguments: tuple[str, ...]

    def in_code(self, expression: Expression) -> Any:
        """A number with the identifiers of the depths in it."""
        pairs = zip(self.described, self.names, strict=True)
        renamed = {number_symbol(old): sympy.Symbol(new) for old, new in pairs}
        return sympy.expand(sympy.sympify(expression).xreplace(renamed))

    def unpack(self, expressions: Iterable[Any], source: str = "problem.depths") -> list[str]:
        """The line that names the depths in some expressions."""
        used = {s.name for e in expressions for s in sympy.sympify(e).free_symbols}
        if not used & set(self.names):
            return []
        return wrap.targets([n if n in used else "_" for n in self.names], source)


def depths_of(described: Sequence[str], taken: frozenset[str]) -> Depths:
    """Identifiers for depths: their own names, unless these mean something else in a module."""
    arguments = tuple(f"depth_{name}" for name in described) if len(described) > 1 else ("depth",)
    names = []
    for name in described:
        own = name[0].isupper() and name not in taken and not hasattr(builtins, name)
        names.append(name if own and not keyword.iskeyword(name) else f"depth_{name}")
    return Depths(tuple(described), tuple(names), arguments)


@dataclass(frozen=True)
class Names:
    """The identifiers of one window.

    Attributes:
        symbols: From the window's symbols to those whose names are identifiers.
        places: Where their values are kept, in the order in which they are named.
    """

    symbols: Mapping[Any, Any]
    places: tuple[Place, ...]

    def of(self, expression: Expression) -> Any:
        """The expression with identifiers in the place of the window's names."""
        return rebuild(sympy.sympify(expression), self.symbols.get)

    def unpack(self, used: set[str], depths: Depths) -> list[str]:
        """The lines that give the values their names: of those that are used."""
        chosen = [place for place in self.places if place.name in used]
        lines = depths.unpack(entry for place in chosen for entry in place.entries)
        for source in dict.fromkeys(place.source for place in chosen):
            group = [place for place in chosen if place.source == source]
            names = ", ".join(place.name for place in group)
            lines += wrap.statement(f"{names} = ", ", ".join(place.code() for place in group))
        return lines


def names_of(here: Window, streams: Sequence[str], weights: Sequence[str], depths: Depths) -> Names:
    """Identifiers for a window.

    Args:
        here: The window.
        streams: What stands for each of its streams in names.
        weights: What stands for each of its weights.
        depths: The depths of the network.
    """
    return _Naming(here, streams, weights, depths).names()


class _Naming:
    """Collects the identifiers of a window."""

    def __init__(
        self, here: Window, streams: Sequence[str], weights: Sequence[str], depths: Depths
    ) -> None:
        self.here, self.notation = here, here.notation
        self.streams, self.weights = streams, weights
        self.depths = depths
        self.symbols: dict[Any, Any] = {}
        self.places: list[Place] = []

    def names(self) -> Names:
        """All of them: numbers first, as they stand in the sizes of matrices."""
        graph = self.notation.graph
        for stream, text in zip(graph.streams, self.streams, strict=True):
            width = self.notation.width(stream.index)
            self._number(width, f"N_{text}", "problem.widths", self._stream(stream.index))
        for weight, text in zip(graph.weights, self.weights, strict=True):
            self._numbers_of_weight(weight.index, text)
        if self.notation.outputs_of_network() != 1:
            self.symbols[self.notation.outputs_of_network()] = OUTPUTS
        matrices = [p for place in range(len(self.streams)) for p in self._matrices(place)]
        for old in (self.notation.data(), self.notation.data(test=True)):
            self.symbols[old] = rebuild(old, self.symbols.get)
        order = ("overlaps", "points", "problem.widths", "problem.variances")
        found = [*matrices, *self.places]
        ranks = {source: place for place, source in enumerate(order)}
        found.sort(key=lambda place: ranks.get(place.source, len(order)))
        return Names(self.symbols, tuple(found))

    def _stream(self, place: int) -> Any:
        return self.depths.in_code(self.here.stream_number(place) - 1)

    def _number(self, old: Any, name: str, source: str, entry: Any) -> None:
        self.symbols[old] = type(old)(name, **old.assumptions0)
        self.places.append(Place(name, source, entry))

    def _numbers_of_weight(self, weight: int, text: str) -> None:
        item, number = self.notation.graph.weights[weight], self.here.weight_number(weight)
        entry = self.depths.in_code(number)
        self._number(self.notation.variance(weight), f"s_{text}", "problem.variances", entry)
        if text == ABOVE and self._within:
            self._number(self.notation.handed, f"m_{text}", "problem.rows", entry)
        elif text == ABOVE:
            entry = self._stream(len(self.streams) - 1)
            self._number(self.notation.outputs(), f"m_{text}", "problem.vectors", entry)
        elif item.branched:
            self._number(self.notation.heads(weight), f"H_{text}", "problem.branches", entry)

    def _matrices(self, place: int) -> list[Place]:
        """Names the matrices of a stream and of its weights."""
        text, notation = self.streams[place], self.notation
        flux = sympy.MatrixSymbol(f"R_{notation.graph.streams[place].name}", *[
            notation.vectors_count(place)] * 2)  # fmt: skip
        for letter, old in (
            ("G", notation.overlap(place)), ("U", overlap_symbol(notation, place)), ("R", flux),
        ):  # fmt: skip
            self._matrix(old, f"{letter}_{text}")
        for weight in notation.graph.streams[place].weights:
            for letter, symbol in (("Q", point_symbol), ("Y", force_symbol), ("D", shift_symbol)):
                self._matrix(symbol(notation, weight), f"{letter}_{self.weights[weight]}")
        found = [Place(f"G_{text}", "overlaps", self._stream(place), self._rows(place))]
        if text == ABOVE:
            found.append(Place(f"Q_{text}", "points", self._stream(place)))
        if place == 0 and self._within:
            rows = self.depths.in_code(self.here.weight_number(len(self.weights) - 1))
            found.append(Place(f"Q_{ABOVE}", "points", self._stream(0), rows))
        return found

    @property
    def _within(self) -> bool:
        return self.here.pieces[-1].within

    def _rows(self, place: int) -> Any:
        """Where it is kept how many vectors of a shared stream the window has."""
        if place or self.here.whole == self.notation.overlap(0):
            return None
        lowest = self.notation.graph.streams[0].weights[-1]
        return self.depths.in_code(self.here.weight_number(lowest))

    def _matrix(self, old: Any, name: str) -> None:
        size = rebuild(old.shape[0], self.symbols.get)
        self.symbols[old] = (
            Overlap(name, size) if type(old) is Overlap else sympy.MatrixSymbol(name, size, size)
        )
