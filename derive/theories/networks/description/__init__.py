"""What a user writes: layers, networks, TOML files and data; and what follows from them alone."""

from derive.theories.networks.description.attended import attended_inputs
from derive.theories.networks.description.data import Data
from derive.theories.networks.description.feature_inputs import feature_inputs
from derive.theories.networks.description.features import Features
from derive.theories.networks.description.forward import forward
from derive.theories.networks.description.graph import StreamGraph, stream_graph
from derive.theories.networks.description.layers import (
    Attention,
    Convolution,
    Embedding,
    Gated,
    Identity,
    Layer,
    Linear,
    Parallel,
    Readout,
    Repeat,
    Residual,
    Serial,
    Weighted,
)
from derive.theories.networks.description.loading import data_from_arrays, load_data
from derive.theories.networks.description.network import Network, Values
from derive.theories.networks.description.paths import path_count, path_labels, path_table
from derive.theories.networks.description.toml import (
    load_network,
    network_from_dict,
    network_to_toml,
)

__all__ = [
    "Attention",
    "Convolution",
    "Data",
    "Embedding",
    "Features",
    "Gated",
    "Identity",
    "Layer",
    "Linear",
    "Network",
    "Parallel",
    "Readout",
    "Repeat",
    "Residual",
    "Serial",
    "StreamGraph",
    "Values",
    "Weighted",
    "attended_inputs",
    "data_from_arrays",
    "feature_inputs",
    "forward",
    "load_data",
    "load_network",
    "network_from_dict",
    "network_to_toml",
    "path_count",
    "path_labels",
    "path_table",
    "stream_graph",
]
