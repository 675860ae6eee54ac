"""The language of claims about disordered models: that of descriptions, and Gaussian averages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from derive.algebra.nodes import Scalar
from derive.algebra.rules import register
from derive.claims.language import Scope, to_text
from derive.claims.language.functions import number
from derive.claims.language.printing import ATOM
from derive.theories.disorder.description.language import VOCABULARY


class Average(Scalar):
    r"""avg(f, z): the mean over a standard Gaussian; args f and z.

    .. math:: \int \frac{dz}{\sqrt{2\pi}} e^{-z^2/2} f(z)
    """

    @property
    def free_symbols(self) -> set[Any]:
        """What it depends on."""
        return super().free_symbols - {self.args[1]}


def _as_written(kind: Any, checked: Any) -> tuple[int, Any]:
    """A function that stays as it is written: SymPy asks at length for signs of its argument."""

    def make(argument: Any) -> Any:
        given = number(argument)
        return checked(given) if given.is_number else kind(given, evaluate=False)

    return 1, make


WORDS = {
    **VOCABULARY,
    "log": _as_written(sympy.log, VOCABULARY["log"][1]),
    "ln": _as_written(sympy.log, VOCABULARY["log"][1]),
    "cosh": _as_written(sympy.cosh, sympy.cosh),
    "tanh": _as_written(sympy.tanh, sympy.tanh),
}
"""Functions, each with the number of its arguments."""


def average(body: Any, bound: Any) -> Any:
    """The mean over a standard Gaussian."""
    return Average(body, bound) if bound in body.free_symbols else body


def scope_of(names: Mapping[str, Any]) -> Scope:
    """The scope of a claim's lines."""
    return Scope(names=names, vocabulary=WORDS, binders={"avg": average})


register(Average, word=lambda node: (f"avg({to_text(node.args[0])}, {node.args[1].name})", ATOM))
