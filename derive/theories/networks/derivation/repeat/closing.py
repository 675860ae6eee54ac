"""The closed fixed point: the equations of all streams as one, whatever the depth.

An induction upwards. Its statement: the lowest overlaps are a number times the lifted overlaps of
stream k times one factor for every stream below k; and the flux of stream k is a partial trace of
the lowest one. The step substitutes the equation of stream k.
"""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra import build, equal, rebuild
from derive.algebra.kinds import Expression
from derive.algebra.layered import LayerProduct
from derive.algebra.sizes import quotient
from derive.errors import RuleError
from derive.theories.networks.derivation.repeat.composed import FixedPoint, Layer
from derive.theories.networks.derivation.repeat.pieces import Block, Part, generic
from derive.theories.networks.derivation.repeat.window import Window, Windows


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
        here = windows.of(generic(part))
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
    """The number and the lifted factors that the own streams of a window bring, the highest first.

    Each equation is a number times the lifted overlaps above times a factor; a lift of a product
    is the product of the lifts.
    """
    number: Any = sympy.S.One
    lifted: list[Any] = []
    own = here.streams_of(0)
    for stream in reversed(own):
        right = here.indexed(here.theory.equations[stream].right)
        if not here.top or stream != own[-1]:
            right = _without(right, here.indexed(here.notation.overlap(stream + 1)))
        scale, matrices = build.split(right)
        heads = quotient(total, right.shape[0])
        number, lifted = number * scale, [*lifted, *(build.lift(m, heads) for m in matrices)]
    return number, lifted


def _without(right: Expression, above: Any) -> Any:
    """The factor that stands behind the lifted overlaps above.

    Raises:
        RuleError: The expression is not a product of these and a factor.
    """
    factor = rebuild(right, {above: sympy.Identity(above.shape[0])}.get)
    lifted = build.lift(above, quotient(right.shape[0], above.shape[0]))
    if not equal(right, build.mul(lifted, factor)):
        raise RuleError(f"the equations do not close: {above.name} stands not in front")
    return factor


def _traced(layer: Layer, lowest: Layer) -> Any:
    """R_k as a partial trace of the lowest flux."""
    heads = quotient(lowest.overlap.shape[0], layer.overlap.shape[0])
    return build.partial_trace(lowest.equation.flux, heads)
