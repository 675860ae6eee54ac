"""The rewrites of the scalar theory as steps of a derivation."""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra.latex import latex
from derive.steps.step import Equation, Order, Step
from derive.theories.networks.analysis.scalar import statements
from derive.theories.networks.analysis.scalar.certificates import matrices, orders, roots
from derive.theories.networks.analysis.scalar.depth import (
    Generic,
    flux_induction,
    overlap_induction,
)
from derive.theories.networks.analysis.scalar.energy import ScalarEnergy
from derive.theories.networks.analysis.scalar.equation import (
    ScalarEquation,
    equal_widths,
    polynomial,
)
from derive.theories.networks.analysis.scalar.explicit import Explicit
from derive.theories.networks.analysis.scalar.limits import Limit
from derive.theories.networks.analysis.scalar.series import Series
from derive.theories.networks.analysis.scalar.stages import Stage
from derive.theories.networks.analysis.scalar.symbols import FLUX, LOAD, OVERLAP, PRIOR, SIGNAL
from derive.theories.networks.derivation import Theory

Actions = tuple[tuple[Any, Any], ...]


def derivation(
    theory: Theory,
    stages: tuple[Stage, ...],
    equation: ScalarEquation,
    energy: ScalarEnergy,
    actions: Actions,
) -> tuple[Step, ...]:
    """From the saddle-point equations in matrices to one equation in numbers, and its forms."""
    return (
        _numbers(theory, stages),
        _multiply(theory, stages, equation),
        _energy(theory, stages, energy),
        _spectrum(theory, energy),
        _cold(theory, energy),
        _actions(theory, actions, energy),
        _polynomial(equation, energy),
        _equal(equation, energy),
    )


def _step(name: str, text: tuple[str, str], proof: Any, **fields: Any) -> Step:
    settings = {"order": Order.EXACT, "before": (), **fields}
    return Step(name=name, statement=text[0], source=text[1], certificate=proof, **settings)


def _numbers(theory: Theory, stages: tuple[Stage, ...]) -> Step:
    before = [Equation(e.overlap, e.right) for e in theory.equations]
    after = [Equation(stage.overlap, stage.right) for stage in stages]
    after += [Equation(stage.flux, stage.flux_value) for stage in stages[1:]]
    proof = matrices.stages(theory, stages)
    return _step("numbers", statements.NUMBERS, proof, before=tuple(before), after=tuple(after))


def _multiply(theory: Theory, stages: tuple[Stage, ...], equation: ScalarEquation) -> Step:
    before = [Equation(stage.overlap, stage.right) for stage in stages]
    after = (Equation(OVERLAP, equation.right), Equation(PRIOR, equation.prior))
    moves = [f"name the flux of every stage $r$: {stage.flux} = $r$" for stage in stages[:1]]
    moves += [f"put the equation of {stage.overlap} into that below it" for stage in stages[1:]]
    proof = matrices.equation(theory, equation)
    return _step(
        "one equation", statements.MULTIPLY, proof,
        before=tuple(before), after=after, moves=tuple(moves),
    )  # fmt: skip


def _energy(theory: Theory, stages: tuple[Stage, ...], energy: ScalarEnergy) -> Step:
    before = (Equation(FLUX, stages[0].flux_value),)
    after = (
        Equation(energy.kernel, energy.kernel_value),
        Equation("E(u)", energy.energy),
        Equation(r"r = -u\ E'(u)", energy.flux),
    )
    proof = matrices.energy(theory, energy)
    return _step("energy of a number", statements.ENERGY, proof, before=before, after=after)


def _spectrum(theory: Theory, energy: ScalarEnergy) -> Step:
    after = (Equation("E(u)", energy.spectral), Equation("r", energy.spectral_flux))
    before = (Equation("E(u)", energy.energy),)
    proof = matrices.spectrum(theory, energy)
    return _step("eigenvalues", statements.SPECTRUM, proof, before=before, after=after)


def _cold(theory: Theory, energy: ScalarEnergy) -> Step:
    before = (Equation("E(u)", energy.energy),)
    after = (
        Equation("E(u)", energy.cold),
        Equation(SIGNAL, energy.signal_value),
        Equation("r", energy.cold_flux),
    )
    proof = matrices.zero_temperature(theory, energy)
    return _step(
        "zero temperature", statements.COLD, proof,
        before=before, after=after, moves=("put $T = 0$",),
    )  # fmt: skip


