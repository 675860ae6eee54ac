"""Numerical certificates: each step of a derivation against an independent computation.

A certificate takes the number of digits asked for and returns its evidence; it never uses the
formula of the rule that it checks. Every one draws its own small instance, from a fixed seed.
"""

from derive.theories.networks.derivation.rules.chain.certificate import chain
from derive.theories.networks.derivation.rules.change.certificate import change
from derive.theories.networks.derivation.rules.condition.certificate import condition
from derive.theories.networks.derivation.rules.eliminate.certificate import eliminate
from derive.theories.networks.derivation.rules.features.certificate import gaussian_features
from derive.theories.networks.derivation.rules.hessian.certificate import hessian
from derive.theories.networks.derivation.rules.integrate.certificate import integrate
from derive.theories.networks.derivation.rules.predictor.certificate import predictor
from derive.theories.networks.derivation.rules.proportional.certificate import proportional
from derive.theories.networks.derivation.rules.share.certificate import projections
from derive.theories.networks.derivation.rules.start.certificate import start
from derive.theories.networks.derivation.rules.stationarity.certificate import stationarity
from derive.theories.networks.derivation.rules.wide.certificate import correction, infinite

__all__ = [
    "chain",
    "change",
    "condition",
    "correction",
    "eliminate",
    "gaussian_features",
    "hessian",
    "infinite",
    "integrate",
    "predictor",
    "projections",
    "proportional",
    "start",
    "stationarity",
]
