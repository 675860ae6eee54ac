"""From windows to the theory of any depth: shares of single pieces, equations of neighbours.

The induction goes down from the readout. Its statement: the log density is a sum of shares of the
pieces above, each a function of the overlaps of a piece and of the ones above it, and of the law of
what is below, which depends on the lowest of these overlaps alone. The base is the readout's
window; the step is the window of one copy, on which the rules work as on any network.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

import sympy

from derive.algebra.layered import LayerOverlap
from derive.theories.networks.derivation.pipeline import RULES, Rules
from derive.theories.networks.derivation.repeat.closing import close
from derive.theories.networks.derivation.repeat.composed import (
    Composed,
    Layer,
    Range,
)
from derive.theories.networks.derivation.repeat.parts import parts
from derive.theories.networks.derivation.repeat.pieces import Block, Part, generic, highest, lowest
from derive.theories.networks.derivation.repeat.shared import shared_layer
from derive.theories.networks.derivation.repeat.shares import labels_of, share_of
from derive.theories.networks.derivation.repeat.window import Window, Windows
from derive.theories.networks.derivation.rules.chain.rewrite import Chain
from derive.theories.networks.derivation.rules.eliminate.rewrite import SaddleEquation
from derive.theories.networks.derivation.rules.hessian.rewrite import Hessian
from derive.theories.networks.derivation.rules.wide.rewrite import Wide
from derive.theories.networks.derivation.state import State
from derive.theories.networks.derivation.theory import Theory
from derive.theories.networks.description import Network


def composed_theory(network: Network, rules: Rules = RULES) -> Theory:
    """The theory of a network in which layers are repeated a symbolic number of times.

    Raises:
        DescriptionError: The network cannot be cut into parts.
        RuleError: It is outside the theory.
    """
    all_parts = parts(network)
    outputs = generic(all_parts[-1]).above
    windows = Windows(rules, outputs, by_weight=any(generic(part).whole for part in all_parts))
    shares = tuple(share_of(part, windows) for part in all_parts)
    bottom, labels = windows.of(generic(all_parts[0])), labels_of(generic(all_parts[0]), windows)
    chain = all(item.notation.graph.is_chain() for _, _, item in shares)
    layers = tuple(_layers(all_parts, windows))
    if not chain:  # a window may be a chain where the network is none
        layers = tuple(replace(layer, in_chain=False) for layer in layers)
    closed = close(all_parts, layers, windows) if chain else None
    return theory_of(Composed(all_parts, layers, closed, bottom, labels, shares), chain=chain)


def theory_of(composed: Composed, *, chain: bool) -> Theory:
    """The theory that parts and layers make up.

    Args:
        composed: The parts and layers.
        chain: Whether the network is a chain.
    """
    here, total = composed.lowest, composed.total
    return Theory(
        notation=here.notation,
        law=State(here.notation, total("law"), total("constant"), (), ()),
        action=total("action"),
        energy=here.indexed(here.theory.energy),
        constant=total("kept"),
        dropped=total("dropped"),
        chain=chain_of(composed) if chain else None,
        composed=composed,
        **of_layers(composed),
    )


def of_layers(composed: Composed) -> dict[str, Any]:
    """The fields of a theory that are those of its layers, and of the window at the input."""
    here, layers = composed.lowest, composed.layers
    return {
        "gradients": tuple(layer.gradient for layer in layers),
        "equations": tuple(replace(x.equation, stream=k) for k, x in enumerate(layers)),
        "predictor": _indexed(here, here.theory.predictor),
        "wide": _near_infinite_width(layers),
        "hessian": _hessian(composed),
        "share": None if here.theory.share is None else _indexed(here, here.theory.share),
    }


def _indexed(here: Window, found: Any) -> Any:
    """A record of expressions in nodes of layers."""
    values = {f.name: here.indexed(getattr(found, f.name)) for f in fields(found)}
    return replace(found, **values)


def _near_infinite_width(layers: tuple[Layer, ...]) -> Wide:
    """What holds of all layers near infinite width, each name once."""

    def once(pairs: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
        return tuple(dict.fromkeys(pairs))

    return Wide(
        once(pair for layer in layers for pair in layer.points),
        tuple(layer.point for layer in layers),
        once(pair for layer in layers for pair in layer.forces),
        once(pair for layer in layers for pair in layer.shifts),
    )


def chain_of(composed: Composed) -> Chain:
    """The papers' normalisation, of a chain."""
    equations: list[SaddleEquation] = []
    scales: list[Any] = []
    for place, layer in enumerate(composed.layers):
        own = layer.window.theory.chain
        assert layer.scaled is not None and own is not None
        equations.append(replace(layer.scaled, stream=place))
        scales.append(layer.window.indexed(own.scales[layer.stream]))
    overlaps = tuple(equation.overlap for equation in equations)
    total = composed.total
    return Chain(overlaps, tuple(scales), total("scaled"), total("shift"), tuple(equations))


