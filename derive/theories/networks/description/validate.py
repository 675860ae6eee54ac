"""What a network description must satisfy, and the one line that says where it does not."""

from __future__ import annotations

import keyword
import math
import numbers
from collections.abc import Iterator
from typing import Any

from derive.errors import DescriptionError
from derive.theories.networks.description import asked
from derive.theories.networks.description.by_name import LARGEST_SIZE
from derive.theories.networks.description.feature_maps import check_kernel
from derive.theories.networks.description.features import Features
from derive.theories.networks.description.groups import keeps_stream
from derive.theories.networks.description.layers import (
    GROUPS,
    KINDS,
    TOKENS,
    Embedding,
    Identity,
    Layer,
    Parallel,
    Readout,
    Repeat,
    Residual,
    Weighted,
    kind_of,
    walk,
)
from derive.theories.networks.description.offered import check_kind
from derive.theories.networks.description.outside import nonlinearity_inside, refuse_object
from derive.wording import choices, shown

MAX_SYMBOL_LENGTH = 40
MAX_NAME_LENGTH = 200
MAX_SIZE = LARGEST_SIZE - 1


def plain(value: Any) -> Any:
    """A number of any library as Python's int or float; anything else as it is.

    >>> from fractions import Fraction
    >>> plain(Fraction(1, 4)), plain("N"), plain(True)
    (0.25, 'N', True)
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    try:
        return float(value) if isinstance(value, numbers.Real) else value
    except OverflowError:
        return value


def check_structure(layers: tuple[Any, ...]) -> None:
    """Check that layers are layers, begin with an embedding and end with a readout.

    Raises:
        DescriptionError: They do not.
    """
    if not layers:
        raise DescriptionError(
            "layers: there are none; a network begins with an embedding and ends with a readout"
        )
    places = list(walk(layers))
    for place, layer in places:
        if not isinstance(layer, (Weighted, *KINDS.values())):
            refuse_object(place, layer, [cls.__name__ for cls in KINDS.values()])
        if type(layer) not in KINDS.values():
            check_kind(type(layer), Weighted, f"{place}: the class {type(layer).__name__}")
    _check_ends(layers)
    for place, layer in places[1:-1]:
        if isinstance(layer, Features):
            reason = nonlinearity_inside(kind_of(layer))
            raise DescriptionError(f"{place}: features stands inside: {reason}")
        if isinstance(layer, Embedding | Readout):
            raise DescriptionError(
                f"{place}: {kind_of(layer)} stands inside; between embedding and readout come "
                "linear, attention, residual and other layers"
            )


def _check_ends(layers: tuple[Layer, ...]) -> None:
    if not isinstance(layers[0], Embedding | Features):
        raise DescriptionError(
            "layers[1]: a network begins with an embedding or features, not with "
            f"{kind_of(layers[0])}"
        )
    if not isinstance(layers[-1], Readout):
        raise DescriptionError(
            f"layers[{len(layers)}]: a network ends with a readout, not with {kind_of(layers[-1])}"
        )


def check_name(name: Any) -> None:
    """Check that a network's name is printable text of bounded length.

    Raises:
        DescriptionError: It is not.
    """
    if not isinstance(name, str):
        raise DescriptionError(f"name: {shown(name)} is not text; write a name in quotes")
    if not name.isprintable() or len(name) > MAX_NAME_LENGTH:
        offence = "is too long" if name.isprintable() else "holds control characters or line breaks"
        raise DescriptionError(
            f"name: {shown(name)} {offence}; use at most {MAX_NAME_LENGTH} printable characters"
        )


def check_layers(
    layers: tuple[Layer, ...], *, inside: bool = False, prefix: str = "layers"
) -> None:
    """Check the sizes, the variance and the token of every layer.

    Args:
        layers: The layers, the lowest first.
        inside: Whether they stand in a residual, whose stream gives a width that is left out.
        prefix: Their place.

    Raises:
        DescriptionError: One of them cannot be what it is.
    """
    for number, layer in enumerate(layers, start=1):
        place = f"{prefix}[{number}]"
        if not isinstance(layer, GROUPS):
            _check_layer(place, layer, inside)
            continue
        if not layer.layers:
            raise DescriptionError(
                f"{place}: a {kind_of(layer)} without layers; give it linear, attention, residual "
                "or other layers"
            )
        if isinstance(layer, Repeat):
            _check_size(f"{place}.times", layer.times)
        within = inside or (isinstance(layer, Residual | Parallel) and keeps_stream(layer))
        check_layers(layer.layers, inside=within, prefix=f"{place}.layers")


def _check_layer(place: str, layer: Any, inside: bool) -> None:
    if isinstance(layer, Identity):
        return
    if isinstance(layer, Weighted):
        _check_own(place, layer)
    if isinstance(layer, Features):
        check_kernel(f"{place}.kernel", layer.kernel)
    if not isinstance(layer, Readout) and not (inside and layer.width is None):
        _check_width(f"{place}.width", layer.width)
    check_value(f"{place}.variance", layer.variance, zero_allowed=False)
    if isinstance(layer, Readout):
        _check_readout(place, layer)


def _check_own(place: str, layer: Weighted) -> None:
    """What only this kind of layer has."""
    if layer.counted:
        _check_size(f"{place}.{layer.counted}", getattr(layer, layer.counted))
    try:
        asked.answer(layer, "check", layer.check)
        asked.branch_count(layer)
    except DescriptionError as error:
        dot = ": " if str(error).startswith("the kind ") else "."
        raise DescriptionError(f"{place}{dot}{error}") from None


def _check_readout(place: str, layer: Readout) -> None:
    if not isinstance(layer.token, str) or layer.token not in TOKENS:
        raise DescriptionError(
            f"{place}.token: {shown(layer.token)} is no token{choices(layer.token, TOKENS)}"
        )
    if layer.token == "each":
        _check_size(f"{place}.positions", layer.positions)
    elif layer.positions is not None:
        raise DescriptionError(
            f'{place}.positions: they are for a readout per position; give token = "each" too, '
            "or leave them out"
        )
    _check_count(f"{place}.outputs", layer.outputs, 1)


def _check_size(place: str, value: Any) -> None:
    if isinstance(value, str):
        _check_symbol(place, value)
        return
    remedy = "give a whole number from 1, or a symbol's name in quotes"
    if value is None:
        raise DescriptionError(f"{place}: it is missing; {remedy}")
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not 1 <= value <= MAX_SIZE:
        raise DescriptionError(f"{place}: {shown(value)} is not a size; {remedy}")


def _check_width(place: str, value: Any) -> None:
    """A size, or infinity."""
    if not (isinstance(value, float) and value == math.inf):
        _check_size(place, value)


def check_widths(layers: tuple[Layer, ...]) -> None:
    """Check that either every width is infinite or none is.

    Raises:
        DescriptionError: Some are.
    """
    places = {f"{place}.width": getattr(layer, "width", None) for place, layer in walk(layers)}
    given = {place: width for place, width in places.items() if width is not None}
    finite = [place for place, width in given.items() if width != math.inf]
    if finite and len(finite) < len(given):
        raise DescriptionError(
            f"{finite[0]}: {shown(given[finite[0]])} stands beside infinite widths; make all "
            "widths infinite, or none"
        )


def _check_count(place: str, value: Any, least: int) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not least <= value <= MAX_SIZE:
        raise DescriptionError(
            f"{place}: {shown(value)} is out of range; give a whole number from {least}"
        )


def check_value(place: str, value: Any, *, zero_allowed: bool) -> None:
    """Check that a value is a finite number of the right sign, or a symbol.

    Raises:
        DescriptionError: It is not.
    """
    if isinstance(value, str):
        _check_symbol(place, value)
        return
    least = "zero or a positive number" if zero_allowed else "a positive number"
    remedy = f"give {least}, or a symbol's name in quotes"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DescriptionError(f"{place}: {shown(value)} is not a number; {remedy}")
    if not _is_finite(value) or value < 0 or (value == 0 and not zero_allowed):
        raise DescriptionError(f"{place}: {shown(value)} is out of range; {remedy}")


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond the largest float
        return False


def _check_symbol(place: str, name: str) -> None:
    usable = name.isascii() and name.isidentifier() and name[0] != "_"
    if not usable or keyword.iskeyword(name) or len(name) > MAX_SYMBOL_LENGTH:
        raise DescriptionError(
            f"{place}: {shown(name)} is no symbol's name; write a number without quotes, or a name "
            f"of at most {MAX_SYMBOL_LENGTH} letters, digits and _, a letter first, that is no "
            "word of Python's"
        )


SYMBOL_KINDS = {
    "width": "a width",
    "times": "a depth",
    "variance": "a variance",
    "positions": "a number of positions",
    "temperature": "the temperature",
}


def named_values(layers: tuple[Layer, ...]) -> Iterator[tuple[str, str, Any]]:
    """(place, what its symbol stands for, value) of every field that may be a symbol."""
    for place, layer in walk(layers):
        for key, meaning in SYMBOL_KINDS.items():
            yield f"{place}.{key}", meaning, getattr(layer, key, None)
        if isinstance(layer, Weighted) and layer.counted:
            meaning = f"a number of {layer.counted}"
            yield f"{place}.{layer.counted}", meaning, getattr(layer, layer.counted)


def check_symbols(layers: tuple[Layer, ...], temperature: Any) -> None:
    """Check that no symbol stands for two kinds of thing.

    Raises:
        DescriptionError: One does.
    """
    meanings: dict[str, tuple[str, str]] = {}
    own = ("temperature", SYMBOL_KINDS["temperature"], temperature)
    for where, meaning, value in (*named_values(layers), own):
        if not isinstance(value, str):
            continue
        known, first = meanings.setdefault(value, (meaning, where))
        if known != meaning:
            raise DescriptionError(
                f"{where}: the symbol {shown(value)} is {meaning} here and {known} in {first}; "
                "give one of them another name"
            )
