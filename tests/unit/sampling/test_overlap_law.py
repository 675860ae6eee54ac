"""The law that is sampled: against the derived one in mpmath, and its coordinates."""

import numpy as np
import pytest
from small_networks import NETWORKS, random_data, random_overlaps, solver

from derive.algebra import evaluate
from derive.errors import SamplingError
from derive.theories.networks.checks.sample import Draw
from derive.theories.networks.description import Data
from derive.theories.networks.samplers.overlaps import sample_overlaps
from derive.theories.networks.samplers.overlaps.coordinates import Coordinates
from derive.theories.networks.samplers.overlaps.law import Kernel, Law

NAMES = ["one attention", "residual", "residual ends in residual"]


@pytest.mark.parametrize("name", NAMES)
def test_differences_of_the_law_are_those_of_the_derived_one(name):
    found = solver(name)
    theory, draw = found.derivation.theory, Draw(found.derivation.theory.notation, 5)
    sample = draw.sample()
    problem = sample.problem(found.module)
    kernel, ours, theirs = Kernel.of(found.module, problem), [], []
    for _ in range(2):
        overlaps = draw.overlaps(sample)
        labels = found.module.label_law(kernel(overlaps), problem)
        ours.append(found.module.overlap_law(overlaps, problem) + labels)
        numbers = sample.numbers() | dict(zip(theory.order_parameters, overlaps, strict=True))
        theirs.append(evaluate(theory.law.body, numbers, digits=30))
    assert ours[0] - ours[1] == pytest.approx(float(theirs[0] - theirs[1]), rel=1e-10)


def test_the_volume_is_a_jacobian_determinant():
    generator = np.random.default_rng(7)
    roots = [generator.normal(size=(m, m)) for m in (3, 1, 2)]
    coordinates = Coordinates.around([root @ root.T + np.eye(len(root)) for root in roots])

    def upper(point):
        return np.concatenate([g[np.triu_indices(len(g))] for g in coordinates.overlaps(point)])

    def by_differences(point):
        units = 1e-5 * np.eye(coordinates.size)
        rows = [(upper(point + unit) - upper(point - unit)) / 2e-5 for unit in units]
        return np.linalg.slogdet(np.array(rows))[1]

    points = generator.normal(scale=0.5, size=(2, coordinates.size))
    gaps = [coordinates.log_volume(point) - by_differences(point) for point in points]
    assert gaps[0] == pytest.approx(gaps[1], abs=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_kept_products_give_the_path_kernel(name):
    module = solver(name).module
    problem = solver(name).problem(NETWORKS[name], random_data(NETWORKS[name]))
    overlaps = random_overlaps(module, problem, 2)
    kept, made = Kernel.of(module, problem), Kernel(module, problem, None)
    assert kept.pairs is not None
    np.testing.assert_allclose(kept(overlaps), made(overlaps), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", ["one attention", "residual"])
def test_copies_are_blocks_of_the_data_at_wider_widths(name):
    copies, network, module = 3, NETWORKS[name], solver(name).module
    data = random_data(network)
    count, features, paths = data.attended.shape
    blocks = np.zeros((copies, count, copies, features, paths))
    blocks[range(copies), :, range(copies)] = np.sqrt(copies) * data.attended
    tiled = Data(blocks.reshape(copies * count, -1, paths), np.tile(data.labels, copies))
    one, many = (solver(name).problem(network, d) for d in (data, tiled))
    wider = tuple(copies * width for width in one.widths)
    coordinates = Coordinates.around(random_overlaps(module, one, 0))
    laws = [
        Law(module, p._replace(widths=wider), k, Kernel.of(module, p), coordinates)
        for p, k in ((one, copies), (many, 1))
    ]
    points = np.random.default_rng(3).normal(scale=0.4, size=(2, coordinates.size))
    short, explicit = ([law(point) for point in points] for law in laws)
    assert abs(short[0] - short[1]) > 0.1
    assert short[0] - short[1] == pytest.approx(explicit[0] - explicit[1], rel=1e-10)


def test_a_width_too_small_is_refused_by_name():
    name = "two attentions"
    narrow = NETWORKS[name].with_width(5)
    data = random_data(narrow)
    with pytest.raises(SamplingError, match="N_1 = 6 would do") as caught:
        sample_overlaps(solver(name), narrow, data)
    assert "\n" not in str(caught.value)
