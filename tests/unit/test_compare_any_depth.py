"""Claims about networks of symbolic depth: decided at several depths, each written out."""

import pytest

from derive import Embedding, Linear, Network, Readout, Repeat, compare
from derive.errors import ClaimError
from derive.evidence.verdict import Verdict

KERNEL = "s_0/N_0*path_kernel(G_1)"


def deep(*block, depth="L"):
    layers = (Embedding("N", 1.3), Repeat(block, depth), Readout(1.2))
    return Network(layers, "T", "deep")


CHAIN = deep(Linear(0.9, "N"))
PAIRS = deep(Linear(0.9, "N"), Linear(0.8, "M"), depth="D")


def answer(network, line, **more):
    return compare(network, "kernel", [line], digits=15, instances=1, **more)


def test_what_holds_at_every_depth_agrees_and_says_at_which_it_was_looked_at():
    result = answer(CHAIN, KERNEL)
    assert result.verdict is Verdict.AGREES
    assert result.covered.startswith("L = 1, L = 2 and L = 3, written out; there: ")
    assert result.instances == sum(
        answer(CHAIN, KERNEL, assume={"L": str(depth)}).instances for depth in (1, 2, 3)
    )


def test_what_holds_at_one_depth_alone_disagrees_at_the_next():
    result = answer(CHAIN, f"L*{KERNEL}")
    assert result.verdict is Verdict.DISAGREES
    assert result.reason.startswith("at L = 2: line 1 does not follow")


def test_an_assumed_depth_is_the_only_one():
    assert answer(CHAIN, f"L*{KERNEL}/3", assume={"L": "3"}).verdict is Verdict.AGREES
    with pytest.raises(ClaimError, match=r"assume\.L: 'three' where a depth is due"):
        answer(CHAIN, KERNEL, assume={"L": "three"})


def test_a_depth_has_its_name_in_the_lines():
    """Every copy has two layers, so that L, the number of layers, is 2 D."""
    assert answer(PAIRS, f"L/(2*D)*{KERNEL}").verdict is Verdict.AGREES
    assert answer(PAIRS, f"L/D**2*{KERNEL}/2").verdict is Verdict.DISAGREES
    assert answer(PAIRS, f"D*{KERNEL}/4", assume={"D": "4"}).verdict is Verdict.AGREES


def test_a_depth_that_is_not_the_number_of_layers_cannot_be_called_as_that():
    with pytest.raises(ClaimError, match=r"counts layers, here 2 at L = 1; call the depth"):
        answer(deep(Linear(0.9, "N"), Linear(0.8, "M")), KERNEL)


def test_a_name_that_one_depth_does_not_have_is_told_with_the_depth():
    with pytest.raises(ClaimError, match=r"has no index 3; .* \(at L = 1; to claim for one depth"):
        answer(CHAIN, f"{KERNEL}*N[3]/N[3]")
