"""The functions of the normal distribution: their slopes, values, pictures and source."""

import mpmath
import numpy as np
import pytest
import sympy
from disorder_source import NAMES, Source, computed
from sympy import S, exp, log, oo, sqrt, tanh
from sympy.printing.numpy import NumPyPrinter

from derive.algebra import evaluate, latex, rebuild
from derive.algebra.balls import Balls, Unresolved
from derive.algebra.latex import plain
from derive.errors import NoRule
from derive.theories.disorder.nodes import (
    ExponentialRatio,
    Hazard,
    HazardExcess,
    IntervalHazard,
    LogInterval,
    LogSignedSum,
    LogSumExp,
    LogTail,
    Tail,
)

x, y = sympy.symbols("x y", real=True)
VALUES = {x: "0.7", y: "1.3"}
STEP = sympy.Heaviside(x - y, S.Half)
NODES = [
    Tail(x), LogTail(x), Hazard(y), HazardExcess(x * y),
    LogInterval(x, y), LogInterval(-y, x), LogInterval(-y, -x),
    LogSumExp(LogTail(x) - y, x, log(3) + x * y), LogSumExp(x * y, -x * y),
    LogSignedSum(2, x, -y, LogTail(y), x, -x),
    IntervalHazard(x, y), IntervalHazard(-y, x), IntervalHazard(-y, -x),
    ExponentialRatio(x, 1, y, -y, 2, x * y, 2, y, LogTail(x)),
    tanh(x), sympy.sinh(x), sympy.cosh(y), sympy.erf(x), sympy.erfc(y), sympy.sign(x - y),
    STEP, sympy.Abs(x - y), sympy.Max(x, y, 1), sympy.Min(x, y, 1),
    sqrt(x) / sqrt(y + 1) ** 3, exp(-x) / (1 + y**2),
]  # fmt: skip


@pytest.mark.parametrize("node", NODES, ids=str)
def test_values_agree_in_every_arithmetic_and_in_the_printed_source(node):
    """To 1e-13, as floats of order one lose two or three digits in a few operations."""
    exact = evaluate(node, VALUES, 40)
    assert evaluate(node, VALUES) == pytest.approx(float(exact), rel=1e-13)
    balls = Balls(30)
    with balls.working():
        assert float(evaluate(node, VALUES, balls)) == pytest.approx(float(exact), rel=1e-15)
    found = computed(node, {x: [0.7, 0.7], y: [1.3, 1.3]})
    assert found == pytest.approx([float(exact)] * 2, rel=1e-13)


@pytest.mark.parametrize("node", NODES[:14], ids=str)
@pytest.mark.parametrize("symbol", [x, y], ids=str)
def test_slopes_are_those_of_differences(node, symbol):
    """Central differences of step 1e-15 err by 1e-30, and carry 60 digits."""
    for order in range(2):
        function = node.diff(symbol, order)

        def at(shift, function=function):
            shifted = {s: sympy.Rational(v) for s, v in VALUES.items()}
            shifted[symbol] += shift
            return evaluate(function, shifted, 60)

        small = sympy.Rational(1, 10**15)
        with mpmath.workdps(60):
            difference = (at(small) - at(-small)) / (2 * mpmath.mpf(10) ** -15)
            assert abs(difference - evaluate(function.diff(symbol), VALUES, 60)) < 1e-25


@pytest.mark.parametrize("node", NODES, ids=str)
def test_every_node_is_rebuilt_and_drawn(node):
    assert rebuild(node, lambda part: {x: y, y: x}.get(part)) == node.xreplace({x: y, y: x})
    assert latex(node) and plain(node)


def test_pictures():
    assert plain(LogSumExp(x, -x)) == "ln 2 cosh(x)"
    assert plain(LogSumExp(LogTail(x) - y, LogTail(y))) == "ln[H(x) exp(−y) + H(y)]"
    assert latex(Hazard(x)) == r"\frac{\mathcal{N}(x)}{H(x)}"


FAR = [
    LogTail(x), Hazard(x), HazardExcess(x), LogInterval(x, x + 2), IntervalHazard(x, x + 2),
    IntervalHazard(x - 2, x), IntervalHazard(x, x + sympy.Rational(1, 10**4)),
    LogSumExp(x, 2 * x, -x), ExponentialRatio(x, 1, x, 2, 1, -x), tanh(x),
]  # fmt: skip


@pytest.mark.parametrize("number", [40, 1000, -40, -1000])
@pytest.mark.parametrize("node", FAR, ids=str)
def test_floats_hold_far_out(node, number):
    """To 1e-9: of exponents of 1e6, floats hold ten digits."""
    exact = pytest.approx(float(evaluate(node, {x: number}, 60)), rel=1e-9, abs=1e-300)
    assert evaluate(node, {x: float(number)}) == exact
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert computed(node, {x: number}) == exact


@pytest.mark.parametrize(
    "node", [HazardExcess(x), IntervalHazard(x, y), LogSignedSum(2, x, -1, y),
             ExponentialRatio(x, 1, y, 2, 3, x * y)], ids=str
)  # fmt: skip
def test_printers_of_sympy_write_the_same_calls(node):
    written = NumPyPrinter().doprint(node)
    assert eval(written, NAMES | {"x": 0.7, "y": 0.6}) == computed(node, {x: 0.7, y: 0.6})


def test_limits():
    assert (Tail(oo), Tail(-oo), Tail(0)) == (0, 1, S.Half)
    assert (LogTail(-oo), LogTail(oo), LogTail(0)) == (0, -oo, -log(2))
    assert (LogInterval(x, oo), LogInterval(-oo, x)) == (LogTail(x), LogTail(-x))
    assert LogSumExp(x, -oo) == x == LogSumExp(x)


def test_the_sign_of_what_may_be_zero_is_left_open():
    balls = Balls(20)
    with balls.working():
        third = balls.number("1/3")
        with pytest.raises(Unresolved):
            evaluate(sympy.sign(x - y), {x: third, y: third * 3 / 3}, balls)


def test_a_root_of_another_order_has_no_source():
    with pytest.raises(NoRule, match="Pow"):
        Source()(x ** sympy.Rational(1, 3))
