"""Values by name that cannot change, so that what holds them has a hash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Named(Mapping[str, Item], Generic[Item]):
    """A mapping in the order in which it was given, equal to any of the same items.

    >>> Named({"h": "x"}), Named(h="x") == {"h": "x"}, hash(Named(h="x")) == hash(Named(h="x"))
    ({'h': 'x'}, True, True)
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Item] | None = None, /, **more: Item) -> None:
        self._items = {**(items or {}), **more}

    def __getitem__(self, name: str) -> Item:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)
