"""Numerical certificates: each step of a derivation against an independent computation.

A certificate takes the number of digits asked for and returns its evidence; it never uses the
formula of the rule that it checks. Every one draws its own small instance, from a fixed seed.
"""

from derive.derivation.certificates.chain import chain
from derive.derivation.certificates.change import change
from derive.derivation.certificates.condition import condition
from derive.derivation.certificates.eliminate import eliminate
from derive.derivation.certificates.features import gaussian_features
from derive.derivation.certificates.hessian import hessian
from derive.derivation.certificates.integrate import integrate
from derive.derivation.certificates.predictor import predictor
from derive.derivation.certificates.projections import projections
from derive.derivation.certificates.proportional import proportional
from derive.derivation.certificates.start import start
from derive.derivation.certificates.stationarity import stationarity
from derive.derivation.certificates.wide import correction, infinite

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
