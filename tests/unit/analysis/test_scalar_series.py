"""Series of u, against undetermined coefficients, closed forms, roots and the exact law."""

import time
from fractions import Fraction

import pytest
import sympy
from scalar_networks import any_depth, chain, coefficients_by_ansatz, context, root, theory_of

from derive import derive
from derive.algebra import evaluate
from derive.errors import RuleError
from derive.theories.networks.analysis.scalar import scalar_theory
from derive.theories.networks.analysis.scalar.energy import EIGENVALUES, PROJECTIONS
from derive.theories.networks.analysis.scalar.symbols import (
    DEPTH,
    EXAMPLES,
    LOAD,
    PRIOR,
    RATIO,
    SIGNAL,
)
from derive.theories.networks.derivation.certifying.instance import instance
from derive.theories.networks.samplers.exact.closed_form import closed_form


def values(found, numbers, digits=60):
    """u of a series, its definitions filled in."""
    at = dict(numbers)
    for name, value in found.definitions:
        at[name] = evaluate(value, at, digits)
    return evaluate(found.expression, at, digits)


@pytest.mark.parametrize("depth", [1, 2, pytest.param(5, marks=pytest.mark.slow)])
def test_the_series_in_alpha_is_that_of_undetermined_coefficients(depth):
    found = theory_of(depth).series("alpha", 4)
    for ours, theirs in zip(
        found.coefficients, coefficients_by_ansatz(depth, RATIO, 4), strict=True
    ):
        assert sympy.expand(ours - theirs) == 0


def test_the_series_of_symbolic_depth_is_that_of_undetermined_coefficients():
    found = any_depth().series("alpha", 3)
    for ours, theirs in zip(
        found.coefficients, coefficients_by_ansatz(DEPTH, RATIO, 3), strict=True
    ):
        assert sympy.expand(ours - theirs) == 0


@pytest.mark.parametrize("depth", [1, 2, 3, 6])
def test_the_series_of_symbolic_depth_holds_at_every_depth(depth):
    general, own = any_depth().series("alpha", 6), theory_of(depth).series("alpha", 6)
    for ours, theirs in zip(general.coefficients, own.coefficients, strict=True):
        assert sympy.expand(ours.subs(DEPTH, depth) - theirs) == 0


def test_the_series_of_one_stage_is_that_of_its_closed_form():
    closed = theory_of(1).explicit().expression / PRIOR
    expanded = sympy.series(closed, LOAD, 0, 7).removeO()
    for k, ours in enumerate(theory_of(1).series("alpha", 6).coefficients):
        assert sympy.simplify(expanded.coeff(LOAD, k) - ours) == 0


@pytest.mark.parametrize("order", [1, 2, 4])
def test_the_rest_of_the_series_in_the_width_falls_with_the_next_order(order):
    """Unequal widths and c = 11/8; roots by bisection of the published equation."""
    theory, at = theory_of(3), context(80)
    found, widths = theory.series("width", order), theory.equation.widths
    rests = []
    for scale in (10**6, 10**7):
        drawn = [scale * k for k in (3, 5, 4)]
        numbers = {PRIOR: Fraction(11, 8), EXAMPLES: 7, SIGNAL: Fraction(33, 2)}
        numbers |= dict(zip(widths, drawn, strict=True))
        exact = root(drawn, 1.375, 7, 16.5, digits=70)
        rests.append(abs(values(found, numbers, 80) - exact))
    assert float(at.log10(rests[0] / rests[1])) == pytest.approx(order + 1, abs=1e-3)


def test_equal_widths_make_the_series_in_the_width_that_in_alpha():
    theory, width = theory_of(3), sympy.Symbol("N", positive=True)
    found = theory.series("width", 4)
    sums = {name: value for name, value in found.definitions if name != RATIO}
    sums = {
        name: value.xreplace(dict.fromkeys(theory.equation.widths, width))
        for name, value in sums.items()
    }
    for k, (ours, load) in enumerate(
        zip(found.coefficients, theory.series("alpha", 4).coefficients, strict=True)
    ):
        in_load = sympy.expand(ours.xreplace(sums) - load * (EXAMPLES / width) ** k)
        assert in_load == 0


