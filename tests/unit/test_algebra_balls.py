"""Balls enclose what mpmath finds at more digits, and say where they do not tell."""

from __future__ import annotations

import threading
from fractions import Fraction
from typing import Any

import flint
import mpmath
import numpy as np
import pytest
import sympy

from derive.algebra import build, evaluate, nodes
from derive.algebra.balls import Balls, Rationals, Unresolved
from derive.errors import NoRule
from derive.theories.networks.nodes import MeanShare

M, K = 3, 4
A, B = build.overlap("A", M), build.overlap("B", M)
G = build.matrix_symbol("G", M, M)
X = build.matrix_symbol("X", M, K)
S, T = sympy.Symbol("s", positive=True), sympy.Symbol("t")
EXPRESSIONS = [
    build.mul(build.inv(A), G, build.inv(build.add(A, B)), X),
    build.logdet(build.add(A, B)) / 3 - sympy.log(S) * build.trace(build.mul(A, G, B)),
    sympy.exp(2 * build.logdet(G) + T) + sympy.exp(-build.logdet(G)),
    S ** sympy.Rational(2, 7) + T**3 + T**-2 + sympy.sqrt((1 - S) ** 2) + S**T,
    sympy.loggamma(S + 2) + sympy.LambertW(S) + sympy.pi,
    nodes.LogMultigamma(S + 3, sympy.Integer(M)),
    build.kronecker(A, G),
    MeanShare(A, build.mul(X, build.transpose(X)), B, sympy.Integer(7)),
]


def numbers(seed: int) -> dict[Any, Any]:
    def drawn(*shape: int) -> np.ndarray:
        return Rationals().array(generator.integers(-12, 13, shape)) / 7

    generator = np.random.default_rng(seed)
    unit = np.eye(M, dtype=int)
    roots = [drawn(M, M) for _ in range(2)]
    found = {s: r @ r.T + unit for s, r in zip((A, B), roots, strict=True)}
    return {**found, G: drawn(M, M), X: drawn(M, K), S: Fraction(9, 7), T: Fraction(-5, 3)}


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("digits", [20, 60])
def test_balls_enclose_the_value(expression: Any, digits: int) -> None:
    given = numbers(digits)
    due = np.ravel(evaluate(expression, given, 200)).tolist()
    balls = Balls(digits)
    with balls.working():
        found = np.ravel(evaluate(expression, given, balls)).tolist()
    for ball, value in zip(found, due, strict=True):
        with mpmath.workdps(150):
            middle, radius = mpmath.mpf(ball.mid()), mpmath.mpf(ball.rad())
            assert abs(middle - value) <= radius + mpmath.mpf(10) ** -140
            assert radius < mpmath.mpf(10) ** -(0.6 * digits)


def test_what_touches_zero_is_not_decided() -> None:
    balls = Balls(30)
    with balls.working():
        zero, singular = flint.arb(0, 1e-20), balls.array(np.ones((2, 2), dtype=int) / 1)
        singular[0, 0] += zero
        for attempt in (
            lambda: balls.log(zero),
            lambda: balls.power(zero, -1),
            lambda: balls.power(zero, flint.arb(-0.5)),
            lambda: balls.inverse(singular),
            lambda: balls.logdet(singular),
        ):
            with pytest.raises(Unresolved):
                attempt()
        for power in (2, 3, flint.arb(0.5)):
            assert balls.power(zero, power).contains(0)
        with pytest.raises(NoRule):
            balls.power(flint.arb(-2), flint.arb(0.5))
        with pytest.raises(ZeroDivisionError):
            balls.power(flint.arb(0), -1)


def test_the_precision_is_set_back_and_threads_wait_for_each_other() -> None:
    before, seen = flint.ctx.prec, []

    def work(digits: int) -> None:
        for _ in range(200):
            with Balls(digits).working():
                found = flint.arb(1) / 3
                seen.append(found.rel_accuracy_bits() > 3.3 * digits - 8 and digits)

    threads = [threading.Thread(target=work, args=(digits,)) for digits in (20, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [20] * 200 + [300] * 200
    assert flint.ctx.prec == before
