r"""Values of definitions in order, and of averages over Gaussian fluctuations.

A quadratic form q of a symmetric Gaussian matrix Z with covariance Q = L L^T, of width N, has the
average

.. math:: \langle q(Z) \rangle = \frac{1}{2N} \sum_{ab} q(l_a l_b^\top + l_b l_a^\top)

with l_a the columns of L; forms of independent matrices have their averages one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations_with_replacement
from typing import Any, NamedTuple

import numpy as np

from derive.algebra import nodes
from derive.algebra.naming import nodes_in
from derive.steps.compare import Agreement
from derive.theories.networks.analysis.expansions.laplace import Fluctuations
from derive.theories.networks.derivation.certifying.dense import cholesky
from derive.theories.networks.derivation.certifying.instance import Numbers
from derive.theories.networks.derivation.rules.response import Assignments


class Values(NamedTuple):
    """The terms of an expansion as mpmath numbers, that of order 1 first; their sum is the value.

    Attributes:
        overlaps: Of every order parameter G_s, the lowest stream first.
        mean: Of the output's mean on test examples, columns.
        variance: Of its variance.
        action: Of S, for the saddle point; the first holds the terms of order N and 1.
    """

    overlaps: tuple[tuple[Any, ...], ...]
    mean: tuple[Any, ...]
    variance: tuple[Any, ...]
    action: tuple[Any, ...] = ()


def define_values(definitions: Iterable[Any], numbers: Numbers, agreement: Agreement) -> None:
    """Add the value of every definition, in order."""
    for name, value in definitions:
        numbers[name] = agreement.value(value, numbers)


def average_values(
    expressions: Sequence[Any],
    fluctuations: Fluctuations,
    definitions: Assignments,
    numbers: Numbers,
    agreement: Agreement,
) -> list[Any]:
    """The values of expressions that hold averages.

    Args:
        expressions: What to evaluate.
        fluctuations: The fluctuations.
        definitions: What depends on them and has a name, in order.
        numbers: Values of everything else.
        agreement: The arithmetic.
    """
    averages = [n for n in nodes_in(*expressions) if type(n) is nodes.Average]
    totals: dict[Any, Any] = {}
    if not averages:
        return [agreement.value(expression, numbers) for expression in expressions]
    for weight, direction in directions(fluctuations, numbers, agreement):
        at = {**numbers, **direction}
        define_values((*fluctuations.definitions, *definitions), at, agreement)
        for node in averages:
            term = weight * agreement.value(node.args[0], at)
            totals[node] = totals[node] + term if node in totals else term
    return [agreement.value(e, {**numbers, **totals}) for e in expressions]


def directions(
    fluctuations: Fluctuations, numbers: Numbers, agreement: Agreement
) -> Iterator[tuple[Any, Numbers]]:
    """(weight, innovations): an average is the weighted sum over them."""
    arithmetic = agreement.arithmetic
    sizes = {z.symbol: agreement.value(z.covariance, numbers) for z in fluctuations.innovations}
    still = {symbol: 0 * size for symbol, size in sizes.items()}
    for own in fluctuations.innovations:
        root = cholesky(arithmetic, sizes[own.symbol])
        width = agreement.value(own.width, numbers)
        for a, b in combinations_with_replacement(range(len(root)), 2):
            unit = np.outer(root[:, a], root[:, b])
            yield (1 if a != b else arithmetic.mpf(1) / 2) / width, {
                **still, own.symbol: unit + unit.T
            }  # fmt: skip
