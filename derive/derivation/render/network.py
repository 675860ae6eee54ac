"""The first part of a page: the network's streams and weights, and what the operators mean."""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra import nodes
from derive.algebra.latex import Drawer
from derive.algebra.media import LATEX
from derive.derivation.notation import Notation
from derive.derivation.render.names import factored_sizes
from derive.derivation.render.page import Block, Items, Prose, Table
from derive.network import Network

OPERATORS: dict[type, str] = {
    nodes.PathReadout: r"$\mathcal{X}[B]_\mu = \sum_\pi B_\pi \cdot \xi^\pi_\mu$: the outputs of "
    r"effective input weights $B$, one row for each path $\pi$.",
    nodes.PathKernel: r"$\mathcal{K}[G]_{\mu\nu} = \sum_{\pi\pi'} G_{\pi\pi'}\ \xi^\pi_\mu \cdot "
    r"\xi^{\pi'}_\nu$: the kernel of overlaps $G$. A star stands for test examples: "
    r"$\mathcal{K}_\ast$ has their rows and the columns of the training examples.",
    nodes.PathProjection: r"$\mathcal{K}^\dagger[A]_{\pi\pi'} = \sum_{\mu\nu} A_{\mu\nu}\ \xi^\pi_\mu "
    r"\cdot \xi^{\pi'}_\nu$: its adjoint, "
    r"$\mathrm{tr}(A\ \mathcal{K}[G]) = \mathrm{tr}(\mathcal{K}^\dagger[A]\ G)$ for symmetric "
    r"$A$ and $G$.",
    nodes.Lift: r"$I_H \otimes A$: $H$ copies of $A$ along the diagonal, one for each head.",
    nodes.PartialTrace: r"$\mathrm{tr}_H A$: the sum of the $H$ diagonal blocks of $A$, the trace "
    r"over heads; adjoint to $I_H \otimes$.",
    nodes.Block: r"$[G]_{a:b}$: the diagonal block of the rows and columns $a+1$ to $b$.",
    nodes.Embed: r"$\mathcal{E}_{a:b}[A]$: $A$ as that block, zeros elsewhere; adjoint to "
    r"$[\ ]_{a:b}$.",
    nodes.BlockDiagonal: r"$A \oplus B$: $A$ and $B$ as blocks along the diagonal.",
    nodes.Stack: r"$[A; B]$: $A$ above $B$.",
    nodes.Diagonal: r"$\mathrm{diag}(A)$: the diagonal of $A$, as a column.",
    nodes.LogNormal: r"$\mathcal{N}(X; M, \Sigma)$: the density of a matrix $X$ of mean $M$ whose "
    r"columns are independent Gaussian vectors of covariance $\Sigma$.",
    nodes.LogMultigamma: r"$\Gamma_m(x) = \pi^{m(m-1)/4} \prod_{j=1}^m \Gamma(x - (j-1)/2)$.",
}
"""What each operator means; those that occur are explained."""

SYMBOLS = (
    r"$P$ training examples with labels $y$; example $\mu$ is seen along path $\pi$ as the attended "
    r"input $\xi^\pi_\mu$, a vector of $N_0$ features. $T$ is the temperature, the variance of "
    r"the label noise.",
    r"A weight of variance $\sigma_l^2$ hands the vectors that it acts on to the stream below, one "
    r"set for each of its $H_l$ heads; the head is the slow index.",
    r"Stream $s$, of width $N_s$, collects effective vectors $g$, the rows of a matrix; their "
    r"overlaps $G_s = g g^\top / N_s$ are its order parameter, a symmetric positive definite matrix.",
    r"Derivatives are symmetric: $dS = \mathrm{tr}(\frac{\partial S}{\partial G}\ dG)$.",
)


def network_blocks(network: Network, notation: Notation, drawer: Drawer) -> list[Block]:
    """The tables of streams and weights."""
    return [
        Prose(
            f"`{network.describe()}`. The derivation does not depend on the numbers: widths, "
            "variances, head counts and temperature are symbols in it. Streams and weights are "
            "counted from the input; the last stream is that of the readout, $a$."
        ),
        _streams(notation, drawer),
        _weights(notation, drawer),
    ]


def _math(drawer: Drawer, expression: Any) -> str:
    return f"${LATEX.text(drawer.box(expression))}$"


def _streams(notation: Notation, drawer: Drawer) -> Table:
    sizes = factored_sizes(notation)
    rows = []
    for stream in notation.streams():
        vectors = ", ".join(_math(drawer, notation.vectors(k)) for k in stream.weights)
        counts = [_count(notation, drawer, k, sizes) for k in stream.weights]
        shown = [text for text in counts[:-1] if "=" in text] + counts[-1:]
        rows.append(
            (
                f"${stream.name}$",
                _math(drawer, notation.width(stream.index)),
                vectors,
                _math(drawer, notation.overlap(stream.index)),
                ", ".join(shown),
            )
        )
    return Table(("stream", "width", "vectors", "overlaps", "number of vectors"), tuple(rows))


def _count(notation: Notation, drawer: Drawer, weight: int, sizes: dict[int, Any]) -> str:
    """The number of vectors down to a weight; a named one as name = value, by other names."""
    size = sizes[weight]
    name = drawer.names.get(size)
    if name is None:
        return _math(drawer, size)
    others = {value: symbol.name for value, symbol in drawer.names.items() if value != size}
    value = LATEX.text(Drawer(others).term(size))
    return f"${LATEX.text(drawer.box(name))} = {value}$"


def _weights(notation: Notation, drawer: Drawer) -> Table:
    rows = []
    for weight in notation.graph.weights:
        heads = _math(drawer, notation.heads(weight.index))
        acted = ", ".join(_math(drawer, notation.vectors(k)) for k in weight.acts_on)
        inner = weight.below is not None
        rows.append(
            (
                _math(drawer, sympy.Symbol(weight.name)),
                weight.kind,
                heads if inner else "",
                _math(drawer, notation.variance(weight.index)),
                acted or "the output",
                _math(drawer, notation.vectors(weight.index)) if inner else "the outputs on all examples",
                f"${notation.graph.streams[weight.below].name}$" if weight.below is not None else "",
            )
        )
    titles = ("weight", "layer", "heads", "variance", "acts on", "gives", "to stream")
    return Table(titles, tuple(rows))


def notation_blocks(types: set[type]) -> list[Block]:
    """What the symbols and operators mean, as far as they occur."""
    operators = tuple(text for kind, text in OPERATORS.items() if kind in types)
    return [Items((*SYMBOLS, *operators))]
