"""The rules of a derivation, as one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.chain import Chain, chain_form
from derive.theories.networks.derivation.rules.change import change_variables
from derive.theories.networks.derivation.rules.condition import condition
from derive.theories.networks.derivation.rules.eliminate import SaddleEquation, eliminate
from derive.theories.networks.derivation.rules.features import gaussian_features
from derive.theories.networks.derivation.rules.features import start as starting_density
from derive.theories.networks.derivation.rules.hessian import Hessian, hessian
from derive.theories.networks.derivation.rules.integrate import integrate_input_weights
from derive.theories.networks.derivation.rules.predictor import Predictor, predictor
from derive.theories.networks.derivation.rules.proportional import Proportional, proportional_limit
from derive.theories.networks.derivation.rules.share import Share, eliminate_projections
from derive.theories.networks.derivation.rules.stationarity import stationarity
from derive.theories.networks.derivation.rules.wide import Wide, first_correction, infinite_width
from derive.theories.networks.derivation.state import State


@dataclass(frozen=True)
class Rules:
    """The rules of a derivation; replace one to see what depends on it."""

    start: Callable[[Notation], State] = starting_density
    features: Callable[[State], State] = gaussian_features
    integrate: Callable[[State], State] = integrate_input_weights
    condition: Callable[[State, int], State] = condition
    change: Callable[[State, int], State] = change_variables
    proportional: Callable[[State], Proportional] = proportional_limit
    projections: Callable[[State, Proportional], tuple[Proportional, Share]] = eliminate_projections
    stationarity: Callable[[Any, Notation], tuple[Any, ...]] = stationarity
    hessian: Callable[..., Hessian] = hessian
    eliminate: Callable[[tuple[Any, ...], State], tuple[SaddleEquation, ...]] = eliminate
    predictor: Callable[..., Predictor] = predictor
    infinite: Callable[[State], Wide] = infinite_width
    correction: Callable[[Any, State, Wide], Wide] = first_correction
    chain: Callable[[Any, Any, Notation], Chain | None] = chain_form


RULES = Rules()
