"""The action at the solutions of the scalar equation: one term for every stage, and the energy."""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra.scalars import expand
from derive.errors import RuleError
from derive.theories.networks.analysis.scalar.one_head import in_numbers
from derive.theories.networks.analysis.scalar.stages import Stage, variables_of
from derive.theories.networks.analysis.scalar.symbols import FLUX
from derive.theories.networks.derivation import Theory


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
