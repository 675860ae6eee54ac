"""Checks agree for every kind of network, and say what they compared."""

import json

import pytest
from small_networks import NETWORKS

from derive.errors import DeriveError
from derive.evidence.verdict import CheckResult, Verdict, exit_status
from derive.theories.networks import checks
from derive.theories.networks.checks import check, render, to_markdown
from derive.theories.networks.checks.subject import Subject
from derive.theories.networks.derivation import derive
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Linear,
    Network,
    Readout,
    Residual,
    stream_graph,
)

SYMBOLS = Network(
    (Embedding("N_1", variance="s_0"), Attention("H", variance="s_1", width="N_a"), Readout("s_a")),
    "T",
    "symbols",
)
TWO = Network((Embedding(9, 1.0), Attention(2, 1.0, 9), Attention(2, 1.0, 9), Readout(1.0)), 0.0)
EVERYWHERE = [
    "derived gradient",
    "generated gradient",
    "generated functions",
    "infinite width: order of convergence",
    "infinite width: first correction",
    "temperature to zero: limit",
    "temperature to zero: training labels",
    "P/N to zero: Gaussian process",
    "layers: attended inputs",
    "index loops: functions",
    "index loops: Hessian",
    "solution: fields",
    "solution: file",
    "solution: infinite width",
    "convergence: guards",
]
FOR_CHAINS = [
    "one head per layer: scalar equation",
    "one head per layer: generated solver",
    "temperature to zero: one head per layer",
]
EXCHANGEABLE = ["exchangeable heads: Hessian by kinds", "exchangeable heads: what is written"]
FAST = ("no layer", "linear layers", "residual", "inner width", "double identity")
SLOW = tuple(name for name in NETWORKS if name not in FAST)


def attentions(network):
    """The claim on exchangeable heads, where there is nothing but a few layers of attention."""
    inner = network.layers[1:-1]
    is_few = 0 < len(inner) < 4 and all(isinstance(layer, Attention) for layer in inner)
    return EXCHANGEABLE if is_few else []


def agree(network, digits, seed=0):
    results = check(network, digits=digits, seed=seed)
    refused = [result for result in results if result.verdict is not Verdict.AGREES]
    assert not refused
    chain = stream_graph(network).is_chain()
    claims = sorted(result.claim for result in results)
    assert claims == sorted(EVERYWHERE + (FOR_CHAINS if chain else []) + attentions(network))
    return {result.claim: result for result in results}


@pytest.mark.parametrize("name", FAST)
def test_checks_agree(name):
    agree(NETWORKS[name], digits=20)


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_checks_agree_for_larger_networks(name):
    agree(NETWORKS[name], digits=25)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_checks_agree_for_other_instances(seed):
    agree(NETWORKS["linear between attentions"], digits=30, seed=seed)
    agree(NETWORKS["residual over attention"], digits=30, seed=seed)


@pytest.mark.slow
def test_checks_agree_at_depth_8():
    layers = (Attention(2, 1.0, 9) for _ in range(8))
    agree(Network((Embedding(9, 1.0), *layers, Readout(1.0)), 0.1), digits=30)


@pytest.mark.slow
def test_two_layers_agree_to_fifty_digits():
    """Unequal heads are drawn although the network has equal ones, and a temperature of zero."""
    results = agree(TWO, digits=50)
    assert results["derived gradient"].digits == 50
    assert results["one head per layer: scalar equation"].digits == 50
    assert results["infinite width: first correction"].digits >= 35
    assert results["generated functions"].digits >= 12


def test_symbols_need_no_values():
    agree(SYMBOLS, digits=15)


def test_progress_names_each_claim_and_the_order_is_that_of_the_list():
    told = []
    results = check(NETWORKS["no layer"], digits=15, progress=told.append)
    assert told == [result.claim for result in results]
    assert told == [claim.name for claim in checks.CLAIMS if claim.name not in EXCHANGEABLE]


def test_the_same_seed_gives_the_same_numbers_and_another_one_others():
    network = NETWORKS["no layer"]
    first, again, other = (check(network, digits=15, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert [result.expected for result in first] != [result.expected for result in other]


def test_fewer_digits_than_float64_has_are_refused():
    with pytest.raises(DeriveError, match=r"digits: 10 given; .* 15"):
        check(NETWORKS["no layer"], digits=10)


@pytest.mark.parametrize("seed", range(4))
def test_instances_are_generic(seed):
    layers = (Attention(2, 1.0, 9), Linear(1.0, 9), Attention(2, 1.0, 9), Residual((Linear(1.0),)))
    network = Network((Embedding(9, 1.0), *layers, Readout(1.0)), 0.1)
    subject = Subject(network, derive(network).theory, None, seed=seed)
    sample = subject.draw(1).sample()
    assert sorted(sample.attention_heads()) in ([1, 3], [2, 3], [1, 2])
    assert len(set(sample.widths)) == len(sample.widths)
    assert min(sample.widths) > max(sample.count(k) for k in range(len(sample.widths)))
    assert len(set(sample.variances)) == len(sample.variances)
    assert 1.0 not in sample.variances
    alone = subject.draw(1).sample(one_head=True)
    assert alone.attention_heads() == (1, 1)


def results(*verdicts):
    return [
        CheckResult(f"claim | {number}", Verdict[verdict], "1.5", "2.5", 3, "a | reason")
        for number, verdict in enumerate(verdicts)
    ]


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        ([], 0),
        (["AGREES"], 0),
        (["AGREES", "INCONCLUSIVE"], 3),
        (["INCONCLUSIVE", "DISAGREES", "AGREES"], 1),
    ],
)
def test_the_exit_status_is_the_worst_verdict(verdicts, status):
    assert exit_status(results(*verdicts)) == status


def test_a_result_has_the_keys_of_the_contract():
    (result,) = results("DISAGREES")
    assert json.loads(json.dumps(result.as_dict())) == {
        "claim": "claim | 0",
        "verdict": "DISAGREES",
        "expected": "1.5",
        "found": "2.5",
        "digits": 3,
        "reason": "a | reason",
    }


def test_results_can_be_read():
    agrees, disagrees, inconclusive = results("AGREES", "DISAGREES", "INCONCLUSIVE")
    assert repr(agrees) == "claim | 0: AGREES to 3 digits (a | reason)"
    assert repr(disagrees) == "claim | 1: DISAGREES: expected 1.5, found 2.5 (a | reason)"
    assert repr(inconclusive) == "claim | 2: INCONCLUSIVE (a | reason)"


def test_the_table_shows_everything():
    table = render(results("AGREES", "DISAGREES"), width=90)
    assert all(text in table for text in ("claim | 1", "DISAGREES", "1.5", "2.5", "a | reason"))
    assert max(map(len, table.splitlines())) <= 90
    assert table.endswith("2 claims: 1 AGREES, 1 DISAGREES.")


def test_the_markdown_table_has_a_row_for_each_claim():
    page = to_markdown(results("AGREES", "INCONCLUSIVE"))
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert len(rows) == 4
    assert rows[2] == r"| claim \| 0 | AGREES | 3 | 1.5 | 2.5 | a \| reason |"
    assert page.startswith("# Checks\n")
