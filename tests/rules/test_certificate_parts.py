"""What certificates are made of, against libraries: they must not be wrong themselves."""

from importlib import import_module
from random import Random

import mpmath
import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from derive.errors import CertificateError, ShapeError
from derive.steps import compare
from derive.steps.compare import Agreement, guarded
from derive.theories.networks.derivation import derive
from derive.theories.networks.derivation.certifying import dense
from derive.theories.networks.derivation.certifying.instance import (
    Instance,
    instance,
    instances,
    unseen,
)
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.turns import choose_heads, head_counts, several, unequal
from derive.theories.networks.description import (
    Attention,
    Convolution,
    Embedding,
    Linear,
    Network,
    Readout,
    Residual,
    stream_graph,
)

HEADS = Attention(7, 1.0, 9)
RNG = np.random.default_rng(3)


def module(name):
    """The certificates of a rule."""
    return import_module(f"derive.theories.networks.derivation.rules.{name}.certificate")


def notation(*layers):
    return Notation(stream_graph(Network((Embedding(9, 1.0), *layers, Readout(1.0)), 0.1)))


def test_gaussian_log_densities_agree_with_scipy():
    arithmetic = compare.context(20)
    root = RNG.normal(size=(4, 4))
    covariance, vector = root @ root.T + np.eye(4), RNG.normal(size=4)
    found = dense.log_normal(
        arithmetic, compare.exact(arithmetic, vector), compare.exact(arithmetic, covariance)
    )
    expected = multivariate_normal.logpdf(vector, np.zeros(4), covariance)
    assert float(found) == pytest.approx(expected, rel=1e-12)
    found = dense.log_independent(arithmetic, compare.exact(arithmetic, root), 0.625)
    assert float(found) == pytest.approx(norm.logpdf(root, scale=0.625**0.5).sum(), rel=1e-12)


def test_a_covariance_that_is_none_is_refused():
    arithmetic = compare.context(10)
    with pytest.raises(CertificateError, match="not positive definite"):
        dense.cholesky(arithmetic, compare.exact(arithmetic, [[1, 2], [2, 1]]))


@pytest.mark.parametrize("digits", [10, 30, 60])
def test_the_quadrature_of_a_gaussian_holds_to_its_digits(digits):
    arithmetic = compare.context(digits)

    def log_density(x):
        return -3 * (x - arithmetic.mpf(5) / 7) ** 2 + 2

    found = module("integrate").log_gaussian_integral(arithmetic, log_density)
    expected = 2 + arithmetic.log(arithmetic.pi / 3) / 2
    assert abs(found - expected) < arithmetic.mpf(10) ** -digits


def test_the_volume_of_cholesky_coordinates_agrees_with_differences():
    """|dG/dL| for G = L L^T; central differences of a quadratic are exact."""
    log_coordinates = module("change")._log_coordinates
    arithmetic = compare.context(20)
    root = np.tril(RNG.integers(1, 6, (4, 4))) / 4
    places = list(zip(*np.tril_indices(4), strict=True))
    jacobian = np.zeros((10, 10))
    for column, place in enumerate(places):
        step = np.zeros((4, 4))
        step[place] = 1.0
        slope = ((root + step) @ (root + step).T - (root - step) @ (root - step).T) / 2
        jacobian[:, column] = [slope[where] for where in places]
    found = log_coordinates(arithmetic, compare.exact(arithmetic, root))
    assert float(found) == pytest.approx(np.linalg.slogdet(jacobian)[1], rel=1e-12)


def test_instances_leave_no_factor_hidden():
    for layers in ((HEADS, HEADS), (Residual((HEADS,)), HEADS), (HEADS,) * 4, (Linear(1.0, 5),)):
        symbols = notation(*layers)
        sample = instance(symbols, 1)
        streams = symbols.streams()
        assert len(set(sample.widths)) == len(sample.widths)
        assert all(sample.widths[s.index] > sample.count(s.index) for s in streams)
        variances = [sample.variance(weight.index) for weight in symbols.graph.weights]
        assert 1 not in variances and len(set(variances)) == len(variances)
        assert max(sample.count(s.index) for s in streams) <= 12


def test_head_counts_differ_where_there_is_room():
    assert choose_heads(notation(HEADS, HEADS)) == (1, 2, 3, 1)
    assert choose_heads(notation(HEADS, HEADS), 4) == (1, 2, 2, 1)
    assert choose_heads(notation(Linear(1.0, 5))) == (1, 1, 1)


