"""The grid of a sweep: its product, its order, its names, the keys of its points."""

import math

import numpy as np
import pytest

from derive.errors import DataError, DescriptionError
from derive.theories.networks.description import Data, Embedding, Linear, Network, Readout, Residual
from derive.theories.networks.sweeps.grid import Axes, grid_of
from derive.theories.networks.sweeps.subject import Subject, packaged_subject

CHAIN = Network((Embedding("N", 1.1), Linear("sigma", width="N"), Readout("sigma")), 0.2)
NESTED = Network(
    (Embedding(7, 1.1), Residual((Linear(0.9, 5), Linear(0.8))), Linear(0.7, 3), Readout(1.2)), 0.2
)


def keys(axes, network=CHAIN):
    return [point.key for point in grid_of(network, axes, examples=20)]


def test_a_grid_is_the_sorted_product():
    axes = Axes((math.inf, 30, 10), (0.1, 0.01), (("sigma", (2.0, 1.0)),), (5,), (1, 0))
    points = grid_of(CHAIN, axes, examples=20)
    assert len(points) == 3 * 2 * 2 * 1 * 2 == len({point.key for point in points})
    rows = [tuple(point.parameters().values()) for point in points]
    assert rows == sorted(rows)
    assert axes.swept() == ("width", "temperature", "sigma")


def test_a_symbol_changes_every_variance_that_has_it():
    axes = Axes((9,), (), (("sigma", (2.0,)), ("s_0", (3.0,))))
    (point,) = grid_of(CHAIN, axes, examples=20)
    assert [layer.variance for layer in point.network.layers] == [3.0, 2.0, 2.0]


def test_names_of_the_derivation_count_weights_within_residuals():
    names = NESTED.variance_names()
    assert names == ("s_0", "s_1", "s_2", "s_3", "s_a")
    changed = NESTED.with_variances({name: 10.0 + k for k, name in enumerate(names)})
    from derive.theories.networks.description.graph import stream_graph, values

    assert values(changed, stream_graph(changed)).variances == (10.0, 11.0, 12.0, 13.0, 14.0)


def test_keys_do_not_depend_on_how_numbers_were_given():
    fixed = CHAIN.with_values({"N": 10, "sigma": 1})
    swept = keys(Axes((10,), (0.2,), (("sigma", (1,)),), (20,)))
    assert keys(Axes(), fixed) == swept
    assert keys(Axes(temperatures=(0.2, 0.3)), fixed)[:1] == swept


def test_infinite_width_is_not_width_one():
    one, infinite = keys(Axes((1, math.inf), (), (("sigma", (1,)),)))
    assert one != infinite


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        (Axes((10,)), "the symbol sigma has no value"),
        (Axes((10,), (), (("sigm", (1.0,)),)), "no variance 'sigm'; did you mean 'sigma'?"),
        (Axes((10,), (), (("sigma", (1.0,)), ("s_a", (1.0,)))), "sigma and s_a are the same"),
        (Axes((10,), (-1.0,), (("sigma", (1.0,)),)), "temperature: -1"),
        (Axes((10,), (), (("sigma", (0.0,)),)), "variance: 0"),
    ],
)
def test_a_wrong_grid_is_one_line(axes, said):
    with pytest.raises(DescriptionError, match=said.replace("?", r"\?")):
        keys(axes)


def subject():
    attended = np.arange(24.0).reshape(12, 2, 1)
    return Subject(CHAIN.with_values({"N": 4, "sigma": 1.0}), Data(attended, np.arange(12.0)))


def labels(axes):
    found = subject()
    return [found.data_at(point).labels.tolist() for point in found.grid(axes)]


def test_examples_are_the_first_ones():
    assert labels(Axes(examples=(3, 5))) == [[0.0, 1.0, 2.0], [0.0, 1.0, 2.0, 3.0, 4.0]]


def test_a_seed_draws_examples_and_more_contain_fewer():
    (few, other), (more, _) = (labels(Axes(examples=(p,), seeds=(0, 1))) for p in (4, 9))
    assert more[:4] == few and few != other and len(set(more)) == 9


def test_the_inputs_follow_the_labels():
    found = subject()
    (point,) = found.grid(Axes(examples=(7,), seeds=(3,)))
    data = found.data_at(point)
    assert (data.attended[:, 0, 0] == 2 * data.labels).all()


@pytest.mark.parametrize(
    ("make", "axes", "said"),
    [
        (subject, Axes(examples=(13,)), "13 of 12 are asked for"),
        (subject, Axes(seeds=(0, 1)), "give --examples too"),
        (packaged_subject, Axes((10,), examples=(5,)), "5 is odd"),
    ],
)
def test_examples_that_there_are_not(make, axes, said):
    with pytest.raises(DataError, match=said):
        make().grid(axes)
