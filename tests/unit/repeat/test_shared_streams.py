"""Blocks of residuals, whose copies share a stream, against networks written out.

Symbolically where normal forms decide; shifts, which are products of block-diagonal matrices and
embedded ones, and forces by their values.
"""

import pytest
import sympy
from repeated_networks import REPEATED, SHARED, skip, theory
from repeated_theories import Concrete, depths_of

from derive import derive
from derive.algebra import build, equal, evaluate, gradient
from derive.algebra.layered import LayerSize, index_text
from derive.errors import DescriptionError
from derive.theories.networks.derivation.certifying.instance import instance
from derive.theories.networks.derivation.repeat.composed import SharedLayer
from derive.theories.networks.derivation.repeat.parts import parts
from derive.theories.networks.derivation.repeat.pieces import Block, number_symbol
from derive.theories.networks.description import (
    Embedding,
    Identity,
    Linear,
    Network,
    Parallel,
    Readout,
    Repeat,
)

DEPTHS = dict.fromkeys(SHARED, (1, 2, 3)) | {
    "residuals alone": (1, 2, 3, 4, 5),
    "linear residuals alone": (1, 2, 3, 4, 5, 6),
    "residuals below a block": (1, 2),
    "residuals between": (1, 2),
    "two shared streams": (1, 2),
}
FAST = {("residuals alone", depth) for depth in (1, 2, 3)} | {
    ("linear residuals alone", 3),
    ("residuals with a stream inside", 2),
    ("two shared streams", 1),
    ("a sum above residuals alone", 2),
}
CASES = [
    pytest.param(name, depth, marks=() if (name, depth) in FAST else pytest.mark.slow)
    for name, depths in DEPTHS.items()
    for depth in depths
]


def shared_layers(name):
    return [layer for layer in theory(name).layers if isinstance(layer, SharedLayer)]


@pytest.mark.parametrize(("name", "depth"), CASES)
def test_law_action_predictor_and_equations(name, depth):
    case = Concrete(name, depth)
    found, expected = case.theory, case.expected
    law = case.at(found.law.body) + case.at(found.law.constant)
    assert equal(law, expected.law.body + expected.law.constant)
    assert equal(case.at(found.action), expected.action)
    assert equal(case.at(found.energy), expected.energy)
    assert equal(case.at(found.constant), expected.constant)
    assert equal(case.at(found.dropped), expected.dropped)
    assert found.chain is None and found.composed.fixed_point is None
    ours, theirs = found.predictor, expected.predictor
    for key in ("covariance", "kernel", "own_kernel", "mean", "variance"):
        assert equal(case.at(getattr(ours, key)), getattr(theirs, key)), key
    if not case.exists():
        return
    seen = []
    for layer in found.layers:
        for copy in case.copies(layer):
            stream = int(case.at(layer.number, **copy)) - 1
            seen.append(stream)
            assert case.at(layer.overlap, **copy) == expected.order_parameters[stream]
            assert equal(case.at(layer.gradient, **copy), expected.gradients[stream])
            assert equal(case.at(layer.change, **copy), expected.hessian.changes[stream])
            _compare_equation(case, layer, copy, expected.equations[stream])
            for pair in () if isinstance(layer, SharedLayer) else layer.points:
                assert equal(case.at(pair[1], **copy), case.assigned[case.at(pair[0], **copy)])
    assert sorted(seen) == list(range(len(expected.order_parameters)))


def _compare_equation(case, layer, copy, equation):
    assert equal(case.at(layer.equation.right, **copy), equation.right)
    assert (layer.equation.flux is None) == (equation.flux is None)
    if equation.flux is not None:
        assert case.at(layer.equation.flux, **copy) == equation.flux
        assert equal(case.at(layer.equation.flux_value, **copy), equation.flux_value)


class Values:
    """Values of what holds near infinite width in a network written out, in float64."""

    def __init__(self, case):
        self.case, wide = case, case.expected.wide
        sample = instance(case.expected.notation, 3)
        self.numbers = {**sample.sizes(), **sample.data(), **sample.overlaps()}
        for name, value in (*wide.points, *wide.forces, *wide.corrections):
            self.numbers[name] = evaluate(value, self.numbers)

    def pair(self, name, value, copy):
        """The symbol there, and the value of what stands for it at any depth."""
        left, right = (self.case.at(x, **copy) for x in (name, value))
        return left, evaluate(right, self.numbers)


