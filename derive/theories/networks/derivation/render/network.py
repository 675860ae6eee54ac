"""The first part of a page: the network's streams and weights, and what the operators mean."""

from __future__ import annotations

import sympy

from derive.algebra import nodes
from derive.algebra.drawing import Drawer
from derive.algebra.kinds import Expression
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.render.diagram import drawn_lines
from derive.theories.networks.derivation.render.names import size_names
from derive.theories.networks.description import Network
from derive.theories.networks.nodes import FeatureReadout, PathKernel, PathProjection, PathReadout
from derive.typeset.boxes import Atom
from derive.typeset.media import LATEX
from derive.typeset.page import Block, Display, Drawing, Items, Line, Prose, Table
from derive.wording import plural

DEFINITIONS: dict[type, tuple[str, str]] = {
    PathReadout: (r"\mathcal{X}[B]_\mu", r"\sum_\pi B_\pi \cdot \xi^\pi_\mu"),
    nodes.Along: (r"\mathbf{1}[g]", r"g\ \mathbf{1} / \sqrt{N}"),
    FeatureReadout: (
        r"\mathcal{X}_\phi[B; W]_\mu",
        r"\sum_{\pi s} B_\pi \cdot \phi(W x_{\mu s})\ \Omega^\pi_{\mu s}",
    ),
    PathKernel: (
        r"\mathcal{K}[G]_{\mu\nu}",
        r"\sum_{\pi\pi'} G_{\pi\pi'}\ \xi^\pi_\mu \cdot \xi^{\pi'}_\nu",
    ),
    PathProjection: (
        r"\mathcal{K}^\dagger[A]_{\pi\pi'}",
        r"\sum_{\mu\nu} A_{\mu\nu}\ \xi^\pi_\mu \cdot \xi^{\pi'}_\nu",
    ),
    nodes.Lift: (r"(I_H \otimes A)_{h\pi, h'\pi'}", r"\delta_{hh'}\ A_{\pi\pi'}"),
    nodes.PartialTrace: (
        r"(\mathop{\mathrm{tr}}\nolimits_H A)_{\pi\pi'}",
        r"\sum_{h=1}^H A_{h\pi, h\pi'}",
    ),
    nodes.Block: (r"[G]_{a:b}", r"(G_{\pi\pi'})_{a < \pi, \pi' \le b}"),
    nodes.Embed: (r"[\mathcal{E}_{a:b}[A]]_{a:b}", r"A, \text{ zeros elsewhere}"),
    nodes.Selection: (
        r"\Pi_{a:b, c:d}\ A",
        r"\text{the rows } a+1, \dots, b, c+1, \dots, d \text{ of } A",
    ),
    nodes.BlockDiagonal: (r"A \oplus B", r"\begin{pmatrix} A & 0 \\ 0 & B \end{pmatrix}"),
    nodes.Stack: (r"[A; B]", r"\begin{pmatrix} A \\ B \end{pmatrix}"),
    nodes.LogMultigamma: (
        r"\Gamma_m(x)",
        r"\pi^{m(m-1)/4} \prod_{j=1}^m \Gamma\left(x - \frac{j-1}{2}\right)",
    ),
}
"""What each operator means; those that occur are shown."""

MANY = 4
"""Of more neighbouring vectors, some are left out in tables."""
EXAMPLES = (
    r"There are $P$ training examples with labels $y$. Along path $\pi$, example $\mu$ is seen as "
    r"the attended input $\xi^\pi_\mu$, a vector of $N_0$ features. $T$ is the temperature, the "
    "variance of the label noise."
)
ROWS = (
    "There are $P$ labels $y$: $O$ outputs of every training example, one below the other. Along "
    r"path $\pi$, label $\mu$ has the attended input $\xi^\pi_\mu$ of its example, a vector of "
    "$N_0$ features, where the path ends in its own output, and zero elsewhere. $T$ is the "
    "temperature, the variance of the label noise."
)
OUTPUTS = "The readout acts on one vector for each output; the output is the fastest index of all."
SYMBOLS = (
    r"Stream $s$, of width $N_s$, collects effective vectors, the rows of matrices $g$. Their "
    r"overlaps $G_s = g g^\top / N_s$ are its order parameter, symmetric and positive definite.",
    r"A weight of variance $\sigma_l^2$ hands the vectors that it acts on to the stream below, one "
    r"set for each of its $H_l$ {branches}; the {branch} $h$ is the slow index.",
    r"Derivatives are symmetric: $dS = \mathrm{tr}(\frac{\partial S}{\partial G} dG)$.",
)
WORDS: dict[type, str] = {
    FeatureReadout: r"The first layer is nonlinear: token $s$ of example $\mu$, a vector "
    r"$x_{\mu s}$ of $N_x$ numbers, gives the features $\phi(W x_{\mu s} / \sqrt{N_x})$, one for "
    r"each neuron, and path $\pi$ reads the sum of those of all tokens by $\Omega^\pi_{\mu s}$. Of "
    r"the first weight $W$ the variance is $\sigma_0^2$. Attended inputs and $V_0$ belong to the "
    "Gaussian features that take their place.",
    nodes.Along: r"Features have a mean, which attended inputs have as a number $m^\pi_\mu$ beside "
    r"$\xi^\pi_\mu$; $\mathcal{X}_m$, $\mathcal{K}_m$ and its adjoint have it in the place of "
    r"$\xi$. "
    r"Projections of the lowest vectors on the all-ones direction are $b = \mathbf{1}[g]$, and "
    r"$\rho = 1 - b^\top G^{-1} b / N$ is the share of the overlaps $G$ across them.",
    PathKernel: r"$\mathcal{K}[G]$ is the kernel of the overlaps $G$. A star marks test "
    r"examples: $K_\ast$ has a row for each of them and a column for each training example.",
    PathProjection: r"$\mathcal{K}^\dagger$ is the adjoint of $\mathcal{K}$: "
    r"$\mathrm{tr}(A\ \mathcal{K}[G]) = \mathrm{tr}(\mathcal{K}^\dagger[A]\ G)$ for symmetric $A$ "
    r"and $G$. In the same way the trace over {branches} is adjoint to $I_H \otimes$.",
    nodes.LogNormal: r"$\mathcal{N}(X; M, \Sigma)$ is the density of a matrix $X$ of mean $M$ "
    r"whose columns are independent Gaussian vectors of covariance $\Sigma$.",
    nodes.Diagonal: r"$\mathrm{diag}(A)$ is the diagonal of $A$, as a column.",
}


