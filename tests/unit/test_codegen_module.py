"""Generated modules as text: what they import, what they name, and that nothing gets into them."""

import ast
import builtins
import hashlib
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from small_networks import NETWORKS, solver

from derive.theories.networks.derivation import RULES, derive
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Gated,
    Linear,
    Network,
    Parallel,
    Readout,
    Residual,
)
from derive.theories.networks.module import generate

LAYERS = (Embedding(9, 1.3), Attention(2, 0.8, 7), Readout(1.2))
NAMES = (
    '"""',
    '"""; import os; """',
    "'''quotes' and \"quotes\"",
    "ends in a backslash \\",
    "\\N{BULLET} \\x41 \\u0041",
    "{title} {0} {{}} %s",
    "Ünïcödé — 網絡 🕸",
    "# -*- coding: latin-1 -*-",
    r"\input{/etc/passwd} \end{document} % # & ~ ^ _ {",
    " ",
    "x" * 200,
)
FORCED = ('"""\nimport os\n"""', "a\rb\x00c\u2028d\u0085e", "\ud800", "", "x" * 5000)
EVERY = {*NAMES[1::2], *FORCED[:3]}
"""Names of every day; the others are as slow, and alike."""


def names(given):
    return [n if n in EVERY else pytest.param(n, marks=pytest.mark.slow) for n in given]


FRESH = """
import hashlib
from derive.theories.networks.module import generate
from derive.theories.networks.derivation import derive
from derive.theories.networks.description import Attention, Embedding, Network, Readout, Residual

bodies = (Residual((Attention("H", 0.8),)), Residual((Attention(3, 1.1),)))
source = generate(derive(Network((Embedding(9, 1.3), *bodies, Readout(1.2)), 0.31))).source
"""


@pytest.fixture(params=NETWORKS, scope="module")
def source(request):
    return solver(request.param).generated.source


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]


def test_a_module_imports_numpy_and_scipy_and_threadpoolctl_where_it_is(source):
    standard = {
        "__future__",
        "functools",
        "collections",
        "contextlib",
        "math",
        "threading",
        "typing",
    }
    assert set(imported(ast.parse(source))) == standard | {"numpy", "scipy", "threadpoolctl"}


def test_a_module_has_no_dangerous_calls(source):
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    assert not names & {"eval", "exec", "open", "compile", "__import__", "getattr", "globals"}


def test_ruff_finds_nothing_unused_or_undefined(source):
    run = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,E9", "--no-cache"]
    version = subprocess.run([*run[:3], "--version"], capture_output=True, check=False)
    if version.returncode:
        pytest.skip("ruff is not installed")
    found = subprocess.run([*run, "-"], input=source, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_a_size_is_defined_before_what_is_made_of_it():
    """The branches of one stream and those below it: m_2 is m_1 and more."""
    branches = Parallel((Attention(2, 1.1, 6), Attention(3, 0.7, 6)))
    lower = Residual((Gated(2, 0.8, 4), branches))
    upper = Residual((Attention(2, 0.9, 6), Residual((Gated(3, 1.2),))))
    network = Network((Embedding(9, 1.3), Linear(0.6, 6), lower, upper, Readout(1.2)), 0.3)
    module = generate(derive(network)).load()
    heads = (2, 2, 3, 2, 3)
    paths = len(module.path_table(heads))
    random = np.random.default_rng(0)
    data = random.normal(size=(4, 2, paths)), random.normal(size=4)
    problem = module.make_problem(*data, 500.0, 1.0, 0.3, heads)
    overlaps = module.infinite_width(problem)
    value, gradients = module.action_and_gradient(overlaps, problem)
    assert value == pytest.approx(module.action(overlaps, problem))
    assert np.isfinite(module.overlap_law(overlaps, problem))
    assert [len(gradient) for gradient in gradients] == [len(overlap) for overlap in overlaps]


def test_every_function_has_a_docstring_and_every_name_is_used(source):
    tree = ast.parse(source)
    assert ast.get_docstring(tree)
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        assert ast.get_docstring(node) or node.name.startswith("_"), node.name
        stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and is_store(n)}
        loaded = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not is_store(n)}
        assert stored - loaded <= {"_"}, node.name


