"""Both samplers against plain passes, dense Gaussians, mpmath and each other."""

import numpy as np
import pytest

from derive import Attention, Data, Embedding, Linear, Network, Readout, Residual
from derive.algebra import evaluate
from derive.checks.sample import Draw
from derive.derivation.rules.gaussian import find_normal
from derive.errors import SamplingError
from derive.network.forward import forward
from derive.network.paths import attended_inputs
from derive.sampling.files import load_draws, save_draws
from derive.sampling.overlaps import sample_overlaps
from derive.sampling.overlaps.coordinates import Coordinates
from derive.sampling.overlaps.law import Kernel
from derive.sampling.statistics import estimate, estimates
from derive.sampling.weights import moves, sample_weights
from derive.sampling.weights.chain import Chain
from derive.sampling.weights.conditional import Design, draw_conditional
from derive.sampling.weights.model import Model
from derive.solver import Solver

HEADS = Attention(2, 0.9)
NETWORKS = {
    "chain": (Embedding(5, 1.1), Attention(2, 0.9, 4), Attention(3, 1.2, 3), Readout(1.3)),
    "linear": (Embedding(5, 1.1), Linear(0.9, 4), Readout(1.3, "mean")),
    "residual": (Embedding(5, 1.1), Residual((HEADS,)), Attention(2, 0.7, 4), Readout(1.3)),
    "nested": (Embedding(4, 1.1), Residual((HEADS, Residual((Linear(0.8),)))), Readout(1.3)),
    "ends": (Embedding(4, 1.1), Residual((Residual((HEADS,)), HEADS)), Readout(1.3, "first")),
}
TEMPERATURE = 0.3


def network(name):
    return Network(NETWORKS[name], TEMPERATURE)


def raw(found, seed=0, examples=4, tokens=3):
    generator = np.random.default_rng(seed)
    layers = [w for w in Model.of(found, 3).graph.weights if w.attention]
    inputs = generator.normal(size=(examples, 3, tokens))
    omegas = [generator.normal(size=(examples, w.heads, tokens, tokens)) for w in layers]
    return inputs, omegas


@pytest.mark.parametrize("name", NETWORKS)
def test_outputs_are_those_of_a_plain_forward_pass(name):
    found = network(name)
    inputs, omegas = raw(found)
    model = Model.of(found, 3)
    generator = np.random.default_rng(1)
    tensors = [model.prior(generator, k)[None] for k in range(len(model.graph.weights))]
    ours = model.outputs(tensors, attended_inputs(found, inputs, omegas))[0]
    plain = [tensor[0].tolist() for tensor in tensors]
    theirs = [
        forward(found, plain, inputs[mu].tolist(), [omega[mu].tolist() for omega in omegas])
        for mu in range(len(inputs))
    ]
    assert np.allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def test_a_tensor_is_drawn_from_its_dense_gaussian_conditional():
    generator = np.random.default_rng(2)
    g, z = generator.normal(size=(3, 2)), generator.normal(size=(2, 3, 4, 2))
    design = Design(0.7, g, z)
    dense = 0.7 * np.einsum("vi,hvmj->mhij", g, z).reshape(4, -1)
    assert np.allclose(design.gram(), dense @ dense.T)
    tensor = generator.normal(size=(2, 2, 2))
    assert np.allclose(design.forward(tensor), dense @ tensor.ravel())
    dual = generator.normal(size=4)
    assert np.allclose(design.backward(dual).ravel(), dense.T @ dual)
    residual, variance, temperature, count = generator.normal(size=4), 1.3, 0.4, 40_000
    draws = np.array(
        [
            draw_conditional(
                design, residual, np.sqrt(variance) * generator.normal(size=(2, 2, 2)),
                variance=variance, temperature=temperature, generator=generator,
            ).ravel()
            for _ in range(count)
        ]
    )  # fmt: skip
    covariance = np.linalg.inv(dense.T @ dense / temperature + np.eye(8) / variance)
    mean = covariance @ dense.T @ residual / temperature
    spread = np.sqrt(np.diag(covariance))
    assert (np.abs(draws.mean(axis=0) - mean) < 4.5 * spread / np.sqrt(count)).all()
    scale = np.outer(spread, spread)
    assert (np.abs(np.cov(draws.T) - covariance) < 4.5 * scale * np.sqrt(2 / count)).all()


