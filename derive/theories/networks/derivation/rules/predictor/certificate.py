"""Certificate of the predictor: condition with the precision matrix of all outputs and labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.steps.compare import Agreement, certifying, exact
from derive.steps.step import Evidence
from derive.theories.networks.derivation.certifying.dense import cholesky, inverse, log_normal
from derive.theories.networks.derivation.certifying.instance import Instance, instances, unseen
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.predictor.rewrite import Predictor
from derive.theories.networks.derivation.rules.share.rewrite import Share
from derive.theories.networks.derivation.state import State


@certifying
def predictor(
    agreement: Agreement,
    law: State,
    predictor: Predictor,
    notation: Notation,
    share: Share | None = None,
) -> Evidence:
    r"""The joint Gaussian law of (f_*, y), from the response of f to unit input weights.

    Given vectors F with the overlaps G_1, f = X[F V_0] / sqrt(N_0 N_1) is summed in plain loops.
    With the precision matrix L of (f_*, y),

    .. math:: \langle f_*\rangle = -L_{**}^{-1} L_{*y} y, \qquad \mathrm{cov} f_* = L_{**}^{-1}

    The law of the labels must be the marginal of the same joint law: log p(y) is compared too.
    Where features have a mean, outputs respond to projections b of covariance rho G as well, which
    the law of the labels has at their value.
    """
    samples = instances(notation, 11)
    for sample in samples:
        _compare(law, predictor, sample, agreement, share)
    return agreement.evidence(
        "kernels from unit input weights; mean and variance from the joint precision matrix"
        + unseen(samples)
    )


def _compare(
    law: State, predictor: Predictor, sample: Instance, agreement: Agreement, share: Share | None
) -> None:
    notation, arithmetic = sample.notation, agreement.arithmetic
    numbers = {**sample.sizes(), **sample.data(), **sample.overlaps()}
    numbers[notation.data(test=True)] = sample.array(2, sample.features, sample.block_size(0))

    def value(expression: Any) -> Any:
        return agreement.value(expression, numbers)

    responses = _responses(sample, numbers, agreement.arithmetic)
    joint = given = arithmetic.mpf(sample.variance(0)) * (responses @ responses.T)
    centre = np.full(len(joint), arithmetic.mpf(0), dtype=object)
    if share is not None:
        numbers[notation.means(test=True)] = sample.array(2, 1, sample.block_size(0))
        means = _means(sample, numbers, arithmetic)
        overlap = exact(arithmetic, numbers[notation.overlap(0)])
        acted = np.ix_(_acted_on(sample), _acted_on(sample))
        rho = arithmetic.mpf(numbers[share.symbol])
        joint = given + rho * means @ overlap[acted] @ means.T
        centre = means @ exact(arithmetic, numbers[notation.along()])[_acted_on(sample), 0]
    agreement.compare("the kernel K_*", value(predictor.kernel), joint[:2, 2:])
    agreement.compare("the kernel K_**", value(predictor.own_kernel), joint[:2, :2])
    noise = np.eye(sample.examples) * arithmetic.mpf(sample.temperature)
    given = given[2:, 2:] + noise
    joint = joint.copy()
    joint[2:, 2:] += noise
    agreement.compare("the covariance of the labels", value(predictor.covariance), joint[2:, 2:])
    labels = exact(arithmetic, numbers[notation.labels()][:, 0])
    mean, covariance = _conditioned(arithmetic, joint, labels)
    agreement.compare("the mean of f_*", value(predictor.mean), mean)
    agreement.compare("the variance of f_*", value(predictor.variance), np.diagonal(covariance))
    centred = log_normal(arithmetic, labels - centre[2:], given)
    centred -= log_normal(arithmetic, -centre[2:], given)
    silent = {**numbers, notation.labels(): np.zeros((sample.examples, 1))}
    change = value(law.body) - agreement.value(law.body, silent)
    agreement.compare("ln p(y) - ln p(0)", change, centred)


def _responses(sample: Instance, numbers: Any, arithmetic: Any) -> Any:
    """df_mu / dV_0[k, i] for test, then training examples, one row per example."""
    notation = sample.notation
    width = sample.widths[0]
    overlap = exact(arithmetic, numbers[notation.overlap(0)])
    vectors = cholesky(arithmetic, overlap)[_acted_on(sample)] * arithmetic.sqrt(width)
    scale = 1 / arithmetic.sqrt(sample.features * width)
    rows = []
    for data in (notation.data(test=True), notation.data()):
        for example in exact(arithmetic, numbers[data]):
            rows.append([
                scale * sum(vectors[path, k] * features[path] for path in range(len(vectors)))
                for k in range(vectors.shape[1])  # the other columns are zero
                for features in example
            ])  # fmt: skip
    return np.array(rows, dtype=object)


def _means(sample: Instance, numbers: Any, arithmetic: Any) -> Any:
    """df_mu / db_pi for test, then training examples, one row per example."""
    notation = sample.notation
    scale = arithmetic.sqrt(arithmetic.mpf(sample.variance(0)) / sample.features)
    parts = [exact(arithmetic, numbers[notation.means(test)])[:, 0] for test in (True, False)]
    return scale * np.concatenate(parts)


def _acted_on(sample: Instance) -> list[int]:
    """The places of the vectors that the embedding acts on among all of the lowest stream."""
    graph, start = sample.notation.graph, 0
    places = {}
    for weight in graph.streams[0].weights:
        places[weight] = range(start, start + sample.block_size(weight))
        start += sample.block_size(weight)
    return [place for weight in graph.weights[0].acts_on for place in places[weight]]


def _conditioned(arithmetic: Any, joint: Any, labels: Any) -> tuple[Any, Any]:
    precision = inverse(arithmetic, joint)
    covariance = inverse(arithmetic, precision[:2, :2])
    return -covariance @ (precision[:2, 2:] @ labels), covariance
