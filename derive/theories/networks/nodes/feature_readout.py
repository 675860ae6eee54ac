"""The readout of nonlinear features, before they are taken as Gaussian."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Expr, S

import derive.steps.operators  # noqa: F401  (its tables take rules below)
from derive.algebra import build, nodes
from derive.algebra.arithmetic import Floats
from derive.algebra.evaluate import Evaluation
from derive.algebra.rules import register
from derive.algebra.terms import ONE, Matrix, assemble, columns, rows, same_size, split
from derive.errors import NoRule, ShapeError
from derive.theories.networks.nodes.paths import Attended
from derive.typeset import symbols
from derive.typeset.boxes import SQUARE, Apply, Box, Fence, Listing, Script


class FeatureReadout(nodes.Matrix):
    """sum_{pi, s} (g phi(W x_mu))[pi, s] O[mu, s, pi], a column over examples; nonlinear in W.

    The arguments are g of shape (M, N), W of shape (N, N_x), inputs x (P, N_x, T), operators O
    (P, T, M), which stand as `Attended` do, and the symbol of the function phi.
    """

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[2].examples, S.One


def feature_readout(
    vectors: Matrix, weights: Matrix, inputs: Attended, operators: Attended, function: Any
) -> Matrix:
    """The outputs of vectors that read features phi(W x), on every example.

    A number in front of the vectors is taken out; one in front of W stays, as phi is not linear.
    """
    fits = (
        same_size(rows(vectors), operators.paths)
        and same_size(columns(vectors), rows(weights))
        and same_size(columns(weights), inputs.features)
        and same_size(inputs.paths, operators.features)
    )
    if not fits:
        raise ShapeError(
            f"feature readout: vectors {vectors.shape}, weights {weights.shape}, {inputs} and "
            f"{operators} do not fit together"
        )
    number, factors = split(vectors)
    inner = assemble(ONE, list(factors), vectors.shape)
    return build.mul(number, FeatureReadout(inner, weights, inputs, operators, function))


def _value(run: Evaluation, node: Any) -> Any:
    vectors, weights, inputs, operators = (run.of(arg) for arg in node.args[:4])
    phi = run.values.get(node.args[4])
    if phi is None:
        raise NoRule(f"evaluate has no value for {node.args[4]}; give a function of one number")
    features = np.frompyfunc(phi, 1, 1)(weights @ inputs)
    if isinstance(run.arithmetic, Floats):
        features = features.astype(float)
    read = vectors @ features  # (P, M, T)
    return (read.transpose(0, 2, 1) * operators).sum(axis=(1, 2)).reshape(-1, 1)


def _draw(drawer: Any, node: Any) -> Box:
    vectors, weights, *_, function = node.args
    head = Script(symbols.READOUT, drawer.box(function))
    return Apply(head, Fence(Listing((drawer.box(vectors), drawer.box(weights)), ";"), SQUARE))


register(
    FeatureReadout,
    rebuild=feature_readout,
    evaluate=_value,
    draw=_draw,
    define=(
        r"\mathcal{X}_\phi[B; W]_\mu",
        r"\sum_{\pi s} B_\pi \cdot \phi(W x_{\mu s})\ \Omega^\pi_{\mu s}",
    ),
    explain=r"The first layer is nonlinear: token $s$ of example $\mu$, a vector "
    r"$x_{\mu s}$ of $N_x$ numbers, gives the features $\phi(W x_{\mu s} / \sqrt{N_x})$, one for "
    r"each neuron, and path $\pi$ reads the sum of those of all tokens by $\Omega^\pi_{\mu s}$. Of "
    r"the first weight $W$ the variance is $\sigma_0^2$. Attended inputs and $V_0$ belong to the "
    "Gaussian features that take their place.",
)
