"""Sums in an order that reads well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy

from derive.algebra.kinds import Scalar


def grouped(action: Scalar, widths: Sequence[Any]) -> Any:
    """The same sum, as width times what it multiplies, in the given order; the rest last."""
    parts: dict[Any, list[Any]] = {width: [] for width in widths}
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
