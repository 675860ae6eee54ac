"""Limits of the scalar theory against known values.

network         limit                      known value                          source
any n           alpha -> 0                 u = c                                prior
n = 1           alpha -> 1                 u = sqrt(c s/P)                      Pacelli et al.
any n           alpha -> 1                 v^(n+1) = s/(c P)                    Li, Sompolinsky
n -> infinity   n/N = lambda, P fixed      u = c exp(lambda (s/u - P))          (1 + x/n)^n -> e^x
n -> infinity   n/N, P/N fixed             u = s/P                              v -> 1
n -> infinity   the same, sigma^2 not 1    1 - 1/sigma^2 = alpha (1 - s/(P u))  v -> 1/sigma^2
"""

from dataclasses import dataclass
from typing import Any

import mpmath
import pytest
import sympy
from scalar_networks import any_depth, chain, context, root, theory_of

from derive.algebra import evaluate
from derive.errors import RuleError
from derive.theories.networks.analysis.scalar import scalar_theory
from derive.theories.networks.analysis.scalar.symbols import (
    ASPECT,
    DEPTH,
    EXAMPLES,
    LOAD,
    OVERLAP,
    PRIOR,
    RATIO,
    SIGNAL,
)
from derive.theories.networks.description import Embedding, Linear, Network, Readout

VARIANCE = sympy.Symbol("s_1", positive=True)
Q = SIGNAL / (PRIOR * EXAMPLES)
LAMBERT = ASPECT * SIGNAL * sympy.exp(ASPECT * EXAMPLES) / PRIOR


@dataclass(frozen=True)
class Row:
    """A network, a limit and its known value."""

    depth: Any
    name: str
    known: Any
    fixed: str = "examples"
    variance: Any = 1

    def limit(self):
        theory = any_depth() if self.depth == "n" else theory_of(self.depth)
        return theory, theory.limit(self.name, fixed=self.fixed, variance=self.variance)


TABLE = {
    "alpha=0, n=1": Row(1, "alpha=0", PRIOR),
    "alpha=0, n=3": Row(3, "alpha=0", PRIOR),
    "alpha=0, any n": Row("n", "alpha=0", PRIOR),
    "alpha=1, n=1": Row(1, "alpha=1", sympy.sqrt(PRIOR * SIGNAL / EXAMPLES)),
    "alpha=1, n=2": Row(2, "alpha=1", PRIOR * Q ** sympy.Rational(2, 3)),
    "alpha=1, n=5": Row(5, "alpha=1", PRIOR * Q ** sympy.Rational(5, 6)),
    "alpha=1, any n": Row("n", "alpha=1", PRIOR * Q ** (DEPTH / (DEPTH + 1))),
    "deep, P fixed, from n=2": Row(2, "depth", ASPECT * SIGNAL / sympy.LambertW(LAMBERT)),
    "deep, P/N fixed": Row("n", "depth", SIGNAL / EXAMPLES, fixed="ratio"),
    "deep, P/N fixed, variance": Row(
        3, "depth", LOAD * SIGNAL / (EXAMPLES * (LOAD - 1 + 1 / VARIANCE)), "ratio", VARIANCE
    ),
    "deep, P/N fixed, variance 0.7": Row(
        "n", "depth", LOAD * SIGNAL / (EXAMPLES * (LOAD + sympy.Rational(3, 7))), "ratio", "0.7"
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE.keys())
def test_the_limit_is_the_known_one(row):
    _, found = row.limit()
    ours = found.overlap.xreplace({RATIO: Q})
    assert sympy.simplify(sympy.powdenest(sympy.expand_power_base(ours / row.known))) == 1


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE.keys())
def test_the_limit_is_approached(row):
    theory, found = row.limit()
    assert theory.step(found).certificate(20).digits == 20


def near(limit, **numbers):
    """The value of a limit."""
    at = {symbol: numbers[symbol.name] for symbol in limit.overlap.free_symbols - {RATIO}}
    if RATIO in limit.overlap.free_symbols:
        at[RATIO] = context(30).mpf(numbers["s"]) / (numbers["c"] * numbers["P"])
    return float(evaluate(limit.overlap, at, 30))


@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize("signal", [0.02, 7.0, 4000.0])
def test_roots_come_near_the_limits_in_alpha(depth, signal):
    """N = P (1 +- 1/10^8) is no whole number; bisection of the published equation does not mind."""
    theory = theory_of(depth)
    numbers = {"s": signal, "c": 1.375, "P": 9}
    for name, width in (("alpha=0", 9e9), ("alpha=1", 9 * (1 + 1e-8)), ("alpha=1", 9 * (1 - 1e-8))):
        exact = float(root([width] * depth, 1.375, 9, signal, digits=30))
        assert near(theory.limit(name), **numbers) == pytest.approx(exact, rel=3e-6)


