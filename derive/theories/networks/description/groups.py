"""Layers that are made of layers: skips, sums of branches, repeats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from derive.errors import DescriptionError
from derive.theories.networks.description.weighted import Size, Weighted
from derive.wording import shown


@dataclass(frozen=True)
class Group:
    """A layer that is made of layers."""

    layers: tuple[Inner, ...]

    def __post_init__(self) -> None:
        name = type(self).__name__.lower()
        object.__setattr__(self, "layers", as_layers(self.layers, name))


@dataclass(frozen=True)
class Residual(Group):
    r"""A skip around layers that end in the stream in which they begin.

    .. math:: z \mapsto z + \mathrm{layers}(z)

    Args:
        layers: The layers of the body, the lowest first.

    Raises:
        DescriptionError: `layers` is not a sequence of layers.
    """


@dataclass(frozen=True)
class Parallel(Group):
    r"""The sum of branches that begin in one stream and end in one stream.

    .. math:: z \mapsto \sum_b \mathrm{branch}_b(z)

    A residual is the sum of the identity and its body.

    Args:
        layers: The branches; one of several layers is a `Serial`, a skip is `Identity()`.

    Raises:
        DescriptionError: `layers` is not a sequence of layers.
    """


@dataclass(frozen=True)
class Serial(Group):
    r"""Layers one above the other, as one branch of a `Parallel`.

    Args:
        layers: The lowest first.

    Raises:
        DescriptionError: `layers` is not a sequence of layers.
    """


@dataclass(frozen=True)
class Identity:
    r"""The branch of a `Parallel` that changes nothing: a skip.

    .. math:: z \mapsto z
    """


@dataclass(frozen=True)
class Repeat(Group):
    r"""Layers that stand one above the other a number of times.

    .. math:: z \mapsto \mathrm{layers}(\cdots \mathrm{layers}(z)), \qquad L \text{ times}

    A number of times is written out at once. A symbol is kept: the theory is then derived for any
    depth, by induction, with sizes and variances of their own in every copy; it may stand between
    embedding and readout, not inside another layer.

    Args:
        layers: What is repeated, the lowest first.
        times: L, how often.

    Raises:
        DescriptionError: `layers` is not a sequence of layers.
    """

    times: Size


Inner = Weighted | Residual | Parallel | Serial | Identity | Repeat
"""What may stand between embedding and readout."""
GROUPS = (Residual, Parallel, Serial, Repeat)
"""Layers that are made of layers."""


def keeps_stream(layer: Any) -> bool:
    """Whether a layer ends in the stream in which it begins.

    >>> from derive.theories.networks.description.weighted import Linear
    >>> keeps_stream(Parallel((Linear(1.0), Identity()))), keeps_stream(Serial((Linear(1.0),)))
    (True, False)
    """
    if isinstance(layer, Parallel):
        return any(map(keeps_stream, layer.layers))
    if isinstance(layer, Serial | Repeat):
        return all(map(keeps_stream, layer.layers))
    return isinstance(layer, Residual | Identity)


def branches_of(layer: Residual | Parallel) -> tuple[tuple[Any, ...], ...]:
    """The branches of a sum, each as layers one above the other; a skip has none."""
    if isinstance(layer, Residual):
        return (), layer.layers
    branches: list[tuple[Any, ...]] = []
    for branch in layer.layers:
        if isinstance(branch, Identity):
            branches.append(())
        else:
            branches.append(branch.layers if isinstance(branch, Serial) else (branch,))
    return tuple(branches)


def _is_number(value: Any) -> bool:
    """Whether an array is a single number, which says of itself that it can be gone through."""
    return isinstance(value, np.ndarray) and value.ndim == 0


def as_layers(layers: Any, place: str) -> tuple[Any, ...]:
    """Layers given in any sequence, as a tuple.

    Raises:
        DescriptionError: It is not a sequence.
    """
    if isinstance(layers, str) or not isinstance(layers, Iterable) or _is_number(layers):
        raise DescriptionError(
            f"{place}: {shown(layers)} where a sequence of layers is due; write (layer, layer, ...)"
        )
    return tuple(layers)
