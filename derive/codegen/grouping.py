"""Sums in an order that reads well."""

from __future__ import annotations

from typing import Any

import sympy

from derive.derivation.notation import Notation


def grouped(action: Any, notation: Notation) -> Any:
    """The same sum, as width times what it multiplies, the lowest stream first, labels last."""
    parts: dict[Any, list[Any]] = {notation.width(s.index): [] for s in notation.streams()}
    rest: list[Any] = []
    for term in sympy.Add.make_args(action):
        factors = sympy.Mul.make_args(term)
        width = next((factor for factor in factors if factor in parts), None)
        if width is None:
            rest.append(term)
        else:
            parts[width].append(term / width)
    inner = [
        sympy.Mul(width, sympy.Add(*terms), evaluate=False)
        for width, terms in parts.items()
        if terms
    ]
    return sympy.Add(*inner, *rest, evaluate=False)
