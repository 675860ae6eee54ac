"""Nothing of an instance must pass for a number, or for another parameter."""

from itertools import combinations

import numpy as np
import pytest

from derive import Attention, Embedding, Network, Readout, compare, derive
from derive.claims.claim import Claim, Line
from derive.theories.networks.words.on_network import OnNetwork

EVERY_DAY = ("test_a_temperature_that_is_a_number",)
"""The others are evidence beyond what CI has time for: run by hand."""


def network(layers):
    heads = [Attention(f"H{k}", f"v{k}", f"N{k + 1}") for k in range(1, layers + 1)]
    return Network((Embedding("N1", variance="v0"), *heads, Readout("va")), "T")


PLAIN = "s_0/(N_0*{})*path_kernel(U_1)"
HEADS = {
    1: ["(H_1*(H_1+1)/2 - 1)", "2", "3"],
    2: ["6", "(H_1 + H_2 + 1)", "(P/N_0*H_1*H_2)"],
    3: ["(H_1 + H_2 + H_3)", "6", "8", "12"],
}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("layers", "heads"), [(n, h) for n, all_ in HEADS.items() for h in all_])
def test_a_wrong_head_factor(layers, heads, seed):
    result = compare(network(layers), "kernel", [PLAIN.format(heads)], seed=seed, explain=False)
    assert result.verdict.value == "DISAGREES"


@pytest.mark.parametrize("seed", range(4))
def test_the_right_head_factor(seed):
    result = compare(network(3), "kernel", [PLAIN.format("H_1*H_2*H_3")], seed=seed)
    assert result.verdict.value == "AGREES"


COVARIANCE = {"C": "K(u_a) + temperature*eye(P)"}
REST = "logdet(C) + y.T*inv(C)*y"


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("width", ["N_0", "3", "P", "(N_a + 1e-6)"])
def test_a_wrong_width(width, seed):
    text = f"{width}*(u_a/s_a - log(u_a)) + {REST}"
    result = compare(network(0), "action", [text], symbols=COVARIANCE, seed=seed, explain=False)
    assert result.verdict.value == "DISAGREES"


def test_a_temperature_that_is_a_number():
    text = f"N_a*(u_a/s_a - log(u_a)) + {REST}"
    cold = {"C": "K(u_a) + 3/8*eye(P)"}
    result = compare(network(0), "action", [text], symbols=cold, explain=False)
    assert result.verdict.value == "DISAGREES"


def test_a_factor_is_named_by_its_parameters():
    result = compare(network(2), "kernel", ["H_1*H_2*K(U_1)"], up_to=["factor"])
    assert (result.verdict.value, result.lines[0].factor) == ("AGREES", "H_1*H_2")


@pytest.mark.parametrize(("layers", "together"), [(2, 2), (4, 4), (5, 5), (10, 1)])
def test_several_heads_at_once(layers, together):
    claim = Claim((Line("K(U_1)"),), network(layers), "kernel")
    setting = OnNetwork.of(claim, derive(network(layers)).theory, 15, 0)
    cases, _ = setting.cases(1, 3)
    seen = [case.origin[0].sample.heads[1 : layers + 1] for case in cases]
    for group in combinations(range(layers), together):
        assert any(all(heads[k] > 1 for k in group) for heads in seen), (group, seen)
    assert len({np.prod(heads) for heads in seen}) > 1
