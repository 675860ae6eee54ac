r"""One layer of exchangeable heads: overlaps a I + b J, as replicas have with H in their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from derive.algebra import substitute
from derive.steps.compare import Agreement, certifying, exact
from derive.steps.step import Evidence
from derive.theories.networks.analysis.exchangeable.certificates import Symmetric
from derive.theories.networks.analysis.exchangeable.reduce import Reduced
from derive.theories.networks.analysis.exchangeable.symmetry import Symmetry


@dataclass(frozen=True)
class OneLayer:
    """The action in the entries of the overlaps: a + b on the diagonal, b elsewhere.

    Attributes:
        entries: (stream, a, b) for every stream whose vectors pass the layer.
        eigenvalues: (symbol, what it is in a and b).
        action: S in a and b.
        covariance: Of the labels, in a and b.
    """

    entries: tuple[tuple[int, Any, Any], ...]
    eigenvalues: tuple[tuple[Any, Any], ...]
    action: Any
    covariance: Any


def one_layer(symmetry: Symmetry, result: Reduced) -> OneLayer | None:
    """The entries of the overlaps; None with several declared layers, or skips or outputs."""
    if len(symmetry.weights) != 1 or not symmetry.notation.graph.is_scalar():
        return None
    (weight,) = symmetry.weights
    heads = symmetry.notation.heads(weight)
    entries: list[tuple[int, Any, Any]] = []
    values: dict[Any, Any] = {}
    for unknown in result.unknowns:
        if unknown.label == "0":
            name = symmetry.notation.graph.streams[unknown.stream].name
            a, b = (sympy.Symbol(f"{letter}_{name}", real=True) for letter in "ab")
            entries.append((unknown.stream, a, b))
            values[unknown.symbol] = a + heads * b
        elif unknown.label == "1":
            values[unknown.symbol] = entries[-1][1]
    return OneLayer(
        tuple(entries),
        tuple(values.items()),
        substitute(result.action, values),
        substitute(
            result.covariance,
            {k: v for k, v in values.items() if k in result.covariance.free_symbols},
        ),
    )


@certifying
def certificate(
    agreement: Agreement, symmetry: Symmetry, result: Reduced, layer: OneLayer
) -> Evidence:
    """The whole action at a I + b J, entry by entry."""
    run = Symmetric(symmetry, 79, agreement)
    small, large = run.numbers(), run.numbers()
    for unknown in result.unknowns:
        if not unknown.label:
            small[unknown.symbol] = run.random(unknown)[0, 0]
            large[result.overlaps[unknown.stream]] = small[unknown.symbol]
    for stream, a, b in layer.entries:
        count = len(run.tables[stream])
        small[a], small[b] = (run.random(result.unknowns[0])[0, 0] for _ in "ab")
        ones = exact(agreement.arithmetic, np.ones((count, count)))
        unit = exact(agreement.arithmetic, np.eye(count))
        large[result.overlaps[stream]] = small[a] * unit + small[b] * ones
    pairs = agreement.value(layer.action, small), agreement.value(result.whole, large)
    agreement.compare("the action", *pairs)
    return agreement.evidence("the whole action at overlaps with random a and b")
