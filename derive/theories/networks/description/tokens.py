"""How many tokens go into every weight, and which arrays layers need."""

from __future__ import annotations

from derive.errors import DataError
from derive.theories.networks.description import asked
from derive.theories.networks.description.layers import Weighted, kind_of
from derive.theories.networks.description.network import Network
from derive.theories.networks.description.placing import Placed, Places, place, placed_weights


def token_counts(network: Network, tokens: int) -> tuple[dict[int, int], int]:
    """How many tokens go into every weight, and how many the readout sees.

    Raises:
        DataError: A layer has no token left, or a skip joins unequal numbers of tokens.
    """
    counts: dict[int, int] = {}

    def through(places: Places, count: int) -> int:
        for item in places:
            if isinstance(item, Placed):
                counts[item.weight] = count
                count = _tokens_above(item, count)
                continue
            ends = {through(branch, count) for branch in item.branches}
            if len(ends) > 1:
                unequal = " and ".join(map(str, sorted(ends)))
                raise DataError(
                    f"inputs: branches with {unequal} tokens cannot be added; give convolutions "
                    "in them padding, or stride 1"
                )
            (count,) = ends
        return count

    return counts, through(place(network)[0], tokens)


def _tokens_above(item: Placed, count: int) -> int:
    above = asked.tokens_above(item.layer, count) if isinstance(item.layer, Weighted) else count
    if above < 1:
        raise DataError(
            f"inputs: no token of {count} is left above weight V_{item.weight}, a "
            f"{kind_of(item.layer)}; give more tokens, or padding"
        )
    return above


def weighted_layers(network: Network) -> dict[int, Weighted]:
    """The layers between embedding and readout that have a weight, by its index."""
    return {
        item.weight: item.layer
        for item in placed_weights(place(network)[0])
        if isinstance(item.layer, Weighted)
    }


def data_names(network: Network) -> list[tuple[str, int]]:
    """The arrays that layers need: name, and index of the weight; the lowest first."""
    counts: dict[str, int] = {}
    names = []
    for weight, layer in weighted_layers(network).items():
        if layer.needs:
            counts[layer.needs] = counts.get(layer.needs, 0) + 1
            names.append((f"{layer.needs}_{counts[layer.needs]}", weight))
    return names
