"""The closed fixed point: the equations of all streams as one, whatever the depth.

An induction upwards. Its statement: the lowest overlaps are a number times the lifted overlaps of
stream k times one factor for every stream below k; and the flux of stream k is a partial trace of
the lowest one. The step substitutes the equation of stream k.
"""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra import build
from derive.algebra.layered import LayerProduct
from derive.algebra.sizes import quotient
from derive.derivation.repeat.parts import Block, Part
from derive.derivation.repeat.theory import FixedPoint, Layer
from derive.derivation.repeat.window import Window, Windows
from derive.errors import RuleError


def close(
    parts: tuple[Part, ...], layers: tuple[Layer, ...], windows: Windows
) -> FixedPoint | None:
    """The equation of the lowest overlaps alone; None where a flux is not named."""
    if any(layer.equation.flux is None for layer in layers):
        return None
    lowest = layers[0]
    total = lowest.overlap.shape[0]
    number: Any = sympy.S.One
    factors: list[Any] = []
    for part in reversed(parts):
        here = windows.of(part.at(part.index) if isinstance(part, Block) else part,
                          top=part is parts[-1])  # fmt: skip
        scale, matrices = _composed(here, total)
        if isinstance(part, Block):
            ends = (part.index, sympy.S.One, part.copies)
            scale = sympy.Product(part.in_heads(scale), ends)
            matrices = [LayerProduct(build.mul(*matrices), *ends)]
        number, factors = number * scale, [*factors, *matrices]
    right = build.mul(number, sympy.Identity(total), *factors)
    fluxes = tuple((layer.equation.flux, _traced(layer, lowest)) for layer in layers)
    return FixedPoint(lowest.overlap, right, fluxes, lowest.equation.flux_value)


def _composed(here: Window, total: Any) -> tuple[Any, list[Any]]:
    """The number and the lifted factors that the own streams of a window bring.

    Raises:
        RuleError: An equation is not the lifted overlaps above times a factor.
    """
    number: Any = sympy.S.One
    found: list[Any] = []
    own = here.streams_of(0)
    for stream in reversed(own):
        equation = here.theory.equations[stream]
        scale, matrices = build.split(here.indexed(equation.right))
        if not (here.top and stream == own[-1]):
            above = here.indexed(here.notation.overlap(stream + 1))
            heads = quotient(build.rows(equation.overlap), here.notation.vectors_count(stream + 1))
            if not matrices or matrices[0] != build.lift(above, here.indexed(heads)):
                raise RuleError(f"the equations do not close: {above.name} stands not in front")
            matrices = matrices[1:]
        size = here.indexed(build.rows(equation.overlap))
        factor = build.mul(sympy.Identity(size), *matrices)
        number = number * scale
        found.append(build.lift(factor, quotient(total, size)))
    return number, found


def _traced(layer: Layer, lowest: Layer) -> Any:
    """R_k as a partial trace of the lowest flux."""
    heads = quotient(lowest.overlap.shape[0], layer.overlap.shape[0])
    return build.partial_trace(lowest.equation.flux, heads)
