"""Sizes in which heads times a sum is held as one symbol: they mean what they are short for."""

import pickle
import random

import pytest
import sympy

from derive.algebra import build, evaluate, sizes, substitute
from derive.algebra.copies import Copies, copies_of, count_of_terms, folded, opened
from derive.algebra.polynomials import factored
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Linear,
    Network,
    Readout,
    Residual,
    stream_graph,
)

H = sympy.symbols("H_1:7", positive=True, integer=True)


def heads(width=None):
    return Attention("H", 0.9, width)


def skip(*layers):
    return Residual(layers)


STACKS = {
    "residuals": [skip(heads())] * 5,
    "residuals of two layers": [skip(heads("N"), heads())] * 3,
    "residuals in residuals": [skip(heads(), skip(heads()))] * 3,
    "residuals between layers": [skip(heads()), heads("N")] * 3,
    "residuals of several kinds": [skip(heads("N"), Linear(0.7)), skip(Linear(0.8)), skip(heads())],
}


def notation_of(name):
    layers = (Embedding("N", 1.1), *STACKS[name], Readout(1.2))
    return Notation(stream_graph(Network(layers, "T")))


def stacked(count):
    """Sizes m_1, m_2, ... of as many residuals, the last layer's first."""
    found = [sympy.S.One]
    for head in H[:count]:
        found.append(found[-1] + copies_of(head, found[-1]))
    return found[1:]


@pytest.mark.parametrize("name", STACKS)
def test_sizes_are_what_the_graph_counts(name):
    notation, generator = notation_of(name), random.Random(3)
    graph = notation.graph
    for _ in range(3):
        counts = tuple(generator.randint(1, 4) if w.branched else 1 for w in graph.weights)
        numbers = {notation.heads(w.index): n for w, n in zip(graph.weights, counts, strict=True)}
        for stream in graph.streams:
            size = notation.vectors_count(stream.index)
            expected = graph.vectors(stream, counts)
            assert size.xreplace(numbers) == expected
            assert opened(size).xreplace(numbers) == expected
            assert factored(size).xreplace(numbers) == expected
            assert evaluate(size, numbers) == expected


@pytest.mark.parametrize("name", STACKS)
def test_a_size_has_at_most_a_term_for_each_weight(name):
    notation = notation_of(name)
    for stream in notation.streams():
        terms = sympy.Add.make_args(notation.vectors_count(stream.index))
        assert len(terms) <= len(notation.graph.weights)


def test_terms_grow_with_the_layers_and_what_they_stand_for_doubles():
    found = stacked(6)
    assert [len(size.args) for size in found] == [2, 3, 4, 5, 6, 7]
    assert [count_of_terms(size) for size in found] == [2, 4, 8, 16, 32, 64]
    assert [len(opened(size).args) for size in found] == [2, 4, 8, 16, 32, 64]


def test_a_stack_of_residuals_is_a_product():
    assert factored(stacked(4)[-1]) == sympy.Mul(*(1 + head for head in H[:4]))


def test_products_and_quotients_with_heads_are_inverse():
    inner = stacked(3)[-1]
    held = sizes.product(H[5], inner)
    assert type(held) is Copies
    assert sizes.quotient(held, H[5]) == inner
    assert sizes.divides(H[5], held)
    assert not sizes.divides(H[4], held)
    assert sizes.quotient(held, inner) == H[5]
    assert sizes.multiplied_out(stacked(4)[-1] / stacked(2)[-1] - 1) == sizes.multiplied_out(
        H[2] + H[3] + H[2] * H[3]
    )


def test_a_common_factor_stands_outside():
    first, second, third = H[:3]
    whole = copies_of(first, second * third + third)
    assert whole == third * copies_of(first, 1 + second)
    assert copies_of(first, 2 + 2 * second) == 2 * copies_of(first, 1 + second)


def test_multiplied_out_and_held_are_proved_equal():
    for size in stacked(4)[1:]:
        assert sizes.difference_vanishes(size, opened(size))
        assert not sizes.difference_vanishes(size, opened(size) + H[0])
        assert build.same_size(opened(size), size)


def test_folding_keeps_the_value_and_finds_one_form():
    generator, found = random.Random(5), stacked(4)
    known = tuple(size.args[k] for size in found for k in range(len(size.args)))
    known = tuple(part for part in known if type(part) is Copies)
    for _ in range(20):
        total = sum(generator.randint(-3, 3) * part * generator.choice(H) for part in found)
        total = sympy.expand(total)
        written = folded(total, known)
        assert opened(written) == opened(total)
        assert folded(opened(total), known) == written


def test_replacements_reach_what_is_held():
    first, second, third = H[:3]
    inner = 1 + first
    held = copies_of(third, inner + copies_of(second, inner))
    assert held.free_symbols == {first, second, third}
    assert held.xreplace({second: sympy.S.One}) == 2 * copies_of(third, inner)
    assert held.subs(first, 2) == copies_of(third, sympy.Integer(3) + 3 * second)
    assert sympy.expand(held.xreplace({third: first + second})) == sympy.expand(
        (first + second) * (inner + copies_of(second, inner))
    )
    matrix = build.lift(build.overlap("G", 1 + first), third)
    smaller = substitute(matrix, {first: sympy.Integer(3)})
    assert smaller.shape[0] == 4 * third


def test_copies_are_one_object_also_after_pickling():
    held = stacked(5)[-1].args[-1]
    again = copies_of(held.heads, held.size) if type(held) is Copies else held
    assert again is held
    assert pickle.loads(pickle.dumps(stacked(5)[-1])) == stacked(5)[-1]
    assert copies_of(H[0], 1 + H[1]) != copies_of(H[0], 1 + H[2])
