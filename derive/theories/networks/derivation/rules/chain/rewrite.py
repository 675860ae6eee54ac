r"""The rescaling to the papers' normalisation, for chains: U_l = (prod_{k >= l} H_k) G_l."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from derive.algebra import build, contains, normal, substitute
from derive.algebra.kinds import Expression, Scalar
from derive.algebra.scalars import expand
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.eliminate.rewrite import SaddleEquation


@dataclass(frozen=True)
class Chain:
    """The theory of a chain in the papers' normalisation.

    Attributes:
        overlaps: U_l, the lowest first; the last one is u_a.
        scales: (prod_{k >= l} H_k), so that U_l = scale G_l.
        action: S of the papers: constants that do not depend on order parameters are dropped.
        shift: action = S - shift.
        equations: (U_l, right-hand side, flux, its value), the lowest first.
    """

    overlaps: tuple[Any, ...]
    scales: tuple[Any, ...]
    action: Any
    shift: Any
    equations: tuple[SaddleEquation, ...]


def overlap_symbol(notation: Notation, stream: int) -> Any:
    """U_l, or u_a for a single number."""
    name = notation.graph.streams[stream].name
    size = notation.vectors_count(stream)
    return build.overlap(f"u_{name}" if size == 1 else f"U_{name}", size)


def chain_form(
    action: Scalar, equations: tuple[SaddleEquation, ...], notation: Notation
) -> Chain | None:
    """Rescale the order parameters of a chain; None where the network is none.

    The variances leave the action: sum_l N_l m_l ln sigma_l^2 does not depend on an order
    parameter, and the papers drop it.
    """
    whole = all(notation.is_whole(stream.index) for stream in notation.streams())
    if not notation.graph.is_chain() or not whole:
        return None
    scales: list[Any] = []
    scale: Any = notation.outputs() / notation.outputs_of_network()
    for stream in reversed(notation.streams()):
        (weight,) = stream.weights
        scale = scale * notation.heads(weight)
        scales.insert(0, scale)
    symbols = tuple(overlap_symbol(notation, s.index) for s in notation.streams())
    replacements = {
        notation.overlap(k): build.scale(1 / scales[k], symbol) for k, symbol in enumerate(symbols)
    }
    rescaled = expand(normal(_substitute_known(action, replacements)), logs=True)
    # What the papers drop: the terms without an order parameter.
    kept, shift = rescaled.as_independent(*symbols, as_Add=True)[::-1]
    if notation.has_mean:  # what the share of the projections brings vanishes without these
        alone = shift
        shift = expand(alone.subs(notation.share(), 1), logs=True)
        kept += alone - shift
    return Chain(
        overlaps=symbols,
        scales=tuple(scales),
        action=kept,
        shift=shift,
        equations=tuple(_equation(e, symbols, tuple(scales), replacements) for e in equations),
    )


def _equation(
    equation: SaddleEquation,
    symbols: tuple[Any, ...],
    scales: tuple[Any, ...],
    replacements: dict[Any, Any],
) -> SaddleEquation:
    right = _substitute_known(equation.right, replacements)
    value = _substitute_known(equation.flux_value, replacements)
    return SaddleEquation(
        equation.stream,
        symbols[equation.stream],
        build.scale(scales[equation.stream], right),
        equation.flux,
        value,
        equation.moves,
    )


def _substitute_known(expression: Expression, replacements: dict[Any, Any]) -> Any:
    present = {old: new for old, new in replacements.items() if contains(expression, {old})}
    return substitute(expression, present) if present else expression
