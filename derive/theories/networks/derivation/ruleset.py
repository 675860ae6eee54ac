"""The rules of a derivation, as one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.chain.rewrite import Chain, chain_form
from derive.theories.networks.derivation.rules.change.rewrite import change_variables
from derive.theories.networks.derivation.rules.condition.rewrite import condition
from derive.theories.networks.derivation.rules.eliminate.rewrite import SaddleEquation, eliminate
from derive.theories.networks.derivation.rules.features.rewrite import gaussian_features
from derive.theories.networks.derivation.rules.features.rewrite import start as starting_density
from derive.theories.networks.derivation.rules.hessian.rewrite import Hessian, hessian
from derive.theories.networks.derivation.rules.integrate.rewrite import integrate_input_weights
from derive.theories.networks.derivation.rules.predictor.rewrite import Predictor, predictor
from derive.theories.networks.derivation.rules.proportional.rewrite import (
    Proportional,
    proportional_limit,
)
from derive.theories.networks.derivation.rules.share.rewrite import Share, eliminate_projections
from derive.theories.networks.derivation.rules.stationarity.rewrite import stationarity
from derive.theories.networks.derivation.rules.wide.rewrite import (
    Wide,
    first_correction,
    infinite_width,
)
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
