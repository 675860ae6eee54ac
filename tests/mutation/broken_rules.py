"""Broken versions of every derivation rule, for a chain of two attention layers."""

import sympy
from breaking import (
    HEADS,
    along_own_stream,
    chain_equation,
    change_of,
    covariance_of,
    doubled,
    each,
    equation,
    field,
    first_head,
    first_head_twice,
    items,
    mean_of,
    move_a_term,
    other_sign_of_change,
    shifted,
    swap,
    swap_symbol,
    with_power,
    without_matrix_term,
    without_term,
    without_terms,
)

from derive.algebra import build, nodes
from derive.theories.networks.nodes import PathKernel, PathReadout, path_kernel

START = {
    "outputs doubled": field("body", swap(PathReadout, doubled)),
    "outputs of the other sign, shifted": field("body", mean_of("y", lambda m: build.scale(-1, m))),
    "noise doubled": field("body", covariance_of("y", doubled)),
    "a prior's variance squared": field("body", covariance_of("V_1", lambda c: build.mul(c, c))),
    "vectors without 1/sqrt(H)": items(
        "definitions", lambda v: build.scale(sympy.sqrt(HEADS), v), 2
    ),
    "vectors of the other sign": items("definitions", lambda v: build.scale(-1, v), 1),
    "a constant": field("constant", lambda c: c + sympy.Rational(1, 7)),
}
INTEGRATE = {
    "vectors doubled": items("definitions", doubled, 0),
    "kernel doubled": field("body", swap(PathKernel, doubled)),
    "variance squared": field("body", swap_symbol("s_0", lambda s: s**2)),
    "noise of the other sign": field("body", swap_symbol("temperature", lambda t: -t)),
    "noise lost": field("body", covariance_of("y", without_matrix_term(0))),
    "N_0 lost": field("body", swap_symbol("N_0", lambda n: n + 1)),
    "a factor two in the density": field("constant", lambda c: c + sympy.log(2)),
}
CONDITION = {
    "covariance doubled": field("body", covariance_of("g_1", doubled)),
    "covariance inverted": field("body", covariance_of("g_1", build.inv)),
    "variance lost": field("body", covariance_of("g_2", swap_symbol("s_2", lambda _: sympy.S.One))),
    "heads lost": field("body", covariance_of("g_1", lambda c: build.scale(HEADS, c))),
    "first head twice": field("body", covariance_of("g_1", swap(nodes.Lift, first_head_twice))),
    "constant lost": field("constant", lambda c: c - sympy.log(2)),
    "another definition doubled": items("definitions", doubled),
    "the prior kept": lambda rule: (
        lambda state, k: rule(state, k).but(
            body=rule(state, k).body
            + next(t for t in state.body.args if t.args[0] == state.notation.tensor(k))
        )
    ),
}
OVERLAPS_LOST = field(
    "body", covariance_of("g_1", swap(nodes.Gram, lambda g: sympy.Identity(build.rows(g))))
)
CHANGE = {
    "volume's constant lost": field("constant", swap(nodes.LogMultigamma, lambda _: sympy.S.Zero)),
    "gamma at N instead of N/2": field(
        "constant",
        swap(nodes.LogMultigamma, lambda g: nodes.LogMultigamma(2 * g.args[0], g.args[1])),
    ),
    "two pi lost": field("constant", without_terms(lambda t: t.has(sympy.log(2 * sympy.pi)))),
    "exponent N - m": lambda rule: lambda state, k: with_power(rule(state, k), k, sympy.S.Half),
    "exponent N - m - 2": lambda rule: (
        lambda state, k: with_power(rule(state, k), k, -sympy.S.Half)
    ),
    "sign of the exponent": field("body", swap(sympy.Trace, lambda t: -t)),
    "overlaps inverted in the kernel": field(
        "body",
        swap(PathKernel, lambda k: path_kernel(build.inv(k.args[0]), *k.args[1:])),
    ),
}
PROPORTIONAL = {
    "action doubled": field("action", lambda s: 2 * s),
    "a term lost": field("action", without_term(0)),
    "another term lost": field("action", without_term(2)),
    "first head for the trace": field("action", swap(nodes.PartialTrace, first_head)),
    "sign of the determinants": field("action", swap(nodes.LogDet, lambda d: -d)),
    "labels' constant lost": field(
        "constant", without_terms(lambda t: t.has(sympy.Symbol("P", positive=True, integer=True)))
    ),
    "Stirling's second term lost": field("constant", lambda c: sympy.S.Zero),
    "energy doubled": field("energy", lambda e: 2 * e),
    "energy with a determinant": field(
        "energy", lambda e: e + build.logdet(build.overlap("G_a", 1))
    ),
    "dropped terms doubled": field("dropped", lambda d: 2 * d),
    "something extensive dropped": lambda rule: lambda law: move_a_term(rule(law)),
}
STATIONARITY = {
    "doubled": each(doubled, 0),
    "sign": each(lambda g: build.scale(-1, g), 1),
    "a term lost": each(without_matrix_term(0), 0),
    "first head for the trace": each(swap(nodes.PartialTrace, first_head), 1),
    "not symmetric": each(
        lambda g: build.mul(g, build.inv(build.overlap("G_2", g.shape[0])), g), 1
    ),
}
HESSIAN = {
    "a change doubled": change_of(doubled, 0),
    "the readout's sign": change_of(lambda c: build.scale(-1, c), 2),
    "a term lost": change_of(without_matrix_term(0), 0),
    "another term lost": change_of(without_matrix_term(1), 1),
    "directions of other streams lost": field("changes", along_own_stream),
    "first head for the trace": change_of(swap(nodes.PartialTrace, first_head)),
    "first head twice": change_of(swap(nodes.Lift, first_head_twice)),
    "sign of the kernel's change": change_of(swap(PathKernel, other_sign_of_change)),
    "another width": change_of(swap_symbol("N_2", lambda n: n + 1)),
    "not symmetric": change_of(lambda c: build.mul(c, build.overlap("G_2", c.shape[0])), 1),
}
ELIMINATE = {
    "flux's sign": equation("flux_value", lambda r: build.scale(-1, r)),
    "flux of an upper stream doubled": equation("flux_value", doubled, 1),
    "first head for the trace": equation("flux_value", swap(nodes.PartialTrace, first_head)),
    "a part of the flux lost": equation("flux_value", without_matrix_term(0), 0),
    "flux per another width": equation("right", swap_symbol("N_1", lambda n: n + 1)),
    "prior covariance doubled": equation("right", doubled),
    "variance lost": equation("right", swap_symbol("s_2", lambda _: sympy.S.One)),
    "first head twice": equation("right", swap(nodes.Lift, first_head_twice)),
    "flux lost": equation("right", swap(sympy.MatrixSymbol, lambda r: sympy.ZeroMatrix(*r.shape))),
}
PREDICTOR = {
    "mean's sign": field("mean", lambda m: build.scale(-1, m)),
    "mean at another temperature": field("mean", swap_symbol("temperature", lambda t: 2 * t)),
    "variance's second term lost": field("variance", without_matrix_term(1)),
    "variance with the noise": field(
        "variance", lambda v: build.add(v, build.diagonal(sympy.Identity(v.shape[0])))
    ),
    "kernel doubled": field("kernel", doubled),
    "covariance without noise": field("covariance", without_matrix_term(1)),
}
INFINITE = {
    "variance lost": items("points", swap_symbol("s_1", lambda _: sympy.S.One)),
    "heads lost": items("points", lambda value: build.scale(HEADS, value), 2),
    "covariance inverted": items("points", build.inv, 2),
    "first head twice": items("points", swap(nodes.Lift, first_head_twice)),
    "overlaps doubled": field("overlaps", lambda found: tuple(doubled(g) for g in found)),
}
CORRECTION = {
    "force on the bottom doubled": items("forces", doubled, 0),
    "force on the readout doubled": items("forces", doubled, 2),
    "force of the first head": items("forces", swap(nodes.PartialTrace, first_head), 1),
    "shift's sign": items("corrections", lambda d: build.scale(-1, d), 2),
    "shift of an upper stream doubled": items("corrections", doubled, 1),
    "a part of the shift lost": items("corrections", without_matrix_term(0), 2),
    "another part lost": items("corrections", without_matrix_term(1), 2),
    "another stream's width": items("corrections", swap_symbol("N_2", lambda n: 2 * n)),
    "first head for the trace": items("corrections", swap(nodes.PartialTrace, first_head)),
    "first head twice": items("corrections", swap(nodes.Lift, first_head_twice)),
}
CHAIN_FORM = {
    "action shifted": field("action", lambda s: s + 1),
    "a term lost": field("action", without_term(1)),
    "first head for the trace": field("action", swap(nodes.PartialTrace, first_head)),
    "constants left": lambda rule: lambda *args: shifted(rule(*args)),
    "scale lost": field("scales", lambda scales: (1, *scales[1:])),
    "shift with an order parameter": field(
        "shift", lambda s: s + build.logdet(build.overlap("u_a", 1))
    ),
    "right-hand side doubled": chain_equation("right", doubled),
    "flux's sign": chain_equation("flux_value", lambda r: build.scale(-1, r)),
}

ALL = {
    "start": START,
    "integrate": INTEGRATE,
    "condition": CONDITION,
    "change": CHANGE,
    "proportional": PROPORTIONAL,
    "stationarity": STATIONARITY,
    "hessian": HESSIAN,
    "eliminate": ELIMINATE,
    "predictor": PREDICTOR,
    "infinite": INFINITE,
    "correction": CORRECTION,
    "chain": CHAIN_FORM,
}
