"""The rules of a derivation, as one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from derive.derivation.notation import Notation
from derive.derivation.rules.chain import Chain, chain_form
from derive.derivation.rules.change import change_variables
from derive.derivation.rules.condition import condition
from derive.derivation.rules.eliminate import SaddleEquation, eliminate
from derive.derivation.rules.features import gaussian_features
from derive.derivation.rules.features import start as starting_density
from derive.derivation.rules.hessian import Hessian, hessian
from derive.derivation.rules.integrate import integrate_input_weights
from derive.derivation.rules.predictor import Predictor, predictor
from derive.derivation.rules.proportional import Proportional, proportional_limit
from derive.derivation.rules.share import Share, eliminate_projections
from derive.derivation.rules.stationarity import stationarity
from derive.derivation.rules.wide import Wide, first_correction, infinite_width
from derive.derivation.step import State


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
