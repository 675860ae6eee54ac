"""Modules for any depth as text, what they say to wrong arguments, and a share that is wrong."""

import ast
import builtins
import hashlib
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from repeated_modules import case, generated_source
from repeated_networks import REPEATED, theory

from derive import (
    Attention,
    Embedding,
    Linear,
    Network,
    Readout,
    Repeat,
    Residual,
    derive,
    generate,
)
from derive.algebra import substitute
from derive.theories.networks.derivation import Derivation
from derive.theories.networks.derivation.repeat.parts import Block

EVERY_DAY = ("test_a_module_imports_numpy_and_scipy_only[attention]",)
"""The others are evidence beyond what CI has time for: run by hand."""

TEXTS = (
    "attention", "two depths", "residual inside", "residuals alone",
    "residuals with a stream inside",
)  # fmt: skip


def is_store(name):
    return isinstance(name.ctx, ast.Store)


@pytest.fixture(params=TEXTS, scope="module")
def source(request):
    return generated_source(request.param)


def test_a_module_imports_numpy_and_scipy_only(source):
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module.split(".")[0])
    optional = {"contextlib", "threading", "threadpoolctl"}  # one BLAS thread, where it is there
    standard = {"__future__", "collections", "functools", "math", "typing"}
    assert found - optional == standard | {"numpy", "scipy"}


