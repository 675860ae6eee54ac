"""A module for any depth at given depths: called as the module of the network written out is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any

from derive.theories.networks.module.repeat.names import depths_of


def at_depths(module: Any, depths: Mapping[str, int]) -> Any:
    """The functions of a module, those that take depths with these.

    Args:
        module: For any depth, loaded.
        depths: A number for every depth of its network, by name, the lowest first.
    """
    numbers = tuple(depths.values())
    named = dict(zip(depths_of(tuple(depths), frozenset()).arguments, numbers, strict=True))
    bound = {
        "make_problem": partial(module.make_problem, **named),
        "solve": partial(module.solve, **named),
        "path_table": lambda heads: module.path_table(heads, numbers),
    }
    return SimpleNamespace(**{**vars(module), **bound})
