"""Matrices rearranged for display keep their value, checked symbolically and in numbers."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from derive.algebra import build, equal, evaluate, nodes
from derive.algebra.latex import plain
from derive.errors import RuleError
from derive.steps import matrices
from derive.steps.matrices import clipped, tidy
from derive.theories.networks.nodes import Attended, path_projection

H, M = (sympy.Symbol(name, positive=True, integer=True) for name in ("H_1", "H_2"))
S = sympy.Symbol("s_0", positive=True)
SIZES = {H: 2, M: 3, S: 0.7}
G = build.overlap("G_1", 1 + H + H * M)
A = build.overlap("Q_1", H)
DATA = Attended("X", 4, 5, H)
C, D = build.overlap("C", 4), build.overlap("Y_1", 4)


def random_overlap(size: int, seed: int) -> np.ndarray:
    factor = np.random.default_rng(seed).standard_normal((size, size + 2))
    return factor @ factor.T / size


def test_projections_with_opposite_coefficients_become_one():
    def project(inner):
        return path_projection(inner, DATA, DATA)

    apart = build.add(build.scale(-S, project(C)), build.scale(S, project(D)))
    assert plain(tidy(apart)) == "σ₀² 𝒦†[Y₁ − C]"


def test_what_stands_between_equal_factors_is_collected():
    inner = build.add(A, build.scale(2, sympy.Identity(H)))
    apart = build.add(build.mul(A, inner, A), build.mul(S, A, build.inv(A), A))
    assert equal(tidy(apart), apart)
    assert plain(tidy(build.mul(A, build.add(inner, build.inv(A)), A))).count("Q₁ (") <= 1


@pytest.mark.parametrize(
    ("inner", "start", "size", "expected"),
    [
        ((1, H), 1, H, "Q₁"),
        ((1, H), 0, 1 + H, "ℰ_{1:1 + H₁}[Q₁]"),
        ((0, H), 0, 1, "[Q₁]_{0:1}"),
    ],
)
def test_blocks_of_embedded_matrices_are_resolved_with_the_same_value(inner, start, size, expected):
    place, _ = inner
    embedded = nodes.Embed(A, place, 1 + H + H * M)
    block = nodes.Block(embedded, start, size)
    assert plain(clipped(block)) == expected
    values = {**SIZES, A: random_overlap(2, 1)}
    np.testing.assert_allclose(evaluate(clipped(block), values), evaluate(block, values))


def test_blocks_whose_ranges_cannot_be_compared_are_left():
    block = nodes.Block(nodes.Embed(build.overlap("Q_2", M), 0, H + M), 0, H)
    assert clipped(block) == block


def test_a_rearrangement_that_changes_the_value_is_refused(monkeypatch):
    monkeypatch.setattr(matrices, "_maps_merged", lambda terms, share: terms[:1])
    with pytest.raises(RuleError, match="changed"):
        tidy(build.add(C, D))
