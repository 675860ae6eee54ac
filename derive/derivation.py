"""`derive.theories.networks.derivation` by the name that users know."""

from derive.theories.networks.derivation import *  # noqa: F403
from derive.theories.networks.derivation import __all__ as names

__all__ = [*names]
