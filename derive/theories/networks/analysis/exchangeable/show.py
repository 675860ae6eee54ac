"""The theory of exchangeable heads on a page, and in plain text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sympy

from derive.algebra import rebuild
from derive.algebra.kinds import Expression
from derive.algebra.naming import named
from derive.steps.displays import Displays
from derive.steps.naming import Names
from derive.steps.step import Equation
from derive.steps.sums import Group, Term, collected, groups_box, terms_box
from derive.theories.networks.analysis.exchangeable.infinite import Infinite
from derive.theories.networks.analysis.exchangeable.reduce import Reduced
from derive.theories.networks.analysis.exchangeable.stability import Margin
from derive.theories.networks.analysis.exchangeable.statements import STABILITY
from derive.theories.networks.derivation.labels import CHAIN_ACTION
from derive.theories.networks.derivation.render.names import size_names
from derive.typeset.boxes import Box
from derive.typeset.media import LATEX, Medium
from derive.typeset.page import Block, Display, Heading, Prose, Table

if TYPE_CHECKING:
    from derive.theories.networks.analysis.exchangeable.theory import SymmetricTheory


SECTORS = (
    "A sector has a digit for each declared layer that the vectors pass, the lowest first: 0 on "
    "the ones over its heads (projector $J/H$), 1 on what is orthogonal to them ($I - J/H$)."
)
KERNELS = (
    r"$K_s$ is the kernel of sector $s$: the sum of $P_s[\pi, \pi']\ \xi^\pi_\mu \cdot "
    r"\xi^{\pi'}_\nu$ over pairs of paths, with $P_s$ its projector."
)
BLOCKS = (
    "The matrices that no permutation changes do not commute: a sector has several vectors, as "
    "where a skip stands beside the mean of the heads around which it leads, or one for each of "
    "several outputs. So sectors hold matrices; $X_s$ are the attended inputs in an orthonormal "
    "basis of the sector, a copy of it in the place of a path; the kernel of a sector's matrix is "
    r"$\mathcal{K}$ on these."
)
DELTA = (
    r"$\Delta_s$ is what pairs of paths that share the heads of the layers marked by 1 see beyond "
    "pairs that share fewer; $f$ is a flux summed over what its sector occurs."
)
NEVER = "No pivot can change its sign: heads of one layer cannot break their symmetry."
ENTRIES = (
    "The overlaps are $a I + b J$, with $J$ the matrix of ones: replica symmetry, with $H$ in the "
    "place of the number of replicas."
)


def sections(
    theory: SymmetricTheory,
    infinite: Infinite | None,
    margins: Sequence[Margin] | None,
    medium: Medium,
) -> list[Block]:
    """What there is to show, in order."""
    page = _Page(theory, medium)
    shown = theory.shown
    blocks: list[Block] = [Prose(_declared(theory)), Prose(SECTORS)]
    blocks += [Heading(2, "Eigenvalues"), page.eigenvalues(shown)]
    blocks.append(Prose(KERNELS if theory.symmetry.notation.graph.is_scalar() else BLOCKS))
    for title, result in _normalisations(theory):
        name = "S" if result is theory.streams else CHAIN_ACTION
        blocks += [Heading(2, f"Action{title}"), *page.display([Equation(name, result.action)])]
        blocks += [Heading(2, f"Saddle point{title}"), *page.display(page.equations(result))]
    if theory.one_layer is not None:
        rows = [Equation(symbol, value) for symbol, value in theory.one_layer.eigenvalues]
        rows.append(Equation(CHAIN_ACTION, theory.one_layer.action))
        shown_entries = page.display(rows, counted=False)
        blocks += [Heading(2, "Entries of the overlaps"), Prose(ENTRIES), *shown_entries]
    if margins is not None:
        blocks += [Heading(2, "Stability"), Prose(STABILITY[0])]
        blocks += page.stability(margins)
    if infinite is not None:
        rows = [Equation(name, page.number(value)) for name, value in infinite.equations]
        rows += [Equation(name, page.number(value)) for name, value in infinite.fluxes]
        rows.append(Equation(infinite.symbol, infinite.covariance))
        rows += [Equation(name, value) for name, value in infinite.sector_kernels]
        title = f"Infinitely many heads in {layers_text(infinite.layers)}, after infinite widths"
        blocks += [Heading(2, title), Prose(DELTA), *page.display(rows)]
    return blocks


def _normalisations(theory: SymmetricTheory) -> list[tuple[str, Reduced]]:
    if theory.papers is None:
        return [("", theory.streams)]
    return [
        (", papers' normalisation", theory.papers),
        (", normalisation of streams", theory.streams),
    ]


def _declared(theory: SymmetricTheory) -> str:
    notation = theory.symmetry.notation
    parts = []
    for layer, weight in zip(theory.symmetry.layers, theory.symmetry.weights, strict=True):
        heads = LATEX.text(Displays({}, Names((), {})).drawer.box(notation.heads(weight)))
        kind = notation.graph.weights[weight].kind
        parts.append(f"the ${heads}$ heads of layer {layer}, {kind}")
    single = [notation.graph.weights[weight].branching for weight in theory.symmetry.single]
    ones = f" Layers of one head: {', '.join(map(str, single))}." if single else ""
    return f"Exchangeable: {'; '.join(parts)}.{ones}"


def layers_text(layers: tuple[int, ...]) -> str:
    """layer 1; layers 1 and 2.

    >>> layers_text((1,)), layers_text((1, 2, 3))
    ('layer 1', 'layers 1, 2 and 3')
    """
    *most, last = map(str, layers)
    return f"layers {', '.join(most)} and {last}" if most else f"layer {last}"


class _Page:
    """Makes displays of one theory."""

    def __init__(self, theory: SymmetricTheory, medium: Medium) -> None:
        notation = theory.symmetry.notation
        self.medium = medium
        self.notation = notation
        self.less = {
            notation.heads(w) - 1: sympy.Symbol(f"{notation.heads(w)}-1", positive=True)
            for w in theory.symmetry.weights
        }
        results = [result for _, result in _normalisations(theory)]
        covariances = [result.covariance for result in results]
        if theory.one_layer is not None:
            covariances.append(theory.one_layer.covariance)
        names = Names(
            tuple(named(self.counted(value), "C") for value in covariances), size_names(notation)
        )
        homes = {}
        for result in results:
            for unknown in result.unknowns:
                homes[unknown.symbol] = notation.width(unknown.stream)
        self.displays = Displays(homes, names)

    def counted(self, expression: Expression) -> Any:
        """The expression with H - 1 as one symbol, which is not multiplied out."""
        return rebuild(expression, self.less.get)

    def equations(self, result: Reduced) -> list[Equation]:
        """Saddle equations, fluxes, and the covariance that they need."""
        equations = [Equation(e.unknown.symbol, self.number(e.right)) for e in result.equations]
        for e in result.equations:
            if e.flux is not None:
                equations.append(Equation(e.flux, self.number(e.flux_value)))
        return [*equations, Equation("C", result.covariance)]

    def stability(self, margins: Sequence[Margin]) -> list[Block]:
        """The pivots, layer by layer."""
        blocks: list[Block] = [] if margins else [Prose(NEVER)]
        graph = self.notation.graph
        for weight in dict.fromkeys(margin.weight for margin in margins):
            own = [Equation(m.symbol, m.value) for m in margins if m.weight == weight]
            said = f"Heads of layer {graph.weights[weight].branching}:"
            blocks += [Prose(said), *self.display(own)]
        return blocks

    def number(self, expression: Expression) -> Any:
        """A sum of functions of matrices, what they have in common in front."""
        if getattr(expression, "is_Matrix", False) or not expression.has(sympy.Trace):
            return expression
        folded, _ = self.displays.names.fold(self.counted(expression))
        terms = collected(folded)
        common = terms[0].coefficient
        common = -common if common.could_extract_minus_sign() else common
        if len(terms) == 1 or any(t.coefficient not in (common, -common) for t in terms):
            return terms_box(terms, self.displays.drawer)
        shares = (Term(t.coefficient / common, t.atom) for t in terms)
        inner = sorted(shares, key=lambda term: bool(term.coefficient == -1))
        return groups_box((Group(common, tuple(inner)),), self.displays.drawer)

    def display(self, equations: list[Equation], *, counted: bool = True) -> list[Block]:
        """Equations, and what is new among the names in them."""
        if counted:
            equations = [
                e if isinstance(e.right, Box) else Equation(e.left, self.counted(e.right))
                for e in equations
            ]
        self.displays.explained.clear()
        shown, where = self.displays.of(tuple(equations))
        return [Display((*shown.lines, *(where.lines if where is not None else ())))]

    def eigenvalues(self, result: Reduced) -> Table:
        """A row for every unknown."""
        rows = []
        for unknown in result.unknowns:
            size = "a number"
            if getattr(unknown.symbol, "is_Matrix", False):
                size = f"a matrix of size {unknown.symbol.shape[0]}"
            shown = (result.overlaps[unknown.stream], unknown.symbol, unknown.multiplicity)
            overlap, symbol, often = map(self._math, shown)
            rows.append((overlap, unknown.label or "-", symbol, often, size))
        return Table(("overlaps", "sector", "value", "multiplicity", "what it is"), tuple(rows))

    def _math(self, expression: Expression) -> str:
        text = self.medium.text(self.displays.drawer.box(expression))
        return f"${text}$" if self.medium is LATEX else text
