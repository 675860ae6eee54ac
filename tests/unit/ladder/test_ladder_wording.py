"""A ladder above features calls no law exact."""

from derive.evidence.verdict import CheckResult, Verdict
from derive.theories.networks.description import Embedding, Features, Network, Readout
from derive.theories.networks.description.feature_inputs import feature_note
from derive.theories.networks.ladder import Ladder, Rung, ladder_from_dict, render
from derive.theories.networks.ladder.wording import reworded_rung

RESULT = CheckResult(
    "overlaps, the saddle point nears the exact law like 1/N",
    Verdict.AGREES, "", "", 3,
    "posterior means from the exact law of the overlaps and from sampled weights",
)  # fmt: skip
RUNG = Rung("saddle point and exact law", (RESULT,))


def network(first):
    return Network((first, Readout(1.0)), 0.1)


def test_sentences_are_about_gaussian_features():
    found = reworded_rung(network(Features(5, "arc-sine", 1.0)), RUNG)
    assert found.name == "saddle point and law of Gaussian features"
    assert "nears the law of Gaussian features" in found.results[0].claim
    assert found.results[0].reason == (
        "posterior means from the law of Gaussian features and from sampled weights above Gaussian "
        "features"
    )
    assert found.results[0].digits == 3


def test_other_ladders_stay_as_they_are():
    assert reworded_rung(network(Embedding(5, 1.0)), RUNG) == RUNG


def test_the_note_is_printed_and_kept():
    note = feature_note(network(Features(5, "arc-sine", 1.0)))
    ladder = Ladder("mine", (RUNG,), note=note)
    assert ladder_from_dict(ladder.as_dict()) == ladder
    assert f"note: {note}" in render(ladder)
    plain = Ladder("mine", (RUNG,))
    assert "note" not in plain.as_dict() and ladder_from_dict(plain.as_dict()) == plain
