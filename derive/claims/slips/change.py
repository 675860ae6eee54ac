"""Changes of a line: one subexpression, or all of one text, for another; and their words."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from derive.claims.slips.trees import Place, replaced, tree_of


@dataclass(frozen=True)
class Words:
    """The names that a correction may use.

    Attributes:
        heads: Head counts.
        widths: Widths, or other sizes that count degrees of freedom.
        variances: Prior variances.
        numbers: Other numbers: those that a chain of its own declares.
        matrices: What a log-determinant may be of.
        counts: A width to the number of vectors in that space, as text.
        families: Letters that may have an index in brackets.
        names: All names of numbers and matrices.
    """

    heads: tuple[str, ...] = ()
    widths: tuple[str, ...] = ()
    variances: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    matrices: tuple[str, ...] = ()
    counts: tuple[tuple[str, str], ...] = ()
    families: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def indexed(self, letter: str, place: Place) -> tuple[str, ...]:
        """H[l] and H[l + 1] in a sum over l."""
        if letter not in self.families:
            return ()
        shifts = ("", " + 1", " - 1")
        return tuple(f"{letter}[{index}{shift}]" for index in place.indices for shift in shifts)


@dataclass(frozen=True)
class Change:
    """What to write in the place of what.

    Attributes:
        tree: The whole line, corrected.
        old: What was there.
        new: What to write in its place.
        key: Changes with the same key are the same correction at another place.
    """

    tree: ast.expr
    old: ast.expr
    new: ast.expr
    key: str

    @property
    def text(self) -> str:
        """The whole line, corrected."""
        return ast.unparse(self.tree)

    @property
    def told(self) -> str:
        """In words: "H[l]*logdet(U[l + 1]) for logdet(U[l + 1])"."""
        return f"{ast.unparse(self.new)} for {ast.unparse(self.old)}"


Changes = Iterator[Change]


def change(tree: ast.expr, nodes: Iterable[ast.expr], new: str, key: str) -> Change:
    """The tree with some nodes replaced by what a text says."""
    nodes, written = list(nodes), tree_of(f"({new})")
    mended = replaced(tree, {id(node): written for node in nodes})
    assert isinstance(mended, ast.expr)
    return Change(mended, nodes[0], written, key)
