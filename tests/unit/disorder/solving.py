"""Modules of models, and their fixed points from a start, for tests."""

from __future__ import annotations

from functools import lru_cache
from types import ModuleType
from typing import Any

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
    """Everything at the fixed point that is found from a start, by name."""
    found = module(model).solve(start=start, **parameters)
    assert found.converged, found.message
    assert found.quadrature_error < 1e-8
    plain = {k: v for k, v in found._asdict().items() if not isinstance(v, dict)}
    return {**plain, **found.overlaps, **found.conjugates, **found.observables}
