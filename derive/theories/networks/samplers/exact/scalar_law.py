r"""The exact law where every stream has one vector: a density of positive numbers.

By rewriting the derived law, with one head in every layer and G_s = x_s,

.. math:: \ln p = c + \sum_s p_s \ln x_s - \sum_k c_k \prod_s x_s^{E_{ks}} + \ell(x_1)

where l is what the labels add: at zero temperature it is itself a power and a monomial.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sympy

from derive.algebra import contains, substitute
from derive.algebra.scalars import expand
from derive.errors import SamplingError
from derive.theories.networks.analysis.scalar.one_head import in_numbers
from derive.theories.networks.derivation import Theory
from derive.theories.networks.derivation.rules.gaussian import find_normal
from derive.theories.networks.derivation.rules.proportional.rewrite import label_energy


@dataclass(frozen=True, eq=False)
class ScalarLaw:
    """A law of numbers, term by term.

    Attributes:
        variables: x_s, the lowest stream first.
        powers: p_s.
        monomials: (c_k, exponents of the variables).
        labels: What the labels add and is no power or monomial; zero where there is none.
        constant: c.
        theory: Where it is from; one head is not yet in it.
    """

    variables: tuple[Any, ...]
    powers: tuple[Any, ...]
    monomials: tuple[tuple[Any, tuple[int, ...]], ...]
    labels: Any
    constant: Any
    theory: Theory = field(repr=False)

    def at(self, expression: Any) -> Any:
        """An expression of the theory, in the variables."""
        return in_numbers(expression, self.theory, self.variables)


def scalar_law(theory: Theory, *, zero_temperature: bool = False) -> ScalarLaw:
    """The law of a network with one head in every layer.

    Args:
        theory: Of a chain; head counts that are symbols are set to one.
        zero_temperature: Whether to set the temperature to zero, so that no label term is left.

    Raises:
        SamplingError: A stream has several vectors whatever the head counts.
    """
    notation, law = theory.notation, theory.law
    if not notation.graph.is_scalar():
        raise SamplingError(
            "a stream with a skip, or below several outputs, has several vectors, and its law is "
            "one of matrices; sample the overlaps instead"
        )
    variables = tuple(sympy.Symbol(f"x_{s.name}", positive=True) for s in notation.streams())
    energy, constant = label_energy(law)
    prior = law.body - find_normal(law.body, notation.labels()) + law.constant + constant
    whole = in_numbers(prior - energy / 2, theory, variables)
    if zero_temperature:
        whole = substitute(whole, {notation.temperature: sympy.S.Zero})
    return _sorted(expand(whole, logs=True), variables, theory)


def _sorted(whole: Any, variables: tuple[Any, ...], theory: Theory) -> ScalarLaw:
    """Every additive term to its kind."""
    powers: dict[Any, Any] = dict.fromkeys(variables, sympy.S.Zero)
    monomials: list[tuple[Any, tuple[int, ...]]] = []
    labels = constant = sympy.S.Zero
    for term in sympy.Add.make_args(whole):
        if not contains(term, set(variables)):
            constant += term
            continue
        outside, inside = term.as_independent(*variables, as_Add=False)
        exponents = _exponents(inside, variables)
        if type(inside) is sympy.log and inside.args[0] in powers:
            powers[inside.args[0]] += outside
        elif exponents is not None:
            monomials.append((-outside, exponents))
        else:
            labels += term
    return ScalarLaw(variables, tuple(powers.values()), tuple(monomials), labels, constant, theory)


def _exponents(inside: Any, variables: tuple[Any, ...]) -> tuple[int, ...] | None:
    """The exponents of a monomial; None where it is none."""
    exponents = dict.fromkeys(variables, 0)
    for factor in sympy.Mul.make_args(inside):
        base, exponent = factor.as_base_exp()
        if base not in exponents or not exponent.is_Integer:
            return None
        exponents[base] += int(exponent)
    return tuple(exponents.values())