def network_blocks(network: Network, notation: Notation, drawer: Drawer) -> list[Block]:
    """The drawing, and the tables of streams and weights."""
    branch, branches = branch_words(notation)
    counts = "head counts" if branch == "head" else f"numbers of {branches}"
    return [
        Prose(
            f"`{network.describe()}`. The derivation does not depend on the numbers: widths, "
            f"variances, {counts} and temperature are symbols in it. Streams and weights are "
            "counted from the input; the last stream is that of the readout, $a$."
        ),
        Drawing(tuple(drawn_lines(network))),
        _streams(notation, drawer),
        *size_display(notation, drawer),
        _weights(notation, drawer),
    ]


def _math(drawer: Drawer, expression: Expression) -> str:
    return f"${LATEX.text(drawer.box(expression))}$"


def _streams(notation: Notation, drawer: Drawer) -> Table:
    rows = []
    for stream in notation.streams():
        vectors = _listed(notation, drawer, stream.weights, stream.index)
        size = notation.vectors_count(stream.index)
        rows.append(
            (
                f"${stream.name}$",
                _math(drawer, notation.width(stream.index)),
                vectors,
                _math(drawer, notation.overlap(stream.index)),
                _math(drawer, drawer.named.get(size, size)),
            )
        )
    return Table(("stream", "width", "vectors", "overlaps", "number of vectors"), tuple(rows))


def _listed(
    notation: Notation, drawer: Drawer, weights: tuple[int, ...], stream: int | None
) -> str:
    """The vectors of some weights in a stream; of many neighbours the first two and the last."""
    shown = [_math(drawer, notation.vectors(weight)) for weight in weights]
    if stream is not None and len(weights) > MANY:
        order = notation.graph.streams[stream].weights
        start = order.index(weights[0])
        if order[start : start + len(weights)] == weights:
            shown[2:-1] = [r"$\dots$"]
    return ", ".join(shown)


def size_display(notation: Notation, drawer: Drawer) -> list[Display]:
    """What the named sizes are: a display, or none where no size has a name."""
    lines: list[Line] = []
    names = size_names(notation)
    for size, name in names.items():
        if name is not None:
            others = Drawer({value: other for value, other in names.items() if value != size})
            lines.append(Line(drawer.size(size), others.term(drawer.formulas[size])))
    return [Display(tuple(lines))] if lines else []


def ends(notation: Notation, drawer: Drawer) -> str:
    """What the readout acts on."""
    if notation.outputs_apart == 1:
        return "the output"
    return f"the {_math(drawer, notation.outputs())} outputs"


def _weights(notation: Notation, drawer: Drawer) -> Table:
    rows = []
    for weight in notation.graph.weights:
        heads = _math(drawer, notation.heads(weight.index))
        acted = _listed(notation, drawer, weight.acts_on, weight.above)
        inner = weight.below is not None
        rows.append(
            (
                _math(drawer, sympy.Symbol(weight.name)),
                weight.kind,
                heads if inner else "",
                _math(drawer, notation.variance(weight.index)),
                acted or ends(notation, drawer),
                _math(drawer, notation.vectors(weight.index)) if inner else "the outputs",
                f"${notation.graph.streams[weight.below].name}$"
                if weight.below is not None
                else "",
            )
        )
    titles = (
        "weight",
        "layer",
        branch_words(notation)[1],
        "variance",
        "acts on",
        "gives",
        "to stream",
    )
    return Table(titles, tuple(rows))


def branch_words(*notations: Notation) -> tuple[str, str]:
    """What a branch, and branches, of all weights are called: head and heads where they agree."""
    weights = [weight for notation in notations for weight in notation.graph.weights]
    words = {weight.branch for weight in weights if weight.branched}
    word = words.pop() if len(words) == 1 else "branch" if words else "head"
    return word, plural(word)


def worded(text: str, *notations: Notation) -> str:
    """A text that says {branch} and {branches}, in the words for these."""
    branch, branches = branch_words(*notations)
    return text.replace("{branches}", branches).replace("{branch}", branch)


def symbols(*notations: Notation) -> tuple[str, ...]:
    """What the symbols mean."""
    several = notations[0].outputs_apart > 1
    said = (worded(text, *notations) for text in SYMBOLS)
    return (ROWS if several else EXAMPLES, *said, *((OUTPUTS,) if several else ()))


def notation_blocks(types: set[type], *notations: Notation) -> list[Block]:
    """What the symbols and operators mean, as far as they occur."""
    words = tuple(worded(text, *notations) for kind, text in WORDS.items() if kind in types)
    lines = tuple(
        Line(Atom(left, left, 6.0), Atom(right, right, 12.0))
        for kind, (left, right) in DEFINITIONS.items()
        if kind in types
    )
    return [Items((*symbols(*notations), *words)), Display(lines)]