CROWDED = {
    "three outputs": ((HEADS,), Readout(1.0, outputs=3)),
    "a readout per position of three outputs": (
        (HEADS,),
        Readout(1.0, "each", positions=2, outputs=3),
    ),
    "a residual below two outputs": ((Residual((HEADS,)),), Readout(1.0, outputs=2)),
    "three residuals": ((Residual((Attention(7, 1.0),)),) * 3, Readout(1.0)),
    "a large filter": ((HEADS, Convolution(9, 1.0, 8)), Readout(1.0)),
}


@pytest.mark.parametrize("case", CROWDED)
@pytest.mark.parametrize("most_paths", [4, 6])
def test_no_factor_of_heads_hides_where_there_are_many_vectors(case, most_paths):
    layers, readout = CROWDED[case]
    graph = stream_graph(Network((Embedding(9, 1.0), *layers, readout), 0.1))
    turns = head_counts(Notation(graph), most_paths, room=20)
    for weight in graph.weights:
        if weight.branched:
            assert several(Notation(graph), weight.index, most_paths)[weight.index] > 1
            assert any(heads[weight.index] > 1 for heads in turns)


def test_what_has_no_room_is_told():
    graph = stream_graph(
        Network((Embedding(9, 1.0), *(Residual((Attention(7, 1.0),)),) * 3, Readout(1.0)), 0.1)
    )
    assert unseen(instances(Notation(graph), 5)) == ""
    assert (
        unseen(instances(Notation(graph), 5, room=11)) == "; with a single branch of V_1, V_2, V_3"
    )


def test_steps_on_vectors_tell_what_had_no_room():
    layers = [Residual((Attention(7, 1.0),))] * 4
    steps = derive(Network((Embedding(9, 1.0), *layers, Readout(1.0, outputs=2)), 0.1)).steps
    said = "; with a single branch of V_1, V_2, V_3, V_4"
    found = {step.name: step.certificate(8).detail for step in steps[:3]}
    assert [detail.endswith(said) for detail in found.values()] == [False, True, True], found


def test_exponents_of_determinants_do_not_vanish():
    for sample in instances(notation(HEADS, HEADS, HEADS), 5):
        counts = [sample.count(stream.index) for stream in sample.notation.streams()]
        assert all(n - m - 1 > 0 for n, m in zip(sample.widths, counts, strict=True))


def test_instances_of_one_seed_are_the_same():
    symbols = notation(HEADS)
    first, second = (instance(symbols, 4).array(3, 5) for _ in range(2))
    assert (first == second).all()
    assert (instance(symbols, 5).array(3, 5) != first).any()
    assert (
        Instance(symbols, (1, 2, 1), (3, 4), random=Random(4)).array(3, 5).tolist()
        == first.tolist()
    )


def test_sizes_are_made_unequal_without_getting_smaller():
    assert unequal([2, 2, 5, 3]) == (2, 3, 5, 4)


def test_a_network_gets_the_head_counts_of_the_instance():
    network = Network((Embedding(9, 1.0), Residual((Attention("H", 1.0),)), Readout(1.0)), 0.1)
    resized = module("start").resize(network, (1, 3, 1))
    assert resized.layers[1].layers[0].heads == 3


def test_agreement_keeps_the_worst_and_says_both_numbers():
    agreement = Agreement(10)
    agreement.compare("equal", [1, 2], [1, 2])
    assert agreement.evidence("x").digits == 20
    agreement.compare("close", agreement.arithmetic.mpf("1.0000000000001"), 1)
    assert agreement.evidence("x").digits == 13
    with pytest.raises(
        CertificateError, match=r"^the mean: 1\.0001 by the rule, 1\.0 independently"
    ):
        agreement.compare("the mean", agreement.arithmetic.mpf("1.0001"), 1)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), mpmath.mpf("nan")])
def test_what_is_no_number_does_not_agree(wrong):
    with pytest.raises(CertificateError):
        Agreement(10).compare("x", wrong, 1.0)


def test_arrays_of_other_shapes_do_not_agree():
    with pytest.raises(CertificateError, match="2 numbers against 1"):
        Agreement(10).compare("x", [1, 2], [1])


def test_a_result_that_cannot_be_evaluated_is_refused_in_one_line():
    def check(digits):
        raise ShapeError("sizes\nthat do not fit")

    with pytest.raises(CertificateError, match=r"cannot be evaluated: sizes$"):
        guarded(check)(10)
