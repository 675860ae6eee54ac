"""The saddle-point theory as HTML."""

from __future__ import annotations

from collections.abc import Iterator

from derive.theories.networks.derivation import Derivation
from derive.theories.networks.derivation.render.content import Section, sections
from derive.theories.networks.derivation.render.names import names_of
from derive.theories.networks.derivation.render.pages import displays_of
from derive.typeset.mathml import html_of_blocks
from derive.typeset.page import Block, Heading, Prose


def theory_html(derivation: Derivation, level: int) -> str:
    """The saddle-point theory: action, equations and predictor."""
    theory = derivation.known_theory
    displays = displays_of(theory, names_of(theory))
    blocks: list[Block] = []
    for title, text, equations in _main_sections(derivation):
        blocks += [Heading(1, title), *([Prose(text)] if text else [])]
        shown, where = displays.of(equations)
        blocks += [shown] if where is None else [shown, Prose("where"), where]
    return html_of_blocks(blocks, level)


def _main_sections(derivation: Derivation) -> Iterator[Section]:
    """For chains the papers' normalisation stands for action and saddle point."""
    chain = derivation.known_theory.chain is not None
    titles = ["In the papers' normalisation"] if chain else ["Action", "Saddle point"]
    for section in sections(derivation.known_theory):
        if section[0] in (*titles, "Predictor"):
            yield section
