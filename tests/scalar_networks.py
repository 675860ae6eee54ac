"""Networks with one head in every layer, their scalar theories, and roots by an independent way."""

from functools import cache

import mpmath
import sympy

from derive.theories.networks.analysis.scalar import scalar_theory
from derive.theories.networks.description import Attention, Embedding, Linear, Network, Readout

VARIANCES = (1.3, 0.9, 1.1, 0.8, 1.4, 0.7)


def chain(depth, *, widths=None, temperature=0.3, heads=None):
    """A network of `depth` stages; attention where `heads` are given, else linear layers."""
    widths = widths or tuple(5 + 3 * k % 11 for k in range(depth))
    layers = []
    for k, width in enumerate(widths[1:]):
        variance = VARIANCES[(k + 1) % 6]
        layers.append(
            Linear(variance, width) if heads is None else Attention(heads, variance, width)
        )
    return Network((Embedding(widths[0], 1.3), *layers, Readout(1.2)), temperature)


@cache
def theory_of(depth):
    """The scalar theory of `depth` linear stages."""
    return scalar_theory(chain(depth))


@cache
def any_depth():
    """The scalar theory of a symbolic number of stages."""
    return theory_of(2).at_any_depth()


def context(digits):
    """An mpmath context of its own."""
    found = mpmath.MPContext()
    found.dps = digits
    return found


def root(widths, prior, examples, signal, digits=40):
    """u of formulas.md 1.4 at zero temperature, by bisection of u = c prod (1 + (s/u - P)/N_l).

    Where every factor is positive the right side falls with u and the left one grows; u is below
    s/(P - N_l) for every width below P, where a factor vanishes.
    """
    at = context(digits + 10)
    prior, examples, signal = map(at.mpf, (prior, examples, signal))
    widths = [at.mpf(width) for width in widths]

    def excess(u):
        factors = [1 + (signal / u - examples) / width for width in widths]
        if min(factors) <= 0:
            return at.mpf(1)
        return u - prior * at.fprod(factors)

    low, high = at.mpf(10) ** -(digits + 30), at.mpf(1)
    while excess(high) < 0:
        high *= 2
    for _ in range(8 * digits + 400):
        middle = at.sqrt(low * high)
        low, high = (low, middle) if excess(middle) > 0 else (middle, high)
    return high


def coefficients_by_ansatz(depth, ratio, order):
    """u/c in alpha by undetermined coefficients in v = 1 + alpha (q v^-n - 1)."""
    alpha = sympy.Symbol("alpha")
    v = sympy.Integer(1)
    for k in range(1, order + 1):
        right = 1 + alpha * (ratio * v ** (-depth) - 1)
        v = sum(sympy.series(right, alpha, 0, k + 1).removeO().coeff(alpha, j) * alpha**j
                for j in range(k + 1))  # fmt: skip
    u = sympy.series(v**depth, alpha, 0, order + 1).removeO()
    return [sympy.expand(u.coeff(alpha, k)) for k in range(order + 1)]
