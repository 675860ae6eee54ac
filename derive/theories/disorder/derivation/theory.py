"""The replica-symmetric theory of a model: its free entropy, and all that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from derive.errors import RuleError
from derive.theories.disorder.derivation.leaves import (
    Form,
    Known,
    form_of,
    inner_form,
    leaves_in,
    written_out,
)
from derive.theories.disorder.derivation.observables import energy_of, entropy_of, observable_of
from derive.theories.disorder.derivation.overlaps import Overlaps, symbol
from derive.theories.disorder.derivation.rules.replicon import replicon_matrix
from derive.theories.disorder.derivation.rules.stationarity import Saddle, stationary
from derive.theories.disorder.derivation.state import BETA, State
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.nodes.towers import Inner, Leaf


@dataclass(frozen=True)
class Theory:
    """Equations of one model, replica symmetric.

    Attributes:
        model: The model.
        overlaps: Its order parameters.
        free_entropy: phi, of order parameters and conjugates.
        saddle: The equations.
        fixed: Order parameters that the variables fix, such as Q = 1.
        multipliers: Conjugates of those that a constraint fixes, as functions of the others.
        energy: None where nothing depends on the temperature.
        entropy: phi + beta times the energy.
        replicon: The matrix whose largest eigenvalue is 1 - lambda.
        observables: What the model declares.
        forms: Closed forms of leaves; None for an integral that is done numerically.
        inner: Closed forms of averages in one replica, where there are any.
        assumed: Parameters that are taken as positive in closed forms, as their defaults are.
    """

    model: DisorderedModel
    overlaps: Overlaps
    free_entropy: Any
    saddle: Saddle
    fixed: dict[Any, Any]
    multipliers: dict[Any, Any]
    energy: Any
    entropy: Any
    replicon: Any
    observables: dict[str, Any]
    forms: dict[Leaf, Form | None]
    inner: dict[Any, Any]
    assumed: frozenset[Any] = frozenset()

    @property
    def equations(self) -> list[Any]:
        """Right-hand sides of the theory itself."""
        energy = [] if self.energy is None else [self.energy]
        saddle = [*self.saddle.conjugates.values(), *self.saddle.parameters.values()]
        return [self.free_entropy, *saddle, *energy, self.entropy, *self.replicon]

    @property
    def expressions(self) -> list[Any]:
        """Those and what is observed."""
        return [*self.equations, *self.observables.values()]


def theory_of(state: State) -> Theory:
    """All equations that follow from the free entropy of no replicas."""
    saddle = stationary(state)
    energy, entropy = energy_of(state), entropy_of(state)
    replicon = replicon_matrix(state)
    given = state.model.observables
    observables = {name: observable_of(state, name, what) for name, what in given.items()}
    fixed = fixed_squares(state)
    settled = {**fixed, **_idle(state, fixed)}
    known = known_of(state.model)
    everything = [
        e.xreplace(settled)
        for e in (
            state.exponent,
            *saddle.conjugates.values(),
            *saddle.parameters.values(),
            entropy,
            *([] if energy is None else [energy]),
            *replicon,
            *observables.values(),
        )
    ]
    forms = {leaf: form_of(leaf, known) for leaf in leaves_in(*everything)}
    inside = set().union(*(e.atoms(Inner) for e in everything))
    inner = {node: inner_form(node, known) for node in sorted(inside, key=str)}

    def written(expression: Any) -> Any:
        return written_out(expression.xreplace(settled), forms, inner)

    conjugates = {k: written(v) for k, v in saddle.conjugates.items()}
    parameters = {k: written(v) for k, v in saddle.parameters.items()}
    return Theory(
        state.model,
        state.overlaps,
        written(state.exponent),
        Saddle(conjugates, parameters),
        fixed,
        _multipliers(state, fixed, parameters),
        None if energy is None else written(energy),
        written(entropy),
        replicon.applyfunc(written),
        {name: written(body) for name, body in observables.items()},
        forms,
        inner,
        frozenset(known.assumed),
    )


def known_of(model: DisorderedModel) -> Known:
    """Temperatures and ratios are positive; parameters whose default is, may be taken so."""
    positive = {BETA, *(e.ratio for e in model.examples if e.ratio.is_Symbol)}
    likely = {s for s in model.free() if model.parameters.get(s.name, 0) > 0} - positive
    signs = [symbol("y")] if all(_binary(e.labels) for e in model.examples) else []
    ordered = [tuple(sorted(symbols, key=str)) for symbols in (positive, likely)]
    return Known(ordered[0], tuple(signs), ordered[1])


def _binary(labels: Any) -> bool:
    values = getattr(labels, "values", None)
    if values is not None:
        return set(values) <= {sympy.S.One, sympy.S.NegativeOne}
    return labels is not None and type(getattr(labels, "expression", None)) is sympy.sign


def fixed_squares(state: State) -> dict[Any, Any]:
    """Q where x^2 is one number whatever x is, or where a sphere fixes it."""
    fixed = {}
    for square in state.overlaps.squares:
        base = state.model.sites[square.population].variable.base(square.components[0])
        squares = {value**2 for value, _ in base.points}
        if square.count == 1 and base.square is not None:
            fixed[square.diagonal] = base.square
        elif square.count == 1 and base.log_density is None and len(squares) == 1:
            fixed[square.diagonal] = squares.pop()
    return fixed


def _idle(state: State, fixed: dict[Any, Any]) -> dict[Any, Any]:
    """Conjugates on which nothing depends any more, chosen so that no quadratic term is left."""
    idle = {}
    for square in state.overlaps.squares:
        base = state.model.sites[square.population].variable.base(square.components[0])
        if square.diagonal in fixed and base.square is None:
            idle[square.conjugates[0]] = -square.conjugates[1]
    return idle


def _multipliers(state: State, fixed: dict[Any, Any], parameters: dict[Any, Any]) -> dict[Any, Any]:
    """The conjugate of a sphere's constraint: the positive root for Qhat + qhat.

    Raises:
        RuleError: The constraint is no quadratic equation.
    """
    found = {}
    for square in state.overlaps.squares:
        base = state.model.sites[square.population].variable.base(square.components[0])
        if square.diagonal in fixed and base.square is not None:
            hat, other = square.conjugates
            precision = sympy.Dummy("A", real=True)
            equation = (parameters[square.diagonal] - fixed[square.diagonal]).xreplace(
                {hat: precision - other}
            )
            top = sympy.fraction(sympy.together(sympy.expand(equation)))[0]
            quadratic = sympy.Poly(top, precision)
            if quadratic.degree() > 2:
                raise RuleError(f"the constraint on {square.components[0]} is {equation} = 0")
            a, b, c = (quadratic.coeff_monomial(precision**k) for k in (2, 1, 0))
            sign = -1 if a.is_negative else 1
            root = (-b + sign * sympy.sqrt(sympy.expand(b**2 - 4 * a * c))) / (2 * a)
            found[hat] = root - other
    return found
