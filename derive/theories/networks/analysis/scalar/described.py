"""What the description of a network says of its numbers: variances, widths, symbols, data."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy

from derive.errors import RuleError, SolveError
from derive.theories.networks.derivation import Theory
from derive.theories.networks.description import Data
from derive.wording import shown


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
            f"alpha = P/N and depth/width need equal widths, and this network's are {widths[0]} "
            f"and {widths[1]}; give it one width, or ask for the series in 'width'"
        )


def require_distinct_symbols(theory: Theory, temperature: Any) -> None:
    """Raise RuleError where one symbol stands for two kinds of numbers.

    Raises:
        RuleError: It names the symbol and both places.
    """
    graph = theory.notation.graph
    places: dict[str, tuple[str, str]] = {}
    named: list[tuple[Any, str, str]] = [
        (s.width, "width", f"the width of stream {s.name}") for s in graph.streams
    ]
    named += [(w.variance, "variance", f"the variance of {w.name}") for w in graph.weights]
    named += [(w.heads, "heads", f"the head count of {w.name}") for w in graph.weights]
    for value, kind, place in (*named, (temperature, "temperature", "the temperature")):
        if not isinstance(value, str):
            continue
        known, where = places.setdefault(value, (kind, place))
        if known != kind:
            raise RuleError(
                f"scalar theory: the symbol {shown(value)} is {where} and {place}; give each a "
                "name of its own"
            )


def values_of(theory: Theory, temperature: Any) -> dict[str, Any]:
    """The numbers that a network's description gives, by the names of the theory.

    Raises:
        SolveError: One of them is a symbol.
    """
    notation = theory.notation
    values = {notation.width(s.index).name: s.width for s in notation.streams()}
    values |= {
        notation.variance(w.index).name: w.variance
        for w in notation.graph.weights
        if w.below is not None
    }
    for name, value in {**values, "temperature": temperature}.items():
        if isinstance(value, str):
            raise SolveError(
                f"scalar numbers: {name} is the symbol {shown(value)}; give it a value"
            )
    return {name: _decimal(value) for name, value in values.items()}


def _decimal(value: Any) -> Any:
    """A float as the decimal that it is written as, so that 0.1 is one tenth."""
    return repr(value) if isinstance(value, float) else value


def values_on_data(theory: Theory, temperature: Any, data: Data) -> dict[str, Any]:
    """The same, with the eigenvalues of K_1 on data and the labels' components.

    Raises:
        SolveError: A number is a symbol, or the kernel is singular without a temperature.
    """
    values = values_of(theory, temperature)
    variance = theory.notation.graph.weights[0].variance
    if isinstance(variance, str):
        raise SolveError(
            f"scalar numbers: the variance of the embedding is the symbol {shown(variance)}; give "
            "it a value"
        )
    inputs = data.attended[:, :, 0]
    eigenvalues, vectors = np.linalg.eigh(variance * inputs @ inputs.T / inputs.shape[1])
    least = eigenvalues[-1] * len(eigenvalues) * np.finfo(float).eps
    if not temperature and eigenvalues[0] <= least:
        raise SolveError(
            f"scalar numbers: the kernel of {len(eigenvalues)} examples is singular (smallest over "
            f"largest eigenvalue {eigenvalues[0] / eigenvalues[-1]:.1e}), and the temperature is "
            "zero; give a temperature, or fewer examples than features"
        )
    kept = np.where(eigenvalues > least, eigenvalues, 0.0)
    values |= {"eigenvalues": kept.tolist(), "projections": (vectors.T @ data.labels).tolist()}
    return values | ({"temperature": _decimal(temperature)} if temperature else {})
