"""Sizes in generated code: long ones have a name, and are computed where they are used."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import sympy

from derive.algebra.copies import Copies, opened
from derive.algebra.kinds import Size
from derive.algebra.polynomials import Known, factored, gathered, is_small, known_sums


class NamedSizes:
    """Names of the sizes of one program, and which of them it uses.

    Args:
        names: From sizes to symbols.
    """

    def __init__(self, names: Mapping[Any, Any]) -> None:
        self.names = dict(names)
        self.used: set[Any] = set()
        self._shown: dict[Any, Any] = {}

    @cached_property
    def known(self) -> Known:
        """The sizes that are sums."""
        return known_sums(self.names)

    def shown(self, size: Size) -> Any:
        """A size by its name, or in those that have one."""
        size = sympy.sympify(size)
        if size not in self._shown:
            self._shown[size] = self._fresh(size)
        self._note(self._shown[size])
        return self._shown[size]

    def _fresh(self, size: Size) -> Any:
        if size in self.names:
            return self.names[size]
        if type(size) is not Copies and is_small(size):
            return sympy.factor(opened(size))
        return factored(size, self.names)

    def gathered(self, number: Any) -> Any:
        """A sum in which sizes stand by their names."""
        total = gathered(number, self.known)
        self._note(total)
        return total

    def _note(self, shown: Any) -> None:
        if self.names:
            self.used |= shown.atoms(sympy.Symbol) & set(self.names.values())

    def definitions(self) -> list[tuple[Any, Any]]:
        """(symbol, value) of the names that are used, by way of others or not, in order.

        A size may be made of one that is named after it: what a value needs comes first, which is
        always smaller.
        """
        sizes = {symbol: size for size, symbol in self.names.items()}
        values: dict[Any, Any] = {}

        def define(symbol: Any) -> None:
            if symbol in values:
                return
            value = factored(sizes[symbol], self.names)
            self._note(value)
            inner = value.atoms(sympy.Symbol)
            for other in sizes:
                if other in inner:
                    define(other)
            values[symbol] = value

        for symbol in sizes:
            if symbol in self.used:
                define(symbol)
        return list(values.items())


NO_NAMES = NamedSizes({})
"""For sizes without copies."""
