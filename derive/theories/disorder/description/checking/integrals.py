"""Whether the integral of a density over the line converges, and what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import sympy
from scipy import integrate, optimize

from derive.theories.disorder.description.checking.numeric import ends, precise, value
from derive.theories.disorder.description.checking.signs import LINE
from derive.theories.disorder.description.laws import Base

Setting = dict[Any, float]
FAR = (1e4, 1e5)
CLOSE = (1e-4, 1e-6)
WIDE = 1e3
"""Where singular points are looked for, which are not rounding."""
MOST_NODES = 200
SLACK = 1e-3
"""Of a power that is measured between two points."""


def log_at(expression: Any, at: Setting) -> float:
    """A logarithm, also where what stands in it overflows."""
    found = float(value(expression, at))
    if np.isfinite(found):
        return found
    exact = precise(expression, at)
    return float(np.float64(exact)) if exact == exact else -np.inf


def where_infinite(base: Base, x: Any, at: Setting, *, moment: float | None) -> str:
    """Where the integral of |x|^moment times a density diverges; empty where it converges.

    Args:
        base: The measure.
        x: Its symbol.
        at: Numbers for all others.
        moment: None allows any power at infinity: then only growth like an exponential is refused.
    """
    for sign, end in ((1, base.upper), (-1, base.lower)):
        if end.is_infinite:
            near, far = (log_at(base.log_density, {**at, x: sign * point}) for point in FAR)
            grows = far == np.inf or far > max(1.0, 5 * near)
            power = (far - near) / np.log(FAR[1] / FAR[0])
            if grows or (moment is not None and power > -1 - moment - SLACK):
                return f"at {x} -> {'' if sign > 0 else '-'}infinity"
    for point in sorted(_singular(base.log_density, x, at)):
        for sign in (1, -1):
            far, near = (log_at(base.log_density, {**at, x: point + sign * c}) for c in CLOSE)
            if (near - far) / np.log(CLOSE[1] / CLOSE[0]) < -1 + SLACK and near > -np.inf:
                return f"at {x} = {point:.6g}"
    return ""


def growth(base: Base, x: Any, at: Setting) -> float:
    """The power of |x| with which -ln of a density grows at infinity; inf between finite ends."""
    powers = []
    for sign, end in ((1, base.upper), (-1, base.lower)):
        if end.is_infinite:
            near, far = (-log_at(base.log_density, {**at, x: sign * point}) for point in FAR)
            powers.append(np.log10(far / near) if far > near > 0 else 0.0)
    return float(min(powers, default=np.inf))


def integral(base: Base, x: Any, at: Setting) -> float:
    """The integral of a density that converges."""
    lower, upper = ends(base, at)
    inner = [p for p in _breaks(base.log_density, x, at) if lower < p < upper]
    places = sorted({lower, *inner, upper})
    if np.isinf([lower, upper]).all() and not inner:
        places = [lower, 0.0, upper]

    def density(point: float) -> float:
        return float(np.nan_to_num(np.exp(value(base.log_density, {**at, x: point}))))

    options = {"limit": 200, "epsabs": 1e-12, "epsrel": 1e-11, "full_output": True}
    return float(sum(integrate.quad(density, a, b, **options)[0] for a, b in pairwise(places)))


def _singular(expression: Any, x: Any, at: Setting) -> set[float]:
    """Zeros of what a logarithm or a negative power is of."""
    found: set[float] = set()
    for node in list(sympy.preorder_traversal(expression))[:MOST_NODES]:
        inverse = type(node) is sympy.Pow and node.exp.could_extract_minus_sign()
        if (inverse or type(node) is sympy.log) and node.has(x):
            found.update(zero for zero in _zeros(node.args[0], x, at) if abs(zero) < WIDE)
    return found


def _breaks(expression: Any, x: Any, at: Setting) -> set[float]:
    """Points where a function is not smooth."""
    kinds = (sympy.Heaviside, sympy.Abs, sympy.sign)
    kinks = [node.args[0] for node in expression.atoms(*kinds)]
    for node in expression.atoms(sympy.Max, sympy.Min):
        kinks += [a - b for a, b in combinations(node.args, 2)]
    zeros = {zero for kink in kinks for zero in _zeros(kink, x, at)}
    return zeros | _singular(expression, x, at)


def _zeros(expression: Any, x: Any, at: Setting) -> Iterator[float]:
    """Real zeros: of a polynomial all, of another function where it changes its sign."""
    if not expression.has(x):
        return
    inside = without_bars(expression)
    if inside.is_polynomial(x):
        for root in np.roots([float(value(c, at)) for c in sympy.Poly(inside, x).all_coeffs()]):
            if abs(root.imag) < 1e-7:
                yield float(root.real)
        return
    line = np.unique(LINE)
    signs = np.sign(value(inside, {**at, x: line}) * np.ones(len(line)))
    alone = np.flatnonzero((signs[1:-1] == 0) & (signs[:-2] != 0) & (signs[2:] != 0)) + 1
    yield from map(float, line[alone])  # the others are underflow
    along = _along(inside, x, at)
    for k in np.flatnonzero(signs[:-1] * signs[1:] < 0):
        root = float(optimize.brentq(along, line[k], line[k + 1]))
        if abs(along(root)) < 1e-6:  # and no pole
            yield root


def without_bars(expression: Any) -> Any:
    """An expression with x for |x|, which has its zeros; as it is where that has no meaning."""
    try:
        bare = expression.replace(sympy.Abs, lambda inner: inner)
    except (ValueError, TypeError):
        return expression
    return expression if bare.has(sympy.zoo, sympy.nan) else bare


def _along(expression: Any, x: Any, at: Setting) -> Callable[[float], float]:
    return lambda point: float(value(expression, {**at, x: point}))
