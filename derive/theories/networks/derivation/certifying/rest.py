"""A rewrite of the density leaves what it has nothing to do with as it is."""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra import contains
from derive.errors import CertificateError
from derive.theories.networks.derivation.state import State


def require_rest(before: State, after: State, old: set[Any], new: set[Any] | None) -> None:
    """Refuse a rewrite that touches more than it says.

    Args:
        before: The density.
        after: The density after the rewrite.
        old: Terms of matrices that depend on none of these stay as they are.
        new: New ones depend on one of these; None where they are free.

    Raises:
        CertificateError: A term that has nothing to do with the rewrite has changed.
    """
    terms, rewritten = (
        {term for term in sympy.Add.make_args(state.body) if term.has(sympy.MatrixExpr)}
        for state in (before, after)
    )
    lost = [t for t in terms - rewritten if not contains(t, old)]
    added = [t for t in rewritten - terms if new is not None and not contains(t, new)]
    if lost or added:
        raise CertificateError(f"the density changed elsewhere: {(lost + added)[0]}")