def chain(name, seed, labels=None):
    found = network(name)
    inputs, omegas = raw(found, examples=3)
    attended = attended_inputs(found, inputs, omegas)
    data = Data(attended, np.zeros(3) if labels is None else labels)
    return Chain.start(Model.of(found, 3), data, np.random.default_rng(seed))


@pytest.mark.parametrize("name", NETWORKS)
def test_moves_change_the_weights_and_no_output(name):
    walker = chain(name, 3)
    before = walker.model.outputs(walker.tensors, walker.data.attended)
    old = [tensor.copy() for tensor in walker.tensors]
    for stream in range(len(walker.model.graph.streams)):
        moves.move(walker.model, stream, walker.tensors, walker.generator)
    after = walker.model.outputs(walker.tensors, walker.data.attended)
    assert np.allclose(before, after, rtol=1e-9)
    assert all(not np.allclose(a, b) for a, b in zip(old, walker.tensors, strict=True))


def geweke(name, steps, chains=4):
    """Labels given weights and a sweep, in turn: the weights must keep their prior."""
    found = []
    for seed in range(chains):
        walker = chain(name, 10 + seed)
        readings = []
        for _ in range(steps):
            outputs = walker.model.outputs(walker.tensors, walker.data.attended)[0]
            noise = walker.generator.normal(scale=np.sqrt(TEMPERATURE), size=3)
            object.__setattr__(walker.data, "labels", outputs + noise)
            walker.sweep()
            readings.append([np.mean(tensor**2) for tensor in walker.tensors])
        found.append(readings)
    return estimate("squares", np.array(found))


def misses(name, steps):
    found = geweke(name, steps)
    variances = np.array(Model.of(network(name), 3).numbers.variances)
    return np.max(np.abs(found.value - variances) / found.error)


@pytest.mark.parametrize("name", ["linear", "residual"])
def test_sweeps_and_moves_keep_the_prior(name):
    assert misses(name, 400) < 4.5


def test_a_wrong_jacobian_is_noticed(monkeypatch):
    right = moves._draw_scale
    monkeypatch.setattr(moves, "_draw_scale", lambda a, b, p, g: right(a, b, p + 3.0, g))
    assert misses("linear", 400) > 6


def instance(name):
    solver = Solver.of(network(name))
    sample = Draw(solver.derivation.theory.notation, 5).sample()
    return solver, sample


@pytest.mark.parametrize("name", ["chain", "residual", "nested"])
def test_the_generated_law_is_the_derived_one(name):
    solver, sample = instance(name)
    theory, problem = solver.derivation.theory, sample.problem(solver.module)
    draw = Draw(theory.notation, 6)
    values = []
    for _ in range(2):
        overlaps = draw.overlaps(sample)
        kernel = Kernel.of(solver.module, problem)(overlaps)
        ours = (
            solver.module.overlap_law(overlaps, problem),
            solver.module.label_law(kernel, problem),
        )
        numbers = sample.numbers() | dict(zip(theory.order_parameters, overlaps, strict=True))
        labels = find_normal(theory.law.body, theory.notation.labels())
        theirs = [evaluate(e, numbers, 25) for e in (theory.law.body - labels, labels)]
        values.append((ours, theirs))
    for ours, theirs in values:
        assert np.allclose(ours, [float(v) for v in theirs], rtol=1e-10)