def test_at_a_temperature_the_first_order_is_the_correction_of_the_theory():
    """u = c (1 + d_0 p_1) against the shift D of `theory.wide`, at unequal widths."""
    theory = derive(chain(3)).theory
    sample, digits = instance(theory.notation, 3), 40
    numbers = {**sample.sizes(), **sample.data()}
    for name, value in (*theory.wide.points, *theory.wide.forces, *theory.wide.corrections):
        numbers[name] = evaluate(value, numbers, digits)
    prior = evaluate(theory.wide.overlaps[0], numbers, digits)[0, 0]
    shift = numbers[theory.wide.corrections[-1][0]][0, 0]
    found = scalar_theory(theory).series("width", 1, cold=False)
    at = context(digits)
    inputs, labels = numbers[theory.notation.data()][:, :, 0], numbers[theory.notation.labels()]
    gram = at.matrix((sample.variance(0) * inputs @ inputs.T / sample.features).tolist())
    eigenvalues, vectors = at.eigsy(gram)
    values_at = {**{k: v for k, v in numbers.items() if k.is_Symbol}, PRIOR: prior}
    for i in range(sample.examples):
        values_at[EIGENVALUES[i + 1]] = eigenvalues[i]
        components = (at.mpf(labels[j, 0]) * vectors[j, i] for j in range(sample.examples))
        values_at[PROJECTIONS[i + 1]] = sum(components)
    for name, value in found.definitions:
        unrolled = value.subs(EXAMPLES, sample.examples).doit()
        values_at[name] = evaluate(unrolled, values_at, digits)
    first = evaluate(found.coefficients[1], values_at, digits)
    assert abs(shift / (prior * first) - 1) < 1e-25


def test_without_a_temperature_the_slopes_are_those_of_zero_temperature():
    """d_k -> (-1)^k k! P q, k > 0, and d_0 -> P (q - 1), in one example of unit kernel."""
    found = theory_of(2).series("width", 4, cold=False)
    labels, kernel = Fraction(7, 4), Fraction(5, 2)
    at = {EIGENVALUES[1]: kernel, PROJECTIONS[1]: labels, PRIOR: Fraction(11, 8)}
    at[sympy.Symbol("temperature", nonnegative=True)] = 0
    ratio = labels**2 / kernel / Fraction(11, 8)
    for k in range(4):
        value = {name.name: value for name, value in found.definitions}[f"d_{k}"]
        slope = evaluate(value.subs(EXAMPLES, 1).doit(), at, 30)
        due = (-1) ** k * sympy.factorial(k) * ratio - (1 if k == 0 else 0)
        assert abs(slope - context(30).mpf(due.p) / due.q) < 1e-25


def test_the_exact_posterior_mean_agrees_to_first_order():
    """formulas.md 1.3: the saddle and the exact law share the first order; Meijer G-functions."""
    theory = derive(chain(2, temperature=0)).theory
    scalar, digits = scalar_theory(theory), 25
    found = scalar.series("width", 1)
    sample = instance(theory.notation, 9)
    labels, at = sample.array(4, 1), context(digits)
    inputs = sample.array(4, 6, 1)
    gram = at.matrix((sample.variance(0) * inputs[:, :, 0] @ inputs[:, :, 0].T / 6).tolist())
    column = at.matrix(labels.tolist())
    signal = (column.T * at.inverse(gram) * column)[0]
    rests = []
    for scale in (40, 80):
        numbers = {**sample.sizes(scale), theory.notation.features: 6}
        numbers |= {theory.notation.data(): inputs, theory.notation.labels(): labels}
        exact = closed_form(theory).mean(numbers, digits=15).value
        prior = numbers[theory.notation.variance(1)] * numbers[theory.notation.variance(2)]
        own = {**{k: v for k, v in numbers.items() if k.is_Symbol}, PRIOR: prior, SIGNAL: signal}
        rests.append(abs(values(found, own, digits) / exact - 1))
    assert 3.6 < float(rests[0] / rests[1]) < 4.4, rests


def test_six_orders_take_less_than_ten_seconds():
    start = time.perf_counter()
    for theory in (theory_of(3), any_depth()):
        theory.series("alpha", 6)
        theory.series("width", 6)
        theory.series("width", 6, cold=False)
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize("depth", [1, 3, "n"])
def test_every_series_has_a_certificate(depth):
    theory = any_depth() if depth == "n" else theory_of(depth)
    for found in (
        theory.series("alpha", 3),
        theory.series("width", 3),
        theory.series("width", 2, cold=False),
    ):
        assert theory.step(found).certificate(15).digits >= 15


@pytest.mark.parametrize("order", [0, -1, 1.5, "3", True, None, 41])
@pytest.mark.parametrize("variable", ["alpha", "width"])
def test_an_order_that_is_none_is_refused(variable, order):
    with pytest.raises(RuleError, match=r"series: .* is no order; give a whole number from 1"):
        theory_of(2).series(variable, order)


def test_other_wrong_questions_are_refused():
    with pytest.raises(RuleError, match="unknown variable 'N'; valid: alpha, width"):
        theory_of(2).series("N", 2)
    with pytest.raises(RuleError, match="the one in alpha is for zero temperature"):
        theory_of(2).series("alpha", 2, cold=False)


def test_it_prints_order_by_order():
    assert repr(theory_of(1).series("alpha", 2)).splitlines() == [
        "u/c = 1 + α (q − 1) − α² q (q − 1)",
        "q = s/(P c)",
    ]
