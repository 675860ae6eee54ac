"""Baselines and removed heads in a report: sentences, tables, figures, numbers for programs."""

import math

import numpy as np
import pytest
from test_report import point, results

from derive.theories.networks.report import ORDERS, WAYS, findings, html_of, summary_dict

RIDGE = "ridge"
STEPS = np.array([[[0.9, 0.8], [0.9, 0.85], [0.9, 0.87]], [[0.9, 0.5], [0.9, 0.6], [0.9, 0.7]]])


def with_baseline(narrow, wide, ridge):
    """One draw per entry: scores at N = 10 and at infinite width, and of the baseline."""
    points = []
    for seed, (n, w, r) in enumerate(zip(narrow, wide, ridge, strict=True)):
        shift = 0.01 * seed
        pruned = {
            "pruning_scores": STEPS + shift,
            "pruning_heads": [[1], [0 if seed < 2 else 1]],
            "pruning_unsolved": seed,
        }
        points += [point(10, n, seed, **pruned), point(math.inf, w, seed, baseline_scores=[r])]
    return results(points, baselines=(RIDGE,))


@pytest.mark.parametrize(
    ("narrow", "wide", "ridge", "sentence"),
    [
        ((0.95, 0.97, 0.96), (0.9, 0.93, 0.93), (0.92, 0.94, 0.93),
         "Ridge: 93.0 %; the network's difference, draw by draw, is +3.0 ± 0.0 points at N = 10, "
         "−1.0 ± 1.0 points at infinite width. The network beats it at N = 10."),
        ((0.95, 0.97, 0.96), (0.9, 0.92, 0.91), (0.92, 0.94, 0.93),
         "The network beats it at N = 10, and loses at infinite width."),
        ((0.93, 0.92, 0.94), (0.9, 0.92, 0.91), (0.92, 0.94, 0.93),
         "The network does not beat it, and loses at infinite width."),
        ((0.95, 0.92, 0.94), (0.93, 0.92, 0.95), (0.92, 0.95, 0.93),
         "The mean difference is within two standard errors of zero at every width."),
        ((0.99,), (0.9,), (0.8,), "One draw leaves no spread to judge it by."),
    ],
)  # fmt: skip
def test_the_network_beats_a_baseline_only_beyond_the_spread(narrow, wide, ridge, sentence):
    assert sentence in findings(with_baseline(narrow, wide, ridge))[0]


FOUND = with_baseline((0.9, 0.91, 0.92), (0.8, 0.8, 0.8), (0.85, 0.86, 0.87))


def test_sentence_about_removed_heads():
    assert (
        "With 1 of 2 heads removed at N = 10: lowest scores first 81.0 % cut out, 86.0 % with "
        "order parameters kept, 88.0 % solved anew; highest scores first 51.0 %"
    ) in findings(FOUND)[0]


def test_tables_stand_without_figures(monkeypatch):
    monkeypatch.setattr("derive.theories.networks.report.figures.available", lambda: False)
    page = html_of(FOUND)
    assert "<svg" not in page
    for text in (
        "<td>ridge</td>", "86.0 ± 1.0", "layer 1: bad <small>(3 of 3 draws)</small>",
        "layer 1: good <small>(2 of 3 draws)</small>", "81.0 ± 1.0",
        "Solutions of 3 smaller networks did not converge",
    ):  # fmt: skip
        assert text in page


def test_figures_name_ways_orders_and_baselines():
    pytest.importorskip("matplotlib")
    page = html_of(FOUND)
    for text in (*ORDERS, *WAYS, "heads removed", RIDGE):
        assert f">{text}</text>" in page


def test_numbers_for_other_programs():
    found = summary_dict(FOUND)["two heads"]
    assert found["baselines"][RIDGE]["mean"] == pytest.approx(0.86)
    step = found["pruning"][ORDERS[1]][WAYS[0]][1]
    assert step == pytest.approx({"mean": 0.51, "standard_deviation": 0.01})
    assert "baselines" not in summary_dict(results([point(10, 0.9), point(math.inf, 0.8)]))
