"""Chains of a network's weights, from the description and data alone."""

from __future__ import annotations

from derive.errors import SamplingError
from derive.sampling.draws import WEIGHTS, Draws
from derive.sampling.recording import Progress, generators, record
from derive.theories.networks.description import Data, Network
from derive.theories.networks.description.data import check_kernel
from derive.theories.networks.description.feature_inputs import feature_note
from derive.theories.networks.samplers.weights.chain import Chain
from derive.theories.networks.samplers.weights.model import Model


def sample_weights(
    network: Network,
    data: Data,
    *,
    draws: int = 1000,
    chains: int = 4,
    seed: int = 0,
    burn: int | None = None,
    progress: Progress | None = None,
    resume: Draws | None = None,
) -> Draws:
    r"""Draw a network's weights from their posterior by exact block Gibbs sampling.

    .. math:: p(W \mid y) \propto \prod_l \mathcal N(W_l; 0, \sigma_l^2)
              \prod_\mu \mathcal N(y_\mu; f_\mu(W), T)

    The output is linear in each tensor, so each conditional is Gaussian and needs one P x P
    factorisation; nothing is tuned. Between sweeps the weights move along directions in which no
    output changes (`moves.py`). Where the first layer is one of features these
    are Gaussian features, and the draws say so: `sample_features` draws nonlinear ones.

    Args:
        network: Every symbol has a value; the temperature is above zero.
        data: Attended inputs, labels, and test examples if there are any.
        draws: Of each chain, those of `resume` included.
        chains: Independent chains, each from a draw of the prior.
        seed: Of all of them.
        burn: Sweeps of each chain before the first draw; by default half as many as draws.
        progress: Called with the number of sweeps done.
        resume: Earlier draws of the same chains, to go on with.

    Returns:
        The draws; after an interrupt those that were made.

    Raises:
        DescriptionError: A symbol has no value.
        SamplingError: The temperature is zero, data do not fit, or numbers make no sense.

    Source: Geman and Geman (1984); Liu and Sabatti, Biometrika 87 (2000) 353.

    >>> import numpy as np
    >>> from derive import Embedding, Readout
    >>> data = Data(np.eye(3)[:, :, None], [1.0, -1.0, 2.0], attended_test=np.ones((2, 3, 1)))
    >>> network = Network((Embedding(5, 1.3), Readout(1.2)), 0.1)
    >>> draws = sample_weights(network, data, draws=10, chains=2)
    >>> draws.overlaps[0].shape, draws.means.shape
    ((2, 10, 1, 1), (2, 10, 2))
    """
    check_kernel(network, data)
    if data.mean_direction is not None:
        raise SamplingError(
            "layers[1]: the features have a mean, and the sampler of weights takes Gaussian "
            "features of mean zero; above a hidden layer of features sample_features does"
        )
    model = Model.of(network, data.attended.shape[1])
    if not model.numbers.temperature > 0:
        raise SamplingError(
            "temperature: at zero the weights' posterior lies on a surface and no conditional has "
            "a density; raise the temperature"
        )
    if data.paths != model.blocks[0]:
        raise SamplingError(
            f"attended: {data.paths} paths, and the network has {model.blocks[0]}; "
            "give data for this network"
        )
    own = generators(draws, chains, seed)
    walkers = [Chain.start(model, data, generator) for generator in own]
    return record(
        walkers, method=WEIGHTS, draws=draws, burn=draws // 2 if burn is None else burn,
        seed=seed, progress=progress, resume=resume, note=feature_note(network),
    )  # fmt: skip
