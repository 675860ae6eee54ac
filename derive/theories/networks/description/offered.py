"""What installed packages offer under a group of entry points; nothing is read from text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import Field, fields, is_dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from derive.errors import DescriptionError
from derive.wording import one_line, shown

DUE = ("variance", "width")
"""Fields that every kind of layer has."""
TAKEN = ("kind", "layers")
"""Fields that no kind of one's own has: a TOML file means something else by them."""


@lru_cache(maxsize=8)
def points(group: str, taken: tuple[str, ...] = ()) -> dict[str, EntryPoint]:
    """The entry points of a group by name, none of them loaded.

    Args:
        group: The group of entry points.
        taken: Names that are not free.

    Raises:
        DescriptionError: A name is not free, or two packages offer it.
    """
    by_name: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        where = _where(point.name, group)
        if point.name in taken:
            raise DescriptionError(f"{where} has the name of a kind of this package; rename it")
        if by_name.setdefault(point.name, point).value != point.value:
            raise DescriptionError(
                f"{where} is offered twice, as {by_name[point.name].value} and {point.value}; "
                "remove one of the packages"
            )
    return by_name


@lru_cache(maxsize=256)
def loaded(point: EntryPoint, base: type) -> type:
    """The class that an entry point offers.

    Args:
        point: The entry point.
        base: What the class is derived from.

    Raises:
        DescriptionError: It cannot be loaded, or is something else.
    """
    where = _where(point.name, point.group)
    try:
        value = point.load()
    except Exception as error:  # another package's code
        reason = one_line(str(error)) or type(error).__name__
        raise DescriptionError(
            f"{where} cannot be loaded ({reason}); mend or remove that package"
        ) from None
    check_kind(value, base, where)
    kind: type = value
    return kind


def offered(group: str, base: type, taken: tuple[str, ...] = ()) -> dict[str, type]:
    """Classes that installed packages offer, by the names of their entry points.

    Args:
        group: The group of entry points.
        base: What they are derived from.
        taken: Names that are not free.

    Raises:
        DescriptionError: One cannot be loaded, or is something else.
    """
    return {name: loaded(point, base) for name, point in points(group, taken).items()}


def _where(name: str, group: str) -> str:
    return f"the entry point {shown(name)} of {group}"


def check_kind(value: Any, base: type, where: str) -> None:
    """Check that a value is a kind of layer.

    Args:
        value: What should be a class.
        base: What it should be derived from.
        where: What to call it in error messages.

    Raises:
        DescriptionError: It is not.
    """
    remedy = f"give a frozen dataclass derived from {base.__name__} with the fields "
    remedy += " and ".join(DUE)
    is_kind = isinstance(value, type) and issubclass(value, base) and is_dataclass(value)
    if not is_kind:
        raise DescriptionError(f"{where} is no kind of layer; {remedy}")
    own: Iterable[Field[Any]] = fields(value)
    names = [field.name for field in own]
    missing = [name for name in DUE if name not in names]
    if missing:
        raise DescriptionError(f"{where} lacks the field {missing[0]}; {remedy}")
    if not value.__dataclass_params__.frozen:
        raise DescriptionError(f"{where} is a dataclass that is not frozen; {remedy}")
    _check_names(value, names, where, base)


def _check_names(value: Any, names: list[str], where: str, base: Any) -> None:
    for name in names:
        if name in TAKEN:
            raise DescriptionError(f"{where} has a field {name!r}, which TOML files use; rename it")
    if value.counted and value.branches is not base.branches:
        raise DescriptionError(
            f"{where} has counted = {shown(value.counted)} and `branches` of its own; leave one out"
        )
    if value.counted and value.counted not in names:
        raise DescriptionError(
            f"{where} has counted = {shown(value.counted)}, which is none of its fields; give the "
            f"one that holds the number of branches: {', '.join(names)}"
        )
    if not isinstance(value.needs, str) or (value.needs and not value.needs.isidentifier()):
        raise DescriptionError(
            f"{where} has needs = {shown(value.needs)}; give the stem of its array's name, such as "
            "'masks' for masks_1, masks_2"
        )
