"""The parts of a repeated network as a module has them: a name, identifiers, and a loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from derive.algebra import contains
from derive.algebra.layered import index_text
from derive.theories.networks.derivation.repeat.composed import Composed, Share
from derive.theories.networks.derivation.repeat.parts import INDEX
from derive.theories.networks.derivation.repeat.pieces import Block, Part, Piece, generic
from derive.theories.networks.derivation.repeat.window import Window
from derive.theories.networks.module.repeat.names import ABOVE, Depths, Names, names_of

FLUX, SLOPE = "flux", "slope"
"""What a part needs of all that is below it: its flux, or dS/dG where the flux is not named."""


@dataclass(frozen=True)
class Section:
    """A part of the network.

    Attributes:
        name: What its functions are called after.
        part: The part.
        share: What it brings to law and action.
        window: Where that was derived.
        names: The identifiers of the window's symbols.
        weights: What stands for each of the window's weights in names.
        depths: The depths of the network.
        has_mean: Whether the network's first layer is one of features with a mean.
    """

    name: str
    part: Part
    share: Share
    window: Window
    names: Names
    weights: tuple[str, ...]
    depths: Depths
    has_mean: bool = False

    @property
    def block(self) -> Block | None:
        """The repeated block; None for layers that stand once."""
        return self.part if isinstance(self.part, Block) else None

    @property
    def shared(self) -> bool:
        """Whether its lowest stream is one that a symbolic number of copies share."""
        return self.window.notation.shared

    @property
    def within(self) -> bool:
        """Whether all its layers stand in that stream."""
        return generic(self.part).within

    @property
    def places(self) -> tuple[int, ...]:
        """The streams of its window that it has overlaps of: of a shared one, the first."""
        own = self.window.streams_of(0)
        return (0, *own) if self.shared else tuple(own)

    @property
    def top(self) -> bool:
        """Whether the readout is in it."""
        return self.window.top

    @property
    def title(self) -> str:
        """What it is, as the beginning of a sentence."""
        if self.block is None:
            return f"The {self.name.replace('_', ' ')}"
        depth = ", ".join(sorted(s.name for s in self.copies.free_symbols))
        return f"One copy of the block that is repeated {depth} times"

    @property
    def takes(self) -> str:
        """What it needs of what is below: FLUX or SLOPE."""
        single = len(self.window.notation.graph.streams[0].weights) == 1
        return FLUX if single and not self.shared else SLOPE

    def covariances(self, stream: int) -> list[Any]:
        """The prior covariances that its own weights give to vectors of a stream of its window."""
        window, law = self.window, self.window.theory.law
        own = set(window.weights_of(0))
        weights = window.notation.graph.streams[stream].weights
        return [law.covariance(weight) for weight in weights if weight in own]

    def reads(self) -> list[tuple[int, int]]:
        """(read, reader) of the streams of its window whose overlaps prior covariances read."""
        overlaps = enumerate(self.window.theory.order_parameters)
        return [
            (read, stream)
            for read, overlap in overlaps
            for stream in self.places
            if any(contains(found, {overlap}) for found in self.covariances(stream))
        ]

    @property
    def entry(self) -> Any:
        """The place of its lowest stream, from 0."""
        return self.stream_entry(0)

    def stream_entry(self, place: int) -> Any:
        """The place of a stream of its window, from 0."""
        return self.depths.in_code(self.window.stream_number(place) - 1)

    def row_entry(self, place: int) -> Any:
        """The number of the lowest weight that adds vectors to a stream of its window."""
        weight = self.window.notation.graph.streams[place].weights[-1]
        return self.depths.in_code(self.window.weight_number(weight))

    @property
    def copies(self) -> Any:
        """How often its block is repeated, in the identifiers of a module."""
        assert self.block is not None
        return self.depths.in_code(self.block.copies)

    def arguments(self, *others: str) -> str:
        """The parameters of one of its functions: the number of the copy first."""
        return ", ".join((*([f"{INDEX}: int"] if self.block else []), *others))

    def call(self, function: str, *arguments: str) -> str:
        """A call of one of its functions."""
        given = ([INDEX] if self.block else []) + list(arguments)
        return f"{function}_of_{self.name}({', '.join(given)})"


def sections_of(theory: Composed, depths: Depths) -> list[Section]:
    """The parts that bring something, the lowest first."""
    blocks = [part for part in theory.parts if isinstance(part, Block)]
    found: list[Section] = []
    for part, share, here in theory.shares:
        if not here.weights_of(0):
            continue
        if isinstance(part, Block):
            place = f"_in_block_{blocks.index(part) + 1}" if len(blocks) > 1 else ""
            name = f"copy{place}"
        else:
            name = _name_of(part, theory, blocks)
        weights = _weights(here, part)
        mean = theory.lowest.notation.has_mean
        section = Section(name, part, share, here, Names({}, ()), tuple(weights), depths, mean)
        names = names_of(here, _streams(section), weights, depths)
        found.append(replace(section, names=names))
    return found


def _name_of(part: Piece, theory: Composed, blocks: Sequence[Block]) -> str:
    if part is theory.parts[-1]:
        return "last_layers" if part.layers else "readout"
    if part is theory.parts[0]:
        return "first_layers"
    lower, upper = (theory.parts[theory.parts.index(part) + k] for k in (-1, 1))
    if not isinstance(lower, Block):
        assert isinstance(upper, Block)
        return f"layers_below_block_{blocks.index(upper) + 1}"
    return f"layers_above_block_{blocks.index(lower) + 1}"


def _streams(section: Section) -> list[str]:
    here = section.window
    numbers = [here.stream_number(k) for k in section.places]
    texts = _texts(numbers, section.part, here.top)
    return texts if here.top or section.within else [*texts, ABOVE]


def _weights(here: Window, part: Part) -> list[str]:
    texts = _texts([here.weight_number(k) for k in here.weights_of(0)], part, here.top)
    return ["below", *texts, *([] if here.top else [ABOVE])]


def _texts(numbers: list[Any], part: Part, top: bool) -> list[str]:
    """What stands for streams or weights in names; the readout's are called a."""
    if isinstance(part, Block):
        count = len(numbers)
        return [INDEX] if count == 1 else [f"{INDEX}_{k}" for k in range(1, count + 1)]
    texts = [_identifier(number) for number in numbers]
    return [*texts[:-1], "a"] if top else texts


def _identifier(number: Any) -> str:
    """A number as part of an identifier.

    >>> import sympy
    >>> L = sympy.Symbol("L", positive=True, integer=True)
    >>> _identifier(2 * L + 1), _identifier(sympy.Integer(3))
    ('2L_plus_1', '3')
    """
    return index_text(number).replace("+", "_plus_").replace("-", "_minus_")
