"""Numbers with an index, products and sums over it, and symbolic powers are printed."""

import mpmath
import pytest
import sympy

from derive.algebra import evaluate, rebuild
from derive.algebra.latex import latex, plain

n, stage = sympy.symbols("n l", positive=True, integer=True)
u, v, r, T = sympy.symbols("u v r T", positive=True)
N, VARIANCE = sympy.IndexedBase("width"), sympy.IndexedBase("variance")


@pytest.mark.parametrize(
    ("expression", "text", "formula"),
    [
        (N[stage], "Nₗ", "N_l"),
        (N[stage + 1], "N_{l + 1}", "N_{l + 1}"),
        (VARIANCE[2], "σ₂²", r"\sigma_2^2"),
        (
            sympy.Product(1 + r / N[stage], (stage, 1, n)),
            "∏_{l = 1}^n(1 + r/Nₗ)",
            r"\prod_{l = 1}^n\left(1 + \frac{r}{N_l}\right)",
        ),
        (
            sympy.Sum(N[stage] ** -2, (stage, 1, n)),
            "∑_{l = 1}^n(1/Nₗ²)",
            r"\sum_{l = 1}^n \frac{1}{N_l^2}",
        ),
        (u * v**-n, "u/v^n", r"\frac{u}{v^n}"),
        (v ** (n + 1), "v^{1 + n}", "v^{1 + n}"),
        (2**n, "2^n", "2^n"),
        (sympy.LambertW(u / v), "W(u/v)", r"W\left(\frac{u}{v}\right)"),
        ((u + v) ** sympy.Rational(1, 3), "(u + v)^{1/3}", r"(u + v)^{\frac{1}{3}}"),
    ],
)
def test_it_is_printed(expression, text, formula):
    assert plain(expression) == text
    assert latex(expression) == formula


def test_lambert_is_the_inverse_of_w_exp_w():
    value = evaluate(sympy.LambertW(u), {u: 7}, 30)
    assert abs(value * mpmath.exp(value) - 7) < 1e-13
    assert evaluate(sympy.LambertW(u), {u: 7.0}) == pytest.approx(float(value))
    assert rebuild(sympy.LambertW(u), lambda node: v if node == u else None) == sympy.LambertW(v)
