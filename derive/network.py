"""`derive.theories.networks.description` by the name that users and packages of layers know."""

from derive.theories.networks.description import *  # noqa: F403
from derive.theories.networks.description import __all__ as names
from derive.theories.networks.description.feature_inputs import feature_space

__all__ = ["feature_space", *names]
