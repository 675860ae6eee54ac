"""Networks in TOML files: read with every mistake named, and written so that they read the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from derive.arguments import takes
from derive.errors import DescriptionError
from derive.files import Untidy, read_table
from derive.theories.networks.description.feature_maps import GROUP as ENTRY_POINTS
from derive.theories.networks.description.feature_maps import kernel_name
from derive.theories.networks.description.layers import (
    GROUPS,
    MAX_NESTING,
    kind_class,
    kind_names,
    kind_of,
)
from derive.theories.networks.description.network import Network
from derive.theories.networks.description.outside import key_outside, kind_outside
from derive.wording import choices, one_line, shown

KIND = "network"
TOP_KEYS = ("kind", "name", "temperature", "layers")


@takes("path")
def load_network(path: str | Path) -> Network:
    """Read a network from a TOML file.

    Args:
        path: The file, UTF-8, at most a million bytes long.

    Raises:
        DescriptionError: The file cannot be read, or it describes no network; in one line with the
            file, the place and what would do.
    """
    source = one_line(str(path))
    try:
        return network_from_dict(read_table(path, "network"), source)
    except Untidy as error:
        raise DescriptionError(f"{source}: {one_line(str(error))}") from None


def network_from_dict(table: Mapping[str, Any], source: str = "network") -> Network:
    """The network that a parsed TOML file describes.

    Args:
        table: Its keys are `temperature`, `layers` and, if wanted, `name` and `kind`.
        source: What to call it in error messages.

    Raises:
        DescriptionError: It describes no network.

    >>> ends = {"kind": "embedding", "width": 9, "variance": 1}, {"kind": "readout", "variance": 1}
    >>> network_from_dict({"temperature": 0.1, "layers": list(ends)}).describe()
    'embedding(N=9) -> readout(last)'
    """
    try:
        return _network(table)
    except DescriptionError as error:
        raise DescriptionError(f"{source}: {error}") from None


def network_to_toml(network: Network) -> str:
    """The text of a TOML file that `load_network` reads as the same network.

    >>> from derive.theories.networks.description import Embedding, Readout
    >>> print(network_to_toml(Network((Embedding("N_1", 1.5), Readout(1)), 0.1)))
    name = "network"
    temperature = 0.1
    <BLANKLINE>
    [[layers]]
    kind = "embedding"
    width = "N_1"
    variance = 1.5
    <BLANKLINE>
    [[layers]]
    kind = "readout"
    variance = 1
    <BLANKLINE>
    """
    lines = [f"name = {_literal(network.name)}", f"temperature = {_literal(network.temperature)}"]
    for layer in network.layers:
        lines += ["", *_layer_lines(layer, "layers", "")]
    return "\n".join(lines) + "\n"


def _layer_lines(layer: Any, header: str, indent: str) -> Iterator[str]:
    yield f"{indent}[[{header}]]"
    yield f"{indent}kind = {_literal(_kind(layer))}"
    for field in fields(layer):
        value = getattr(layer, field.name)
        if value != field.default and value is not None and field.name != "layers":
            yield f"{indent}{field.name} = {_literal(value)}"
    if isinstance(layer, GROUPS):
        for inner in layer.layers:
            yield from _layer_lines(inner, f"{header}.layers", indent + "    ")


def _kind(layer: Any) -> str:
    """The name of a layer's kind, if it is not that of another one."""
    kind, cls = kind_of(layer), type(layer)
    if kind in kind_names() and kind_class(kind) is not cls:
        raise DescriptionError(
            f"the class {cls.__name__} cannot be written to TOML: the kind {kind!r} is another "
            "one; give it another name, and offer it under the entry point group derive.layers"
        )
    return kind


def _literal(value: Any) -> str:
    if callable(value):
        raise DescriptionError(
            f"kernel: the function {kernel_name(value)} cannot be written to TOML; make it an "
            f"entry point of the group {ENTRY_POINTS} and give its name"
        )
    # JSON's strings and truth values are TOML's; a name is printable: no other escapes.
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, bool):
        return json.dumps(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _network(table: Any) -> Network:
    if not isinstance(table, Mapping):
        raise DescriptionError(f"{shown(table)} where a table is due; give temperature and layers")
    _check_keys(table, TOP_KEYS, "", "the top level")
    if table.get("kind", KIND) != KIND:
        raise DescriptionError(f'kind: {shown(table["kind"])} where "{KIND}" is due, or nothing')
    if "temperature" not in table:
        raise DescriptionError(
            "temperature: it is missing; write temperature = 0.01 above the first [[layers]]"
        )
    layers = _layers(table.get("layers", []), "layers")
    return Network(layers, table["temperature"], table.get("name", "network"))


def _layers(tables: Any, prefix: str) -> tuple[Any, ...]:
    if not isinstance(tables, list | tuple):
        header = prefix.replace("[", "").replace("]", "")
        header = ".".join(part.rstrip("0123456789") for part in header.split("."))
        raise DescriptionError(
            f"{prefix}: {shown(tables)} where a list of tables is due; write [[{header}]]"
        )
    if prefix.count(".") > MAX_NESTING:
        raise DescriptionError(
            f"{prefix}: layers are nested more than {MAX_NESTING} deep; nest fewer"
        )
    return tuple(_layer(table, f"{prefix}[{k}]") for k, table in enumerate(tables, start=1))


def _layer(table: Any, place: str) -> Any:
    if not isinstance(table, Mapping):
        raise DescriptionError(f"{place}: {shown(table)} where a table with a kind is due")
    cls, kind = _class(table, place), table["kind"]
    _check_keys(table, ("kind", *(field.name for field in fields(cls))), f"{place}: ", kind)
    for field in fields(cls):
        if field.default is MISSING and field.name not in table:
            raise DescriptionError(
                f"{place}.{field.name}: it is missing; {kind} needs {_needs(cls)}"
            )
    values = {key: _fixed(value) for key, value in table.items() if key != "kind"}
    if cls in GROUPS:
        values["layers"] = _layers(table["layers"], f"{place}.layers")
    return _made(cls, values, f"{place}: {kind}")


def _class(table: Mapping[str, Any], place: str) -> type:
    kinds = kind_names()
    if "kind" not in table:
        raise DescriptionError(f"{place}: the key 'kind' is missing; valid: {', '.join(kinds)}")
    kind = table["kind"]
    if isinstance(kind, str) and kind in kinds:
        return kind_class(kind)
    reason = kind_outside(kind)
    raise DescriptionError(
        f"{place}.kind: {reason or f'{shown(kind)} is no kind{choices(kind, kinds)}'}"
    )


def _fixed(value: Any) -> Any:
    """A value with tuples in the place of lists, as layers are compared and hashed."""
    return tuple(map(_fixed, value)) if isinstance(value, list) else value


def _made(cls: type, values: dict[str, Any], what: str) -> Any:
    try:
        return cls(**values)
    except DescriptionError:
        raise
    except Exception as error:  # another package's code
        reason = one_line(f"{type(error).__name__}: {error}", 120)
        raise DescriptionError(f"{what} cannot be made ({reason}); give it other values") from None


def _needs(cls: type) -> str:
    return ", ".join(field.name for field in fields(cls) if field.default is MISSING)


def _check_keys(table: Mapping[str, Any], valid: tuple[str, ...], place: str, what: str) -> None:
    for key in table:
        reason = "" if key in valid else key_outside(key)
        if reason:
            raise DescriptionError(f"{place}{reason}")
        if key not in valid:
            raise DescriptionError(
                f"{place}unknown key {shown(key)} in {what}{choices(key, valid)}"
            )
