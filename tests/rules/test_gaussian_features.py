"""The step from features to Gaussian ones: certified, and refused where the rule is broken."""

from dataclasses import replace

import numpy as np
import pytest
import sympy

from derive.algebra import build, evaluate, latex, nodes, rebuild
from derive.algebra.latex import plain
from derive.errors import CertificateError, NoRule, RuleError, ShapeError
from derive.steps.step import Order
from derive.theories.networks.derivation import derive
from derive.theories.networks.derivation.certificates import gaussian_features as certificate
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.pipeline import RULES
from derive.theories.networks.derivation.rules.features import rewrite as features
from derive.theories.networks.derivation.state import PROPORTIONAL
from derive.theories.networks.description import (
    Attention,
    Convolution,
    Embedding,
    Features,
    Linear,
    Network,
    Readout,
    Residual,
    stream_graph,
)
from derive.theories.networks.nodes import feature_readout


def polynomial(a, b):
    return (1 + a @ b.T / a.shape[1]) ** 2


KERNELS = ("arc-sine", "arc-cosine-0", "arc-cosine-1", polynomial)
ABOVE = {
    "none": (),
    "linear": (Linear(0.9, 8),),
    "attention": (Attention(2, 0.9, 8),),
    "residual": (Residual((Attention("H", 0.9),)),),
}


READOUTS = {
    "a readout per position": Readout(1.1, "each", positions=3),
    "several outputs": Readout(1.1, "mean", outputs=2),
}


def network(*layers, kernel="arc-sine", readout=None):
    readout = readout or Readout(1.1, "mean")
    return Network((Features(7, kernel, 1.3), *layers, readout), 0.1)


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda k: getattr(k, "__name__", k))
@pytest.mark.parametrize("layers", ABOVE.values(), ids=ABOVE)
def test_it_is_certified_as_leading_order(layers, kernel):
    steps = derive(network(*layers, kernel=kernel)).steps
    assert [step.name for step in steps[:3]] == [
        "starting density", "Gaussian features", "integrate V_0",
    ]  # fmt: skip
    assert steps[0].order is Order.EXACT and steps[0].certificate(20).digits >= 20
    assert steps[1].order is Order.LEADING and steps[1].limit == PROPORTIONAL
    found = steps[1].certificate(20)
    assert (found.digits == 11 and "order 1.0" in found.detail) or "order 0.9" in found.detail


@pytest.mark.parametrize("readout", READOUTS.values(), ids=READOUTS)
def test_other_readouts(readout):
    steps = derive(network(Convolution(2, 0.9, 8), readout=readout)).steps
    assert steps[0].certificate(20).digits >= 20
    assert steps[1].certificate(20).digits == 11


def test_all_that_follows_is_that_of_an_embedding():
    """No other step, symbol or result differs: the rule ends where an embedding begins."""
    layers = ABOVE["residual"]
    ours = derive(network(*layers))
    theirs = derive(Network((Embedding(7, 1.3), *layers, Readout(1.1, "mean")), 0.1))
    assert [s.name for s in ours.steps[2:]] == [s.name for s in theirs.steps[1:]]
    assert ours.theory.action == theirs.theory.action
    assert ours.theory.law == replace(theirs.theory.law, notation=ours.theory.notation)
    assert ours.theory.equations == theirs.theory.equations
    assert ours.theory.predictor == theirs.theory.predictor


def test_every_step_is_certified():
    derivation = derive(network(Attention(2, 0.9, 8), kernel="arc-cosine-1"))
    found = derivation.certify(12)
    assert len(found) == len(derivation.steps)


def swapped(kind, change):
    """A rule whose nodes of one kind are changed afterwards."""

    def rule(state):
        after = features.gaussian_features(state)
        return after.but(body=rebuild(after.body, lambda n: change(n) if type(n) is kind else None))

    return rule


def prior_of(name, change):
    def changed(node):
        if str(node.args[0]) != name:
            return None
        return nodes.LogNormal(*node.args[:2], build.mul(change, node.args[2]))

    return swapped(nodes.LogNormal, changed)


def mean_times(factor):
    def changed(node):
        if str(node.args[0]) != "y":
            return None
        return nodes.LogNormal(node.args[0], build.scale(factor, node.args[1]), node.args[2])

    return swapped(nodes.LogNormal, changed)


