"""Long lines are broken inside brackets, and mean what they meant."""

import ast

import numpy as np
import pytest
from small_networks import NETWORKS, solver

from derive.programs import wrap
from derive.theories.networks.derivation import derive
from derive.theories.networks.description import Attention, Embedding, Network, Readout, Residual
from derive.theories.networks.module import generate


def random_code(rng, depth):
    """A random expression of names, calls, products, sums and slices."""
    kind = rng.integers(0, 6) if depth else 0
    if kind == 0:
        return str(rng.choice(["labels", "G_1[:3, :3]", "N_1", "2", "np.eye(1 + H_2)", "s_0/N_0"]))
    inner = [random_code(rng, depth - 1) for _ in range(int(rng.integers(1, 4)))]
    if kind == 1:
        return f"path_projection({', '.join(inner)})"
    if kind == 2:
        return "(" + " @ ".join(f"({part})" for part in inner) + ")"
    if kind == 3:
        return " + ".join(inner)
    if kind == 4:
        return "-" + " - ".join(f"({part})" for part in inner)
    return " * ".join(f"({part})" for part in inner)


@pytest.mark.parametrize("seed", range(60))
def test_broken_lines_mean_the_same(seed):
    rng = np.random.default_rng(seed)
    code = random_code(rng, 5)
    lines = wrap.statement("x = ", code, indent=0)
    assert ast.dump(ast.parse("\n".join(lines))) == ast.dump(ast.parse(f"x = {code}"))


def test_a_short_line_stays():
    assert wrap.statement("x = ", "a + b", 8) == ["        x = a + b"]


def test_a_long_sum_gets_a_line_for_each_term():
    terms = [f"term_{k} * np.eye({k})" for k in range(8)]
    lines = wrap.statement("x = ", " - ".join(terms))
    assert lines[0] == "    x = (" and lines[-1] == "    )"
    assert lines[1:-1] == [f"        {'- ' if k else ''}{term}" for k, term in enumerate(terms)]


def test_a_long_call_gets_a_line_for_each_argument():
    arguments = [f"argument_number_{k} * 3" for k in range(6)]
    lines = wrap.statement("return ", f"function({', '.join(arguments)})")
    assert lines == ["    return function(", *(f"        {a}," for a in arguments), "    )"]


def test_what_cannot_be_broken_stays_whole():
    name = "x" * 120
    assert wrap.statement("y = ", name) == [f"    y = {name}"]


def test_a_long_product_of_numbers_is_filled():
    lines = wrap.statement("x = ", "*".join(f"H_{k}" for k in range(40)) + "**2")
    assert all(len(line) <= wrap.WIDTH for line in lines)
    assert lines[2].startswith("        *H_") and lines[-2].endswith("*H_39**2")


def test_a_long_slice_is_broken_beside_its_colon():
    sizes = "*".join(f"(1 + H_{k})" for k in range(20))
    code = f"G[1 + H_1 + {sizes}:{sizes} + 1, 2:{sizes}]"
    lines = wrap.statement("x = ", code, indent=0)
    assert all(len(line) <= wrap.WIDTH for line in lines)
    assert ast.dump(ast.parse("\n".join(lines))) == ast.dump(ast.parse(f"x = {code}"))


def test_many_targets_are_put_in_brackets():
    names = [f"N_{k}" for k in range(30)]
    assert wrap.targets(names[:1], "widths") == ["    (N_0,) = widths"]
    lines = wrap.targets(names, "widths")
    assert all(len(line) <= wrap.WIDTH for line in lines)
    text = f"({', '.join(names)}) = widths"
    assert ast.dump(ast.parse("\n".join(lines).lstrip())) == ast.dump(ast.parse(text))


LONG = {
    "ten attentions": tuple(Attention("many_heads", 1.1, f"width_{k}") for k in range(10)),
    "five residuals": tuple(Residual((Attention(2, 1.1),)) for _ in range(5)),
}


@pytest.mark.parametrize("name", LONG)
def test_no_line_of_a_deep_network_is_longer_than_a_hundred_columns(name):
    layers = (Embedding("width_of_the_embedding", 1.3), *LONG[name], Readout(1.2))
    title = "a title of two hundred characters " * 5
    source = generate(derive(Network(layers, "T", title))).source
    assert [line for line in source.splitlines() if len(line) > 100] == []


@pytest.mark.parametrize("name", NETWORKS)
def test_no_line_of_a_module_is_longer_than_a_hundred_columns(name):
    lines = solver(name).generated.source.splitlines()
    assert [line for line in lines if len(line) > 100] == []
    assert [line for line in lines if line != line.rstrip()] == []
