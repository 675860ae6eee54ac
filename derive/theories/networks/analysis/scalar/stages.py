"""The saddle-point equations of a theory whose order parameters are numbers, stage by stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from derive.algebra import build
from derive.algebra.kinds import Matrix
from derive.algebra.scalars import expand
from derive.errors import RuleError
from derive.theories.networks.analysis.scalar.one_head import in_numbers, one_head, replaced
from derive.theories.networks.analysis.scalar.symbols import FLUX, OVERLAP
from derive.theories.networks.derivation import Theory
from derive.theories.networks.description.graph import Weight
from derive.wording import plural, shown


@dataclass(frozen=True)
class Stage:
    """The saddle-point equation of one stream, u = right, in numbers.

    Attributes:
        overlap: u of the stream.
        above: u of the stream above it; 1 for the readout's.
        variance: sigma^2 of the weight that made its vector.
        width: N of the stream.
        flux: The name of its flux.
        right: What the overlap is equal to.
        flux_value: What the flux stands for.
    """

    overlap: Any
    above: Any
    variance: Any
    width: Any
    flux: Any
    right: Any
    flux_value: Any


def read_stages(theory: Theory) -> tuple[Stage, ...]:
    """Every stream's equation, the lowest first.

    Raises:
        RuleError: A stream holds several vectors.
    """
    require_one_vector(theory)
    variables = variables_of(theory)
    fluxes = _fluxes(theory)
    stages = []
    for place, equation in enumerate(theory.equations):
        (weight,) = theory.notation.graph.streams[place].weights
        stages.append(
            Stage(
                overlap=variables[place],
                above=variables[place + 1] if place + 1 < len(variables) else sympy.S.One,
                variance=theory.notation.variance(weight),
                width=theory.notation.width(place),
                flux=sympy.Symbol(f"r_{theory.notation.streams()[place].name}", real=True),
                right=_number(equation.right, theory, variables, fluxes),
                flux_value=_number(equation.flux_value, theory, variables, fluxes),
            )
        )
    return tuple(stages)


def variables_of(theory: Theory) -> tuple[Any, ...]:
    """u, u_2, ..., u_a: a number for the overlap of every stream, the lowest first."""
    upper = theory.notation.streams()[1:]
    return (OVERLAP, *(sympy.Symbol(f"u_{stream.name}", positive=True) for stream in upper))


def _fluxes(theory: Theory) -> dict[Any, Any]:
    """From the 1 x 1 matrices R_s to numbers."""
    heads, fluxes = one_head(theory), {}
    for stream, equation in zip(theory.notation.streams(), theory.equations, strict=True):
        number = sympy.Symbol(f"r_{stream.name}", real=True)
        fluxes[replaced(equation.flux, heads)] = build.scale(number, sympy.Identity(1))
    return fluxes


def _number(
    matrix: Matrix, theory: Theory, variables: tuple[Any, ...], fluxes: dict[Any, Any]
) -> Any:
    """A matrix that is 1 x 1 with one head, as a number."""
    return replaced(in_numbers(build.trace(matrix), theory, variables), fluxes)


def require_one_vector(theory: Theory) -> None:
    """Raise RuleError unless every stream has one vector.

    Raises:
        RuleError: It names the layer, and what to do.
    """
    graph = theory.notation.graph
    for weight in graph.weights:
        if weight.heads != 1:
            raise RuleError(_several(weight))
    for stream in theory.notation.streams():
        count = replaced(theory.notation.vectors_count(stream.index), one_head(theory))
        if count != 1 or len(stream.weights) != 1:
            raise RuleError(
                f"scalar theory: stream {stream.name} holds {count} vectors (a skip or several "
                "outputs), so its overlaps are a matrix; give a network without skips, one output"
            )


def _several(weight: Weight) -> str:
    if isinstance(weight.heads, str):
        return (
            f"scalar theory: the head count {shown(weight.heads)} of the {weight.kind} layer "
            f"{weight.name} is a symbol; the theory is one of numbers for one head: set "
            f"{shown(weight.heads)} to 1"
        )
    return (
        f"scalar theory: the {weight.kind} layer {weight.name} has {weight.heads} "
        f"{plural(weight.branch)}, so its overlaps are a matrix; give a network with one "
        f"{weight.branch} in every layer"
    )


def stage_actions(theory: Theory, stages: tuple[Stage, ...]) -> tuple[Any, ...]:
    """What every stage adds to S where its equation holds, in its width and r, the lowest first.

    Raises:
        RuleError: The action is no sum over stages and the energy.
    """
    prior = expand(in_numbers(theory.action - theory.energy, theory, variables_of(theory)))
    terms = {stage.width: prior.coeff(stage.width) * stage.width for stage in stages}
    if sympy.expand(prior - sympy.Add(*terms.values())) != 0:
        raise RuleError("scalar theory: the action is no sum of terms with one width each")
    return tuple(_at_solution(terms[stage.width], stage) for stage in stages)


def _at_solution(term: Any, stage: Stage) -> Any:
    """A stage's term with the right-hand side of its equation in the place of its overlap."""
    right = stage.right.xreplace({stage.flux: FLUX})
    value = sympy.expand_log(sympy.expand(term.xreplace({stage.overlap: right})), force=True)
    value = sympy.expand(value)
    if value.free_symbols != {stage.width, FLUX}:
        raise RuleError(f"scalar theory: {value} depends on more than {stage.width} and {FLUX}")
    return value
