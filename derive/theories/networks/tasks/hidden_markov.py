r"""Hidden Markov chain classification: tell a sticky two-state chain from a restless one.

An example is a beginning-of-sequence token (BOS) followed by thirty noisy tokens, each a feature
vector that reveals the hidden state, with the one-hot position appended. The attention of two
layers is fixed by hand or at random, so that some attention paths carry the answer ("match"), some
cancel noise ("denoising") and the others are useless.

Source:
    Tiberi, Mignacco, Irie, Sompolinsky, NeurIPS 2024 (arXiv:2405.15926), the hidden Markov chain
    experiment.
"""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from derive.errors import DataError
from derive.theories.networks.tasks.patches import attention, random_matrix

Array = NDArray[np.float64]

FEATURES = 200
TOKENS = 31  # BOS included
STAY_PROBABILITY = {+1: 0.7, -1: 0.3}  # of the hidden state, by label
SCORE_SCALE = 10.0  # multiplies every query-key matrix
PERPENDICULAR_NOISE = {4: 1.0, 2: 5.0}  # sigma_perp, by number of paths

HEAD_NAMES: dict[int, tuple[tuple[str, ...], ...]] = {
    4: (("match", "random"), ("uniform", "random")),
    2: (("match", "uniform"), ("uniform",)),
}
"""Heads of (layer 1, layer 2), by number of paths, in the order of the head axis."""

PATH_NAMES = {
    paths: tuple(", ".join(heads) for heads in product(*layers))
    for paths, layers in HEAD_NAMES.items()
}
"""Names "head of layer 1, head of layer 2" in path order: the first layer's head is the slow index.
"""

MATCH_PATH = {4: PATH_NAMES[4].index("match, uniform"), 2: PATH_NAMES[2].index("match, uniform")}
"""Index of the path that counts the transitions which keep the state, by number of paths."""

DENOISING_PATH = {
    4: PATH_NAMES[4].index("random, uniform"),
    2: PATH_NAMES[2].index("uniform, uniform"),
}
"""Index of the path that averages over tokens whatever their state, by number of paths."""


def hidden_markov(
    seed: int, *, paths: int = 4, examples: int = 100, test_examples: int = 1000
) -> dict[str, Array]:
    r"""Draw the classification task with its attention, for training and for testing.

    .. math:: \Omega_\mu[s, t] = \mathrm{softmax}_s\, x_{\mu s}^\top W x_{\mu t}

    Heads, random matrices, training examples and test examples come from separate streams of the
    seed: a different number of examples leaves the heads as they are, and a different number of
    test examples leaves the training set as it is.

    Args:
        seed: Seed of everything random, a non-negative integer.
        paths: Number of attention paths. 4: heads (match, random) then (uniform, random), isotropic
            noise. 2: heads (match, uniform) then uniform alone, noise five times stronger in the
            directions that say nothing about the state.
        examples: P, number of training examples, even: half of each label.
        test_examples: P_*, number of test examples, even.

    Returns:
        `inputs` of shape (P, N_0 = 231, T = 31), `labels` (P,), `attention_1` (P, H_1, T, T) and
        `attention_2` (P, H_2, T, 1), the first token index being the key and the second the query,
        here the last token alone; and `inputs_test`, `labels_test`, `attention_1_test`,
        `attention_2_test` with P_* in the place of P. Labels alternate +1, -1.

    Raises:
        DataError: `paths` is neither 2 nor 4, a number of examples is not even and positive, or the
            seed is negative.

    Source:
        arXiv:2405.15926, the hidden Markov chain experiment.
    """
    _check_arguments(seed, paths, examples, test_examples)
    head_rng, train_rng, test_rng = np.random.default_rng(seed).spawn(3)
    weights = [[_query_key_matrix(name, head_rng) for name in names] for names in HEAD_NAMES[paths]]
    train = _draw_split(train_rng, examples, PERPENDICULAR_NOISE[paths], weights)
    test = _draw_split(test_rng, test_examples, PERPENDICULAR_NOISE[paths], weights)
    return train | {f"{name}_test": array for name, array in test.items()}