def _actions(theory: Theory, actions: Actions, energy: ScalarEnergy) -> Step:
    total = sympy.Add(*(term for _, term in actions))
    proof = matrices.actions(theory, actions)
    return _step(
        "action at the solutions", statements.ACTIONS, proof, after=(Equation("S - E(u)", total),)
    )


def _polynomial(equation: ScalarEquation, energy: ScalarEnergy) -> Step:
    before = (Equation(OVERLAP, equation.right), Equation("r", energy.cold_flux))
    zero = polynomial(equation)
    after = (Equation(zero + SIGNAL, SIGNAL),)
    proof = roots.polynomial_roots(equation)
    return _step(
        "one positive root", statements.POLYNOMIAL, proof,
        before=before, after=after, moves=("solve $r = s/u - P$ for $u$, and put it in",),
    )  # fmt: skip


def _equal(equation: ScalarEquation, energy: ScalarEnergy) -> Step:
    form = equal_widths(equation, energy.cold_flux)
    before = (Equation(OVERLAP, equation.right), Equation("r", energy.cold_flux))
    after = (Equation(OVERLAP, form.overlap), Equation(form.left, form.right))
    proof = roots.equal(equation, energy.cold_flux, form)
    return _step(
        "equal widths", statements.EQUAL, proof, before=before, after=after, moves=form.moves
    )


def any_depth(generic: Generic, equation: ScalarEquation, energy: ScalarEnergy) -> tuple[Step, ...]:
    """The two inductions, and the forms of the equation that they lead to."""
    fluxes, overlaps = flux_induction(generic), overlap_induction(generic, equation.depth)
    pairs = [fluxes.base, fluxes.step, overlaps.base, overlaps.step]
    pairs += [fluxes.statement, overlaps.statement]
    pairs += [(OVERLAP, equation.right), (PRIOR, equation.prior)]
    moves = (
        "fluxes: the base is the lowest stage, the step that a flux is handed up unchanged",
        "overlaps: the base is the output, the step puts the statement into the stage below",
        "$u$ is the overlap of the lowest stage; $c$ is what does not depend on $r$",
    )
    step = _step(
        "any depth", statements.GENERIC, roots.depth(generic, equation),
        before=(Equation(overlaps.statement[0], generic.right),),
        after=tuple(Equation(*pair) for pair in pairs), moves=moves,
    )  # fmt: skip
    return step, _polynomial(equation, energy), _equal(equation, energy)


def explicit(equation: ScalarEquation, form: Explicit) -> Step:
    """A closed form as a step."""
    after = [*form.assignments, (form.unknown, form.root), (OVERLAP, form.overlap)]
    return _step(
        "explicit solution", statements.EXPLICIT, roots.explicit(equation, form),
        before=(Equation(form.polynomial, sympy.S.Zero),),
        after=tuple(Equation(*pair) for pair in after),
    )  # fmt: skip


def series(equation: ScalarEquation, energy: ScalarEnergy, form: Series) -> Step:
    """A series as a step; LEADING, with the order that is dropped."""
    at = r"$\alpha \to 0$ at fixed $s/P$" if form.variable == LOAD else "N -> infinity at fixed P"
    before = (Equation(OVERLAP, equation.right),)
    after = [Equation(OVERLAP / PRIOR, form.box)]
    after += [Equation(*pair) for pair in form.definitions]
    return _step(
        f"series to order {form.order}", statements.SERIES,
        orders.series(equation, energy, form),
        order=Order.LEADING, limit=at,
        before=before, after=tuple(after), moves=form.moves,
    )  # fmt: skip


def limit(equation: ScalarEquation, form: Limit) -> Step:
    """A limit as a step."""
    after = [form.equation, (OVERLAP, form.overlap), *form.definitions]
    moves = form.moves
    if form.condition != 1:
        moves += (f"the limit exists where ${latex(form.condition)} > 0$",)
    return _step(
        f"limit {form.name}", statements.LIMIT, orders.limit(equation, form),
        order=Order.LEADING, limit=form.approach, before=(Equation(OVERLAP, equation.right),),
        after=tuple(Equation(*pair) for pair in dict.fromkeys(after)), moves=moves,
    )  # fmt: skip
