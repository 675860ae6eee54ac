"""Modules of models, and their fixed points from a start, for tests."""

from __future__ import annotations

from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from derive.theories.disorder.derivation.replica_symmetric import free_entropy_of
from derive.theories.disorder.derivation.theory import Theory, theory_of
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.module.build import module_of


@lru_cache
def theory(model: DisorderedModel) -> Theory:
    """Its equations."""
    return theory_of(free_entropy_of(model))


@lru_cache
def module(model: DisorderedModel) -> ModuleType:
    """Its module, loaded."""
    return module_of(theory(model)).load()


def state(model: DisorderedModel, start: list[float], **parameters: float) -> dict[str, Any]:
    """Everything at the fixed point that is found from a start."""
    code = module(model)
    values = tuple(float(parameters[name]) for name in code.PARAMETERS)
    found = code.fixed_point(
        lambda order: code.update(order, values),
        np.array(start, dtype=float),
        lambda order: all(map(code.is_possible, code.overlaps(order, values))),
    )
    assert found.converged, found.message
    result: dict[str, Any] = code.state(found.point, values)
    assert result["quadrature_error"] < 1e-12
    return result
