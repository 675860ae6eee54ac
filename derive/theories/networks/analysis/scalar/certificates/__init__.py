"""Certificates of the scalar theory; none uses the formula of the rewrite that it checks."""

from derive.theories.networks.analysis.scalar.certificates.matrices import (
    actions,
    energy,
    equation,
    spectrum,
    stages,
    zero_temperature,
)
from derive.theories.networks.analysis.scalar.certificates.orders import limit, series
from derive.theories.networks.analysis.scalar.certificates.roots import (
    depth,
    equal,
    explicit,
    polynomial_roots,
)

__all__ = [
    "actions",
    "depth",
    "energy",
    "equal",
    "equation",
    "explicit",
    "limit",
    "polynomial_roots",
    "series",
    "spectrum",
    "stages",
    "zero_temperature",
]
