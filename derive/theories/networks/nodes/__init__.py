"""The nodes of networks: each file brings a node, its constructor, and its rules."""

from derive.theories.networks.nodes.feature_readout import FeatureReadout, feature_readout
from derive.theories.networks.nodes.mean_share import MeanShare
from derive.theories.networks.nodes.paths import (
    Attended,
    PathKernel,
    PathProjection,
    PathReadout,
    path_kernel,
    path_projection,
    path_readout,
)

__all__ = [
    "Attended",
    "FeatureReadout",
    "MeanShare",
    "PathKernel",
    "PathProjection",
    "PathReadout",
    "feature_readout",
    "path_kernel",
    "path_projection",
    "path_readout",
]
