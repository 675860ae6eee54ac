"""Closed forms: logarithms of integrals that need no quadrature."""

from derive.theories.disorder.closed.forms import Closed, closed_log_integral, gaussian, site

__all__ = ["Closed", "closed_log_integral", "gaussian", "site"]
