"""The model's outputs against a plain forward pass on raw inputs."""

import numpy as np
import pytest
from small_networks import NETWORKS

from derive.theories.networks.description.attended import attended_inputs
from derive.theories.networks.description.forward import forward
from derive.theories.networks.samplers.weights.model import Model

FEATURES, EXAMPLES, TOKENS = 3, 3, 4


@pytest.mark.parametrize("name", NETWORKS)
def test_outputs_equal_the_plain_forward_pass(name):
    network, generator = NETWORKS[name], np.random.default_rng(len(name))
    model = Model.of(network, FEATURES)
    heads = [weight.heads for weight in model.graph.weights if weight.branching]
    inputs = generator.normal(size=(EXAMPLES, FEATURES, TOKENS))
    omegas = [generator.normal(size=(EXAMPLES, h, TOKENS, TOKENS)) for h in heads]
    tensors = [model.prior(generator, k)[None] for k in range(len(model.graph.weights))]
    ours = model.outputs(tensors, attended_inputs(network, inputs, omegas))[0]
    plain = [tensor[0].tolist() for tensor in tensors]
    theirs = [
        forward(network, plain, inputs[mu].tolist(), [omega[mu].tolist() for omega in omegas])
        for mu in range(EXAMPLES)
    ]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12 * np.abs(theirs).max())


@pytest.mark.parametrize("name", NETWORKS)
def test_overlaps_of_the_embedding_give_the_kernel_of_the_outputs(name):
    """f has variance K(G_1) once the embedding is averaged over: here from its explicit map."""
    network, generator = NETWORKS[name], np.random.default_rng(7)
    model = Model.of(network, FEATURES)
    attended = generator.normal(size=(EXAMPLES, FEATURES, model.blocks[0]))
    tensors = [model.prior(generator, k)[None] for k in range(len(model.graph.weights))]
    _, above, below = model.shape(0)
    columns = []
    for unit in np.eye(above * below):
        embedding = unit.reshape(1, 1, above, below)
        columns.append(model.outputs([embedding, *tensors[1:]], attended)[0])
    design = np.array(columns).T
    item = model.graph.weights[0]
    blocks = model.graph.streams[item.above].weights
    # the stream may hold vectors that act inside a residual only: not the embedding's
    acted = np.concatenate([np.full(model.blocks[k], k in item.acts_on) for k in blocks])
    overlap = model.overlaps(tensors)[item.above][0][np.ix_(acted, acted)]
    kernel = np.einsum("mip,pq,niq->mn", attended, overlap, attended) / FEATURES
    np.testing.assert_allclose(design @ design.T, kernel, rtol=1e-10)
