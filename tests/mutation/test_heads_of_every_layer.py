"""A factor of heads too many is refused in whatever layer it is: one head would hide it."""

from dataclasses import replace

import pytest
import sympy
from breaking import field, items
from test_derivation_rules import STEPS

from derive.algebra import build, contains, nodes
from derive.errors import CertificateError
from derive.theories.networks.derivation import RULES, derive
from derive.theories.networks.description import Attention, Embedding, Network, Readout, Residual

CHAIN = Network(
    (Embedding(9, 1.0), *(Attention(2, 1.0, width) for width in (8, 7, 6)), Readout(1.0)), 0.1
)
RESIDUALS = Network((Embedding(9, 1.0), *[Residual((Attention(2, 1.0),))] * 2, Readout(1.0)), 0.1)
NETWORKS = {"a third layer": (CHAIN, 3), "a second residual": (RESIDUALS, 2)}


def with_heads(number):
    """Multiply the last term that depends on the heads of a layer by their number."""
    heads = sympy.Symbol(f"H_{number}", positive=True, integer=True)

    def change(expression):
        matrix = getattr(expression, "is_Matrix", False)
        terms = list(build.terms(expression) if matrix else sympy.Add.make_args(expression))
        place = max((k for k, t in enumerate(terms) if contains(t, {heads})), default=None)
        if place is None:
            return expression
        terms[place] = times(terms[place])
        return build.add(*terms) if matrix else sympy.Add(*terms)

    def times(term):
        if type(term) is nodes.LogNormal:
            value, mean, covariance = term.args
            return nodes.LogNormal(value, mean, build.scale(heads, covariance))
        return build.scale(heads, term) if getattr(term, "is_Matrix", False) else heads * term

    return change


def every(name, change):
    """Break one field of every saddle equation that has it."""

    def broken(entry):
        value = getattr(entry, name)
        return entry if value is None else replace(entry, **{name: change(value)})

    return broken


BREAKS = {
    "start": lambda change: items("definitions", change),
    "condition": lambda change: field("body", change),
    "change": lambda change: field("body", change),
    "proportional": lambda change: field("action", change),
    "stationarity": lambda change: lambda rule: lambda *a: tuple(map(change, rule(*a))),
    "eliminate": lambda change: (
        lambda rule: lambda *a: tuple(map(every("right", change), rule(*a)))
    ),
    "infinite": lambda change: items("points", change),
    "correction": lambda change: items("corrections", change),
    "hessian": lambda change: field("changes", lambda found: tuple(map(change, found))),
    "chain": lambda change: field("action", change),
}


CASES = [(c, r) for c in NETWORKS for r in BREAKS if r != "chain" or NETWORKS[c][0] is CHAIN]


@pytest.mark.parametrize(("case", "rule"), CASES)
def test_a_factor_of_heads_too_many_is_refused(case, rule):
    network, number = NETWORKS[case]
    broken = BREAKS[rule](with_heads(number))
    derivation = derive(network, replace(RULES, **{rule: broken(getattr(RULES, rule))}))
    steps = tuple(step for step in derivation.steps if step.name.startswith(STEPS[rule]))
    refused = 0
    for step in steps:
        try:
            step.certificate(12)
        except CertificateError:
            refused += 1
    assert refused, f"{len(steps)} steps passed"
