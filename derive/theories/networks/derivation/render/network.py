"""The first part of a page: the network's streams and weights, and what the operators mean."""

from __future__ import annotations

import sympy

from derive.algebra.drawing import Drawer
from derive.algebra.kinds import Expression
from derive.steps import operators
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.render.diagram import drawn_lines
from derive.theories.networks.derivation.render.names import size_names
from derive.theories.networks.description import Network
from derive.typeset.media import LATEX
from derive.typeset.page import Block, Display, Drawing, Items, Line, Prose, Table
from derive.wording import plural

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


WEIGHTS = ("weight", "layer", "variance", "acts on", "gives", "to stream")
"""The titles of a table of weights, but for its third column, the branches."""


def weight_row(notation: Notation, drawer: Drawer, weight: int) -> tuple[str, ...]:
    """What there is to say of a weight in a table."""
    item = notation.graph.weights[weight]
    acted = _listed(notation, drawer, item.acts_on, item.above)
    stream = None if item.below is None else notation.graph.streams[item.below].name
    return (
        _math(drawer, sympy.Symbol(item.name)),
        item.kind,
        "" if stream is None else _math(drawer, notation.heads(weight)),
        _math(drawer, notation.variance(weight)),
        acted or ends(notation, drawer),
        "the outputs" if stream is None else _math(drawer, notation.vectors(weight)),
        "" if stream is None else f"${stream}$",
    )


def _weights(notation: Notation, drawer: Drawer) -> Table:
    rows = [weight_row(notation, drawer, weight.index) for weight in notation.graph.weights]
    first, second, *others = WEIGHTS
    return Table((first, second, branch_words(notation)[1], *others), tuple(rows))


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
    words = tuple(worded(text, *notations) for text in operators.words(types))
    return [Items((*symbols(*notations), *words)), operators.definitions(types)]
