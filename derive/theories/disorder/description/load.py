"""Models in TOML files: read with every mistake named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from derive.arguments import takes
from derive.errors import DescriptionError
from derive.files import Untidy, read_table
from derive.theories.disorder.description.model import DisorderedModel
from derive.wording import choices, one_line, shown

KIND = "disorder"


@takes("path")
def load_model(path: str | Path) -> DisorderedModel:
    """Read a model from a TOML file.

    Args:
        path: The file, UTF-8, at most a million bytes long.

    Raises:
        DescriptionError: The file cannot be read, or it describes no model; in one line with the
            file, the place and what would do.
    """
    source = one_line(str(path))
    try:
        return model_from_table(read_table(path, "model"), source)
    except Untidy as error:
        raise DescriptionError(f"{source}: {one_line(str(error))}") from None


def model_from_table(table: Mapping[str, Any], source: str = "model") -> DisorderedModel:
    """The model that a parsed TOML file describes.

    Args:
        table: With kind = "disorder"; its other keys are the arguments of `DisorderedModel`, and
            `magnetisations` beside `mean`.
        source: What to call it in messages.

    Raises:
        DescriptionError: It describes no model.
    """
    try:
        return DisorderedModel(**_arguments(table))
    except DescriptionError as error:
        raise DescriptionError(f"{source}: {error}") from None


def _arguments(table: Mapping[str, Any]) -> dict[str, Any]:
    known = ("kind", *(field.name for field in fields(DisorderedModel)), "magnetisations")
    for key in table:
        if key not in known:
            raise DescriptionError(f"unknown key {shown(key)}{choices(key, known)}")
    if table.get("kind") != KIND:
        told = shown(table["kind"]) if "kind" in table else "it is missing"
        raise DescriptionError(f'kind: {told}; write kind = "{KIND}" on top')
    arguments = {
        key: value for key, value in table.items() if key not in ("kind", "magnetisations")
    }
    if "sites" not in arguments:
        raise DescriptionError('sites: there are none; write [[sites]] with variable = "binary"')
    return {**arguments, **_mean(table)}


def _mean(table: Mapping[str, Any]) -> dict[str, Any]:
    """The energy of the mean together with its magnetisations."""
    if "magnetisations" not in table:
        return {}
    mean = table.get("mean")
    if not isinstance(mean, Mapping):
        raise DescriptionError(
            'magnetisations: there is no energy of them; write [mean] with energy = "-b*m"'
        )
    if "magnetisations" in mean:
        raise DescriptionError("magnetisations: they are there twice; leave one of the two out")
    return {"mean": {**mean, "magnetisations": table["magnetisations"]}}