N_0 = sympy.Symbol("N_0", positive=True, integer=True)
BROKEN = {
    "outputs doubled": mean_times(2),
    "without 1/sqrt(N_0)": mean_times(sympy.sqrt(N_0)),
    "the features' variance twice": prior_of("V_0", sympy.Symbol("s_0", positive=True)),
    "half the variance": prior_of("V_0", sympy.Rational(1, 2)),
    "another factor": lambda state: features.gaussian_features(state).but(
        body=features.gaussian_features(state).body + sympy.Symbol("s_0", positive=True)
    ),
}


@pytest.mark.parametrize("rule", BROKEN.values(), ids=BROKEN)
def test_a_broken_rule_is_refused(rule):
    derivation = derive(network(Attention(2, 0.9, 8)), replace(RULES, features=rule))
    with pytest.raises(CertificateError):
        derivation.steps[1].certificate(10)


def test_other_definitions_are_refused():
    described = network(Attention(2, 0.9, 8))
    before = features.start(Notation(stream_graph(described)))
    after = features.gaussian_features(before).but(definitions=())
    with pytest.raises(CertificateError, match="the definitions of vectors changed"):
        certificate(described.layers[0], before, after)(10)


def test_another_kernel_is_refused(monkeypatch):
    """The kernel of one name with the nonlinearity of another: both stand in the certificate."""
    from derive.theories.networks.description import feature_maps

    wrong = replace(
        feature_maps.MAPS["arc-sine"],
        second_moment=lambda law: 1.001 * feature_maps.arc_sine(law),
    )
    monkeypatch.setitem(feature_maps.MAPS, "arc-sine", wrong)
    with pytest.raises(CertificateError, match="the second moments of f"):
        derive(network()).steps[1].certificate(10)


def test_what_is_no_kernel_is_refused():
    derivation = derive(network(kernel=lambda a, b: -polynomial(a, b)))
    with pytest.raises(CertificateError, match="not positive semidefinite"):
        derivation.steps[1].certificate(10)


def test_slow_features_are_refused(monkeypatch):
    """Features that do not average: a law of a label that stays away from the Gaussian one."""
    import sys

    module = sys.modules["derive.theories.networks.derivation.rules.features.certificate"]
    monkeypatch.setattr(module, "_characteristic", lambda layer, at, times: np.cos(times) ** 0.5)
    with pytest.raises(CertificateError, match="order"), np.errstate(all="ignore"):
        derive(network()).steps[1].certificate(10)


def test_the_rule_needs_features():
    notation = Notation(stream_graph(Network((Embedding(3, 1.0), Readout(1.0)), 0.1)))
    with pytest.raises(RuleError, match="is no readout of features"):
        features.gaussian_features(features.start(notation))


class TestNode:
    notation = Notation(stream_graph(network(Attention(2, 0.9, 8))))
    weights = features.feature_weights(notation)
    inputs = features.raw_inputs(notation)
    vectors = notation.above(0)
    node = feature_readout(vectors, weights, *inputs, features.PHI)

    def test_printed(self):
        assert latex(self.node) == r"\mathcal{X}_{\phi}\left[g_1; W\right]" or "phi" in latex(
            self.node
        )
        assert plain(self.node).startswith("𝒳") and "g₁; W" in plain(self.node)

    def test_a_number_comes_out_of_the_vectors_alone(self):
        number = sympy.Integer(3)
        outside = feature_readout(
            build.scale(number, self.vectors), self.weights, *self.inputs, features.PHI
        )
        assert outside == build.scale(number, self.node)
        inside = feature_readout(
            self.vectors, build.scale(number, self.weights), *self.inputs, features.PHI
        )
        assert inside != outside

    def test_shapes(self):
        with pytest.raises(ShapeError, match="do not fit together"):
            feature_readout(self.weights, self.weights, *self.inputs, features.PHI)

    def test_value(self):
        rng = np.random.default_rng(1)
        g, w = rng.normal(size=(2, 4)), rng.normal(size=(4, 3))
        x, omega = rng.normal(size=(5, 3, 2)), rng.normal(size=(5, 2, 2))
        values = {
            self.vectors: g, self.weights: w, self.inputs[0]: x, self.inputs[1]: omega,
            features.PHI: lambda h: h * h + 1,
        }  # fmt: skip
        expected = np.einsum("mn,pnt,ptm->p", g, (w @ x) ** 2 + 1, omega)
        np.testing.assert_allclose(evaluate(self.node, values)[:, 0], expected, rtol=1e-13)
        assert float(evaluate(self.node, values, 30)[0, 0]) == pytest.approx(expected[0])
        del values[features.PHI]
        with pytest.raises(NoRule, match="give a function of one number"):
            evaluate(self.node, values)