def test_ruff_finds_nothing_unused_or_undefined(source):
    run = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,E9", "--no-cache"]
    version = subprocess.run([*run[:3], "--version"], capture_output=True, check=False)
    if version.returncode:
        pytest.skip("ruff is not installed")
    found = subprocess.run([*run, "-"], input=source, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_functions_have_docstrings_use_what_they_name_and_hide_nothing(source):
    tree = ast.parse(source)
    functions = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        assert ast.get_docstring(node) or node.name.startswith("_"), node.name
        names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
        stored = {n.id for n in names if is_store(n)}
        loaded = {n.id for n in names if not is_store(n)}
        called = {
            n.func.id for n in ast.walk(node)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        }  # fmt: skip
        assert stored - loaded <= {"_"}, node.name
        assert not stored & called & functions, node.name
        assert not stored & (set(dir(builtins)) - {"_"}), node.name
        assert not stored & {"np", "linalg", "optimize", "sparse", "log", "pi"}, node.name


def test_lines_are_not_too_long(source):
    assert max(map(len, source.splitlines())) <= 100


def test_no_function_is_called_after_an_architecture(source):
    tree = ast.parse(source)
    names = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
    assert not [n for n in names if "attention" in n or "linear" in n]


def test_the_header_says_where_the_module_is_from():
    docstring = ast.get_docstring(ast.parse(generated_source("attention")))
    for part in (
        "attention\n", "do not edit", "repeat(L x attention(H=H, N=N))", "depth=3",
        "copy, 1 <= l <= L: G_l of stream l, size H_l * m_above", "∑_{l = 1}^L", "tr_{Hₗ₋₁} Rₗ₋₁",
        "(N_1, ..., N_{L + 1}), one per stream", "4. step: copy l [EXACT]",
        "[LEADING, N, P -> infinity at fixed P/N]",
    ):  # fmt: skip
        assert part in docstring, part


def test_the_header_says_what_copies_share():
    docstring = ast.get_docstring(ast.parse(generated_source("residuals alone")))
    for part in (
        "copy, 1 <= l <= L: G_l of the first vectors of stream 1, size m_above * (H_l + 1)",
        "(N_1,), one per stream", "G_s, N_s, m_s", "ln det [G₁]_{0:mₗ₊₁}", "− N₁ ln det G₁",
        "5. overlaps G_1 [EXACT]",
    ):  # fmt: skip
        assert part in docstring, part


def test_a_module_can_be_made_of_a_theory_without_its_steps():
    module = generate(Derivation(REPEATED["attention"], theory("attention"), ()))
    assert "(not recorded)" in ast.get_docstring(ast.parse(module.source))
    whole = ast.parse(generated_source("attention")).body[1:]
    assert ast.dump(ast.Module(ast.parse(module.source).body[1:], [])) == ast.dump(
        ast.Module(whole, [])
    )


FRESH = """
import hashlib
from derive import Attention, Embedding, Linear, Network, Readout, Repeat, derive, generate
body = Repeat((Attention("H", 0.9, "N"), Linear(0.7, "N")), "L")
source = generate(derive(Network((Embedding("N", 1.2), body, Readout(1.1)), "T"))).source
"""


def test_the_same_network_gives_the_same_bytes():
    scope: dict[str, object] = {}
    exec(FRESH, scope)
    here = hashlib.sha256(str(scope["source"]).encode()).hexdigest()
    code = FRESH + "print(hashlib.sha256(source.encode()).hexdigest())"
    there = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": "77"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert there.stdout.strip() == here


def made(*layers, name="network"):
    return generate(derive(Network((Embedding("N", 1.2), *layers, Readout(1.1)), "T", name)))


@pytest.mark.parametrize("depth", ["np", "Problem", "solve", "depth", "value", "L1", "G", "Q"])
def test_a_depth_may_have_any_name(depth):
    module = made(Repeat((Linear(0.7, "N"),), depth)).load()
    problem = module.make_problem(np.ones((2, 3, 1)), [0.5, 1.0], 9, 1.1, 0.2, depth=3)
    assert len(problem.widths) == 4 and len(problem.variances) == 5
    assert len(module.infinite_width(problem)) == 4


def test_a_name_stays_in_the_docstring():
    forced = made(Repeat((Linear(0.7, "N"),), "L"), name='"""; import os; {title} \\N{BULLET} \\')
    plain = made(Repeat((Linear(0.7, "N"),), "L"))
    bodies = [ast.dump(ast.Module(ast.parse(m.source).body[1:], [])) for m in (forced, plain)]
    assert bodies[0] == bodies[1]


def test_head_counts_of_the_description_are_used_where_none_are_given():
    block = Repeat((Attention(2, 0.9, "N"), Linear(0.7, "N")), "L")
    module = made(Attention(3, 0.9, "N"), block).load()
    attended = np.ones((2, 3, 12))
    problem = module.make_problem(attended, [0.5, 1.0], 9, 1.1, 0.2, depth=2)
    assert problem.heads == (3, 2, 2)
    assert problem.branches == (1, 3, 2, 1, 2, 1, 1)
    other = module.make_problem(attended, [0.5, 1.0], 9, 1.1, 0.2, (1, 4, 3), depth=2)
    assert other.vectors == (12, 12, 3, 3, 1, 1) and other.heads == (1, 4, 3)


def test_rows_of_a_shared_stream_are_counted_weight_by_weight():
    copies = Repeat((Residual((Attention(4, 0.9),)),), "L")
    module = made(Attention(3, 0.9, "N"), Residual((Attention(2, 0.8),)), copies).load()
    problem = module.make_problem(np.ones((2, 3, 225)), [0.5, 1.0], 900, 1.1, 0.2, depth=2)
    assert problem.heads == (3, 2, 4, 4)
    assert problem.vectors == (225, 75)  # 3 * 3 * 5 * 5 and 3 * 5 * 5
    assert problem.rows == (225, 225, 75, 25, 5, 1)


NAN = float("nan")
WRONG = [
    ({"depth": 0}, r"depth: 0 given; give a whole number from 1"),
    ({"depth": 2.5}, r"depth: 2.5 given; give a whole number from 1"),
    ({"depth": "L"}, r"depth: 'L' given; give a whole number from 1"),
    ({"depth": True}, r"depth: True given; give a whole number from 1"),
    ({"depth": 3}, r"heads: \(2, 1\) given; give 3 whole numbers from 1, one for each weight wit"),
    ({"heads": None}, r"heads: None given; give 2 whole numbers from 1"),
    ({"heads": (2, 1.5)}, r"heads: \(2, 1.5\) given; give 2 whole numbers"),
    ({"heads": (2, 0)}, r"heads: \(2, 0\) given"),
    ({"heads": "two"}, r"heads: two given"),
    ({"widths": (9, 8)}, r"widths: \(9, 8\) given; give 3 positive numbers, one for each stream"),
    ({"widths": (9, 8, -7)}, r"widths: \(9, 8, -7\) given"),
    ({"widths": (9, 8, NAN)}, r"widths: .* given"),
    ({"widths": "N"}, r"widths: N given"),
    ({"variances": (1.0,) * 3}, r"variances: .* give 4 positive numbers, one for each weight at"),
    ({"variances": 0.0}, r"variances: 0.0 given; give 4 positive numbers"),
    ({"temperature": -1.0}, r"temperature: -1.0 given; give zero or a positive number"),
    ({"heads": (2, 2)}, r"attended: shape \(6, 5, 2\); \(P, N_0, 4\) is needed"),
    ({"start": (np.eye(2),)}, r"start: give symmetric positive definite matrices, 2 x 2, 1 x 1, 1"),
]


@pytest.mark.parametrize(("changes", "message"), WRONG, ids=[str(c) for c, _ in WRONG])
def test_a_wrong_argument_gives_one_clear_line(changes, message):
    here = case("attention", 2)
    widths, variances, temperature, heads = here.parameters
    given = {
        "depth": 2, "widths": widths, "variances": variances, "temperature": temperature,
        "heads": heads,
    } | changes  # fmt: skip
    with pytest.raises(ValueError, match=f"^{message}") as caught:
        here.found.solve(*here.data, **given)
    assert "\n" not in str(caught.value)


def swapped(name):
    """The theory with G_l and G_l+1 exchanged in what a copy brings to the action."""
    found = theory(name)
    shares = []
    for part, share, here in found.composed.shares:
        if isinstance(part, Block):
            low, high = here.theory.order_parameters
            action = substitute(share.plain["action"], {low: high, high: low})
            share = replace(share, plain={**share.plain, "action": action})
        shares.append((part, share, here))
    return replace(found, composed=replace(found.composed, shares=tuple(shares)))


def test_a_share_with_layers_exchanged_is_noticed():
    """By the comparison with the network written out, and by a solution's own evidence."""
    here = case("linear", 3)
    wrong = generate(Derivation(REPEATED["linear"], swapped("linear"), ())).load()
    problem, expected = here.problems
    value = wrong.action(here.overlaps, problem)
    assert abs(value / here.expected.action(here.overlaps, expected) - 1) > 1e-3
    widths, variances, temperature, heads = here.parameters
    solution = wrong.solve(
        *here.data, depth=3, widths=widths, variances=variances, temperature=temperature,
        heads=heads,
    )  # fmt: skip
    assert not solution.converged and solution.residual > 1e-3