def _check_arguments(seed: int, paths: int, examples: int, test_examples: int) -> None:
    """Raise DataError where the task is not defined."""
    if paths not in HEAD_NAMES:
        raise DataError(f"hidden_markov: paths = {paths!r} is not defined. Ask for 2 or 4.")
    for name, count in (("examples", examples), ("test_examples", test_examples)):
        if not isinstance(count, int | np.integer) or count < 2 or count % 2:
            raise DataError(
                f"hidden_markov: {name} = {count!r} cannot be split in half between the two "
                "classes. Ask for an even, positive integer."
            )
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise DataError(
            f"hidden_markov: seed = {seed!r} is not a seed. Give a non-negative integer."
        )


def _draw_split(
    rng: np.random.Generator, examples: int, perpendicular_noise: float, weights: list[list[Array]]
) -> dict[str, Array]:
    """The arrays of one set of examples; `weights` are query-key matrices by layer and head."""
    labels = np.resize([1.0, -1.0], examples)
    states = _draw_states(rng, labels)
    inputs = _draw_inputs(rng, states, perpendicular_noise)
    return {
        "inputs": inputs,
        "labels": labels,
        "attention_1": attention(inputs, weights[0]),
        "attention_2": attention(inputs, weights[1], inputs[:, :, -1:]),
    }


def _draw_states(rng: np.random.Generator, labels: Array) -> Array:
    """States +1 and -1 of the tokens after BOS, shape (P, T - 1): one chain an example."""
    stay = np.where(labels > 0, STAY_PROBABILITY[+1], STAY_PROBABILITY[-1])[:, None]
    start = rng.random((labels.size, 1)) < 0.5
    kept = rng.random((labels.size, TOKENS - 2)) < stay
    signs = np.where(np.hstack([start, kept]), 1.0, -1.0)
    return np.asarray(np.cumprod(signs, axis=1), dtype=np.float64)


def _state_vectors() -> tuple[Array, Array]:
    """The noiseless features v_+ and v_- of the two states, of square 200."""
    first_half = np.arange(FEATURES) < FEATURES // 2
    return np.sqrt(2.0) * first_half, np.sqrt(2.0) * ~first_half


def _draw_inputs(rng: np.random.Generator, states: Array, perpendicular_noise: float) -> Array:
    r"""Dress the hidden states with noise, BOS and positions: shape (P, N_0, T).

    .. math:: x_0 = (0, e_0), \qquad x_t = (v_{s_t} + \Pi z_t + \sigma_\perp (1 - \Pi) z_t,\; e_t),
        \qquad z_t \sim \mathrm{Normal}(0, 1)

    with Pi the projector on the span of v_+ + v_- and v_+ - v_-.
    """
    plus, minus = _state_vectors()
    basis = np.stack([plus + minus, plus - minus]) / np.sqrt(2.0 * FEATURES)  # orthonormal rows
    noise = rng.standard_normal((*states.shape, FEATURES))
    parallel = (noise @ basis.T) @ basis
    means = np.where(states[:, :, None] > 0, plus, minus)
    tokens = means + parallel + perpendicular_noise * (noise - parallel)
    inputs = np.zeros((states.shape[0], FEATURES + TOKENS, TOKENS))
    inputs[:, :FEATURES, 1:] = tokens.transpose(0, 2, 1)
    inputs[:, FEATURES:, :] = np.eye(TOKENS)
    return inputs


def _query_key_matrix(name: str, rng: np.random.Generator) -> Array:
    """W of one head, scale included: key first, query second, features before positions."""
    if name == "random":
        return SCORE_SCALE * random_matrix(FEATURES, TOKENS, rng)
    weight = np.zeros((FEATURES + TOKENS, FEATURES + TOKENS))
    if name == "uniform":
        weight[FEATURES:, FEATURES:] = 1.0
    else:
        weight[:FEATURES, :FEATURES] = _match_features()
        weight[FEATURES:, FEATURES:] = _match_positions()
    return SCORE_SCALE * weight


def _match_features() -> Array:
    r"""The feature block of the match head, which scores +1 for equal states, -1 otherwise.

    .. math:: q q^\top, \qquad q = (v_+ - v_-)/200, \qquad q \cdot v_\pm = \pm 1
    """
    plus, minus = _state_vectors()
    query = (plus - minus) / FEATURES
    return np.outer(query, query)


def _match_positions() -> Array:
    """The position block of the match head: the previous token if the state is the same, or BOS.

    The previous token scores 1 + 1 for the same state and 1 - 1 for the other, BOS scores 1.5, any
    other token at most 1.
    """
    block = np.eye(TOKENS, k=1)
    block[0, 1:] = 1.5  # this also replaces the entry [0, 1] of the band: BOS precedes token 1
    return block
