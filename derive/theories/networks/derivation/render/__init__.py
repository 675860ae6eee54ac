"""A derivation as Markdown, as a LaTeX document, and as a table for a terminal."""

from __future__ import annotations

from derive.theories.networks.derivation.render.content import page
from derive.theories.networks.derivation.render.diagram import draw
from derive.theories.networks.derivation.render.names import names_of
from derive.theories.networks.derivation.render.terminal import table_of, theory_lines
from derive.theories.networks.derivation.theory import Derived
from derive.typeset.document import document_of
from derive.typeset.markdown import markdown_of


def markdown(derivation: Derived) -> str:
    """The derivation as Markdown, its equations in LaTeX between double dollar signs."""
    return markdown_of(page(derivation))


def document(derivation: Derived) -> str:
    """The derivation as a LaTeX document that plain pdfLaTeX compiles as it is."""
    return document_of(page(derivation))


def table(derivation: Derived) -> str:
    """The steps as a table in plain text, and the theory below it."""
    return table_of(derivation)


__all__ = ["document", "draw", "markdown", "names_of", "page", "table", "theory_lines"]