def test_docstrings_of_several_outputs_have_their_shapes_and_no_line_is_long():
    skip = Residual((Attention(2, 0.9), Gated(2, 1.1)))
    readout = Readout(1.3, "each", positions=2, outputs=2)
    layers = (Embedding(6, 1.1), skip, Linear(1.2, 7), readout)
    found = generate(derive(Network(layers, 0.2)))
    assert [line for line in found.source.splitlines() if len(line) > 100] == []
    module = found.load()
    for function in (module.solve, module.make_problem):
        assert "labels: y, shape (P, OUTPUTS)." in function.__doc__
        assert "(P, N_0, M / OUTPUTS)" in function.__doc__
    assert "(P_test, N_0, M / OUTPUTS)" in module.predict.__doc__
    assert "P counts rows" in module.Problem.__doc__
    notes = module.__doc__.partition("Not eliminated")[2].partition("\n\n")[0].splitlines()
    assert min(map(len, notes[:-1])) > 70  # wrapped once


def is_store(name):
    return isinstance(name.ctx, ast.Store)


def test_no_local_name_hides_a_function_of_the_module_that_is_called_there(source):
    tree = ast.parse(source)
    functions = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    modules = {"np", "linalg", "optimize", "sparse", "log", "pi"}
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and is_store(n)}
        called = {
            n.func.id for n in ast.walk(node)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        }  # fmt: skip
        assert not stored & modules, node.name
        assert not stored & called & functions, node.name
        assert not stored & set(dir(builtins)) - {"_"}, node.name


def test_the_header_says_where_the_module_is_from():
    docstring = ast.get_docstring(ast.parse(solver("two residuals").generated.source))
    for part in (
        "two residuals\n", "do not edit", "with SymPy 1.14", "residual(attention(H=2))", "solve(",
        "G_a    size (H_1 + 1)*(H_2 + 1), stream of width N_a", "1. starting density [EXACT]",
        "[LEADING, N, P -> infinity at fixed P/N]", "variances=(1.0, 1.0, 1.0, 1.0)",
    ):  # fmt: skip
        assert part in docstring


def test_the_same_network_gives_the_same_bytes():
    made = (RULES, replace(RULES))  # nothing of equal rules is shared
    first, second = (generate(derive(Network(LAYERS, 0.31), rules)).source for rules in made)
    assert first == second


def test_numbers_do_not_enter_and_so_give_the_same_code():
    other = (Embedding(19, 2.3), Attention(2, 1.8, 17), Readout(2.2))
    first, second = (generate(derive(Network(n, 0.31))).source for n in (LAYERS, other))
    assert body(first) == body(second)


@pytest.mark.parametrize(
    "settings",
    [
        {"PYTHONHASHSEED": "1"},
        pytest.param({"PYTHONHASHSEED": "77", "SYMPY_USE_CACHE": "no"}, marks=pytest.mark.slow),
    ],
)
def test_the_bytes_are_the_same_in_a_fresh_interpreter(settings):
    """Whatever the hashes are, and whether SymPy remembers its results or not."""
    scope: dict[str, object] = {}
    exec(FRESH, scope)
    here = hashlib.sha256(str(scope["source"]).encode()).hexdigest()
    code = FRESH + "print(hashlib.sha256(source.encode()).hexdigest())"
    there = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **settings},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert there.stdout.strip() == here


def body(source):
    """The module without its docstring."""
    return ast.dump(ast.Module(ast.parse(source).body[1:], []))


@pytest.fixture(scope="module")
def plain():
    return derive(Network(LAYERS, 0.31))


@pytest.mark.parametrize("name", names(NAMES))
def test_a_name_stays_in_the_docstring(name, plain):
    module = generate(replace(plain, network=replace(plain.network, name=name)))
    assert body(module.source) == body(generate(plain).source)
    assert module.title == name
    module.load()
    module.source.encode("utf-8")


@pytest.mark.parametrize("name", names(FORCED))
def test_even_a_name_that_no_network_takes_stays_in_the_docstring(name, plain):
    forced = replace(plain, network=Network(LAYERS, 0.31))
    object.__setattr__(forced.network, "name", name)
    source = generate(forced).source
    assert body(source) == body(generate(plain).source)
    source.encode("utf-8")
    assert all(len(line) <= 100 for line in source.splitlines())


def test_symbols_of_the_description_stay_in_the_docstring():
    names = {"width": "os", "heads": "np", "variance": "solve"}
    named = (
        Embedding(names["width"], names["variance"]),
        Residual((Attention(names["heads"], variance="pi"),)),
        Readout("log"),
    )
    plain = (Embedding(9, 1.0), Residual((Attention("H", 1.0),)), Readout(1.0))
    module = generate(derive(Network(named, "problem")))
    assert body(module.source) == body(generate(derive(Network(plain, 0.1))).source)
