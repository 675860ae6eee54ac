r"""Averages over jointly Gaussian fields, by quadrature broken at the kinks of what is averaged.

One field after the other, each given those before it, on the scale of its own spread: by panels of
Gauss-Legendre nodes between the kinks, by Gauss-Hermite nodes where there are none. A field that
those before it determine is put in their terms.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from derive.errors import SamplingError
from derive.theories.disorder.truth.numeric import Array, Values, evaluate

WIDTH = 8.0
"""Standard deviations to either side: what is left out is below 1e-14."""
DEPENDENT = 1e-10
"""The part of a variance below which a field is determined by those before it."""


@dataclass(frozen=True, eq=False)
class Conditional:
    """A Gaussian variable given those before it.

    Attributes:
        name: Its symbol.
        mean: An expression in those before it.
        spread: Its standard deviation.
    """

    name: Any
    mean: Any
    spread: float


def chain(names: Sequence[Any], covariance: Array) -> tuple[list[Conditional], dict[Any, Any]]:
    """Independent fields in order, and the others in their terms."""
    order: list[Conditional] = []
    kept: list[int] = []
    determined: dict[Any, Any] = {}
    for k, name in enumerate(names):
        slope = np.linalg.solve(covariance[np.ix_(kept, kept)], covariance[kept, k])
        rest = covariance[k, k] - slope @ covariance[kept, k]
        parts = zip(slope, order, strict=True)
        mean = sympy.Add(*(sympy.Float(round(c, 12)) * part.name for c, part in parts))
        if rest <= DEPENDENT * covariance[k, k]:
            determined[name] = mean.xreplace({sympy.Float(1.0): sympy.S.One})
            continue
        order.append(Conditional(name, mean, float(np.sqrt(rest))))
        kept.append(k)
    return order, determined


def expectation(integrand: Any, order: Sequence[Conditional], values: Values, nodes: int) -> float:
    """The average of an expression over variables given one after the other.

    Args:
        integrand: The expression.
        order: The variables.
        values: Of the parameters.
        nodes: Of each panel; twice as many where there is one.

    Raises:
        SamplingError: A kink cannot be located.
    """
    known: dict[Any, Any] = dict(values)
    weights = np.ones(1)
    names = tuple(part.name for part in order)
    for part, roots in zip(order, kinks(integrand, names), strict=True):
        centre = np.broadcast_to(evaluate(part.mean, known), weights.shape)
        with np.errstate(all="ignore"):
            breaks = [(evaluate(root, known) - centre) / part.spread for root in roots]
        z, mass = _panels([np.broadcast_to(b, weights.shape) for b in breaks], len(weights), nodes)
        weights = (weights[:, None] * mass).ravel()
        repeated = {
            earlier.name: np.repeat(known[earlier.name], z.shape[1])
            for earlier in order
            if earlier.name in known
        }
        known = {**known, **repeated, part.name: (centre[:, None] + part.spread * z).ravel()}
    return float(weights @ np.broadcast_to(evaluate(integrand, known), weights.shape))


def _panels(breaks: list[Array], rows: int, nodes: int) -> tuple[Array, Array]:
    """Nodes and Gaussian masses between breaks, shape (rows, panels * nodes)."""
    if not breaks:
        points, masses = np.polynomial.hermite_e.hermegauss(2 * nodes)
        return np.tile(points, (rows, 1)), np.tile(masses / masses.sum(), (rows, 1))
    ends = np.full((rows, 2), (-WIDTH, WIDTH))
    inner = np.clip(np.nan_to_num(np.stack(breaks, axis=1)), -WIDTH, WIDTH)
    edges = np.sort(np.concatenate([ends, inner], axis=1), axis=1)
    points, masses = np.polynomial.legendre.leggauss(nodes)
    half = np.diff(edges, axis=1)[..., None] / 2
    z = edges[:, :-1, None] + half * (1 + points)
    mass = half * masses * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return z.reshape(rows, -1), mass.reshape(rows, -1)


@lru_cache(maxsize=256)
def kinks(expression: Any, names: tuple[Any, ...]) -> list[list[Any]]:
    """For each variable where an expression has kinks in it, in terms of those before it.

    Raises:
        SamplingError: One is no root of a linear or quadratic polynomial.
    """
    found: list[list[Any]] = [[] for _ in names]
    for argument in _arguments(expression):
        inside = [k for k, name in enumerate(names) if name in argument.free_symbols]
        if inside:
            found[inside[-1]] += _roots(argument, names[inside[-1]])
    return [list(dict.fromkeys(roots)) for roots in found]


def _arguments(expression: Any) -> list[Any]:
    """What changes its sign at a kink."""
    found = [node.args[0] for node in expression.atoms(sympy.Heaviside, sympy.sign, sympy.Abs)]
    for node in expression.atoms(sympy.Max, sympy.Min):
        found += [first - second for first, second in itertools.combinations(node.args, 2)]
    return found


def _roots(argument: Any, name: Any) -> list[Any]:
    """Where an expression vanishes, with every |a| and sign in it of either sign."""
    inner = [node for node in argument.atoms(sympy.Abs, sympy.sign) if name in node.free_symbols]
    if inner:
        size = inner[0].args[0] if type(inner[0]) is sympy.Abs else sympy.S.One
        parts = [argument.xreplace({inner[0]: sign * size}) for sign in (1, -1)]
        return [root for part in parts for root in _roots(part, name)]
    if name not in argument.free_symbols:
        return []
    if not argument.is_polynomial(name) or sympy.degree(argument, name) > 2:
        raise SamplingError(f"a kink where {argument} = 0 is not located in {name}")
    rest, slope, bend = (sympy.Poly(argument, name).coeff_monomial(name**k) for k in range(3))
    if bend.is_zero:  # a Float of zero is not equal to 0
        return [-rest / slope]
    spread = sympy.sqrt(slope**2 - 4 * bend * rest)
    return [(-slope + spread) / (2 * bend), (-slope - spread) / (2 * bend)]
