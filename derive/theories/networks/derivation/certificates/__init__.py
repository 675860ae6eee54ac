"""Numerical certificates: each step of a derivation against an independent computation.

A certificate takes the number of digits asked for and returns its evidence; it never uses the
formula of the rule that it checks. Every one draws its own small instance, from a fixed seed.
"""

from derive.theories.networks.derivation.certificates.chain import chain
from derive.theories.networks.derivation.certificates.change import change
from derive.theories.networks.derivation.certificates.condition import condition
from derive.theories.networks.derivation.certificates.eliminate import eliminate
from derive.theories.networks.derivation.certificates.features import gaussian_features
from derive.theories.networks.derivation.certificates.hessian import hessian
from derive.theories.networks.derivation.certificates.integrate import integrate
from derive.theories.networks.derivation.certificates.predictor import predictor
from derive.theories.networks.derivation.certificates.projections import projections
from derive.theories.networks.derivation.certificates.proportional import proportional
from derive.theories.networks.derivation.certificates.start import start
from derive.theories.networks.derivation.certificates.stationarity import stationarity
from derive.theories.networks.derivation.certificates.wide import correction, infinite

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
