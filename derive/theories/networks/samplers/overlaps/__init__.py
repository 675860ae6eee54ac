"""The exact law of the overlaps at finite width, sampled at a cost that no width enters."""

from derive.theories.networks.samplers.overlaps.sampler import sample_overlaps

__all__ = ["sample_overlaps"]
