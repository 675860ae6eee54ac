"""A weight without breaks as a sum of polynomials times exponentials of quadratics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Add, Mul, Rational, S, Symbol, sqrt

from derive.theories.disorder.closed.pieces import Known, NoForm
from derive.theories.disorder.closed.polynomials import (
    Polynomial,
    added,
    coefficients,
    multiplied,
)
from derive.theories.disorder.nodes.functions import LogTail, Tail


@dataclass(frozen=True)
class Term:
    """p(x) e^{c + b x + a x^2} prod_k H(t_k(x)); every t_k is linear."""

    polynomial: Polynomial
    exponent: Polynomial = ()
    tails: tuple[Polynomial, ...] = ()

    def times(self, other: Term) -> Term:
        """The product."""
        return Term(
            multiplied(self.polynomial, other.polynomial),
            added(self.exponent, other.exponent),
            self.tails + other.tails,
        )

    def reduced(self, known: Known) -> Term:
        """The same by what is known of signs."""
        tails = tuple(tuple(map(known.reduced, tail)) for tail in self.tails)
        polynomial = tuple(map(known.reduced, self.polynomial))
        return Term(polynomial, tuple(map(known.reduced, self.exponent)), tails)


def terms(weight: Any, x: Symbol, known: Known) -> list[Term]:
    """The terms of a weight, one for each exponential.

    Raises:
        NoForm: A weight of another kind.
    """
    return _gathered(term.reduced(known) for term in _terms(weight, x))


def _gathered(given: Iterable[Term]) -> list[Term]:
    """One term for each exponential."""
    sums: dict[Any, Polynomial] = {}
    for term in given:
        key = term.exponent, term.tails
        sums[key] = added(sums.get(key, ()), term.polynomial)
    return [Term(polynomial, *key) for key, polynomial in sums.items() if polynomial]


def _terms(weight: Any, x: Symbol) -> list[Term]:
    kind = weight.func
    if kind is Mul:
        return _products(_terms(arg, x) for arg in weight.args)
    if kind is Add and (weight.has(x) or weight.has(sympy.exp)):
        return [term for arg in weight.args for term in _terms(arg, x)]
    if kind is sympy.Pow and weight.has(x) and weight.exp.is_Integer and weight.exp > 0:
        return _products([_terms(weight.base, x)] * int(weight.exp))
    if kind in _RULES:
        found: list[Term] = _RULES[kind](weight.args[0], x)
        return found
    if weight == x or not weight.has(x):
        return [Term((S.Zero, S.One) if weight == x else (weight,))]
    raise NoForm


def _products(factors: Iterable[list[Term]]) -> list[Term]:
    made = [Term((S.One,))]
    for factor in factors:
        made = _gathered(term.times(other) for term in made for other in factor)
    return made


def _exponential(exponent: Any, x: Symbol) -> list[Term]:
    parts = Add.make_args(exponent)
    tails = [part for part in parts if isinstance(part, LogTail) and part.has(x)]
    quadratic = coefficients(Add(*(part for part in parts if part not in tails)), x)
    if quadratic is None or len(quadratic) > 3:
        raise NoForm
    own = [Term((S.One,), quadratic)]
    return _products([own, *(_tail(tail.args[0], x) for tail in tails)])


def _tail(argument: Any, x: Symbol, scale: Any = S.One) -> list[Term]:
    linear = coefficients(scale * argument, x)
    if linear is None or len(linear) > 2:
        raise NoForm
    return [Term((S.One,), (), (linear,)) if len(linear) == 2 else Term((Tail(scale * argument),))]


def _hyperbolic(sign: int) -> Any:
    def halves(argument: Any, x: Symbol) -> list[Term]:
        grown, shrunk = (_exponential(side * argument, x)[0] for side in (1, -1))
        return [Term((S.Half,)).times(grown), Term((Rational(sign, 2),)).times(shrunk)]

    return halves


def _erf(argument: Any, x: Symbol) -> list[Term]:
    """Twice the distribution function, minus one."""
    return [Term((S.NegativeOne,)), *_scaled(2, _tail(argument, x, -sqrt(2)))]


def _erfc(argument: Any, x: Symbol) -> list[Term]:
    return _scaled(2, _tail(argument, x, sqrt(2)))


def _scaled(number: int, given: list[Term]) -> list[Term]:
    return [Term((sympy.Integer(number),)).times(term) for term in given]


_RULES: dict[Any, Any] = {
    sympy.exp: _exponential,
    Tail: _tail,
    sympy.cosh: _hyperbolic(1),
    sympy.sinh: _hyperbolic(-1),
    sympy.erf: _erf,
    sympy.erfc: _erfc,
}
