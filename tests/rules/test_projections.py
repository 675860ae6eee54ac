"""Projections on the mean of features: broken rules are refused by the certificates."""

from dataclasses import replace

import numpy as np
import pytest
import sympy

from derive.algebra import build, evaluate, nodes, rebuild
from derive.errors import CertificateError, RuleError
from derive.theories.networks.derivation import derive
from derive.theories.networks.derivation.pipeline import RULES
from derive.theories.networks.derivation.rules.change import rewrite as change
from derive.theories.networks.derivation.rules.features import rewrite as features
from derive.theories.networks.derivation.rules.predictor import rewrite as predictor
from derive.theories.networks.derivation.rules.proportional import rewrite as proportional
from derive.theories.networks.derivation.rules.share import rewrite as share
from derive.theories.networks.description import Attention, Features, Network, Readout
from derive.theories.networks.nodes import MeanShare

NETWORK = Network((Features(7, "arc-cosine-1", 1.3), Attention(2, 0.9, 8), Readout(1.1)), 0.1)
N, RHO = sympy.Symbol("N_1", positive=True, integer=True), sympy.Symbol("rho_1", positive=True)


def step(rules, name):
    derivation = derive(NETWORK, rules)
    return next(found for found in derivation.steps if found.name == name)


def mean_times(factor):
    """The features' mean, read with a wrong factor."""

    def changed(node):
        return build.scale(factor, node) if type(node) is nodes.Along else None

    def rule(state):
        after = features.gaussian_features(state)
        return after.but(body=rebuild(after.body, changed))

    return rule


def without_mean(state):
    after = features.gaussian_features(state)
    law = next(t for t in after.body.args if str(t.args[0]) == "y")
    kept = [t for t in build.terms(law.args[1]) if not t.has(nodes.Along)]
    other = nodes.LogNormal(law.args[0], build.add(*kept), law.args[2])
    return after.but(body=after.body - law + other)


@pytest.mark.parametrize("factor", [2, -1])
def test_another_mean_is_refused(factor):
    with pytest.raises(CertificateError, match="the means of f"):
        step(replace(RULES, features=mean_times(factor)), "Gaussian features").certificate(10)


def test_features_whose_mean_is_left_out_are_refused():
    with pytest.raises(RuleError, match="is no readout of b_1"):
        derive(NETWORK, replace(RULES, features=without_mean))


def volume_of(change_body, change_constant):
    def rule(state, stream):
        after = change.change_variables(state, stream)
        if stream != 0:
            return after
        return after.but(body=change_body(after.body), constant=change_constant(after.constant))

    return rule


DETERMINANT = build.logdet(change.across(derive(NETWORK).theory.notation, 0))
VOLUMES = {
    "as many dimensions as neurons": (lambda body: body + DETERMINANT / 2, lambda c: c),
    "whole overlaps": (
        lambda body: body - DETERMINANT + build.logdet(derive(NETWORK).theory.notation.overlap(0)),
        lambda c: c,
    ),
    "another constant": (lambda body: body, lambda c: c + sympy.log(N) / 2),
}


@pytest.mark.parametrize("changes", VOLUMES.values(), ids=VOLUMES)
def test_another_volume_is_refused(changes):
    with pytest.raises(CertificateError):
        step(replace(RULES, change=volume_of(*changes)), "overlaps G_1").certificate(10)


def changed_share(**changes):
    def rule(law, limit):
        found, kept = share.eliminate_projections(law, limit)
        action = changes.get("action", lambda s: s)(found.action)
        other = {k: change(getattr(kept, k)) for k, change in changes.items() if k != "action"}
        return replace(found, action=action), replace(kept, **other)

    return rule


def without_volume(action):
    return action - N * (1 - 1 / RHO - sympy.log(RHO))


SHARES = {
    "the volume left out": changed_share(action=without_volume),
    "its sign": changed_share(action=lambda s: s - 2 * N * (1 - 1 / RHO - sympy.log(RHO))),
    "another share": changed_share(
        value=lambda v: MeanShare(v.args[0], v.args[1], v.args[2], 2 * v.args[3])
    ),
    "the slope": changed_share(slope=lambda s: 2 * s),
    "the square of b": changed_share(square=lambda s: build.scale(RHO, s)),
    "the fluctuation": changed_share(fluctuation=lambda f: -f),
}


@pytest.mark.parametrize("rule", SHARES.values(), ids=SHARES)
def test_another_share_is_refused(rule):
    with pytest.raises(CertificateError):
        step(replace(RULES, projections=rule), "projections").certificate(10)


def test_a_predictor_without_the_means_is_refused():
    def rule(law, to_overlaps, found):
        return predictor.predictor(law, to_overlaps, replace(found, symbol=sympy.S.Zero))

    with pytest.raises(CertificateError, match="the kernel"):
        step(replace(RULES, predictor=rule), "predictor").certificate(10)


def test_a_hessian_that_holds_the_share_fixed_is_refused():
    def rule(gradients, notation, found):
        return RULES.hessian(gradients, notation)

    with pytest.raises(CertificateError):
        step(replace(RULES, hessian=rule), "Hessian").certificate(10)


def test_an_action_that_depends_on_projections_otherwise_is_refused():
    law = derive(NETWORK).theory.law
    limit = proportional.proportional_limit(law)
    along = law.notation.along()
    more = limit.action + build.trace(build.mul(build.transpose(along), along))
    with pytest.raises(RuleError, match="beyond volume and labels"):
        share.eliminate_projections(law, replace(limit, action=more))


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1.0, 1e3, 1e8])
def test_the_share_solves_its_equation(scale):
    """In float64 and to 40 digits, for forces of any size; module and expression agree."""
    from derive.theories.networks.module.runtime.mean import mean_share

    rng = np.random.default_rng(2)
    root, wide, force = rng.normal(size=(3, 3)), rng.normal(size=(3, 5)), rng.normal(size=(3, 1))
    values = (root @ root.T, wide @ wide.T, scale * force @ force.T)
    symbols = [build.overlap(name, 3) for name in "GAB"]
    node = MeanShare(*symbols, sympy.Integer(7))
    numbers = dict(zip(symbols, values, strict=True))
    fine = evaluate(node, numbers, 40)
    found = mean_share(*values, 7.0)
    assert found == pytest.approx(float(fine), rel=1e-12)
    assert evaluate(node, numbers) == pytest.approx(float(fine), rel=1e-9)
    inner = np.linalg.inv(np.eye(3) + found * values[1] @ values[0])
    pulled = found**2 * np.trace(inner @ inner @ values[2] @ values[0])
    assert 7 * (1 - found) == pytest.approx(pulled, rel=1e-6, abs=1e-13)
    assert 0 < found <= 1
