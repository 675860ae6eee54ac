"""What symbols are called in generated modules: arrays by the names of arguments, long sizes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy

from derive.algebra.copies import Copies
from derive.programs.program import Program, make_program
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.render.names import size_names

ARGUMENTS = {
    "y": "labels",
    "X": "attended",
    "Xstar": "attended_test",
    "mu": "means",
    "mustar": "means_test",
}
"""Symbols of the theory to the arguments of modules that they are."""


TYPICAL = {"P": 200, "Pstar": 1000}
"""Numbers of examples; widths are a hundred, as are features, and heads two."""


def typical_size(symbol: Any) -> float:
    """What a symbol of a size is typically."""
    return TYPICAL.get(symbol.name, 2 if symbol.name.startswith("H") else 100)


def network_program(results: Iterable[Any], **options: Any) -> Program:
    """A program in which data have the names of arguments; see `make_program`."""
    return make_program(results, arguments=ARGUMENTS, typical=typical_size, **options)


def names_of_sizes(notation: Notation) -> dict[Any, Any]:
    """The sizes of a network that have a name in code: long ones in which copies are held."""
    return {
        size: sympy.Symbol(name, positive=True, integer=True)
        for size, name in size_names(notation).items()
        if name is not None and size.atoms(Copies)
    }
