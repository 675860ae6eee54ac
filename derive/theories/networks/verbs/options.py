"""What several commands do with their options."""

from __future__ import annotations

import sys

from derive.commands.usage import Options, UsageError
from derive.theories.networks.description import Network, load_network
from derive.theories.networks.description.feature_inputs import feature_note
from derive.theories.networks.runs.packaged import packaged_network
from derive.wording import shown


def network_of(options: Options) -> Network:
    """The network of SPEC.toml, or the packaged one where it is left out."""
    return packaged_network() if options.spec is None else load_network(options.spec)


def tell_features(network: Network) -> None:
    """Say on standard error what a first layer of features means for all results."""
    note = feature_note(network)
    if note:
        print(f"derive: note: {note}", file=sys.stderr)


def reshaped(network: Network, options: Options) -> Network:
    """The network with the depth of --repeat and the heads of --heads.

    Raises:
        DescriptionError: It cannot have them.
    """
    if options.repeat is not None:
        network = network.repeated(options.repeat)
    return network if options.heads is None else network.with_heads(options.heads)


def changed(network: Network, options: Options) -> Network:
    """The network with the values of --set and --temperature.

    Raises:
        DescriptionError: A symbol is unknown, or a value is not one that it can take.
        UsageError: A symbol is given twice.
    """
    network = with_symbols(network, options)
    if options.temperature is not None:
        network = network.with_temperature(options.temperature)
    return network


def depths_of(network: Network, options: Options) -> dict[str, int]:
    """The values of --set that are depths of a network."""
    return {name: int(value) for name, value in options.set if name in network.depths()}


def with_symbols(network: Network, options: Options) -> Network:
    """The network with the values of --set.

    Raises:
        DescriptionError: A symbol is unknown, or a value is not one that it can take.
        UsageError: A symbol is given twice.
    """
    names = [name for name, _ in options.set]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"--set: {shown(name)} is given twice; give it once")
    return network.with_values(dict(options.set))


def refuse_together(options: Options, one: str, other: str, why: str = "") -> None:
    """Raise UsageError where two options are both given; an empty name stands for any call."""
    given = [not name or getattr(options, name) not in (None, False) for name in (one, other)]
    if all(given):
        flags = " and ".join("--" + name.replace("_", "-") for name in (one, other) if name)
        raise UsageError(f"{flags}: {why or 'they exclude each other; give one of the two'}")
