r"""Infinitely many heads, after infinite widths: the limit of the scalar saddle equations.

The kernels of sectors are written in those of pairs of paths that share some heads, and a flux as
the sum over what its sector occurs: then every coefficient is a rational function of head counts,
and SymPy takes its limit. One that grows is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from derive.algebra import build, normal, rebuild, substitute
from derive.algebra.scalars import expand
from derive.errors import RuleError
from derive.symmetry.permutations import Sector
from derive.theories.networks.analysis.exchangeable.reduce import Reduced
from derive.theories.networks.analysis.exchangeable.sectors import Splitting
from derive.theories.networks.analysis.exchangeable.symmetry import Symmetry

NO_NUMBER = (sympy.oo, -sympy.oo, sympy.zoo, sympy.nan)


@dataclass(frozen=True)
class Infinite:
    """The saddle equations in the limit.

    Attributes:
        layers: The layers whose heads become infinitely many.
        kernels: (sector, Delta_S): what pairs of paths that share the heads of the sector's layers
            see beyond pairs that share fewer.
        sector_kernels: (K_S, what it is in these kernels, at any number of heads).
        symbol: C, the labels' covariance in the fluxes.
        covariance: Its value.
        equations: (eigenvalue, right-hand side), the lowest stream first.
        fluxes: (flux, value): fluxes summed over what their sectors occur; C stands for the
            covariance.
    """

    layers: tuple[int, ...]
    kernels: tuple[tuple[Sector, Any], ...]
    sector_kernels: tuple[tuple[Any, Any], ...]
    symbol: Any
    covariance: Any
    equations: tuple[tuple[Any, Any], ...]
    fluxes: tuple[tuple[Any, Any], ...]


def infinite_heads(
    symmetry: Symmetry, result: Reduced, layers: Sequence[int] | None = None
) -> Infinite:
    """Send head counts to infinity.

    Args:
        symmetry: The permutations.
        result: The theory by sectors, in the papers' normalisation.
        layers: Numbers of layers with branches; all declared ones where left out.

    Raises:
        RuleError: A layer is not declared, the network has skips or several outputs, or a limit
            does not exist.
    """
    weights = _weights(symmetry, layers)
    heads = tuple(symmetry.notation.heads(weight) for weight in weights)
    shared = _differences(symmetry)
    kernels = _sector_kernels(symmetry, shared)
    covariance = normal(substitute(result.covariance, kernels))
    symbol = build.overlap("C", symmetry.notation.examples)
    totals = {e.flux: _total(e.flux) for e in result.equations}
    scaled = {e.flux: totals[e.flux] / e.unknown.multiplicity for e in result.equations}
    rights, values = [], []
    for equation in result.equations:
        value = rebuild(equation.flux_value, {result.covariance: symbol, **kernels, **scaled}.get)
        values.append(equation.unknown.multiplicity * value)
        rights.append(rebuild(equation.right, scaled.get))
    unknowns = [e.unknown.symbol for e in result.equations]
    return Infinite(
        layers=tuple(symmetry.notation.graph.weights[w].branching or 0 for w in weights),
        kernels=tuple(shared.items()),
        sector_kernels=tuple(kernels.items()),
        symbol=symbol,
        covariance=limit(covariance, heads),
        equations=tuple((u, limit(r, heads)) for u, r in zip(unknowns, rights, strict=True)),
        fluxes=tuple(
            (totals[e.flux], limit(v, heads)) for e, v in zip(result.equations, values, strict=True)
        ),
    )


def _weights(symmetry: Symmetry, layers: Sequence[int] | None) -> tuple[int, ...]:
    if not symmetry.notation.graph.is_scalar():
        raise RuleError(
            "the limit of infinitely many heads is taken of scalar saddle equations, and a stream "
            "with a skip, or below several outputs, has none; take a network without skips, of one "
            "output"
        )
    wanted = symmetry.layers if layers is None else tuple(layers)
    declared = dict(zip(symmetry.layers, symmetry.weights, strict=True))
    for layer in wanted:
        if layer not in declared:
            listed = ", ".join(map(str, declared))
            raise RuleError(
                f"layer {layer}: its number of heads cannot go to infinity, as it is not declared "
                f"exchangeable; declared: {listed}"
            )
    return tuple(declared[layer] for layer in wanted)


def _total(flux: Any) -> Any:
    """The symbol of a flux summed over what its sector occurs."""
    return sympy.Symbol("f" + flux.name[1:], real=True)


def _differences(symmetry: Symmetry) -> dict[Sector, Any]:
    """Delta_S, by inclusion and exclusion of the kernels of paths that share heads."""
    data, differences = symmetry.notation.data(), {}
    for sector in symmetry.sectors(data.paths):
        label = symmetry.label(data.paths, sector)
        differences[sector] = build.overlap(f"Delta_{label}", data.examples)
    return differences


def _sector_kernels(symmetry: Symmetry, differences: dict[Sector, Any]) -> dict[Any, Any]:
    """K_S: in each layer the projector summed over pairs of heads.

    A pair that differs sees what all pairs see, Delta without the layer; a pair of equal heads sees
    Delta with the layer too.
    """
    split, kernels = Splitting(symmetry), {}
    for sector in differences:
        parts = []
        for seen, kernel in differences.items():
            sums = [
                _projector_sum(symmetry.notation.heads(w), w in sector, equal=w in seen)
                for w in symmetry.weights
            ]
            parts.append(build.scale(sympy.Mul(*sums), kernel))
        kernels[split.kernel(sector)] = build.add(*parts)
    return kernels


def _projector_sum(heads: Any, orthogonal: bool, *, equal: bool) -> Any:
    """The sum of the entries of J/H or of I - J/H, over all pairs of heads or over equal ones."""
    mean_part = sympy.S.One if equal else heads  # H or H^2 entries of J/H
    return heads - mean_part if orthogonal else mean_part


def limit(expression: Any, heads: Sequence[Any]) -> Any:
    """The limit of an expression as head counts go to infinity, coefficient by coefficient.

    Raises:
        RuleError: A coefficient has no limit, or one that depends on the order of the limits.
    """
    if getattr(expression, "is_Matrix", False):
        terms = [build.split(term) for term in build.terms(normal(expression))]
        parts: dict[Any, Any] = {}
        for number, factors in terms:
            key = build.mul(*factors) if factors else sympy.Identity(build.rows(expression))
            parts[key] = parts.get(key, 0) + number
        return build.add(*(build.scale(_limit(c, heads), m) for m, c in parts.items()))
    parts = {}
    for term in sympy.Add.make_args(expand(normal(expression))):
        outside, inside = _apart(term)
        parts[inside] = parts.get(inside, 0) + outside
    return sympy.Add(*(_limit(c, heads) * atom for atom, c in parts.items()))


def _apart(term: Any) -> tuple[Any, Any]:
    """The factors of a term that are rational functions, and all others."""
    outside: list[Any] = []
    inside: list[Any] = []
    for factor in sympy.Mul.make_args(term):
        rational = all(
            n.is_Add or n.is_Mul or n.is_Pow or n.is_Atom for n in sympy.preorder_traversal(factor)
        )
        (outside if rational else inside).append(factor)
    return sympy.Mul(*outside), sympy.Mul(*inside)


def _limit(coefficient: Any, heads: Sequence[Any]) -> Any:
    limits = [_ordered_limit(coefficient, order) for order in (list(heads), list(heads)[::-1])]
    names = ", ".join(str(h) for h in heads)
    for value in limits:
        if value.has(*NO_NUMBER):
            raise RuleError(
                f"no limit as {names} -> infinity: a coefficient grows like "
                f"{sympy.factor(coefficient)}"
            )
    if sympy.simplify(limits[0] - limits[1]) != 0:
        raise RuleError(f"no limit as {names} -> infinity: its order matters ({coefficient})")
    return limits[0]


def _ordered_limit(coefficient: Any, heads: Sequence[Any]) -> Any:
    value = sympy.together(coefficient)
    for head in heads:
        large = sympy.Dummy("H", positive=True)  # SymPy's limits want no whole numbers
        value = sympy.limit(value.subs(head, large), large, sympy.oo)
        if value.has(*NO_NUMBER):
            return value
        value = sympy.factor(value)
    return value
