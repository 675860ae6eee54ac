"""`derive.theories.networks.solver` by the name that users know."""

from derive.theories.networks.solver import *  # noqa: F403
from derive.theories.networks.solver import __all__ as names

__all__ = [*names]