@pytest.mark.parametrize("aspect", [0.1, 1.0, 8.0])
@pytest.mark.parametrize("signal", [0.02, 7.0, 4000.0])
def test_roots_come_near_the_deep_limit_at_fixed_examples(aspect, signal):
    limit = any_depth().limit("depth", variance=1)
    depth = 20000
    width = depth / aspect
    found = near(limit, s=signal, c=1.375, P=9, **{"lambda": aspect})
    at = context(40)

    def excess(t):
        u = at.exp(t)
        return depth * at.log(1 + (signal / u - 9) / width) + at.log(1.375) - t

    exact = at.exp(at.findroot(excess, at.log(found)))
    assert found == pytest.approx(float(exact), rel=1e-2)


def test_the_deep_limit_solves_its_equation():
    limit = any_depth().limit("depth", variance=1)
    left, right = limit.equation
    assert left == OVERLAP
    at = {SIGNAL: 7, PRIOR: 2, EXAMPLES: 5, ASPECT: sympy.Rational(1, 3)}
    u = limit.overlap.xreplace(at)
    assert abs(sympy.N(right.xreplace({OVERLAP: u}).xreplace(at) - u, 30)) < 1e-25


def test_few_examples_of_a_deep_network_join_the_limits():
    """Small lambda leaves the prior; large lambda is the limit of fixed P/N: u = s/P."""
    limit = any_depth().limit("depth", variance=1)
    few = near(limit, s=7.0, c=1.375, P=9, **{"lambda": 1e-9})
    many = near(limit, s=7.0, c=1.375, P=9, **{"lambda": 1e4})
    assert few == pytest.approx(1.375, rel=1e-6)
    assert many == pytest.approx(7 / 9, rel=1e-4)


@pytest.mark.parametrize(("variance", "said"), [(0.9, "c goes to zero"), (1.1, "c grows without")])
def test_at_fixed_examples_there_is_no_deep_limit_unless_the_variance_is_one(variance, said):
    layers = (Embedding(9, 1.3), Linear(variance, 9), Linear(variance, 9), Readout(1.2))
    theory = scalar_theory(Network(layers, 0))
    with pytest.raises(
        RuleError, match="limit: at fixed P there is none at infinite depth"
    ) as caught:
        theory.limit("depth")
    assert said in str(caught.value) and "\n" not in str(caught.value)
    assert theory.limit("depth", variance=1).overlap is not None
    theory.limit("depth", fixed="ratio")


def test_a_symbolic_variance_is_named():
    layers = (Embedding("N", 1.3), Linear("tau", width="N"), Readout(1.2))
    theory = scalar_theory(Network(layers, 0))
    with pytest.raises(RuleError, match="only where the hidden variance tau is 1"):
        theory.limit("depth")
    assert str(theory.limit("depth", fixed="ratio").condition) == "alpha - 1 + 1/tau"


@pytest.mark.parametrize(
    ("load", "exists"), [(0.5, True), pytest.param(0.2, False, marks=pytest.mark.slow)]
)
def test_the_condition_of_the_deep_limit_is_that_of_its_existence(load, exists):
    """sigma^2 = 3/2: alpha must be above 1/3; below it u grows without bound with depth."""
    limit = any_depth().limit("depth", fixed="ratio", variance="1.5")
    assert (float(limit.condition.subs(LOAD, load)) > 0) is exists
    overlaps = []
    for depth in (200, 400):
        examples, at = 1000, context(60)
        width, prior = examples / load, at.mpf("1.5") ** depth
        with mpmath.workdps(60):
            overlaps.append(root([width] * depth, prior, examples, 2 * examples, digits=30))
    if exists:
        known = near(limit, alpha=load, s=2000.0, c=1.0, P=1000)
        assert float(overlaps[1]) == pytest.approx(known, rel=0.02)
    else:
        assert overlaps[1] > 1e6 * overlaps[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("alpha=2",), "unknown limit 'alpha=2'; did you mean 'alpha=1'? Valid: alpha=0, alpha=1"),
        (("beta",), "unknown limit 'beta'; valid: alpha=0, alpha=1, depth"),
        (("depth", "nothing"), "what is fixed is 'nothing'; valid: examples, ratio"),
    ],
)
def test_unknown_limits_are_refused(arguments, said):
    name, *fixed = arguments
    with pytest.raises(RuleError) as caught:
        theory_of(2).limit(name, **({"fixed": fixed[0]} if fixed else {}))
    assert said in str(caught.value)


def test_one_stage_has_no_deep_limit_and_different_variances_name_none():
    with pytest.raises(RuleError, match="one stage does not show"):
        theory_of(1).limit("depth")
    with pytest.raises(RuleError, match="hidden variances are"):
        scalar_theory(chain(3)).limit("depth")
    with pytest.raises(RuleError, match="is no variance"):
        theory_of(3).limit("depth", variance=-1)
