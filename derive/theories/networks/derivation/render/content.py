"""The content of a derivation's page: network, notation, steps, and the theory in one view."""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra import build
from derive.algebra.latex import box
from derive.algebra.layered import LayerProduct
from derive.algebra.naming import nodes_in
from derive.steps.displays import Displays
from derive.steps.pages import Pages, step_blocks
from derive.steps.step import Equation, Step
from derive.theories.networks.derivation.labels import CHAIN_ACTION, CONSTANT, MEAN, VARIANCE
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.render.names import names_of
from derive.theories.networks.derivation.render.network import (
    network_blocks,
    notation_blocks,
    worded,
)
from derive.theories.networks.derivation.render.pages import WindowPages, displays_of
from derive.theories.networks.derivation.render.parts import parts_blocks
from derive.theories.networks.derivation.repeat.summed import Summed
from derive.theories.networks.derivation.rules.hessian.statement import hessian_equations
from derive.theories.networks.derivation.rules.wide.rewrite import shift_symbol
from derive.theories.networks.derivation.theory import Theory
from derive.theories.networks.description import Network
from derive.typeset.boxes import Atom, Sum, fenced
from derive.typeset.page import Block, Heading, Items, Page, Prose
from derive.typeset.text import typeset


def page(network: Network, theory: Theory, steps: tuple[Step, ...]) -> Page:
    """Everything that a derivation shows."""
    composed = theory.composed
    if composed is None:
        displays = displays_of(theory, names_of(theory))
        first = network_blocks(network, theory.notation, displays.drawer)
        body = _body(first, steps, Pages(displays), (theory.notation,))
        last = [Heading(1, "The theory in one view"), *theory_blocks(theory, displays)]
        return Page(network.name, (*body, *last))
    pages = WindowPages()
    first = parts_blocks(network, composed, pages)
    return Page(network.name, _body(first, steps, pages, composed.notations))


def _body(
    network: list[Block], steps: tuple[Step, ...], pages: Pages, notations: tuple[Notation, ...]
) -> tuple[Block, ...]:
    """The network, what the symbols mean, and every step."""
    blocks: list[Block] = [Heading(1, "The network"), *network]
    blocks += [Heading(1, "Notation"), *_notation(steps, *notations)]
    blocks += [Heading(1, "The derivation")]
    for number, step in enumerate(steps, start=1):
        blocks += step_blocks(number, step, pages)
    return tuple(blocks)


def _notation(steps: tuple[Step, ...], *notations: Notation) -> list[Block]:
    """What the symbols and operators in some steps mean."""
    sides = [e.right for step in steps for e in (*step.before, *step.after)]
    values = [v for side in sides for v in (side.values if isinstance(side, Summed) else (side,))]
    types = {type(node) for node in nodes_in(*(v for v in values if isinstance(v, sympy.Basic)))}
    blocks = notation_blocks(types, *notations)
    return [*blocks, Prose(PRODUCTS)] if LayerProduct in types else blocks


PRODUCTS = r"In $\prod_{l=1}^L [A_l]$ of matrices the highest $l$ stands on the left."


def theory_blocks(theory: Theory, displays: Displays) -> list[Block]:
    """The results, each under a title; names are explained anew."""
    displays.explained.clear()
    pages = Pages(displays)
    blocks: list[Block] = []
    for title, text, equations in sections(theory):
        blocks += [Heading(2, title), *([Prose(text)] if text else [])]
        blocks += pages.blocks(None, equations)
    reasons = tuple(typeset(e.reason) for e in theory.equations if e.reason)
    if reasons:
        blocks += [Heading(2, "What is not eliminated"), Items(reasons)]
    return blocks


Section = tuple[str, str, tuple[Equation, ...]]