@pytest.mark.parametrize(("name", "depth"), CASES)
def test_points_forces_and_shifts(name, depth):
    """Forces F, copy by copy upwards, give every Y; shifts D follow from the one above."""
    case = Concrete(name, depth)
    if not case.exists():
        pytest.skip("the block has no copy apart from those at its ends")
    values, compared = Values(case), set()

    def compare(pairs, copy):
        for left, found in (values.pair(*pair, copy) for pair in pairs):
            if left not in values.numbers and str(left).startswith("F_"):
                values.numbers[left] = found
                continue
            expected = evaluate(left, values.numbers)
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-11 * abs(expected).max())
            compared.add(str(left))

    for layer in case.theory.layers:
        for copy in case.copies(layer):
            if not isinstance(layer, SharedLayer):  # there what holds is said part by part
                compare((*layer.points, *layer.forces, *layer.shifts), copy)
        for member in layer.members if isinstance(layer, SharedLayer) else ():
            for copy in _copies_of(case, member):
                compare([map(member.window.indexed, p) for p in member.points], copy)
                compare([map(member.window.indexed, p) for p in member.forces], copy)
                compare([map(member.window.indexed, p) for p in member.shifts], copy)
    assert set(map(str, case.assigned)) <= compared  # nothing of the network was left out


def _copies_of(case, member):
    if not isinstance(member.part, Block):
        return [{}]
    return [{"l": k} for k in range(1, int(member.part.copies.subs(case.depths)) + 1)]


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=() if n in dict(FAST) else pytest.mark.slow) for n in SHARED],
)
def test_the_gradient_of_the_sum_is_a_sum_of_gradients(name):
    """`gradient` of the summed action is the sum of the windows' embedded gradients."""
    found = theory(name)
    depths = [depth - least for depth, least in found.composed.least.items()]
    for layer in found.layers:
        known = (*depths, *(layer.known.known if layer.known else ()))
        slope = found.composed.settled(gradient(found.action, layer.overlap, known))
        assert equal(slope, found.composed.settled(layer.gradient)), index_text(layer.number)


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=() if n == "residuals alone" else pytest.mark.slow) for n in SHARED],
)
def test_every_step_is_certified(name):
    derivation = derive(REPEATED[name])
    evidence = derivation.certify(12)
    assert len(evidence) == len(derivation.steps) and min(e.digits for e in evidence) >= 12


def test_the_change_of_variables_is_made_once():
    """ln det of all overlaps stands outside the sum, which has those of their first ones."""
    found = theory("residuals alone")
    (layer,) = shared_layers("residuals alone")
    whole = build.logdet(layer.overlap)
    assert sympy.expand(found.action).coeff(whole) == -LayerSize("N", 1)
    (total,) = (term for term in sympy.Add.make_args(found.action) if type(term) is sympy.Sum)
    assert whole not in total.args[0].atoms(type(whole))


def test_equations_hold_from_the_first_depth_on():
    assert theory("residuals alone").composed.least == {number_symbol("L"): 1}
    assert depths_of("residuals of two depths", 2) == {"L": 2, "D": 3}


def block_of(*layers):
    return Network((Embedding("N", 1.0), Repeat((skip(*layers),), "L"), Readout(1.0)), 0.1)


def test_vectors_that_do_not_go_on_are_refused():
    """The lower weight acts on what the upper residual adds; that does not go on by itself."""
    with pytest.raises(DescriptionError, match=r"some vectors of a stream go on.*as a number"):
        parts(block_of(Linear(0.7), skip(Linear(0.9))))
    found = parts(block_of(Linear(0.7, "M"), skip(Linear(0.9)), Linear(0.8)))
    assert found[1].below == 3 ** number_symbol("L")  # inside, in a stream of their own, they may


def test_sums_are_refused_where_the_induction_counts_down_to_a_weight():
    total = Parallel((Linear(0.9), Identity(), Linear(0.8)))
    above = Repeat((skip(Linear(0.7)),), "L"), total
    for layers in ((Repeat((total,), "L"),), above):
        network = Network((Embedding("N", 1.0), *layers, Readout(1.0)), 0.1)
        with pytest.raises(DescriptionError, match=r"down to a weight.*depth as a number"):
            parts(network)
