"""From a disordered model to its order-parameter equations."""

from __future__ import annotations

from derive.theories.disorder.derivation.derivation import Derivation
from derive.theories.disorder.derivation.steps import steps_of
from derive.theories.disorder.description import DisorderedModel

__all__ = ["Derivation", "derive"]


def derive(model: DisorderedModel) -> Derivation:
    """Derive the replica-symmetric theory of a model with quenched disorder.

    Args:
        model: Sites, examples, couplings, mean fields, observables.

    Returns:
        The steps, each with its certificate, and the theory.

    >>> from derive.theories.disorder.description import DisorderedModel
    >>> sk = DisorderedModel(sites={"variable": "binary"}, couplings="J**2*q**2/2")
    >>> for symbol, value in derive(sk).theory.saddle.conjugates.items():
    ...     print(symbol, "=", value)
    qhat = J**2*beta**2*q
    Qhat = -J**2*beta**2
    """
    steps, theory = steps_of(model)
    return Derivation(model, theory, steps)
