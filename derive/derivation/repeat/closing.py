"""The closed fixed point: the equations of all streams as one, whatever the depth.

An induction upwards. Its statement: the lowest overlaps are a number times the lifted overlaps of
stream k times one factor for every stream below k; and the flux of stream k is a partial trace of
the lowest one. The step substitutes the equation of stream k.
"""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra import build, contains, rebuild
from derive.algebra.layered import LayerProduct
from derive.algebra.sizes import quotient
from derive.derivation.repeat.parts import Block, Part
from derive.derivation.repeat.theory import FixedPoint, Layer
from derive.derivation.repeat.window import Window, Windows


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
            scale = sympy.Product(scale, ends)
            matrices = [LayerProduct(build.mul(*matrices), *ends)]
        number, factors = number * scale, [*factors, *matrices]
    right = build.mul(number, sympy.Identity(total), *factors)
    fluxes = tuple((layer.equation.flux, _traced(layer, lowest)) for layer in layers)
    return FixedPoint(lowest.overlap, right, fluxes, lowest.equation.flux_value)


def _composed(here: Window, total: Any) -> tuple[Any, list[Any]]:
    """The number and the lifted factors that the own streams of a window bring."""
    own = here.streams_of(0)
    if not own:
        return sympy.S.One, []
    equations = here.theory.equations
    found = equations[own[0]].overlap
    for stream in own:
        # Symmetric at the saddle point only, so that `substitute` would refuse it.
        found = rebuild(found, {equations[stream].overlap: equations[stream].right}.get)
    number, matrices = build.split(here.indexed(found))
    above = here.indexed(here.notation.overlap(own[-1] + 1)) if not here.top else None
    heads = quotient(total, here.indexed(here.notation.vectors_count(own[0])))
    kept = [m for m in matrices if above is None or not contains(m, {above})]
    return number, [build.lift(matrix, heads) for matrix in kept]


def _traced(layer: Layer, lowest: Layer) -> Any:
    """R_k as a partial trace of the lowest flux."""
    heads = quotient(lowest.overlap.shape[0], layer.overlap.shape[0])
    return build.partial_trace(lowest.equation.flux, heads)
