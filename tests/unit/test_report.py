"""Reports: sentences from numbers, figures as text, tables where libraries are missing."""

import math
from dataclasses import replace

import numpy as np
import pytest

import derive.theories.networks.report.figures
from derive import Attention, Embedding, Network, Readout
from derive.theories.networks.derivation import derive as derive_theory
from derive.theories.networks.report import (
    CaseResults,
    Point,
    Results,
    findings,
    html_of,
    summary_csv,
    summary_dict,
)
from derive.typeset import mathml as equations

NETWORK = Network((Embedding(9, 1.1), Attention(2, 0.9, 9), Readout(1.2)), 0.1, "two heads")


def point(width, score, seed=0, **changes):
    strengths = np.diag([1.0, 1.0]) if math.isinf(width) else np.diag([3.0, 0.5])
    arrays = {
        "G_bottom": strengths / 2,
        "U_1": strengths,
        "action": math.nan if math.isinf(width) else 12.5,
        "log_evidence": -20.25,
        "converged": True,
        "message": "converged",
        "gradient_norm": 1e-12,
        "residual": 2e-12,
        "hessian_negative": 0,
        "hessian_is_bound": False,
        "head_scores": np.array([1.0, 0.2]),
        "alignment": np.linspace(0.8, 0.1, 6),
        "kernel_eigenvalues": np.linspace(4.0, 1.0, 6),
        "score": score,
        "score_name": "test accuracy",
        **changes,
    }
    return Point(width, seed, {k: np.array(v) for k, v in arrays.items() if v is not None})


def results(points, **changes):
    case = CaseResults(
        title="two heads",
        network=NETWORK,
        path_names=("good, path", "bad, path"),
        head_names=(("good", "bad"),),
        selections=(),
        points=tuple(points),
    )
    settings = {
        "title": "a title",
        "subject": "",
        "cases": (replace(case, **changes),),
        "derivation": derive_theory(NETWORK),
        "certificates": None,
        "checks": None,
        "provenance": (("command", "derive run"),),
    }
    return Results(**settings)


FALLING = [
    point(w, s, seed) for seed in (0, 1) for w, s in ((10, 0.95), (30, 0.9), (math.inf, 0.8))
]


def test_the_finding_says_which_way_the_score_goes():
    (sentence,) = findings(results(FALLING))
    assert sentence.startswith("Test accuracy falls from 95.0 % at N = 10 to 80.0 % at infinite")
    assert (
        "the path (good, path) is 3 times as large at N = 10, that of (bad, path) 0.5" in sentence
    )


def test_a_difference_within_the_spread_is_no_finding():
    noisy = [
        point(w, s, seed)
        for seed, shift in enumerate((-0.1, 0.1))
        for w, s in ((10, 0.9 + shift), (math.inf, 0.85 - shift))
    ]
    assert "hardly changes with width" in findings(results(noisy))[0]


def test_one_draw_is_stated_without_a_verdict():
    (sentence,) = findings(results([p for p in FALLING if p.seed == 0]))
    assert sentence.startswith("Test accuracy 95.0 % at N = 10, 80.0 % at infinite width.")


def test_selected_paths_are_averaged_over_draws():
    points = [
        point(w, s, seed, selected_scores=[0.7 + 0.1 * seed] if math.isinf(w) else None)
        for seed in (0, 1)
        for w, s in ((10, 0.95), (math.inf, 0.8))
    ]
    found = results(points, selections=(("good alone", (0,)),))
    assert "selected paths: good alone 75.0 %." in findings(found)[0]
    assert summary_dict(found)["two heads"]["selected paths"]["good alone"]["mean"] == 0.75


def test_without_scores_the_evidence_is_the_finding():
    points = [point(w, None, score_name=None, U_1=np.eye(2)) for w in (10, math.inf)]
    one = results(points, path_names=("(all)",))
    assert findings(one) == ("Log evidence -20.25 at N = 10.",)
    assert "Test accuracy" not in html_of(one)


def test_the_table_of_solutions_is_complete():
    rows = summary_csv(results(FALLING)).splitlines()
    assert len(rows) == 7
    assert rows[1] == "two heads,0,10,0.95,12.5,-20.25,True,1e-12,2e-12,0"
    assert rows[3].split(",")[2:5] == ["infinite", "0.8", ""]


def test_a_report_is_the_same_twice():
    assert html_of(results(FALLING)) == html_of(results(FALLING))


def test_figures_have_axes_and_names():
    pytest.importorskip("matplotlib")
    page = html_of(results(FALLING))
    assert page.count("<svg") == 4
    for text in ("width N of every layer", "good, path", "layer 1: good", "eigenvector k"):
        assert text in page


