"""The exact law of networks whose order parameters are numbers: quadrature and closed form."""

from derive.sampling.exact.closed_form import ClosedForm, Confirmed, closed_form
from derive.sampling.exact.quadrature import ExactValues, quadrature
from derive.sampling.exact.scalar_law import ScalarLaw, scalar_law

__all__ = [
    "ClosedForm",
    "Confirmed",
    "ExactValues",
    "ScalarLaw",
    "closed_form",
    "quadrature",
    "scalar_law",
]
