"""The derived expressions against the papers' formulas (formulas.md 1.2, 1.3 and 2), typed here."""

import numpy as np
import pytest
import sympy
from sympy import Identity, log

from derive.algebra import build, equal, evaluate, gradient, substitute
from derive.theories.networks.derivation import derive
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Linear,
    Network,
    Readout,
    Residual,
)
from derive.theories.networks.nodes import path_kernel

SYMBOL = {"positive": True, "integer": True}
P, N0, N1, N2, NA, H1, H2 = sympy.symbols("P N_0 N_1 N_2 N_a H_1 H_2", **SYMBOL)
S0, S1, S2, SA = sympy.symbols("s_0 s_1 s_2 s_a", positive=True)
TWO = Network((Embedding(9, 1.0), Attention(2, 1.0, 8), Attention(3, 1.0, 7), Readout(1.0)), 0.1)


@pytest.fixture(scope="module")
def theory():
    return derive(TWO).theory


def energy(theory, overlap, paths):
    """ln det C + y^T C^{-1} y with C = K(U_1) + temperature I, K as in section 1.1."""
    notation = theory.notation
    kernel = path_kernel(overlap, notation.data(), notation.data())
    kernel = build.scale(S0 / (N0 * paths), kernel)
    covariance = build.add(kernel, build.mul(notation.temperature, Identity(P)))
    labels = notation.labels()
    square = build.mul(labels, build.transpose(labels), build.inv(covariance))
    return build.logdet(covariance) + build.trace(square)


def overlaps():
    return build.overlap("U_1", H1 * H2), build.overlap("U_2", H2), build.overlap("u_a", 1)


def test_the_action_of_two_attention_layers_is_that_of_the_paper(theory):
    """Section 1.2."""
    U1, U2, ua = overlaps()
    published = NA * (build.trace(ua) / SA - build.logdet(ua)) + energy(theory, U1, H1 * H2)
    for N, U, above, heads, variance in ((N1, U1, U2, H1, S1), (N2, U2, ua, H2, S2)):
        traced = build.mul(build.inv(above), build.partial_trace(U, heads))
        published += N * build.trace(traced) / variance
        published += N * (heads * build.logdet(above) - build.logdet(U))
    assert equal(theory.chain.action, published)


def test_the_saddle_equations_are_those_of_the_paper(theory):
    """Section 1.3: U_l = sigma_l^2 (I (x) U_{l+1}) (I + R_l/N_l), u_a = sigma_a^2 (1 + r_a/N_a)."""
    U1, U2, ua = overlaps()
    first, second, top = theory.chain.equations
    fluctuation = [
        build.add(Identity(build.rows(e.flux)), build.scale(1 / N, e.flux))
        for e, N in ((first, N1), (second, N2), (top, NA))
    ]
    assert equal(first.right, build.mul(S1, build.lift(U2, H1), fluctuation[0]))
    assert equal(second.right, build.mul(S2, build.lift(ua, H2), fluctuation[1]))
    assert equal(top.right, build.mul(SA, fluctuation[2]))
    slope = gradient(energy(theory, U1, H1 * H2), U1)
    assert equal(first.flux_value, build.mul(-1, slope, U1))
    assert equal(second.flux_value, build.partial_trace(first.flux, H1))
    assert equal(top.flux_value, build.partial_trace(second.flux, H2))


def test_the_first_correction_is_that_of_the_paper(theory):
    """Section 1.3, in the normalisation of section 2: G_1 = U_1 / (H_1 H_2)."""
    wide = theory.wide
    values = {**dict(wide.points), **dict(wide.forces), **dict(wide.corrections)}
    names = {str(name): name for name in values}

    def resolved(expression):
        present = {n: v for n, v in values.items() if expression.has(n)}
        return resolved(substitute(expression, present)) if present else expression

    U1, _, _ = overlaps()
    start = SA * S2 * S1
    slope = gradient(energy(theory, U1, H1 * H2), U1)
    slope = substitute(slope, {U1: build.scale(start, Identity(H1 * H2))})
    parts = [
        build.mul(build.trace(slope) / NA, Identity(H1 * H2)),
        build.scale(1 / N1, slope),
        build.scale(1 / N2, build.lift(build.partial_trace(slope, H1), H1)),
    ]
    published = build.scale(-(start**2), build.add(*parts))
    shift = build.scale(H1 * H2, resolved(names["D_1"]))
    point = build.scale(H1 * H2, resolved(names["Q_1"]))
    assert equal(point, build.scale(start, Identity(H1 * H2)))
    values = random_values(theory.notation)
    found, expected = evaluate(shift, values, 40), evaluate(published, values, 40)
    assert abs(found - expected).max() < 1e-35 * abs(expected).max()


def random_values(notation):
    """Head counts 2 and 3, unequal widths, variances other than 1."""
    rng = np.random.default_rng(5)
    return {
        **{H1: 2, H2: 3, N0: 5, N1: 17, N2: 13, NA: 11, P: 4},
        **{S0: "1.3", S1: "0.8", S2: "1.1", SA: "0.7", notation.temperature: "0.2"},
        notation.data(): rng.integers(-9, 10, (4, 5, 6)),
        notation.labels(): rng.integers(-9, 10, (4, 1)),
    }


def test_deep_linear_networks_have_one_number_per_layer():
    """Section 1.4: u_l = sigma_l^2 u_{l+1} (1 + r/N_l), with one and the same flux r = -u E'(u)."""
    layers = (Embedding(9, 1.0), Linear(1.0, 8), Linear(1.0, 7), Readout(1.0))
    theory = derive(Network(layers, 0.1)).theory
    lowest, middle, top = theory.equations
    assert equal(middle.flux_value, lowest.flux) and equal(top.flux_value, middle.flux)
    u = theory.order_parameters[0]
    assert equal(lowest.flux_value, build.mul(-1, gradient(theory.energy, u), u))
    for equation, above, width, variance in (
        (lowest, theory.order_parameters[1], N1, S1),
        (middle, theory.order_parameters[2], N2, S2),
        (top, Identity(1), NA, SA),
    ):
        factor = build.add(Identity(1), build.scale(1 / width, equation.flux))
        assert equal(equation.right, build.mul(variance, above, factor))


def test_the_constants_of_the_evidence_are_kept(theory):
    """ln p = -S/2 + constant: with S in full, only the sizes are left."""
    sizes = NA + H2 * N2 + H1 * H2 * N1
    assert sympy.expand(theory.constant - sizes / 2 + P * (log(2) + log(sympy.pi)) / 2) == 0
    S_shift = NA * log(SA) + H2 * N2 * log(S2) + H1 * H2 * N1 * log(S1)
    assert sympy.expand(theory.chain.shift - S_shift) == 0


def test_the_kernel_acts_on_the_overlaps_of_the_paths():
    """Where the embedding reads fewer vectors, or others in order, than its stream holds."""
    inner = Residual((Linear(1.0, 7), Attention(2, 1.0)))
    layers = (Embedding(9, 1.0), Residual((Attention(2, 1.0), inner)), Readout(1.0))
    theory = derive(Network(layers, 0.1)).theory
    data, test = theory.notation.data(), theory.notation.data(test=True)
    for found, left, right in (
        (theory.predictor.kernel, test, data),
        (theory.predictor.own_kernel, test, test),
    ):
        kernel = path_kernel(theory.notation.bottom(), left, right)
        assert equal(found, build.scale(S0 / N0, kernel))
