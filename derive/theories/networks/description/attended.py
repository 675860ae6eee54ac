"""The inputs that paths attend: from raw inputs, down from the readout."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from derive.arguments import takes
from derive.errors import DataError
from derive.theories.networks.description import asked
from derive.theories.networks.description.arrays import Array, expect_shape, real_array
from derive.theories.networks.description.layers import Attention, Weighted
from derive.theories.networks.description.network import Network
from derive.theories.networks.description.operators import Classes, Operators, applied
from derive.theories.networks.description.outputs import classes_of_outputs, rows_of_outputs
from derive.theories.networks.description.paths import carry, check_count, path_count
from derive.theories.networks.description.placing import Placed
from derive.theories.networks.description.predicted import Inputs, Watch, refuse_large_inputs
from derive.theories.networks.description.tokens import data_names, token_counts, weighted_layers


@takes("network")
def attended_inputs(
    network: Network, inputs: Any, attentions: Sequence[Any], *, suffix: str = ""
) -> Array:
    r"""The attended inputs of every path.

    .. math:: \xi^\pi = x\, \Omega^{1,h_1} \cdots \Omega^{L,h_L}\, e_{t^*}

    A layer that is skipped, and a linear layer, have the identity in the place of Omega; where two
    identity branches meet, their operators add up.

    Args:
        network: The description, head counts numeric.
        inputs: x, shape (P, N_0, T).
        attentions: One array per layer that needs one, the lowest first. For attention Omega of
            shape (P, H_l, T, T), the first token index the key, the second the query; the last may
            have shape (P, H_L, T, 1): given for the readout token alone; a skip around it takes
            the token of the readout layer. For gates shape (P, H_l).
        suffix: What the names of the arrays end in, in error messages.

    Returns:
        Shape (P, N_0, M), paths in data order; of O outputs as `rows_of_outputs` has them.

    Raises:
        DataError: A wrong number of arrays, a wrong shape, or entries that are not finite.
        DescriptionError: As in `path_table`.

    Warns:
        UserWarning: An attention looks as if it were given query first.
    """
    distinct, classes = distinct_inputs(network, inputs, attentions, suffix=suffix)
    for number, attention in enumerate(attentions, start=1):
        if looks_query_first(attention):
            text = query_first_text(f"{Attention.needs}_{number}{suffix}")
            warnings.warn(text, UserWarning, stacklevel=2)
    return distinct if distinct.shape[2] == len(classes) else distinct[:, :, classes]


def looks_query_first(attention: Any) -> bool:
    """Whether the weights of every key over the queries sum to one, and not those of every query.

    The first token index is the key, so that attention normalised over keys has columns that sum to
    one; where rows do instead, query and key have most likely changed places.

    >>> softmax = np.array([[[[0.9, 0.3], [0.1, 0.7]]]])  # example, head, key, query
    >>> looks_query_first(softmax), looks_query_first(softmax.swapaxes(2, 3))
    (False, True)
    """
    omega = np.asarray(attention)
    if omega.ndim != 4 or omega.shape[2] != omega.shape[3] or omega.dtype.kind not in "iuf":
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        sums = [omega.sum(axis=axis, dtype=np.float64) for axis in (2, 3)]
    padded = [~omega.any(axis=axis) for axis in (2, 3)]  # tokens that attend nothing
    over_keys, over_queries = (
        np.abs(total - 1).max(initial=0.0, where=~empty)
        for total, empty in zip(sums, padded, strict=True)
    )
    return bool(over_queries < 1e-3 < over_keys)


def query_first_text(name: str) -> str:
    """What to say of an attention that looks query first."""
    return (
        f"{name}: its rows sum to one and its columns do not, so query and key look swapped; the "
        "first token index is the key, the second the query: give it with the last two axes "
        "swapped, unless it is meant so"
    )


def distinct_inputs(
    network: Network, inputs: Any, attentions: Sequence[Any], *, suffix: str = ""
) -> tuple[Array, Classes]:
    """The attended inputs of all paths, those of paths with identical operators once.

    One operator per block of vectors goes down from the readout, already applied to e_{t*}: arrays
    (P, T, m), nothing larger, and (1, T, m) as far down as no operator depends on the example.

    Args:
        network: As in `attended_inputs`.
        inputs: As there.
        attentions: As there.
        suffix: As there.

    Returns:
        The inputs of every class of paths, shape (P, N_0, m), and the class of every path, shape
        (M,), counted in the order of the first ones; where no two are identical m = M.

    Raises:
        DataError: As in `attended_inputs`.
        DescriptionError: As in `path_table`.
    """
    x, operators, divisor = _checked_operators(network, inputs, attentions, suffix)
    with np.errstate(over="ignore", invalid="ignore"):
        attended: Array = applied(x, operators.distinct)
    attended = attended / divisor  # last, so that a mean is exact where the sum is
    name, outputs = f"attended{suffix}, computed from inputs{suffix}", network.readout.outputs
    attended = rows_of_outputs(real_array(attended, name, "scale them down"), outputs)
    return attended, classes_of_outputs(operators.classes, outputs)


def expected_inputs(
    network: Network, shape: tuple[int, ...], arrays: Mapping[int, tuple[int, ...]]
) -> Inputs:
    """The sizes of inputs and of what they are made into, for a prediction of memory.

    Args:
        network: The description, head counts numeric.
        shape: (P, N_0, T).
        arrays: Shapes of the arrays of the layers for one example, by the index of their weight.
    """
    examples, features, tokens = shape
    counts, above = token_counts(network, tokens)
    shapes = {
        weight: arrays.get(weight) or asked.data_shape(layer, counts[weight])
        if layer.needs
        else None
        for weight, layer in weighted_layers(network).items()
    }
    entries = {
        weight: asked.entries(layer, counts[weight])
        for weight, layer in weighted_layers(network).items()
        if layer.branched
    }
    most, outputs = max([tokens, above, *counts.values()]), network.readout.outputs
    return Inputs(
        examples, features, most, path_count(network) // outputs, outputs, shapes, entries,
        descend=lambda omegas, watch: operators_of(network, omegas, tokens, watch),
    )  # fmt: skip


def operators_of(
    network: Network,
    omegas: Mapping[int, Array | None],
    tokens: int,
    watch: Watch = lambda *_: None,
) -> Operators:
    """What every path does to the tokens of the inputs.

    Args:
        network: The description, head counts numeric.
        omegas: The arrays of the layers, by the index of their weight.
        tokens: T, of the inputs.
        watch: Sees every step of the way down.
    """
    placed, above = token_counts(network, tokens)

    def visit(item: Placed, blocks: list[Operators]) -> Operators:
        operators, layer = Operators.join(blocks), item.layer
        if not isinstance(layer, Weighted) or not layer.branched:
            return operators
        given = omegas[item.weight]
        omega = asked.operators(layer, given, placed[item.weight])
        watch(blocks, operators, omega, given)
        return operators.below(omega)

    start = Operators.of(_readout_operator(network, above))
    bottom: Operators = carry(network, start, visit, Operators.__add__)
    return bottom


def path_operators(
    network: Network, inputs: Any, attentions: Sequence[Any], *, suffix: str = ""
) -> tuple[Array, Array, int]:
    r"""The inputs, checked, and what every path does to their tokens.

    .. math:: \Omega^\pi = \Omega^{1,h_1} \cdots \Omega^{L,h_L}\, e_{t^*}

    Args:
        network: The description, head counts numeric.
        inputs: x, shape (P, N_0, T).
        attentions: As in `attended_inputs`.
        suffix: What the names of the arrays end in, in error messages.

    Returns:
        x, the operators of shape (P or 1, T, M / O), paths in data order, and what they are still
        to be divided by: the number of tokens of a mean.

    Raises:
        DataError: As in `attended_inputs`.
        DescriptionError: As in `path_table`.
    """
    x, operators, divisor = _checked_operators(network, inputs, attentions, suffix)
    return x, operators.distinct[:, :, operators.classes], divisor


def _checked_operators(
    network: Network, inputs: Any, attentions: Sequence[Any], suffix: str
) -> tuple[Array, Operators, int]:
    """The inputs, the operators, and what these are still to be divided by."""
    check_count(network)
    x = real_array(inputs, f"inputs{suffix}")
    expect_shape(x, f"inputs{suffix}", ("P", "N_0", "T"), "give examples, features, tokens")
    omegas = _checked_arrays(network, x, attentions, suffix)
    given = {weight: omega.shape[1:] for weight, omega in omegas.items() if omega is not None}
    refuse_large_inputs(expected_inputs(network, x.shape, given))
    with np.errstate(over="ignore", invalid="ignore"):
        operators = operators_of(network, omegas, x.shape[2])
    above = token_counts(network, x.shape[2])[1]
    return x, operators, above if network.readout.token == "mean" else 1


def _checked_arrays(
    network: Network, inputs: Array, attentions: Sequence[Any], suffix: str
) -> dict[int, Array | None]:
    """The arrays of the layers by the index of their weight."""
    examples, _, tokens = inputs.shape
    names = data_names(network)
    if len(attentions) != len(names):
        kinds = " and ".join(sorted({name.rpartition("_")[0] for name, _ in names})) or "attention"
        raise DataError(
            f"{kinds}: {len(attentions)} arrays for the {len(names)} {kinds} layers of the "
            "network; give one array per layer"
        )
    layers = weighted_layers(network)
    counts, _ = token_counts(network, tokens)
    arrays: dict[int, Array | None] = dict.fromkeys(layers)
    for (stem, weight), given in zip(names, attentions, strict=True):
        name, layer = f"{stem}{suffix}", layers[weight]
        array = real_array(given, name)
        due = asked.data_shape(layer, counts[weight])
        remedy = "give examples, heads, keys, queries as the network and the inputs have them"
        if stem == names[-1][0] and _may_have_one_query(network, weight):
            remedy += ", for all queries or one"
            if array.shape[-1:] == (1,):
                due = (*due[:-1], 1)
        if tokens != inputs.shape[1] and array.shape[-2:] == 2 * inputs.shape[1:2]:
            remedy = f"the inputs look transposed: inputs{suffix} have axes (P, N_0, T)"
        if not isinstance(layer, Attention):
            remedy = "give examples and branches as the network has them"
        expect_shape(array, name, (examples, *due), remedy)
        arrays[weight] = array
    return arrays


def _may_have_one_query(network: Network, weight: int) -> bool:
    """Whether a layer is an attention and all above it treats tokens apart, up to one readout."""
    layers = weighted_layers(network)
    above = [layer for number, layer in layers.items() if number > weight]
    if not isinstance(layers[weight], Attention) or network.readout.branched:
        return False
    return not any(layer.mixes_tokens for layer in above)


def _readout_operator(network: Network, tokens: int) -> Array:
    """e_{t*}, shape (1, T, 1); for a mean the sum, for a readout per position the identity.

    Raises:
        DataError: Another number of tokens comes to it than the description says.
    """
    readout = network.readout
    if readout.branched:
        if readout.positions != tokens:
            raise DataError(
                f"inputs: {tokens} tokens come to the readout, which has positions = "
                f"{readout.positions}; make them equal"
            )
        return np.eye(tokens)[None]
    weights = np.ones(tokens)
    if readout.token != "mean":
        weights = np.zeros(tokens)
        weights[{"last": -1, "first": 0}[readout.token]] = 1.0
    return weights[None, :, None]
