"""Every differentiation rule, broken on purpose: certificates or differences must notice."""

from dataclasses import replace

import pytest
import sympy
from gradient_cases import CASES, slope_error
from sympy import Inverse, MatAdd, MatMul, Mul, Trace

from derive.algebra import build, differentiate, nodes
from derive.errors import CertificateError
from derive.theories.networks.derivation import derive
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Linear,
    Network,
    Readout,
    Residual,
)
from derive.theories.networks.nodes import PathKernel

CHAIN = Network((Embedding(9, 1.0), Attention(2, 1.0, 8), Attention(3, 1.0, 7), Readout(1.0)), 0.1)
BODY = Network(
    (Embedding(8, 1.0), Residual((Attention(2, 1.0, 7), Linear(1.0))), Readout(1.0)), 0.1
)


def scaled(rule):
    """Every cotangent doubled."""
    return lambda node, cotangent: [
        None if part is None else _times(2, part) for part in rule(node, cotangent)
    ]


def negated(rule):
    """Every cotangent with the other sign."""
    return lambda node, cotangent: [
        None if part is None else _times(-1, part) for part in rule(node, cotangent)
    ]


def first_only(rule):
    """The cotangents of all arguments but the first doubled."""

    def broken(node, cotangent):
        first, *others = rule(node, cotangent)
        return [first, *(None if part is None else _times(2, part) for part in others)]

    return broken


def _times(number, part):
    return build.scale(number, part) if getattr(part, "is_Matrix", False) else number * part


def lift_in_the_first_head(node, cotangent):
    """The adjoint of a partial trace, put into one head only."""
    matrix, heads = node.args
    return [build.scale(heads, build.embed(cotangent, 0, build.rows(matrix))), None]


def block_from_the_top(node, cotangent):
    """The adjoint of a block, put at the wrong place."""
    return [build.embed(cotangent, 0, build.rows(node.args[0])), None, None]


def inverse_once(node, cotangent):
    """The derivative of an inverse with one of its two factors lost."""
    return [build.mul(-1, build.transpose(node), cotangent), None]


USED = {
    Mul: (CHAIN, [scaled, negated]),
    Trace: (CHAIN, [scaled, negated]),
    MatAdd: (CHAIN, [scaled]),
    MatMul: (CHAIN, [scaled, negated, first_only]),
    Inverse: (CHAIN, [scaled, negated, lambda _: inverse_once]),
    nodes.LogDet: (CHAIN, [scaled, negated]),
    nodes.PartialTrace: (CHAIN, [scaled, negated, lambda _: lift_in_the_first_head]),
    PathKernel: (CHAIN, [scaled, negated]),
    nodes.Block: (BODY, [scaled, negated, lambda _: block_from_the_top]),
    sympy.Add: (CHAIN, [scaled, first_only]),
}
"""Rules on the way from the action to an order parameter."""


@pytest.mark.parametrize(
    ("kind", "network", "way"),
    [
        pytest.param(kind, network, way, id=f"{kind.__name__}-{number}")
        for kind, (network, ways) in USED.items()
        for number, way in enumerate(ways)
    ],
)
def test_the_certificate_of_stationarity_refuses_a_broken_rule(monkeypatch, kind, network, way):
    monkeypatch.setitem(differentiate.RULES, kind, way(differentiate.RULES[kind]))
    derivation = derive(network)
    steps = tuple(step for step in derivation.steps if step.name == "stationarity")
    with pytest.raises(CertificateError, match="stationarity: refused: dS along a direction of"):
        replace(derivation, steps=steps).certify(12)


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.__name__)
def test_differences_notice_a_broken_rule(monkeypatch, kind):
    expression, variable = CASES[kind]
    assert slope_error(expression, variable) < 1e-20
    monkeypatch.setitem(differentiate.RULES, kind, scaled(differentiate.RULES[kind]))
    assert slope_error(expression, variable) > 1e-3


def test_every_rule_is_broken_here():
    assert set(CASES) == set(differentiate.RULES)
    assert set(USED) <= set(CASES)
