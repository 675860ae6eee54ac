"""A factor that is 1 in every instance would pass: sizes differ, and log H is nowhere hidden."""

from dataclasses import replace

import pytest
import sympy
from breaking import field, items, mean_of
from repeated_networks import REPEATED, theory
from test_derivation_rules import refusal

from derive.algebra import build, nodes
from derive.algebra.layered import LayerSize
from derive.errors import CertificateError
from derive.theories.networks.derivation.repeat.deriving import steps_of
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Features,
    Identity,
    Linear,
    Network,
    Parallel,
    Readout,
    Residual,
    Serial,
)

WHOLE = {"positive": True, "integer": True}
H_1, H_2, H_3, P, L = sympy.symbols("H_1 H_2 H_3 P L", **WHOLE)
N_0, N_1, N_2, N_a = sympy.symbols("N_0 N_1 N_2 N_a", **WHOLE)


def network(*middle, first=None):
    return Network((first or Embedding(9, 1.0), *middle, Readout(1.0)), 0.1)


HEADS = Attention(2, 1.0, 8), Attention(2, 1.0, 7), Attention(2, 1.0, 6)
SKIP = Residual((Attention(2, 1.0),))
NETWORKS = {
    "two layers": network(*HEADS[:2]),
    "three layers": network(*HEADS),
    "two residuals": network(SKIP, SKIP),
    "a sum": network(Parallel((Identity(), Attention(2, 1.0), Serial((HEADS[0], Linear(1.0)))))),
    "features": network(*HEADS[:2], first=Features(8, "arc-sine", 1.3)),
}


def times(factor, found):
    """Multiply the terms that satisfy a condition."""

    def change(expression):
        terms = sympy.Add.make_args(expression)
        assert any(map(found, terms))
        return sympy.Add(*(factor * t if found(t) else t for t in terms))

    return change


def in_law(factor, name):
    """Multiply the covariance of one law, where it is there."""

    def change(body):
        for law in body.atoms(nodes.LogNormal):
            value, mean, covariance = law.args
            if str(value) == name:
                body += nodes.LogNormal(value, mean, build.scale(factor, covariance)) - law
        return body

    return change


def has(*parts):
    return lambda term: all(term.has(part) for part in parts)


def last_of_stream(rule):
    """The volume of the stream below the readout alone."""
    return lambda state, k: (with_features(rule) if k == 2 else rule)(state, k)


with_features = field("body", times(N_0, has(nodes.LogDet)))
logarithm = sympy.log
BROKEN = {
    "features in a volume": ("two layers", "change", last_of_stream),
    "other heads in a law": ("two layers", "change", lambda rule: one(rule, 0, H_1 / H_2, H_1)),
    "heads of another layer in a law": (
        "three layers", "change", lambda rule: one(rule, 1, H_2, H_3),
    ),
    "heads of another residual in a law": (
        "two residuals", "change", lambda rule: one(rule, 0, H_1, H_2),
    ),
    "heads in a constant of the action": (
        "three layers", "proportional", field("action", times(H_2, has(logarithm(H_3)))),
    ),
    "heads of another residual in the action": (
        "two residuals", "proportional", field("action", times(H_1, has(logarithm(H_2)))),
    ),
    "heads for features in the action": (
        "two layers", "chain", field("action", times(H_2 / N_0, has(nodes.PartialTrace))),
    ),
    "another width in a definition": (
        "three layers", "start", items("definitions", lambda v: build.scale(N_1 / N_a, v), 0),
    ),
    "heads for examples in the noise": ("two layers", "start", field("body", in_law(N_0 / P, "y"))),
    "heads for a width in a prior": (
        "two layers", "start", field("body", in_law(H_1 / N_1, "V_1")),
    ),
    "width for features in a covariance": (
        "two layers", "condition", field("body", in_law(N_0 / N_2, "g_1")),
    ),
    "heads in Gaussian features": (
        "features", "features", field("body", mean_of("y", lambda m: build.scale(H_2, m))),
    ),
    "a shift that no other needs": (
        "a sum", "correction", items("corrections", lambda d: build.scale(2, d), 1),
    ),
}  # fmt: skip


def one(rule, stream, factor, heads):
    """Multiply a logarithm of heads in the change of variables of one stream."""
    broken = field("body", times(factor, has(logarithm(heads))))
    return lambda state, k: (broken(rule) if k == stream else rule)(state, k)


@pytest.mark.parametrize(("name", "rule", "broken"), BROKEN.values(), ids=BROKEN)
def test_a_factor_of_other_sizes_is_refused(name, rule, broken):
    assert refusal(NETWORKS[name], rule, broken)


def test_a_factor_of_the_depth_is_refused_where_few_layers_have_heads():
    """At depth 1 it is 1; at others log H of the upper residuals needs a turn of its own."""
    found = theory("residual below")
    number = 2 * sympy.Symbol("l", **WHOLE)

    def changed(total):
        body, *limits = total.args
        body = times(L, has(logarithm(LayerSize("H", number))))(body)
        return sympy.Sum(body, *limits)

    (total,) = found.law.body.atoms(sympy.Sum)
    broken = replace(
        found, law=found.law.but(body=found.law.body.xreplace({total: changed(total)}))
    )
    (step,) = (s for s in steps_of(REPEATED["residual below"], broken) if "exact law" in s.name)
    with pytest.raises(CertificateError, match="the law at depth"):
        step.certificate(12)
