"""Tables of a description, made into its classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from derive.errors import DescriptionError
from derive.theories.disorder.description.law_words import ON_SPHERE
from derive.wording import choices, shown

MOST = 100
"""Populations, or terms of one kind."""
EXAMPLES_OF = {
    "sites": 'variable = "binary"',
    "examples": 'ratio = "alpha"',
    "couplings": 'covariance = "q**2/2"',
    "mean": 'energy = "-m**2/2"',
}
"""What a table may begin with, for messages."""


def listed(given: Any, cls: type, where: str) -> tuple[Any, ...]:
    """One thing or a list of them, each an object of a class, its table, or its only text.

    Raises:
        DescriptionError: One of them is none.
    """
    if not isinstance(given, list | tuple):
        return (one(given, cls, where),) if given is not None else ()
    if len(given) > MOST:
        raise DescriptionError(f"{where}: {len(given)} of them; at most {MOST} are read")
    if len(given) == 1:
        return (one(given[0], cls, where),)
    return tuple(one(part, cls, where, k) for k, part in enumerate(given, start=1))


def one(given: Any, cls: type, where: str, place: int = 0) -> Any:
    """An object of a class, from itself or from its table.

    Args:
        given: What stands there.
        cls: The class.
        where: The name of the list.
        place: The place in it, counted from 1; 0 where there is no other.

    Raises:
        DescriptionError: It is none; the message has the place.
    """
    if given is None or isinstance(given, cls):
        return given
    try:
        return _made(given, cls, where)
    except DescriptionError as error:
        told = str(error)
        raise DescriptionError(
            told.replace(where, f"{where}[{place}]", 1) if place else told
        ) from None


def _made(given: Any, cls: type, where: str) -> Any:
    known = [field.name for field in fields(cls)]
    if where == "couplings" and not isinstance(given, Mapping):
        given = {"covariance": given}
    if not isinstance(given, Mapping):
        raise DescriptionError(
            f"{where}: {shown(given)} where a table is due; write {EXAMPLES_OF[where]}"
        )
    for key in given:
        if where == "sites" and key == "regulariser":
            raise DescriptionError(f"sites.regulariser: {_beside(given)}")
        if key not in known:
            raise DescriptionError(f"{where}: unknown key {shown(key)}{choices(key, known)}")
    for field in fields(cls):
        needed = field.default is MISSING and field.default_factory is MISSING
        if needed and field.name not in given:
            such = 'fields = { h = "x" }' if field.name == "fields" else EXAMPLES_OF[where]
            raise DescriptionError(f"{where}.{field.name}: it is missing; write {such}")
    return cls(**given)


def _beside(sites: Mapping[str, Any]) -> str:
    """What to say of a regulariser that stands beside the variable."""
    if sites.get("variable") == "spherical":
        return ON_SPHERE
    return 'it is the variable\'s law; write variable = { regulariser = "..." }'
