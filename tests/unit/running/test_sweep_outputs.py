"""A sweep of a network with several outputs and a sum of branches is what solving finds."""

import numpy as np
import pytest

from derive.theories.networks.description import (
    Attention,
    Data,
    Embedding,
    Identity,
    Linear,
    Network,
    Parallel,
    Readout,
    data_from_arrays,
)
from derive.theories.networks.solver import Solver, solve
from derive.theories.networks.sweeps.grid import Axes
from derive.theories.networks.sweeps.solving import SolvePoint
from derive.theories.networks.sweeps.subject import Subject

OUTPUTS, EXAMPLES = 3, 8


def network(inner=0.7):
    branches = Parallel((Identity(), Attention(2, 0.9), Linear(inner)))
    return Network((Embedding(15, 1.1), branches, Readout(1.2, "mean", outputs=OUTPUTS)), 0.2)


def arrays(random, count):
    labels = np.eye(OUTPUTS)[random.integers(0, OUTPUTS, size=count)]
    return random.normal(size=(count, 4, 4)), labels


@pytest.fixture(scope="module")
def data():
    random = np.random.default_rng(3)
    found = {}
    for end, count in (("", EXAMPLES), ("_test", 7)):
        found[f"attended{end}"], found[f"labels{end}"] = arrays(random, count)
    return found


def test_names_of_variances_leave_identities_out():
    assert network().variance_names() == ("s_0", "s_1", "s_2", "s_a")
    assert network().with_variances({"s_2": 1.6}) == network(inner=1.6)


def test_examples_are_chosen_whole(data):
    subject = Subject(network(), data_from_arrays(data, network()))
    (point,) = subject.grid(Axes(examples=(5,), seeds=(4,)))
    chosen = np.random.default_rng(4).permutation(EXAMPLES)[:5]
    fewer = data | {name: data[name][chosen] for name in ("attended", "labels")}
    expected, found = data_from_arrays(fewer, network()), subject.data_at(point)
    for name in ("attended", "labels", "attended_test", "labels_test"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    assert isinstance(found, Data) and found.outputs == OUTPUTS


def test_a_point_is_what_solve_finds(data):
    whole = data_from_arrays(data, network())
    subject = Subject(network(), whole)
    subject = subject.with_solver(Solver.of(network()).generated.source)
    (point,) = subject.grid(Axes(variances=(("s_2", (1.6,)),)))
    assert point.examples == EXAMPLES
    _, found = SolvePoint(point)(subject)
    expected = solve(network(inner=1.6), whole)
    assert found["action"] == pytest.approx(expected.action, rel=1e-9)
    mean = expected.mean.reshape(-1, OUTPUTS)
    right = mean.argmax(axis=1) == data["labels_test"].argmax(axis=1)
    assert found["test_accuracy"] == pytest.approx(right.mean())
    assert found["test_error"] == pytest.approx(np.mean((mean - data["labels_test"]) ** 2))
