"""The nonlinear network itself, one hidden layer, sampled; nothing here knows a theory."""

from derive.theories.networks.samplers.features.sampler import sample_features

__all__ = ["sample_features"]
