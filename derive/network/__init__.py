"""What a user writes: layers, networks, TOML files and data; and what follows from them alone."""

from derive.network.attended import attended_inputs
from derive.network.data import Data
from derive.network.feature_inputs import feature_inputs
from derive.network.features import Features
from derive.network.forward import forward
from derive.network.graph import StreamGraph, stream_graph
from derive.network.layers import (
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
from derive.network.loading import data_from_arrays, load_data
from derive.network.network import Network, Values
from derive.network.paths import path_count, path_labels, path_table
from derive.network.toml import load_network, network_from_dict, network_to_toml

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