def _hessian(composed: Composed) -> Hessian:
    here, layers = composed.lowest, composed.layers
    follower = here.theory.hessian.follower
    return Hessian(
        tuple(LayerOverlap("dG", *layer.overlap.args[1:]) for layer in layers),
        tuple(layer.change for layer in layers),
        None if follower is None else tuple(map(here.indexed, follower)),
    )


def _layers(all_parts: tuple[Part, ...], windows: Windows) -> list[Layer]:
    """The equations of every stream, from windows of neighbours."""
    kept = tuple(p for k, p in enumerate(all_parts) if _is_kept(p, k, len(all_parts)))
    layers: list[Layer] = []
    for place, upper in enumerate(kept):
        if generic(upper).whole is None:
            layers += _of_ordinary(kept, place, windows)
            continue
        if not (place and generic(kept[place - 1]).within):
            layers.append(shared_layer(kept, place, windows))
        layers += _of_piece(windows.of(generic(upper)), 0, _copies(upper))
    return layers


def _of_ordinary(kept: tuple[Part, ...], place: int, windows: Windows) -> list[Layer]:
    """The equations of the streams of a part, from windows of it and what is below."""
    upper = kept[place]
    if place == 0:
        next_one = kept[1]
        pieces = (
            (highest(upper),) if generic(next_one).whole else (highest(upper), lowest(next_one))
        )
        return _of_piece(windows.of(*pieces), 0, None)
    here = windows.of(highest(kept[place - 1]), lowest(upper))
    own = _of_piece(here, 1, None)
    return _of_block(own, upper, windows) if isinstance(upper, Block) else own


def _copies(part: Part) -> Range | None:
    return Range(part.index, 1, part.copies) if isinstance(part, Block) else None


def _of_block(first: list[Layer], block: Block, windows: Windows) -> list[Layer]:
    """The first copy, all others, and the highest where other weights stand above it."""
    generic = windows.of(block.at(block.index - 1), block.at(block.index))
    if block.alike:
        return _merged(first, _of_piece(generic, 1, Range(block.index, 2, block.copies)))
    highest = windows.of(block.at(block.copies - 1), block.at(block.copies))
    between = _of_piece(generic, 1, Range(block.index, 2, block.copies - 1))
    return [*_merged(first, between), *_of_piece(highest, 1, None)]


def _is_kept(part: Part, place: int, count: int) -> bool:
    return isinstance(part, Block) or bool(part.layers) or place in (0, count - 1)


def _merged(first: list[Layer], generic: list[Layer]) -> list[Layer]:
    """The first copy and all others; where they have the same equations, as one kind."""
    alone, others = [], []
    for low, layer in zip(first, generic, strict=True):
        assert layer.known is not None
        same = layer.says_the_same(low, {layer.known.index: sympy.S.One})
        alone += [] if same else [low]
        others.append(replace(layer, known=replace(layer.known, first=1)) if same else layer)
    return [*alone, *others]


def _of_piece(here: Window, piece: int, known: Range | None) -> list[Layer]:
    return [Layer(here, stream, known) for stream in here.streams_of(piece)]
