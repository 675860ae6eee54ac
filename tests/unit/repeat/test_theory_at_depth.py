"""Theories of symbolic depth at depths 1 to 6 against what is derived for the network written out.

The two share the rules, but nothing of the induction: sums, generic layers and reindexing.
"""

import pytest
from repeated_networks import REPEATED, SHARED, theory
from repeated_theories import Concrete

from derive.algebra import equal, gradient
from derive.algebra.layered import index_text
from derive.algebra.scalars import expand
from derive.theories.networks.derivation.repeat.pieces import number_symbol

DEPTHS = range(1, 7)
QUICK = (1, 2)
"""A block at either end and a copy between them come first at a depth of 3: once for every day."""
DEEPEST = {"attention": 3, "two attentions": 3}


def case(name, depth):
    quick = depth in QUICK or depth == DEEPEST.get(name)
    return pytest.param(name, depth, marks=() if quick else pytest.mark.slow)


CASES = [case(name, depth) for name in REPEATED if name not in SHARED for depth in DEPTHS]


@pytest.mark.parametrize(("name", "depth"), CASES)
def test_law_action_and_constants(name, depth):
    case = Concrete(name, depth)
    found, expected = case.theory, case.expected
    law = case.at(found.law.body) + case.at(found.law.constant)
    assert equal(law, expected.law.body + expected.law.constant)
    assert equal(case.at(found.action), expected.action)
    assert equal(case.at(found.energy), expected.energy)
    assert equal(case.at(found.constant), expected.constant)
    assert equal(case.at(found.dropped), expected.dropped)
    assert (found.chain is None) == (expected.chain is None)
    if found.chain is not None:
        assert equal(case.at(found.chain.action), expected.chain.action)
        assert expand(case.at(found.chain.shift) - expected.chain.shift, logs=True) == 0


@pytest.mark.parametrize(("name", "depth"), CASES)
def test_every_stream_has_its_equations(name, depth):
    case, seen = Concrete(name, depth), []
    if not case.exists():
        pytest.skip("the block has no copy apart from those at its ends")
    for layer in case.theory.layers:
        for copy in case.copies(layer):
            number = int(case.at(layer.number, **copy))
            seen.append(number)
            _compare(case, layer, copy, number - 1)
    assert sorted(seen) == list(range(1, len(case.expected.order_parameters) + 1))


def _compare(case, layer, copy, stream):
    expected = case.expected
    assert case.at(layer.overlap, **copy) == expected.order_parameters[stream]
    assert equal(case.at(layer.gradient, **copy), expected.gradients[stream])
    assert equal(case.at(layer.change, **copy), expected.hessian.changes[stream])
    equation = expected.equations[stream]
    assert equal(case.at(layer.equation.right, **copy), equation.right)
    assert (layer.equation.flux is None) == (equation.flux is None)
    if equation.flux is not None:
        assert case.at(layer.equation.flux, **copy) == equation.flux
        assert equal(case.at(layer.equation.flux_value, **copy), equation.flux_value)
    for name, value in (*layer.points, *layer.forces, *layer.shifts):
        assert equal(case.at(value, **copy), case.assigned[case.at(name, **copy)])
    if layer.scaled is not None:
        scaled = expected.chain.equations[stream]
        assert equal(case.at(layer.scaled.right, **copy), scaled.right)
        assert equal(case.at(layer.scaled.flux_value, **copy), scaled.flux_value)


@pytest.mark.parametrize("name", [name for name in REPEATED if name not in SHARED])
def test_the_gradient_of_the_sum_is_that_of_the_window(name):
    """`gradient` finds the members of the sum; the window has only the terms near a layer."""
    found = theory(name)
    depths = [number_symbol(k) - 2 for k in REPEATED[name].depths()]
    for layer in found.layers:
        known = (*depths, *(layer.known.known if layer.known else ()))
        slope = found.composed.settled(gradient(found.action, layer.overlap, known))
        assert equal(slope, layer.gradient), index_text(layer.number)


RECORDS = ("attention", "several outputs", "a mean", "residuals alone")


@pytest.mark.parametrize("name", RECORDS)
def test_predictor_evidence_and_share_are_those_of_the_network_written_out(name):
    case = Concrete(name, 2)
    found, expected = case.theory, case.expected
    assert equal(case.at(found.log_evidence), expected.log_evidence)
    assert (found.share is None) == (expected.share is None)
    for record, known in ((found.predictor, expected.predictor), (found.share, expected.share)):
        for key, value in vars(known).items() if known is not None else ():
            assert equal(case.at(getattr(record, key)), value), key
    assert len(found.order_parameters) == len(found.layers) == len(found.gradients)
    assert repr(found) == f"Theory({'; '.join(layer.title for layer in found.layers)})"
