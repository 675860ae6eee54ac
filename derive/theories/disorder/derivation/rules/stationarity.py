r"""Where the free entropy is stationary: an equation for each order parameter and conjugate.

The derivative in an order parameter is linear in its conjugate, and the other way round, so that
each equation is solved for one of them:

.. math:: q = E \langle x \rangle^2, \qquad \hat q = \alpha E (\partial_\omega L)^2 + \beta^2 g'(q)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from derive.errors import RuleError
from derive.theories.disorder.derivation.averages import reduced
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.nodes.derivative import derivative
from derive.theories.disorder.nodes.towers import Mean, opened


@dataclass(frozen=True)
class Saddle:
    """The equations, each solved for one unknown.

    Attributes:
        conjugates: Every conjugate as a function of order parameters.
        parameters: Every order parameter as a function of conjugates.
    """

    conjugates: dict[Any, Any]
    parameters: dict[Any, Any]


def stationary(state: State) -> Saddle:
    """The saddle-point equations.

    Raises:
        RuleError: The free entropy is not linear in a conjugate times its order parameter.
    """
    parameters, conjugates = state.overlaps.parameters, state.overlaps.conjugates
    pairs = list(zip(parameters, conjugates, strict=True))
    return Saddle(
        {hat: solved(state.exponent, plain, hat) for plain, hat in pairs},
        {plain: solved(state.exponent, hat, plain) for plain, hat in pairs},
    )


def solved(free_entropy: Any, by: Any, unknown: Any) -> Any:
    """The equation of stationarity in one symbol, solved for its partner."""
    equation = opened(reduced(derivative(free_entropy, by)))
    terms = sympy.Add.make_args(equation)
    linear = [term for term in terms if _is_multiple(term, unknown)]
    coefficient = sympy.Add(*(term / unknown for term in linear))
    rest = sympy.Add(*(term for term in terms if term not in linear))
    if coefficient == 0 or rest.has(unknown):
        raise RuleError(f"the derivative in {by} is not linear in {unknown}: {equation}")
    return opened(-rest / coefficient)


def _is_multiple(term: Any, unknown: Any) -> bool:
    """Whether a term is a number, or a ratio of numbers of sites, times an unknown."""
    factor = term / unknown
    return bool(term.has(unknown) and not factor.has(unknown, Mean))