def spectrum_arrays(seed, paths=("(1)", "(2)")):
    """Three eigenvalues over a 2 x 2 and a 1 x 1 order parameter."""
    main = np.array([np.diag([0.8, 0.0]), [[0.0, 0.6], [0.6, 0.0]]])
    rest = np.sqrt(1 - (main**2).sum(axis=(1, 2)))[:, None, None]
    return {
        "hessian_eigenvalues": np.array([40.0, 20.0, 4.0, 2.0]) * (1 + seed),
        "hessian_coordinates": 4,
        "hessian_is_partial": False,
        "hessian_paths": np.array(paths),
        "stiff_G_1": main,
        "stiff_G_a": rest,
        "sloppy_G_1": main[::-1],
        "sloppy_G_a": rest[::-1],
    }


def stiff(widths=(10, 30), seeds=(0, 1), **changes):
    found = [
        point(w, 0.9, seed, **(spectrum_arrays(seed) | changes)) for seed in seeds for w in widths
    ]
    return [*found, *(point(math.inf, 0.8, seed) for seed in seeds)]


def test_stiff_and_sloppy_directions_are_shown_in_terms_of_paths():
    page = html_of(results(stiff()))
    start = page.index("<h2>Stiff and sloppy directions</h2>")
    part = page[start : page.index("</section>", start)]
    for text in (
        "of 4 directions at N = 10 in the first draw", "<td class=\"number\">40</td>",
        "64&nbsp;%", "(good, path)&nbsp;+0.80", "(good, path) × (bad, path)&nbsp;+0.85",
        "in U₁", "in uₐ", "has no value",
    ):  # fmt: skip
        assert text in part, text
    assert "numbered" not in part and "two ends" not in part


def test_the_figure_of_directions_names_them_and_their_shares():
    pytest.importorskip("matplotlib")
    page = html_of(results(stiff()))
    assert page.count("<svg") == 5
    for text in ("stiffest, λ = 40", "64 % in U₁", "sloppiest, λ = 2", "72 % in U₁"):
        assert text in page, text


def test_a_negative_eigenvalue_is_shown_too():
    values = np.array([40.0, 20.0, 4.0, -2.0])
    page = html_of(results(stiff(hessian_eigenvalues=values)))
    assert '<td class="number">-2</td>' in page


def test_a_partial_spectrum_and_vectors_off_the_paths_are_explained():
    changes = {
        "hessian_coordinates": 900, "hessian_is_partial": True,
        "hessian_paths": np.array(["(1)", "vector 2"]),
    }  # fmt: skip
    page = html_of(results(stiff(**changes)))
    assert "of 900 directions" in page
    assert "Of the spectrum the two ends alone were computed." in page
    assert "Vectors that end no path are numbered." in page and "vector 2" in page


def test_a_width_that_did_not_converge_is_passed_over():
    points = [
        replace(p, arrays={**p.arrays, "converged": np.array(p.width != 10)}) for p in stiff()
    ]
    assert "of 4 directions at N = 30 in the first draw" in html_of(results(points))


def test_without_a_spectrum_there_is_no_section():
    assert "Stiff and sloppy" not in html_of(results(FALLING))
    one = stiff(hessian_eigenvalues=np.array([3.0]))
    assert "Stiff and sloppy" not in html_of(results(one))


def test_without_matplotlib_there_are_tables(monkeypatch):
    monkeypatch.setattr(derive.theories.networks.report.figures, "available", lambda: False)
    page = html_of(results(FALLING))
    assert "<svg" not in page
    assert page.count("matplotlib is not installed") == 1
    assert "good, path" in page and "95.0" in page


def test_without_latex2mathml_there_is_latex(monkeypatch):
    monkeypatch.setattr(equations, "converter", lambda: None)
    monkeypatch.setattr("derive.theories.networks.report.page.converter", lambda: None)
    page = html_of(results(FALLING))
    assert "<math" not in page
    assert page.count("latex2mathml is not installed") == 1
    assert "<pre" in page and r"\ln\det" in page


def test_verdicts_and_refusals_are_shown():
    check = {
        "claim": "a < b", "verdict": "DISAGREES", "expected": "1", "found": "2", "digits": 3,
        "reason": "a test",
    }  # fmt: skip
    found = replace(
        results(FALLING), checks=[check], certificates={"refused": "step 2: refused", "steps": []}
    )
    page = html_of(found)
    assert "a &lt; b" in page and "DISAGREES" in page and "step 2: refused" in page
