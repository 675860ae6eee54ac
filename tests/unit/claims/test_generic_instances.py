"""Nothing of an instance must pass for a number, or for another parameter."""

import numpy as np
import pytest

from derive import Attention, Embedding, Network, Readout, compare, derive
from derive.claims.maker import Maker
from derive.claims.ours import Ours

pytestmark = pytest.mark.slow
"""Evidence beyond what CI has time for: run by hand."""


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


@pytest.mark.parametrize("layers", [2, 4, 5, 10])
def test_every_layer_has_several_heads_in_some_instance(layers):
    maker = Maker(Ours(derive(network(layers)).theory, {}), 15, 0)
    seen = [maker.generic().sample.heads for _ in range(max(3, maker.least))]
    attention = [heads[1 : layers + 1] for heads in seen]
    assert all(max(counts) > 1 for counts in zip(*attention, strict=True)), seen
    assert len({np.prod(heads) for heads in attention}) > 1
