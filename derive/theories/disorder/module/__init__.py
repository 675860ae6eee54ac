"""From the equations of a disordered model to a module that solves them."""

from __future__ import annotations

from derive.programs.assemble import Module
from derive.theories.disorder.derivation import Derivation
from derive.theories.disorder.derivation import derive as derive_theory
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.module.build import module_of

__all__ = ["Module", "generate"]


def generate(derivation: Derivation | DisorderedModel) -> Module:
    """A standalone module for the replica-symmetric theory: it imports numpy and scipy only.

    Args:
        derivation: Or the model, which is then derived.

    Returns:
        A module with `solve(**parameters)`, `update`, `state`, and the averages of one site and one
        example.

    >>> from derive.theories.disorder.description import DisorderedModel
    >>> sk = DisorderedModel(sites={"variable": "binary"}, couplings="J**2*q**2/2")
    >>> solution = generate(sk).load().solve(J=1.0, beta=2.0)
    >>> print(f"{solution.overlaps['q']:.12f}")
    0.530368392051
    """
    if isinstance(derivation, DisorderedModel):
        derivation = derive_theory(derivation)
    return module_of(derivation.theory)
