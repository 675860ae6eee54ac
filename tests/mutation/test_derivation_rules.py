"""Every derivation rule, broken on purpose: its certificate must refuse the step."""

from dataclasses import replace

import pytest
import sympy
from breaking import (
    HEADS,
    change_of,
    doubled,
    equation,
    field,
    items,
    mean_of,
    swap,
    without_matrix_term,
    without_terms,
)
from broken_rules import ALL, CONDITION, INTEGRATE, OVERLAPS_LOST

from derive.algebra import build, nodes
from derive.errors import CertificateError, NoRule, RuleError
from derive.theories.networks.derivation import RULES, derive
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Features,
    Linear,
    Network,
    Readout,
    Residual,
)
from derive.theories.networks.nodes import FeatureReadout, feature_readout

CHAIN = Network(
    (Embedding("N_1", 1.0), Attention("H_1", 1.0, "N_2"), Attention(2, 1.0, 9), Readout(1.0)), "T"
)
SKIP = Network((Embedding(8, 1.0), Residual((Attention(2, 1.0),)), Readout(1.0)), 0.1)
BODY = Network(
    (Embedding(8, 1.0), Residual((Attention(2, 1.0, 7), Linear(1.0))), Readout(1.0)), 0.1
)
SIZE = {"positive": True, "integer": True}
CROWDED = {
    "three outputs": Network(
        (Embedding(8, 1.0), Attention(2, 1.0, 9), Readout(1.0, outputs=3)), 0.1
    ),
    "a residual below two outputs": Network(
        (Embedding(8, 1.0), Residual((Attention(2, 1.0),)), Readout(1.0, outputs=2)), 0.1
    ),
}
FEATURES = Network((Features(8, "arc-sine", 1.3), Attention(2, 1.0, 9), Readout(1.0)), 0.1)
STEPS = {
    "start": "starting density",
    "integrate": "integrate",
    "condition": "condition",
    "change": "overlaps",
    "proportional": "proportional limit",
    "stationarity": "stationarity",
    "hessian": "Hessian",
    "eliminate": "saddle equation",
    "predictor": "predictor",
    "infinite": "infinite width",
    "correction": "first correction",
    "chain": "papers' normalisation",
    "features": "Gaussian features",
}
CASES = [
    pytest.param(rule, broken, id=f"{rule}: {name}")
    for rule, cases in ALL.items()
    for name, broken in cases.items()
]


def refusal(network, rule, broken):
    """The error of the first step that refuses; certificates of other rules are not run."""
    rules = replace(RULES, **{rule: broken(getattr(RULES, rule))})
    derivation = derive(network, rules)
    steps = tuple(step for step in derivation.steps if step.name.startswith(STEPS[rule]))
    assert steps
    with pytest.raises(CertificateError) as caught:
        replace(derivation, steps=steps).certify(12)
    return str(caught.value)


@pytest.mark.parametrize(("rule", "broken"), CASES)
def test_the_broken_rule_is_refused_by_its_own_certificate(rule, broken):
    message = refusal(CHAIN, rule, broken)
    assert STEPS[rule] in message
    assert "\n" not in message


SKIP_CASES = {
    "change: a block of the overlaps for another": (
        SKIP,
        "change",
        field("body", swap(nodes.Block, lambda b: build.block(build.inv(b.args[0]), *b.args[1:]))),
    ),
    "eliminate: the implicit equation": (SKIP, "eliminate", equation("right", doubled)),
    "eliminate: a block for another": (
        SKIP,
        "eliminate",
        equation("right", swap(nodes.Embed, lambda e: build.scale(2, e))),
    ),
    "eliminate: flux inside a residual": (
        BODY,
        "eliminate",
        equation("flux_value", without_matrix_term(0)),
    ),
    "hessian: a block for another": (
        SKIP,
        "hessian",
        change_of(swap(nodes.Embed, lambda e: build.scale(2, e))),
    ),
    "correction: force from above lost": (
        SKIP,
        "correction",
        items("corrections", without_matrix_term(0), 1),
    ),
    "infinite: cross overlaps": (
        SKIP,
        "infinite",
        field(
            "overlaps",
            lambda found: tuple(
                build.add(g, build.scale(sympy.Rational(1, 9), sympy.Identity(g.shape[0])))
                for g in found
            ),
        ),
    ),
}


@pytest.mark.parametrize(("network", "rule", "broken"), SKIP_CASES.values(), ids=SKIP_CASES)
def test_rules_broken_for_residual_networks_are_refused(network, rule, broken):
    assert STEPS[rule] in refusal(network, rule, broken)


@pytest.mark.parametrize("network", CROWDED.values(), ids=CROWDED)
@pytest.mark.parametrize("rule", ["start", "condition"])
def test_lost_heads_are_noticed_where_there_are_many_vectors(network, rule):
    broken = {
        "start": items("definitions", lambda v: build.scale(sympy.sqrt(HEADS), v), 1),
        "condition": CONDITION["heads lost"],
    }
    assert STEPS[rule] in refusal(network, rule, broken[rule])


def kernel_features_for_those_of_an_input(readout):
    vectors, weights, *others = readout.args
    ratio = sympy.sqrt(weights.shape[1] / sympy.Symbol("N_0", **SIZE))
    return feature_readout(vectors, build.scale(ratio, weights), *others)


def test_features_of_an_input_are_not_those_of_the_kernel():
    broken = field("body", swap(FeatureReadout, kernel_features_for_those_of_an_input))
    assert STEPS["start"] in refusal(FEATURES, "start", broken)


def test_a_broken_rule_is_named_by_the_whole_derivation():
    rules = replace(RULES, integrate=INTEGRATE["kernel doubled"](RULES.integrate))
    with pytest.raises(CertificateError, match="step 2, integrate V_0: refused: "):
        derive(CHAIN, rules).certify(12)


REFUSED_AT_ONCE = {
    "a prior lost": (
        "start",
        field("body", without_terms(lambda t: str(t.args[0]) == "V_2")),
    ),
    "a mean that is not zero": (
        "condition",
        field("body", mean_of("g_a", lambda m: build.matrix_symbol("g_a", *m.shape))),
    ),
    "vectors kept": ("change", lambda rule: lambda state, k: state),
}


@pytest.mark.parametrize(("rule", "broken"), REFUSED_AT_ONCE.values(), ids=REFUSED_AT_ONCE)
def test_a_state_that_later_rules_cannot_use_is_refused_by_them(rule, broken):
    with pytest.raises(RuleError):
        derive(CHAIN, replace(RULES, **{rule: broken(getattr(RULES, rule))}))


def test_a_covariance_without_overlaps_is_refused_by_the_rules_that_need_them():
    """The infinite-width point takes the covariances from the law, so it cannot go on."""
    rules = replace(RULES, condition=OVERLAPS_LOST(RULES.condition))
    with pytest.raises(NoRule, match="G_2 does not occur"):
        derive(CHAIN, rules)
