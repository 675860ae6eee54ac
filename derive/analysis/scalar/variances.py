"""The variance of the stages that a network repeats, and whether its widths are equal."""

from __future__ import annotations

from typing import Any

import sympy

from derive.derivation import Theory
from derive.errors import RuleError
from derive.network.wording import shown


def variance_of(value: Any) -> Any:
    """A variance as a positive rational number, or a positive symbol.

    Raises:
        RuleError: It is neither.
    """
    if isinstance(value, sympy.Symbol) and value.is_positive:
        return value
    if isinstance(value, str) and value.isidentifier():
        return sympy.Symbol(value, positive=True)
    try:
        number = sympy.Rational(str(value)) if not isinstance(value, bool) else None
    except (TypeError, ValueError):
        number = None
    if number is None or not number.is_finite or number <= 0:
        raise RuleError(f"limit: {shown(value)} is no variance; give a positive number or a symbol")
    return number


def hidden_variance(theory: Theory) -> Any:
    """The variance of the layers between embedding and readout; 1 where there are none.

    Raises:
        RuleError: They have different ones.
    """
    hidden = {weight.variance for weight in theory.notation.graph.weights[1:-1]}
    if len(hidden) > 1:
        listed = " and ".join(sorted(map(str, hidden)))
        raise RuleError(
            f"limit: the hidden variances are {listed}, and it is not said which one every further "
            "stage has; give them one value"
        )
    return variance_of(hidden.pop()) if hidden else sympy.S.One


def require_equal_widths(theory: Theory) -> None:
    """Raise RuleError unless a network's widths are equal.

    Raises:
        RuleError: It names two that differ.
    """
    widths = list(dict.fromkeys(stream.width for stream in theory.notation.streams()))
    if len(widths) > 1:
        raise RuleError(
            f"alpha = P/N needs equal widths, and this network's are {widths[0]} and {widths[1]}; "
            "give it one width, or ask for the series in 'width'"
        )
