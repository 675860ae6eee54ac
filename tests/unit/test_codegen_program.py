"""Programs: what is shared is computed once, under a name that nothing else has."""

import builtins
import re
from math import log, pi

import numpy as np
import pytest
import sympy
from scipy import linalg
from small_networks import random_overlap, random_symmetric

from derive.algebra import build, evaluate, gradient
from derive.programs.runtime import linear
from derive.theories.networks.module.names import network_program as make_program
from derive.theories.networks.module.runtime import paths
from derive.theories.networks.nodes import Attended, path_kernel

P, N0, H = (sympy.Symbol(name, positive=True, integer=True) for name in ("P", "N_0", "H_1"))
T, S0 = sympy.Symbol("temperature", nonnegative=True), sympy.Symbol("s_0", positive=True)
SIZES = {P: 5, N0: 4, H: 3}
G, X = build.overlap("G", 2 * H), build.overlap("X_1", 2 * H)
SMALL = build.overlap("F", 2)
DATA = Attended("X", P, N0, 2 * H)
LABELS = build.matrix_symbol("y", P, 1)
KERNEL = build.scale(S0 / N0, path_kernel(G, DATA, DATA))
COVARIANCE = build.add(KERNEL, build.scale(T, sympy.Identity(P)))
LOG_DET = build.logdet(COVARIANCE)
QUADRATIC = build.trace(build.mul(build.inv(COVARIANCE), LABELS, build.transpose(LABELS)))
PRIOR = build.trace(build.mul(build.inv(SMALL), build.partial_trace(G, H))) - build.logdet(G)
ENERGY = LOG_DET + QUADRATIC + N0 * PRIOR


@pytest.fixture
def values():
    rng = np.random.default_rng(4)
    return {
        **SIZES, T: 0.4, S0: 1.3, G: random_overlap(rng, 6), SMALL: random_overlap(rng, 2),
        X: random_symmetric(rng, 6), DATA: rng.normal(size=(5, 4, 6)),
        LABELS: rng.normal(size=(5, 1)),
    }  # fmt: skip


def run(program, values):
    """Execute a program and return its results."""
    scope = {name: value for name, value in (vars(linear) | vars(paths)).items() if callable(value)}
    scope |= {"np": np, "linalg": linalg, "log": log, "pi": pi}
    scope |= {symbol.name: value for symbol, value in values.items()}
    scope |= {"attended": values[DATA].transpose(0, 2, 1), "labels": values[LABELS][:, 0]}
    for assignment in program.assignments:
        exec(f"{assignment.name} = {assignment.code}", scope)
    return [eval(result, scope) for result in program.results]


def test_a_program_computes_the_expressions(values):
    slope = gradient(ENERGY, G)
    other = gradient(ENERGY, SMALL)
    curved = gradient(build.trace(build.mul(slope, X)), G)
    found = run(make_program([ENERGY, slope, other, curved]), values)
    for result, expression in zip(found, (ENERGY, slope, other, curved), strict=True):
        np.testing.assert_allclose(result, evaluate(expression, values), rtol=1e-9, atol=1e-10)


def test_what_is_shared_is_computed_once():
    roots = [LOG_DET, QUADRATIC, gradient(ENERGY, G)]
    program = make_program(roots, hints={COVARIANCE: "covariance"})
    codes = [assignment.code for assignment in program.assignments]
    names = [assignment.name for assignment in program.assignments]
    text = "\n".join([*codes, *program.results])
    assert len(set(codes)) == len(codes)
    assert len(set(names)) == len(names)
    assert text.count("path_kernel(") == 1
    factored = re.findall(r"\bcholesky\((\w+)\)", text)
    assert sorted(factored) == ["F", "G", "covariance"]  # each once
    for name in names:
        assert len(re.findall(rf"\b{name}\b", text)) > 0  # nothing is computed in vain


def test_every_name_stands_before_its_use():
    program = make_program([ENERGY, gradient(ENERGY, G)])
    names = {assignment.name for assignment in program.assignments}
    known: set[str] = set()
    for assignment in program.assignments:
        assert set(re.findall(r"\w+", assignment.code)) & names <= known
        known.add(assignment.name)


def test_names_avoid_what_is_reserved():
    hints = {COVARIANCE: "kernel", KERNEL: "np"}
    program = make_program([LOG_DET, QUADRATIC, KERNEL], hints=hints, reserved={"kernel", "np"})
    names = [assignment.name for assignment in program.assignments]
    assert "kernel_2" in names and "np_2" in names
    assert not {"kernel", "np"} & set(names)
    assert not set(names) & set(dir(builtins))


def test_two_nodes_of_one_description_get_two_names():
    products = (build.mul(G, X), build.mul(X, X))
    program = make_program([build.scale(k, product) for product in products for k in (2, 3)])
    assert [assignment.name for assignment in program.assignments] == ["product", "product_2"]


def test_a_hint_names_a_node_that_is_used_once():
    program = make_program([LOG_DET], hints={COVARIANCE: "covariance"})
    assert program.assignments[0].name == "covariance"


def test_early_assignments_do_not_know_the_last_variables(values):
    slope = build.trace(build.mul(gradient(ENERGY, G), X))
    program = make_program([gradient(slope, G), gradient(slope, SMALL)], last=[X])
    early = [a for a in program.assignments if not a.late]
    late = [a for a in program.assignments if a.late]
    assert early and late
    late_names = {"X_1"} | {a.name for a in late}
    for assignment in early:
        assert not set(re.findall(r"\w+", assignment.code)) & late_names
    for assignment in late:
        assert set(re.findall(r"\w+", assignment.code)) & late_names
    # Nothing dear is left to the late part: factors and inverses do not depend on directions.
    text = "\n".join([a.code for a in late] + list(program.results))
    assert "cholesky(" not in text and "inverse(" not in text.replace("_inverse", "")
    reordered = run(program, values)
    np.testing.assert_allclose(reordered[0], evaluate(gradient(slope, G), values), rtol=1e-9)


def test_definitions_come_in_order_under_their_own_name(values):
    first, second = build.overlap("Q", 2), build.overlap("R", 2)
    definitions = [
        (first, build.partial_trace(G, H)),
        (second, build.add(first, build.mul(3, sympy.Identity(2)))),
    ]
    program = make_program([build.mul(second, first)], definitions=definitions)
    assert [assignment.name for assignment in program.assignments] == ["Q", "R"]
    traced = evaluate(build.partial_trace(G, H), values)
    (found,) = run(program, values)
    np.testing.assert_allclose(found, (traced + 3 * np.eye(2)) @ traced, rtol=1e-12)


def test_definitions_that_nothing_uses_are_left_out():
    first, second, third = (build.overlap(name, 2) for name in "QRS")
    traced = build.partial_trace(G, H)
    definitions = [(first, traced), (second, build.mul(2, first)), (third, build.mul(3, first))]
    program = make_program([build.trace(third)], definitions=definitions)
    assert [assignment.name for assignment in program.assignments] == ["Q", "S"]


def test_a_program_tells_the_symbols_that_it_needs():
    program = make_program([LOG_DET])
    assert program.symbols == {G, DATA, T, S0, P, N0}
    assert make_program([build.trace(G)]).symbols == {G}
    assert H in make_program([build.partial_trace(G, H)]).symbols
