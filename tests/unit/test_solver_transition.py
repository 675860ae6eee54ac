"""Where the lowest minimum changes its branch along a parameter."""

import numpy as np
import pytest
from scipy.optimize import brentq

from derive.errors import ArgumentError
from derive.theories.networks.description import Attention, Data, Embedding, Network, Readout
from derive.theories.networks.solver import transition
from tests.unit.test_solver_minima import by_depth, issue, roots


def gap(network, data):
    """Of actions between the two minima, in mpmath: that of the smaller overlap, less the other."""
    found = sorted(roots(by_depth(4)[1], network, data), key=lambda root: root.overlap)
    return float(found[0].action - found[-1].action)


def test_the_temperature_at_which_the_actions_of_two_minima_are_equal():
    network, data = issue()
    (found,) = transition(network, data, "temperature", 0.11, 7.0)
    due = brentq(lambda t: gap(network.with_temperature(t), data), 0.2, 0.3, xtol=1e-9)
    assert found.value == pytest.approx(due, rel=1e-6)
    assert found.below < due < found.above
    assert found.scales[0] > 1000 * found.scales[1]
    assert str(found).startswith("first-order transition at temperature = 0.2447")


@pytest.mark.parametrize("count", [9, pytest.param(12, marks=pytest.mark.slow)])
def test_a_constant_beside_which_actions_are_rounding_hides_no_transition(count):
    """Examples without inputs bring the same to every action: here 1e20 times the rest.

    With them there are fewer or more examples than dimensions.
    """
    network, data = issue()
    small, blind = 1e-10, np.zeros((count, *data.attended.shape[1:]))
    labels = np.concatenate([small * data.labels, np.ones(len(blind))])
    hidden = Data(np.concatenate([small * data.attended, blind]), labels)
    (due,) = transition(network, data, "temperature", 0.11, 7.0)
    (found,) = transition(network, hidden, "temperature", 0.11 * small**2, 7.0 * small**2)
    # both are read from a straight line between ends that differ by 1e-4
    assert found.value == pytest.approx(due.value * small**2, rel=1e-7)


@pytest.mark.slow
def test_widths_and_variances_and_examples():
    network, data = issue()
    (wide,) = transition(network, data, "width", 11, 900)
    assert (wide.below, wide.above) == (34, 35)
    assert gap(network.with_width(34), data) > 0.0 > gap(network.with_width(35), data)
    (varied,) = transition(network, data, "s_2", 0.001, 0.09)
    there = network.with_variances({"s_2": varied.value})
    assert abs(gap(there, data)) < 1e-5
    (more,) = transition(network, data, "examples", 2, 9)
    assert more.below + 1 == more.above


def test_where_one_minimum_goes_over_continuously_there_is_none():
    network, data = issue()
    assert transition(network, data, "temperature", 0.013, 0.19) == ()
    assert transition(network.with_width(2000), data, "temperature", 0.05, 3.0) == ()


def test_minima_that_are_mirrored_are_one_branch():
    network = Network((Embedding(6, 1.1), Attention(2, 0.9, 7), Readout(1.2)), 0.05)
    generator = np.random.default_rng(2)
    one = generator.normal(size=(12, 9))
    attended = np.stack([one, one], axis=2)  # both heads see the same
    data = Data(attended, 2.0 * np.sign(generator.normal(size=12)))
    assert transition(network, data, "temperature", 0.02, 0.7) == ()


@pytest.mark.parametrize(
    ("parameter", "low", "high", "said"),
    [("heat", 0.1, 0.2, "no 'heat'"), ("width", 30, 20, "smaller"), ("examples", 3, 99, "of 10")],
)
def test_what_makes_no_sense_is_refused_in_a_line(parameter, low, high, said):
    with pytest.raises(ArgumentError, match=said) as refused:
        transition(*issue(), parameter, low, high)
    assert "\n" not in str(refused.value)
