"""Rule 2: condition a weight tensor on the vectors above it."""

from __future__ import annotations

from sympy import ZeroMatrix

from derive.algebra import contains
from derive.algebra.nodes import LogNormal
from derive.errors import RuleError
from derive.theories.networks.derivation.rules.gaussian import (
    find_normal,
    prior_variance,
    row_covariance,
)
from derive.theories.networks.derivation.state import State


def condition(state: State, weight: int) -> State:
    r"""Replace a weight's prior by the law of the vectors that it adds to the stream below.

    .. math:: g = (I_H \otimes g_{above}) W / \sqrt{H N} \;\Rightarrow\;
              g \mid g_{above} \sim \mathcal N(0, \Sigma \otimes I),\quad
              \Sigma = \tfrac{\sigma^2}{H} I_H \otimes G_{above}

    Raises:
        RuleError: The density depends on the weight in another way than through these vectors.
    """
    notation = state.notation
    tensor, vectors = notation.tensor(weight), notation.vectors(weight)
    definitions = dict(state.definitions)
    expression = definitions.pop(vectors)
    prior = find_normal(state.body, tensor)
    rest = state.body - prior
    if contains(rest, {tensor}) or any(contains(e, {tensor}) for e in definitions.values()):
        raise RuleError(f"{tensor} is used in two places; tied weights are outside the theory")
    covariance = row_covariance(expression, tensor, prior_variance(prior))
    law = LogNormal(vectors, ZeroMatrix(*vectors.shape), covariance)
    return state.but(
        body=rest + law,
        definitions=tuple(definitions.items()),
        weights=tuple(k for k in state.weights if k != weight),
    )
