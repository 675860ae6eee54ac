"""The network's own weights, drawn from their posterior; nothing here knows a theory."""

from derive.theories.networks.samplers.weights.sampler import sample_weights

__all__ = ["sample_weights"]
