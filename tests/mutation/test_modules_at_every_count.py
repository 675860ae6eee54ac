"""A number of branches deleted from a generated module is noticed, whichever layer has it."""

import re
from dataclasses import replace

import pytest

from derive.evidence.verdict import Verdict
from derive.theories.networks.checks import CLAIMS, values
from derive.theories.networks.checks.subject import Subject
from derive.theories.networks.description import (
    Attention,
    Convolution,
    Embedding,
    Identity,
    Linear,
    Network,
    Parallel,
    Readout,
    Residual,
    Serial,
)
from derive.theories.networks.solver import Solver

SKIPS = (Residual((Attention(2, 1.0),)),) * 3
FORK = Parallel((Identity(), Attention(2, 1.0), Serial((Linear(1.0, 8), Attention(3, 1.0)))))
CASES = {
    "three residuals": (SKIPS, Readout(1.0), 2),
    "three attentions": ((Attention(2, 1.0, 9),) * 3, Readout(1.0), 3),
    "attention over a filter": (
        (Convolution(3, 1.0, 8), Attention(2, 1.0, 7)), Readout(1.0), 2,
    ),
    "branches": ((FORK,), Readout(1.0), 1),
    "positions and outputs": (
        (Attention(2, 1.0, 9),), Readout(1.0, "each", positions=4, outputs=2), 1,
    ),
}  # fmt: skip
GENERATED = {claim.name: claim for claim in CLAIMS}["generated functions"]


def verdicts(name):
    """Of the module as generated, and of the one in which a number of branches is deleted."""
    layers, readout, layer = CASES[name]
    found = Solver.of(Network((Embedding(9, 1.0), *layers, readout), 0.1))
    subject = Subject(found.derivation.network, found.derivation.theory, found.module, 15)
    source = re.sub(rf"/H_{layer}\b", "", found.generated.source)
    assert source != found.generated.source
    broken = replace(subject, module=replace(found.generated, source=source).load())
    return [GENERATED.check(one).verdict for one in (subject, broken)]


@pytest.mark.parametrize("name", CASES)
def test_a_number_of_branches_that_is_deleted_is_noticed(name, monkeypatch):
    monkeypatch.setattr(values, "PARTS", (values._infinite_width,))
    assert verdicts(name) == [Verdict.AGREES, Verdict.DISAGREES]


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_no_part_of_the_claim_looks_away(name):
    assert verdicts(name) == [Verdict.AGREES, Verdict.DISAGREES]
