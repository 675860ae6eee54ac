"""A module for any depth at given depths: called as the module of the network written out is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from derive.theories.networks.module.repeat.names import depths_of


class AtDepths:
    """What takes depths is given them; all else is the module's own."""

    def __init__(self, module: Any, depths: Mapping[str, int]) -> None:
        """Bind the depths.

        Args:
            module: For any depth, loaded.
            depths: A number for every depth of its network, by name, the lowest first.
        """
        names = depths_of(tuple(depths), frozenset()).arguments
        self.any_depth, self._depths = module, tuple(depths.values())
        self._named = dict(zip(names, self._depths, strict=True))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.any_depth, name)

    def make_problem(self, *given: Any, **named: Any) -> Any:
        """Data and parameters, checked."""
        return self.any_depth.make_problem(*given, **named, **self._named)

    def solve(self, *given: Any, **named: Any) -> Any:
        """The lowest minimum that is found."""
        return self.any_depth.solve(*given, **named, **self._named)

    def path_table(self, heads: tuple[int, ...]) -> Any:
        """The head that each path takes in every layer with heads."""
        return self.any_depth.path_table(heads, self._depths)
