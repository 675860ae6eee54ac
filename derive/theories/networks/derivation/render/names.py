"""What is printed by a name: the label covariance, kernels, forces, and large sizes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from derive.algebra import build, normal, polynomials, substitute
from derive.algebra.kinds import Matrix, Size
from derive.algebra.naming import Name, named, nodes_in
from derive.algebra.nodes import Selection
from derive.steps.naming import Names
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.theory import Theory

FACTORS = 3
"""Sizes with as many factors are printed by name."""
SYMBOLS = 6
"""So are sums in which more symbols stand."""


def names_of(theory: Theory) -> Names:
    """The names of a theory: C, K_*, K_**, C at infinite width, the forces Y, dC, sizes m."""
    predictor, notation = theory.predictor, theory.notation
    covariance, bottom = predictor.covariance, notation.overlap(0)
    pairs = [(covariance, "C"), (predictor.kernel, "Kstar"), (predictor.own_kernel, "Kstarstar")]
    if theory.chain is not None:
        scaled = build.scale(1 / theory.chain.scales[0], theory.chain.overlaps[0])
        pairs.append((substitute(covariance, {bottom: scaled}), "C"))
    pairs.append((substitute(covariance, {bottom: theory.wide.overlaps[0]}), "C_inf"))
    pairs += [(value, symbol.name) for symbol, value in theory.wide.forces]
    pairs.append((_change_of(covariance, bottom, theory.hessian.directions[0]), "dC"))
    chosen = [node for node in nodes_in(covariance) if type(node) is Selection]
    pairs += [
        (node, "Pi") for node in sorted(chosen, key=sympy.default_sort_key)
    ]  # the paths among the vectors of the lowest stream
    matrices = tuple(named(value, name) for value, name in pairs)
    directions = frozenset(theory.hessian.directions)
    return Names(matrices, size_names(notation), directions, _block_names(notation))


def _block_names(notation: Notation) -> tuple[Name, ...]:
    """A_l, that weight l acts on, and B_l, that it made, where they are blocks; dA_l and dB_l."""
    names = []
    for weight in notation.inner_weights():
        for stream, span, name in (
            (weight.above, weight.acts_on, "A"),
            (weight.below, (weight.index,), "B"),
        ):
            if stream is None:
                continue
            letter, run = notation.letter(weight.index), notation.span(span)
            for whole, mark in ((notation.overlap(stream), ""), (notation.direction(stream), "d")):
                block = build.pick(whole, run)
                if block != whole:
                    names.append(named(block, f"{mark}{name}_{letter}"))
    return tuple({name.value: name for name in names}.values())


def _change_of(covariance: Matrix, overlap: Matrix, direction: Matrix) -> Any:
    """The change of a covariance that is linear in an overlap, up to a constant."""
    moved = substitute(covariance, {overlap: build.add(overlap, direction)})
    return normal(build.subtract(moved, covariance))


def size_names(notation: Notation) -> dict[Any, str | None]:
    """Sizes, multiplied out, each after those that it is made of: long ones have a name.

    It is m with the index of a weight for a stream's vectors down to those of the weight, b for
    those of the weight alone, where it acts on vectors that do not stand side by side.
    """
    names: dict[Any, str | None] = {}
    symbols: dict[Any, Any] = {}
    for item in notation.inner_weights():
        total, own = notation.size_down_to(item.index), notation.block_size(item.index)
        pairs = [(total, notation.size_name(item.index))]
        if own != total and not notation.acts_on_first(item.index):
            pairs.insert(0, (own, f"b_{notation.letter(item.index)}"))
        for size, name in pairs:
            if name is not None and _is_long(polynomials.factored(size, symbols), symbols):
                symbols[size], names[size] = sympy.Symbol(name), name
            else:
                names.setdefault(size, None)
    return names


def factored_sizes(notation: Notation) -> dict[int, Any]:
    """For each weight, the number of vectors of its stream from the top down to its own."""
    weights = [item.index for item in notation.inner_weights()]
    return {k: polynomials.factored(notation.size_down_to(k)) for k in weights}


def _is_long(size: Size, symbols: Mapping[Any, Any]) -> bool:
    """Whether a size has many factors or, as a sum, many symbols, or one named before it."""
    named = set(symbols.values())
    if type(size) is sympy.Add:
        inside = [part for part in sympy.preorder_traversal(size) if part.is_Symbol]
        return len(inside) > SYMBOLS or bool(named & set(inside))
    return sum(FACTORS if f in named else 1 for f in sympy.Mul.make_args(size)) >= FACTORS