def test_coordinates_have_the_stated_volume():
    generator = np.random.default_rng(7)
    roots = [generator.normal(size=(m, m)) for m in (3, 2)]
    coordinates = Coordinates.around([root @ root.T + np.eye(len(root)) for root in roots])

    def upper(point):
        return np.concatenate([g[np.triu_indices(len(g))] for g in coordinates.overlaps(point)])

    def log_volume(point):
        units = 1e-5 * np.eye(coordinates.size)
        rows = [(upper(point + unit) - upper(point - unit)) / 2e-5 for unit in units]
        return np.linalg.slogdet(np.array(rows))[1]

    points = generator.normal(scale=0.3, size=(2, coordinates.size))
    ours = [coordinates.log_volume(point) for point in points]
    assert np.isclose(ours[0] - ours[1], log_volume(points[0]) - log_volume(points[1]), atol=1e-6)


def small(name="linear"):
    found = network(name)
    inputs, omegas = raw(found, seed=8, examples=5)
    attended = attended_inputs(found, inputs, omegas)
    labels = np.random.default_rng(9).normal(size=3)
    return found, Data(attended[:3], labels, attended[3:])


def samplers():
    found, data = small()
    solver = Solver.of(found)
    return {
        "weights": lambda **more: sample_weights(found, data, chains=2, seed=3, **more),
        "overlaps": lambda **more: sample_overlaps(solver, found, data, chains=2, seed=3, **more),
    }


@pytest.mark.parametrize("name", ["weights", "overlaps"])
def test_draws_that_are_gone_on_with_are_those_of_one_run(name, tmp_path):
    sample = samplers()[name]
    whole, first = sample(draws=12, burn=5), sample(draws=5, burn=5)
    save_draws(tmp_path / "draws.npz", first)
    longer = sample(draws=12, resume=load_draws(tmp_path / "draws.npz"))
    assert np.array_equal(whole.means, longer.means)
    assert all(map(np.array_equal, whole.overlaps, longer.overlaps))


@pytest.mark.parametrize("name", ["weights", "overlaps"])
def test_an_interrupt_keeps_what_was_drawn(name):
    def stop(done):
        if done >= 30:
            raise KeyboardInterrupt

    found = samplers()[name](draws=100, burn=5, progress=stop)
    assert found.interrupted and 5 <= found.draws <= 15


def test_damaged_files_and_zero_temperature_are_refused_in_one_line(tmp_path):
    path = tmp_path / "draws.npz"
    path.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(SamplingError, match="no readable draws"):
        load_draws(path)
    found, data = small()
    with pytest.raises(SamplingError, match="raise the temperature"):
        sample_weights(found.with_temperature(0), data)


def test_a_width_below_the_number_of_vectors_is_refused_with_one_that_would_do():
    found, data = small("chain")
    with pytest.raises(SamplingError, match="N_1 of 6 or more would do"):
        sample_overlaps(Solver.of(found), found, data)


def test_both_samplers_find_the_same_posterior():
    found, data = small()
    ours = estimates(sample_overlaps(Solver.of(found), found, data, draws=400, seed=1))
    theirs = estimates(sample_weights(found, data, draws=400, seed=2))
    for name, estimate_ in ours.items():
        gap = np.abs(estimate_.value - theirs[name].value)
        assert (gap < 4.5 * np.hypot(estimate_.error, theirs[name].error)).all(), name


def test_copies_are_independent_data_sets_at_wider_widths():
    """The law of two copies is that of block-diagonal data of twice the size."""
    found, data = small()
    solver = Solver.of(found)
    wide = found.with_width(8)
    count, features, paths = data.attended.shape
    blocks = np.zeros((2 * count, 2 * features, paths))
    for k in range(2):
        rows, columns = slice(k * count, (k + 1) * count), slice(k * features, (k + 1) * features)
        blocks[rows, columns] = np.sqrt(2) * data.attended
    double = Data(blocks, np.tile(data.labels, 2))
    ours = solver.problem(wide, data)
    theirs = solver.problem(wide, double)
    gaps = []
    for scale in (0.7, 1.9):
        overlaps = tuple(scale * g for g in solver.module.infinite_width(ours))
        one, two = (
            solver.module.label_law(Kernel.of(solver.module, p)(overlaps), p)
            for p in (ours, theirs)
        )
        gaps.append(2 * one - two)
    assert np.allclose(gaps, 0, atol=1e-9)
