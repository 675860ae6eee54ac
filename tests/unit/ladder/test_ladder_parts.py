"""The parts of the ladder on made-up chains, whose truth is known."""

import json

import numpy as np
import pytest

from derive import Attention, Embedding, Network, Readout, Residual
from derive.evidence.agreement import agreement
from derive.evidence.deviation import Point, deviation, judge
from derive.evidence.verdict import CheckResult, Verdict
from derive.sampling.draws import OVERLAPS, Draws
from derive.sampling.statistics import estimate
from derive.theories.networks.description.graph import stream_graph, values, without_density
from derive.theories.networks.ladder import (
    Deviation,
    Instance,
    Ladder,
    Rung,
    ladder_from_dict,
    render,
    runs_for,
)
from derive.theories.networks.ladder.effort import Effort, draw
from derive.theories.networks.report.ladder import ladder_page

CHAINS, DRAWS, ENTRIES = 4, 1000, 3


def chains(seed, shift=0.0, draws=DRAWS):
    centre = np.array([1.0, -2.0, 0.5])
    noise = np.random.default_rng(seed).normal(size=(CHAINS, draws, ENTRIES))
    return centre + shift + noise


def test_samplers_of_one_law_agree_and_of_two_laws_do_not():
    ours, same, other = (estimate("overlaps", chains(*a)) for a in ((1,), (2,), (3, 0.2)))
    assert agreement("same", ours, same).verdict is Verdict.AGREES
    assert agreement("other", ours, other).verdict is Verdict.DISAGREES


def test_a_chain_that_has_not_mixed_is_never_called_agreement():
    stuck = chains(2) + np.arange(CHAINS)[:, None, None]
    found = agreement("stuck", estimate("overlaps", chains(1)), estimate("overlaps", stuck))
    assert found.verdict is Verdict.INCONCLUSIVE and "R-hat" in found.reason
    short = estimate("overlaps", chains(2, draws=50))
    found = agreement("short", estimate("overlaps", chains(1)), short)
    assert found.verdict is Verdict.INCONCLUSIVE


def made(seed, gap, spread=0.02):
    """Draws of one overlap and two predictions around a saddle point at 1, off by `gap`."""
    generator = np.random.default_rng(seed)
    shape = (CHAINS, 2000)
    return Draws(
        method=OVERLAPS,
        overlaps=(1 + gap + spread * generator.normal(size=(*shape, 1, 1)),),
        means=1 + gap + spread * generator.normal(size=(*shape, 2)),
        variances=np.ones((*shape, 2)) + gap,
        seed=seed,
        seconds=1.0,
    )


@pytest.mark.parametrize(
    ("order", "verdict"), [(1, Verdict.AGREES), (0, Verdict.DISAGREES), (2, Verdict.INCONCLUSIVE)]
)
def test_the_order_of_a_deviation_is_seen(order, verdict):
    runs = [(k, 10 * k, made(k, 0.2 / k**order)) for k in (1, 2, 4)]
    point = Point.of([np.ones((1, 1))], np.ones(2), np.ones(2))
    found = deviation("made up", "overlaps", point, runs)
    assert abs(found.order - order) < 0.1
    assert judge(found, runs).verdict is verdict


def test_a_deviation_below_the_errors_is_inconclusive():
    runs = [(k, 10 * k, made(k, 1e-5 / k)) for k in (1, 2, 4)]
    point = Point.of([np.ones((1, 1))], np.ones(2), np.ones(2))
    found = deviation("made up", "overlaps", point, runs)
    assert judge(found, runs).verdict is Verdict.INCONCLUSIVE


def test_rounds_double_until_the_chains_suffice_and_are_kept(tmp_path):
    asked = []

    def sample(wanted, found):
        asked.append((wanted, None if found is None else found.draws))
        generator = np.random.default_rng(wanted)
        return Draws(
            method=OVERLAPS,
            overlaps=(generator.normal(size=(2, wanted, 1, 1)),),
            means=np.zeros((2, wanted, 0)),
            variances=np.zeros((2, wanted, 0)),
            seed=0,
            seconds=1.0,
        )

    effort = Effort(overlaps_size=700, first=100, most=1600, chains=2)
    found = draw(sample, effort, tmp_path / "draws.npz")
    assert asked == [(100, None), (200, 100), (400, 200)]
    assert found.draws == 400
    asked.clear()
    assert draw(sample, effort, tmp_path / "draws.npz").draws == 400
    assert asked == []


BODY = Residual((Attention("H", variance="s"),))
SKIP = Network((Embedding("N", 1.0), Attention(2, 1.0, "M"), BODY, Readout(1.0)), "T")


def test_a_drawn_instance_has_generic_numbers_and_wide_enough_streams():
    instance = Instance.drawn(SKIP, seed=0)
    graph = stream_graph(instance.network)
    numbers = values(instance.network, graph)
    assert len(set(numbers.widths)) == len(numbers.widths)
    assert 1.0 not in numbers.variances and len(set(numbers.variances)) > 1
    assert without_density(instance.network) == ""
    assert {run.copies for run in runs_for([instance], Effort())} == {1, 2, 4}


def test_a_width_below_the_number_of_vectors_is_named_with_what_would_do():
    instance = Instance.drawn(SKIP, seed=0)
    narrow = Instance("narrow", instance.network.with_width(2), instance.data)
    assert "would do" in without_density(narrow.network)
    assert [run.method for run in runs_for([narrow], Effort())] == ["weights"]


def ladder():
    good = CheckResult("1 + 1", Verdict.AGREES, "2", "2", 30, "counted")
    lost = CheckResult("a <b>", Verdict.INCONCLUSIVE, "", "", 0, "unmixed")
    gap = Deviation("made up", "mean", (1, 2), (9, 18), (0.2, 0.1), (0.01, 0.01), 1.0, 0.1)
    nothing = Deviation("made up", "variance", (1, 2), (9, 18), (0.0, 0.0), (1.0, 1.0),
                        float("nan"), float("inf"))  # fmt: skip
    return Ladder("made up", (Rung("first", (good,)), Rung("second", (lost,))), (gap, nothing))


def test_a_ladder_is_the_same_after_json():
    from derive.running.files import finite

    found = ladder_from_dict(json.loads(json.dumps(finite(ladder().as_dict()))))
    assert found.rungs == ladder().rungs
    assert found.status == 3 and found.verdict is Verdict.INCONCLUSIVE
    assert found.deviations[0] == ladder().deviations[0]
    assert np.isnan(found.deviations[1].order)


def test_a_ladder_is_shown_with_every_rung_and_one_verdict():
    text = render(ladder())
    assert "== first ==" in text and "== second ==" in text
    assert text.splitlines()[-1].startswith("made up: INCONCLUSIVE")
    page = ladder_page(ladder())
    assert "a &lt;b&gt;" in page and "Verification of made up" in page
