"""The share of their vectors' length that features keep beside their mean: a root, as a node."""

from __future__ import annotations

from typing import Any

import numpy as np

import derive.steps.operators  # noqa: F401  (its tables take rules below)
from derive.algebra import nodes
from derive.algebra.balls import Balls
from derive.algebra.evaluate import Evaluation
from derive.algebra.evaluated_maps import filled
from derive.algebra.rules import register
from derive.programs.printer import call
from derive.typeset import symbols
from derive.typeset.boxes import Apply, Box, Fence, Listing


class MeanShare(nodes.Scalar):
    r"""The share rho in (0, 1] that solves a stationarity equation; args (G, A, B, N).

    .. math:: N (1 - \rho) = \rho^2\, \mathrm{tr}\left[(1 + \rho A G)^{-2} B G\right]

    for symmetric G, A and B, the first positive definite, the others positive semidefinite. There
    is one solution: with t = 1/rho, N (1 - 1/t) rises from 0 and tr[(t + A G)^{-2} B G] falls.
    """


def _value(run: Evaluation, node: Any) -> Any:
    """Newton's steps in t = 1/rho from 1: a rising concave function keeps them left of its root."""
    overlap, response, force, width = (run.of(arg) for arg in node.args)
    unit, t = filled(run, len(overlap), len(overlap), 1), run.arithmetic.number(1)

    def excess(t: Any) -> tuple[Any, Any]:
        """What is positive on the left of the root, and minus its slope."""
        inverse = run.arithmetic.inverse(t * unit + response @ overlap)
        square = inverse @ inverse
        pull = np.trace(square @ force @ overlap)
        slope = width / t**2 + 2 * np.trace(square @ inverse @ force @ overlap)
        return pull - width * (1 - 1 / t), slope

    if isinstance(run.arithmetic, Balls):
        return 1 / run.arithmetic.root(excess, MOST_STEPS)
    for _ in range(MOST_STEPS):
        height, slope = excess(t)
        step = height / slope
        t = t + step
        if not step > t * run.arithmetic.epsilon:
            break
    return 1 / t


MOST_STEPS = 500
"""Each step multiplies t by a half more at least, until they converge quadratically."""


def _draw(drawer: Any, node: Any) -> Box:
    return Apply(symbols.symbol("rho"), Fence(Listing(tuple(map(drawer.box, node.args)), ",")))


register(MeanShare, rebuild=MeanShare, evaluate=_value, draw=_draw, print=call("mean_share"))
register(
    nodes.Along,  # a shared node, which means something here
    explain=r"Features have a mean, which attended inputs have as a number $m^\pi_\mu$ beside "
    r"$\xi^\pi_\mu$; $\mathcal{X}_m$, $\mathcal{K}_m$ and its adjoint have it in the place of "
    r"$\xi$. Projections of the lowest vectors on the all-ones direction are $b = \mathbf{1}[g]$, "
    r"and $\rho = 1 - b^\top G^{-1} b / N$ is the share of the overlaps $G$ across them.",
)
