"""Layers whose arguments, given by position, cannot be taken for one another."""

from __future__ import annotations

import numbers
from typing import Any

from derive.errors import DescriptionError
from derive.wording import shown

APART = ("variance", "token", "kernel", "positions", "outputs")
"""The variance, fields that no number fits, and those that stand behind them."""


LARGEST_SIZE = 2**63


class ByName:
    """A layer that refuses a variance, given by position, that could be a size beside it.

    The order of sizes and variances differs between kinds of layers. A float is no size, so that
    `Linear(0.5, 20)` says what it means; `Linear(12, 1)` does not, and is asked for names. Symbols
    have names already.
    """

    def __new__(cls, *given: Any, **named: Any) -> Any:
        """Check what is given by position.

        Raises:
            DescriptionError: A variance and a size could have changed places.
        """
        names = getattr(cls, "__dataclass_fields__", ())
        placed = dict(zip(names, given, strict=False))
        others = [name for name in placed if name not in APART]
        if others and _could_be_size(placed.get("variance")):
            call = f"{cls.__name__}({', '.join(map(shown, given))})"
            named_call = ", ".join(f"{name}={shown(value)}" for name, value in placed.items())
            raise DescriptionError(
                f"{call}: by position {shown(placed['variance'])} could be a size as well as the "
                f"variance; write {cls.__name__}({named_call}) if that is meant"
            )
        return super().__new__(cls)


def _could_be_size(value: Any) -> bool:
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    return whole and 1 <= int(value) < LARGEST_SIZE
