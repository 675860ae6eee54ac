"""Certificate 2: the law of the vectors that a weight makes, from their response to it."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from derive.algebra import contains
from derive.errors import CertificateError
from derive.steps.compare import Agreement, certifying, exact
from derive.steps.step import Evidence
from derive.theories.networks.derivation.certifying.dense import log_independent, log_normal, units
from derive.theories.networks.derivation.certifying.instance import Instance
from derive.theories.networks.derivation.certifying.rest import require_rest
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.state import State
from derive.theories.networks.derivation.turns import (
    counted,
    head_counts,
    hidden,
    rounds,
    several,
    showing,
    unequal,
)

FEW_PATHS = 4
"""As `MOST_VECTORS`: covariances of all entries of all vectors are large."""
ROOM = 12
"""As that of `head_counts`."""


@certifying
def condition(agreement: Agreement, before: State, after: State, weight: int) -> Evidence:
    """The vectors are linear in the weight: their covariance is that of the weight, carried over.

    The full covariance of all entries is used, so that rows, columns and heads may mix.
    """
    _require_gone(before, after, weight)
    turns = _turns(before.notation, weight)
    for seed, heads in rounds(turns):
        _compare(before, after, weight, agreement, _sample(after, seed, heads))
    return agreement.evidence(
        "the vectors' covariance from unit weights; the log density at random points"
        + hidden(before.notation, turns)
    )


def _require_gone(before: State, after: State, weight: int) -> None:
    notation = before.notation
    vectors, tensor = notation.vectors(weight), notation.tensor(weight)
    kept = {name: value for name, value in before.definitions if name != vectors}
    if dict(after.definitions) != kept:
        raise CertificateError(f"the definitions of vectors other than {vectors} changed")
    if contains(after.body, {tensor}):
        raise CertificateError(f"{tensor} is still in the density")
    require_rest(before, after, {tensor}, {vectors})


def _compare(
    before: State, after: State, weight: int, agreement: Agreement, sample: Instance
) -> None:
    notation, arithmetic = before.notation, agreement.arithmetic
    numbers = sample.point(before.weights)
    tensor, vectors = notation.tensor(weight), notation.vectors(weight)
    definition = dict(before.definitions)[vectors]

    def image(weights: Any) -> Any:
        value = agreement.value(definition, {**numbers, tensor: weights})
        return np.ravel(value)

    response = np.stack([image(unit) for unit in units(*numbers[tensor].shape)], axis=1)
    weights = exact(arithmetic, numbers[tensor])
    linear = response @ weights.ravel()
    agreement.compare("the vectors, linear in the weight", image(weights), linear)
    covariance = arithmetic.mpf(sample.variance(weight)) * (response @ response.T)
    # Factors that the rule leaves alone cancel before they cost time.
    ratio = after.body + after.constant - before.body - before.constant
    for _ in range(2):
        made = exact(arithmetic, numbers[vectors]).ravel()
        known = log_normal(arithmetic, made, covariance)
        known -= log_independent(arithmetic, weights, sample.variance(weight))
        change = agreement.value(ratio, numbers)
        agreement.compare(f"the log density with {vectors} for {tensor}", change, known)
        numbers[vectors] = sample.vectors(weight)


def _turns(notation: Notation, weight: int) -> tuple[tuple[int, ...], ...]:
    """Whatever the others have, this weight has several branches once."""
    turns = head_counts(notation, FEW_PATHS, ROOM)
    seen = any(heads[weight] > 1 for heads in turns)
    more = () if seen else (several(notation, weight, FEW_PATHS),)
    return tuple(dict.fromkeys((*showing(turns, (weight,)), *more)))


def _sample(after: State, seed: int, heads: tuple[int, ...]) -> Instance:
    """Narrow streams, yet wide enough for every covariance in the density to be regular."""
    notation = after.notation
    smallest = [2] * len(notation.streams())
    for item in notation.inner_weights():
        if item.above is not None and item.index not in after.weights:
            acted = sum(notation.graph.block_size(k, heads) for k in item.acts_on)
            smallest[item.above] = max(smallest[item.above], acted + 1)
    *widths, features, examples = unequal((*smallest, 3, 4), counted(notation, heads))
    return Instance(notation, heads, tuple(widths), examples, features, Random(seed))