def sections(theory: Theory) -> list[Section]:
    """The results: title, a sentence, equations."""
    sections = [
        ("Action", LEADING_TEXT, (Equation("S", theory.action),)),
        ("Saddle point", FLUX_TEXT if _fluxes(theory) else "", _saddle(theory.equations)),
    ]
    if theory.share is not None:
        along = theory.notation.along()
        square = Equation(build.mul(along, build.transpose(along)), theory.share.square)
        sections.append(("Projections", SHARE_TEXT, (Equation("0", theory.share.slope), square)))
    if theory.chain is not None:
        text = worded(CHAIN_TEXT, theory.notation) if len(theory.chain.overlaps) > 1 else ""
        equations = (*_scaled(theory), Equation(CHAIN_ACTION, theory.chain.action))
        sections += [
            ("In the papers' normalisation", text, equations + _saddle(theory.chain.equations))
        ]
    return sections + _results(theory)


def _evidence(theory: Theory) -> tuple[Equation, ...]:
    fluctuation = 0 if theory.share is None else theory.share.fluctuation
    return (Equation(CONSTANT, theory.constant + fluctuation),)


def _results(theory: Theory) -> list[Section]:
    predictor, wide = theory.predictor, theory.wide
    overlaps = zip(theory.order_parameters, wide.overlaps, strict=True)
    points = [Equation(symbol, value) for symbol, value in wide.points]
    points += [Equation(overlap, value) for overlap, value in overlaps]
    shifts = [Equation(symbol, value) for symbol, value in (*wide.forces, *wide.corrections)]
    return [
        ("Predictor", "", (Equation(MEAN, predictor.mean), Equation(VARIANCE, predictor.variance))),
        ("Log evidence", EVIDENCE_TEXT, _evidence(theory)),
        ("Infinite width", "", tuple(points)),
        ("First correction", SHIFT_TEXT, (*_expanded(theory), *shifts)),
        ("Hessian", HESSIAN_TEXT, hessian_equations(theory.hessian, theory.notation)),
    ]


LEADING_TEXT = (
    r"Twice the negative log density, to leading order as $N, P \to \infty$ at fixed $P/N$:"
)
SHARE_TEXT = (
    r"At given overlaps $\rho$ solves this, where $S$ is largest in it; the features' vectors have "
    "the projections $b$:"
)
FLUX_TEXT = "The fluxes $R$ are named; each follows from that of the stream below."
CHAIN_TEXT = (
    "Rescaled by the numbers of {branches}, without the constants that do not depend on the "
    "overlaps:"
)
SHIFT_TEXT = (
    "To first order in $1/N$ at fixed $P$; the forces $Y$ go up from the labels, the shifts $D$ "
    "come down from the readout:"
)
HESSIAN_TEXT = (
    "Along symmetric directions $dG$ of all overlaps jointly, and its eigenvalue problem in "
    "whitened coordinates $X$, symmetric too:"
)
EVIDENCE_TEXT = "At the saddle point; every constant is kept:"
REST = Atom(r"O(1/N^2)", "O(1/N²)", 3.5)


def _expanded(theory: Theory) -> list[Equation]:
    """The overlaps to first order: the infinite-width point and the shift of the whole stream."""
    notation, equations = theory.notation, []
    for stream, point in zip(notation.streams(), theory.wide.overlaps, strict=True):
        shift = shift_symbol(notation, stream.weights[-1])
        parts = (fenced(box(point), 4), box(shift), REST)
        right = Sum(tuple((False, part) for part in parts))
        equations.append(Equation(notation.overlap(stream.index), right))
    return equations


def _fluxes(theory: Theory) -> bool:
    return any(equation.flux is not None for equation in theory.equations)


def _saddle(equations: Any) -> tuple[Equation, ...]:
    lines = []
    for equation in equations:
        lines.append(Equation(equation.overlap, equation.right))
        if equation.flux is not None:
            lines.append(Equation(equation.flux, equation.flux_value))
    return tuple(lines)


def _scaled(theory: Theory) -> tuple[Equation, ...]:
    assert theory.chain is not None
    pairs = zip(theory.chain.overlaps, theory.chain.scales, theory.order_parameters, strict=True)
    return tuple(Equation(u, build.scale(c, g)) for u, c, g in pairs)
