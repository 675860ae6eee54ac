"""Any number of stages: the generic stage of a theory, and two inductions over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from derive.algebra.kinds import Size
from derive.errors import RuleError
from derive.theories.networks.analysis.scalar.equation import ScalarEquation
from derive.theories.networks.analysis.scalar.stages import Stage
from derive.theories.networks.analysis.scalar.symbols import (
    DEPTH,
    FLUX,
    RESERVED,
    STAGE,
    VARIANCES,
    WIDTHS,
)
from derive.wording import shown

OVERLAPS: Any = sympy.IndexedBase("u", positive=True)
"""u_l of stage l; u_{n+1} = 1 is the readout's output."""
FLUXES: Any = sympy.IndexedBase("r", real=True)
"""r_l of stage l."""


@dataclass(frozen=True)
class Generic:
    """The equations of stage l, for every l.

    Attributes:
        right: u_l in sigma_l^2, N_l, u_{l+1} and r_l.
        flux_above: r_{l+1} in r_l.
    """

    right: Any
    flux_above: Any

    def at(self, stage: Stage) -> Any:
        """The right-hand side that it gives for one stage of a network."""
        return self.right.xreplace({name: own for own, name in _names(stage).items()})


@dataclass(frozen=True)
class Induction:
    """A statement for every stage: it holds at the base, and a step carries it on.

    Attributes:
        statement: (left, right) for a general l.
        base: (left, right) at the base.
        step: (left, right): the statement for the next stage, and what the equation of that stage
            makes of the statement for this one; both sides are equal.
    """

    statement: tuple[Any, Any]
    base: tuple[Any, Any]
    step: tuple[Any, Any]


def generic_stage(stages: tuple[Stage, ...]) -> Generic:
    """The equation that every stage of a network is an instance of.

    Raises:
        RuleError: The network has one stage, or the equations of its stages differ in form.
    """
    if len(stages) < 2:
        raise RuleError(
            "any depth: a network of one stage does not show how stages follow one another; give "
            "one with a hidden layer above the embedding"
        )
    names = _names(stages[0])
    generic = Generic(stages[0].right.xreplace(names), stages[1].flux_value.xreplace(names))
    for lower, stage in zip((None, *stages), stages, strict=False):
        if generic.at(stage) != stage.right:
            raise RuleError(f"any depth: the equation {stage.right} of {stage.overlap} differs")
        if lower is not None:
            handed = generic.flux_above.xreplace({FLUXES[STAGE]: lower.flux})
            if handed != stage.flux_value:
                raise RuleError(f"any depth: the flux {stage.flux_value} of {stage.flux} differs")
    return generic


def _names(stage: Stage) -> dict[Any, Any]:
    """From what a stage depends on to its name at a general l."""
    return {
        stage.above: OVERLAPS[STAGE + 1],
        stage.variance: VARIANCES[STAGE],
        stage.width: WIDTHS[STAGE],
        stage.flux: FLUXES[STAGE],
    }


def flux_induction(generic: Generic) -> Induction:
    """r_l = r for every stage, from the lowest up.

    Raises:
        RuleError: The step does not hold.
    """
    carried = generic.flux_above.xreplace({FLUXES[STAGE]: FLUX})
    if carried != FLUX:
        raise RuleError(f"any depth: the flux of the next stage is {carried}, not {FLUX}")
    one = sympy.S.One
    return Induction((FLUXES[STAGE], FLUX), (FLUXES[one], FLUX), (FLUXES[STAGE + 1], carried))


def overlap_induction(generic: Generic, depth: Size) -> Induction:
    r"""u_l = prod_{k=l}^n sigma_k^2 (1 + r/N_k), from the readout, u_{n+1} = 1, down.

    The factor of a stage is read off its equation: what the overlap above is multiplied by.

    Raises:
        RuleError: The step does not hold.
    """
    right = generic.right.xreplace({FLUXES[STAGE]: FLUX})
    factor = sympy.cancel(right / OVERLAPS[STAGE + 1])
    if factor.has(OVERLAPS):
        raise RuleError(f"any depth: {right} is not proportional to the overlap above")
    index = sympy.Symbol("k", positive=True, integer=True)
    body = (right / OVERLAPS[STAGE + 1]).xreplace({STAGE: index})

    def product(first: Any) -> Any:
        return sympy.Product(body, (index, first, depth))

    above = right.xreplace({OVERLAPS[STAGE + 1]: product(STAGE + 1)})
    if sympy.simplify(above / product(STAGE + 1) - body.xreplace({index: STAGE})) != 0:
        raise RuleError(f"any depth: {above} is not the product from stage l on")
    base = product(depth + 1).doit()
    if base != 1:
        raise RuleError(f"any depth: the empty product is {base}")
    return Induction(
        (OVERLAPS[STAGE], product(STAGE)), (OVERLAPS[depth + 1], base), (product(STAGE), above)
    )


def any_depth(generic: Generic, depth: Size = DEPTH) -> ScalarEquation:
    """u = u_1 for a symbolic number of stages, from the two inductions."""
    flux_induction(generic)
    induction = overlap_induction(generic, depth)
    body, (index, _, last) = induction.statement[1].args
    prior, factor = body.xreplace({index: STAGE}).as_independent(FLUX, as_Add=False)
    ranges = (STAGE, 1, last)
    return ScalarEquation(
        depth, sympy.Product(prior, ranges), sympy.Product(factor, ranges), (WIDTHS[STAGE],)
    )


def depth_symbol(name: str) -> Any:
    """A symbol for the number of stages.

    Raises:
        RuleError: The name is no single letter, or it means something else.
    """
    if len(name) != 1 or not (name.isascii() and name.isalpha()):
        raise RuleError(f"any depth: {shown(name)} is no name for a depth; give one letter, as n")
    if name in RESERVED:
        raise RuleError(
            f"any depth: {shown(name)} means something else in the theory; name the depth "
            "otherwise, as n"
        )
    return sympy.Symbol(name, positive=True, integer=True)
