"""Every rule that splits by sectors, broken: a certificate notices."""

import pytest
import sympy
from small_networks import NETWORKS
from sympy import Inverse, MatAdd, MatMul, Trace, Transpose

from derive import derive
from derive.algebra import build, nodes
from derive.errors import CertificateError
from derive.symmetry.sectors import RULES
from derive.theories.networks.analysis.exchangeable import exchangeable
from derive.theories.networks.nodes import PathKernel, PathProjection

TWO = sympy.Integer(2)


def on_blocks(change):
    """Break a rule's result: its blocks, or the number that it is."""

    def broken(rule):
        def run(splitting, node):
            found = rule(splitting, node)
            if isinstance(found, dict):
                return {sector: change(sector, block) for sector, block in found.items()}
            return change((), found)

        return run

    return broken


def doubled(sector, value):
    return build.scale(TWO, value) if getattr(value, "is_Matrix", False) else 2 * value


def without_multiplicity(rule):
    """A trace or determinant that counts every sector once."""

    def run(splitting, node):
        inner = splitting.of(node.args[0])
        if not isinstance(inner, dict):
            return rule(splitting, node)
        make = build.trace if type(node) is Trace else build.logdet
        return sympy.Add(*(make(block) for block in inner.values()))

    return run


def trace_of_ones(rule):
    """A partial trace that forgets what is orthogonal to the ones."""

    def run(splitting, node):
        inner = splitting.of(node.args[0])
        return splitting.blocks(node.shape[0], lambda sector, size: inner[sector])

    return run


def full_share(rule):
    """A projection that is not shared among the copies of its sector."""

    def run(splitting, node):
        weigh = splitting.symmetry.multiplicity
        return {s: build.scale(weigh(s), b) for s, b in rule(splitting, node).items()}

    return run


SLIPS = {
    "trace": (Trace, without_multiplicity, "two attentions"),
    "determinant": (nodes.LogDet, without_multiplicity, "two attentions"),
    "partial trace": (nodes.PartialTrace, trace_of_ones, "two attentions"),
    "lift": (nodes.Lift, on_blocks(doubled), "two attentions"),
    "kernel": (PathKernel, on_blocks(doubled), "two attentions"),
    "projection": (PathProjection, full_share, "two attentions"),
    "product": (MatMul, on_blocks(doubled), "one attention"),
    "sum": (MatAdd, on_blocks(doubled), "one attention"),
    "inverse": (Inverse, on_blocks(doubled), "one attention"),
    "identity": (sympy.Identity, on_blocks(doubled), "one attention"),
    "block": (nodes.Block, on_blocks(doubled), "residual"),
    "embedding": (nodes.Embed, on_blocks(doubled), "residual"),
    "transposition": (Transpose, on_blocks(doubled), "residual ends in residual"),
    "selection": (nodes.Selection, on_blocks(doubled), "residual ends in residual"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_broken_rule_is_refused(slip):
    kind, breaking, name = SLIPS[slip]
    derivation = derive(NETWORKS[name])
    rules = {**RULES, kind: breaking(RULES[kind])}
    with pytest.raises(CertificateError, match="refused"):
        exchangeable(derivation, rules=rules).certify(15)


def test_a_wrong_multiplicity_is_refused(monkeypatch):
    from derive.theories.networks.analysis.exchangeable.symmetry import Symmetry

    right = Symmetry.multiplicity

    def wrong(self, sector):
        return right(self, sector) + len(sector)

    monkeypatch.setattr(Symmetry, "multiplicity", wrong)
    with pytest.raises(CertificateError, match="eigenvalues occur"):
        exchangeable(derive(NETWORKS["one attention"])).certify(15)


def test_nothing_else_is_broken():
    """The same networks, whole: otherwise the refusals above would show nothing."""
    for name in {name for _, _, name in SLIPS.values()}:
        exchangeable(derive(NETWORKS[name])).certify(15)
