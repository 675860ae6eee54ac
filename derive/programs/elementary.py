"""NumPy source for elementary functions of numbers; scipy's `special` has what NumPy lacks."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import sympy

Print = Callable[[Any, Callable[[Any], str]], str]


def function(name: str) -> Print:
    """A call of a function of numbers."""
    return lambda node, emit: f"{name}({', '.join(map(emit, node.args))})"


def _pairwise(name: str) -> Print:
    """A function of two numbers, applied from the left."""
    return lambda node, emit: reduce(f"{name}({{}}, {{}})".format, map(emit, node.args))


RULES = {
    sympy.exp: function("np.exp"),
    sympy.tanh: function("np.tanh"),
    sympy.sinh: function("np.sinh"),
    sympy.cosh: function("np.cosh"),
    sympy.sign: function("np.sign"),
    sympy.Abs: function("np.abs"),
    sympy.Heaviside: function("np.heaviside"),
    sympy.Max: _pairwise("np.maximum"),
    sympy.Min: _pairwise("np.minimum"),
    sympy.erf: function("special.erf"),
    sympy.erfc: function("special.erfc"),
}
"""Exact type of a function to the rule that prints it."""
