"""What installed packages offer under a group of entry points; nothing is read from text."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import lru_cache
from importlib.metadata import entry_points
from typing import Any

from derive.errors import DescriptionError
from derive.network.wording import one_line

DUE = ("variance", "width")
"""Fields that every kind of layer has."""


@lru_cache(maxsize=8)
def offered(group: str, base: type) -> dict[str, type]:
    """Classes that installed packages offer, by the names of their entry points.

    Args:
        group: The group of entry points.
        base: What they are derived from.

    Raises:
        DescriptionError: One cannot be loaded, or is something else.
    """
    found: dict[str, type] = {}
    for point in entry_points(group=group):
        where = f"the entry point {point.name!r} of {group}"
        try:
            value = point.load()
        except Exception as error:  # another package's code
            reason = one_line(str(error)) or type(error).__name__
            raise DescriptionError(
                f"{where} cannot be loaded ({reason}); mend or remove that package"
            ) from None
        check_kind(value, base, where)
        found[point.name] = value
    return found


def check_kind(value: Any, base: type, where: str) -> None:
    """Check that a value is a kind of layer.

    Raises:
        DescriptionError: It is not.
    """
    is_kind = isinstance(value, type) and issubclass(value, base) and is_dataclass(value)
    names = [field.name for field in fields(value)] if is_kind else []
    if not set(DUE) <= set(names):
        raise DescriptionError(
            f"{where} is no kind of layer; give a frozen dataclass derived from {base.__name__} "
            f"with the fields {' and '.join(DUE)}"
        )
