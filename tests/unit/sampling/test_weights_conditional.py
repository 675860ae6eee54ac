"""Conditionals of every tensor against dense designs that the forward map itself spells out."""

import numpy as np
import pytest
from small_networks import NETWORKS, random_data

from derive.theories.networks.samplers.weights.chain import Design, draw_conditional
from derive.theories.networks.samplers.weights.model import Model


def setting(name):
    network = NETWORKS[name]
    data = random_data(network, seed=3, examples=4, features=3)
    model = Model.of(network, 3)
    generator = np.random.default_rng(5)
    return model, data, [model.prior(generator, k)[None] for k in range(len(model.graph.weights))]


def designs(model, data, tensors):
    """The design of every tensor, from the activations and vectors of a pass."""
    vectors, active = model.vectors(tensors), {0: data.attended.transpose(2, 0, 1)[None]}
    for item in model.graph.weights:
        z = active.pop(item.index)
        yield Design.of(model, item.index, model.acted(item.index, vectors, 1)[0], z[0])
        model.spread(item.index, model.up(item.index, tensors[item.index], z), active)


def dense(model, data, tensors, weight):
    """df / dW, column by column: f is linear in each tensor."""
    zero = [np.zeros_like(t) if k == weight else t for k, t in enumerate(tensors)]
    rest = model.outputs(zero, data.attended)[0]
    columns = []
    for unit in np.eye(tensors[weight].size):
        zero[weight] = unit.reshape(tensors[weight].shape)
        columns.append(model.outputs(zero, data.attended)[0] - rest)
    return np.array(columns).T


@pytest.mark.parametrize("name", ["two attentions", "two residuals", "residual ends in residual"])
def test_products_with_the_design_are_dense_ones(name):
    model, data, tensors = setting(name)
    generator = np.random.default_rng(6)
    for weight, design in enumerate(designs(model, data, tensors)):
        matrix = dense(model, data, tensors, weight)
        tensor, dual = generator.normal(size=model.shape(weight)), generator.normal(size=4)
        scale = np.abs(matrix).max()
        np.testing.assert_allclose(design.gram(), matrix @ matrix.T, atol=1e-11 * scale**2)
        np.testing.assert_allclose(design.forward(tensor), matrix @ tensor.ravel(), atol=1e-11)
        np.testing.assert_allclose(design.backward(dual).ravel(), matrix.T @ dual, atol=1e-11)


def test_draws_have_the_moments_of_the_dense_posterior():
    model, data, tensors = setting("residual")
    weight, variance, temperature, count = 2, 1.7, 0.23, 10_000
    matrix = dense(model, data, tensors, weight)
    *_, design = designs(model, data, tensors)
    generator, shape = np.random.default_rng(8), model.shape(weight)
    draws = np.array(
        [
            draw_conditional(
                design, data.labels, generator.normal(scale=np.sqrt(variance), size=shape),
                variance=variance, temperature=temperature, generator=generator,
            ).ravel()
            for _ in range(count)
        ]
    )  # fmt: skip
    size = matrix.shape[1]
    covariance = np.linalg.inv(matrix.T @ matrix / temperature + np.eye(size) / variance)
    mean = covariance @ matrix.T @ data.labels / temperature
    spread = np.sqrt(np.diag(covariance))
    assert (np.abs(draws.mean(axis=0) - mean) < 4.5 * spread / np.sqrt(count)).all()
    error = np.sqrt((np.outer(spread, spread) ** 2 + covariance**2) / count)
    assert (np.abs(np.cov(draws.T) - covariance) < 4.5 * error).all()
