"""The exact law of networks whose order parameters are numbers: quadrature and closed form."""

from derive.theories.networks.samplers.exact.closed_form import ClosedForm, Confirmed, closed_form
from derive.theories.networks.samplers.exact.quadrature import ExactValues, quadrature
from derive.theories.networks.samplers.exact.scalar_law import ScalarLaw, scalar_law

__all__ = [
    "ClosedForm",
    "Confirmed",
    "ExactValues",
    "ScalarLaw",
    "closed_form",
    "quadrature",
    "scalar_law",
]
