"""A theory of symbolic depth at a given depth, in the symbols of the network written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy

from derive.algebra import build, rebuild
from derive.algebra.kinds import Expression, Node, Size
from derive.algebra.layered import LAYERED, LayerCount, LayerSize
from derive.algebra.sizes import multiplied_out
from derive.algebra.sums import expand_sums
from derive.algebra.walk import walk
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.chain.rewrite import overlap_symbol
from derive.theories.networks.derivation.rules.wide.rewrite import (
    force_symbol,
    point_symbol,
    shift_symbol,
)


def at_depth(expression: Expression, depths: Mapping[Any, int], notation: Notation) -> Any:
    """The expression with its sums written out, in the symbols of a network of known depth.

    Args:
        expression: From a theory of symbolic depth.
        depths: A number for every depth (and for the number of a generic copy, if there is one).
        notation: That of the network with these depths.
    """
    numbers = {name: sympy.Integer(value) for name, value in depths.items()}
    written = expand_sums(expression, numbers)

    def known(node: Node) -> Any:
        if str(getattr(node, "name", "")) in OF_FEATURES:
            return OF_FEATURES[str(node.name)](notation)
        if type(node) is LayerCount:
            return _count(notation, int(node.number))
        if type(node) in LAYERED:
            return OF[str(node.args[0])](notation, int(node.number))
        if _is_size(node):
            return cancelled(node)
        if type(node) is sympy.Mul and node.atoms(LayerSize):
            sizes = [part for part in node.args if _is_size(part) or isinstance(part, LayerSize)]
            rest = [rebuild(part, known) for part in node.args if part not in sizes]
            return sympy.Mul(cancelled(sympy.Mul(*sizes)), *rest) if sizes else None
        return None

    def cancelled(size: Size) -> Any:
        values = {part: known(part) for part in size.atoms(LayerSize)}
        return multiplied_out(size.xreplace(values), notation.copies)

    return rebuild(written, known)


def _is_size(node: Node) -> bool:
    """Whether a node is a sum or product of sizes, so that it can be cancelled."""
    if type(node) not in (sympy.Add, sympy.Mul, sympy.Pow) or not node.atoms(LayerSize):
        return False
    plain = (sympy.Add, sympy.Mul, sympy.Pow, LayerSize, LayerCount)

    def parts(part: Any) -> Any:
        return () if isinstance(part, LayerSize) else part.args

    return all(type(part) in plain or part.is_Rational for part in walk([node], parts))


def _flux(notation: Notation, number: int) -> Any:
    stream = notation.graph.streams[number - 1]
    size = notation.vectors_count(stream.index)
    return build.matrix_symbol(f"R_{stream.name}", size, size)


def _count(notation: Notation, weight: int) -> Any:
    """How many vectors a stream has down to those of a weight."""
    return multiplied_out(notation.block_start(weight) + notation.block_size(weight))


def _point(notation: Notation, weight: int) -> Any:
    """The overlaps at infinite width of a stream's vectors down to those of a weight."""
    below = notation.graph.weights[weight].below
    assert below is not None
    order = notation.graph.streams[below].weights
    chosen = order[: order.index(weight) + 1]
    return build.block_diagonal(*(point_symbol(notation, k) for k in chosen))


def _force(notation: Notation, weight: int) -> Any:
    """The force on a stream's vectors down to those of a weight, from what is below it."""
    return build.overlap(f"F_{notation.letter(weight)}", _count(notation, weight))


OF_FEATURES: dict[str, Callable[[Notation], Any]] = {
    "b_1": lambda notation: notation.along(),
    "rho_1": lambda notation: notation.share(),
    "drho_1": lambda notation: sympy.Symbol(f"d{notation.share().name}", real=True),
}
"""From what features with a mean bring in the lowest stream to the symbol."""
OF: dict[str, Callable[[Notation, int], Any]] = {
    "N": lambda notation, number: notation.width(number - 1),
    "m": lambda notation, number: notation.vectors_count(number - 1),
    "H": lambda notation, number: notation.heads(number),
    "s": lambda notation, number: notation.variance(number),
    "G": lambda notation, number: notation.overlap(number - 1),
    "dG": lambda notation, number: notation.direction(number - 1),
    "U": lambda notation, number: overlap_symbol(notation, number - 1),
    "R": _flux,
    "Q": point_symbol,
    "Y": force_symbol,
    "D": shift_symbol,
    "Lambda": _point,
    "F": _force,
}
"""From a node's letter and number to the symbol; streams count from 1, weights from 0."""
