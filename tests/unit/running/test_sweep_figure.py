"""The figure of a sweep: every point is in it, and what did not converge is marked."""

import math

import pytest

pytest.importorskip("matplotlib")

from derive.theories.networks.report.figures import sweep as figures


def rows(**changes):
    found = []
    for width in (10, 100, math.inf):
        for temperature in (0, 0.1):
            for seed in (0, 1):
                row = {
                    "width": width, "temperature": temperature, "examples": 20, "seed": seed,
                    "converged": True, "log_evidence": -30.0 - seed, "test_accuracy": 0.9,
                }  # fmt: skip
                found.append(row | changes)
    return found


def marks(axes):
    """How many crosses a panel has."""
    return sum(line.get_marker() == "x" for line in axes.get_lines())


@pytest.fixture
def drawn(monkeypatch):
    """Draw, and return the figure instead of its bytes."""
    kept = []
    monkeypatch.setattr(figures, "_bytes", lambda found, kind: kept.append(found) or b"")

    def draw(rows, *swept):
        figures.draw_sweep(rows, swept, ("png",))
        return kept[-1]

    return draw


def test_a_line_a_value_and_a_panel_a_measure(drawn):
    found = drawn(rows(), "width", "temperature")
    accuracy, evidence = found.axes
    assert accuracy.get_ylabel() == "test accuracy (%)"
    assert evidence.get_ylabel() == "log evidence per example"
    assert [t.get_text() for t in found.legends[0].get_texts()] == ["T = 0", "T = 0.1"]
    assert [t.get_text() for t in evidence.get_xticklabels()] == ["10", "100", "∞"]
    means = [
        y for line in evidence.get_lines() for y in line.get_ydata() if len(line.get_xdata()) == 2
    ]
    assert set(means) == {-30.5 / 20}


def test_every_point_that_did_not_converge_is_a_cross(drawn):
    content = rows()
    content[0] |= {"converged": False}
    content[5] |= {"converged": False, "log_evidence": None, "test_accuracy": None}
    found = drawn(content, "width", "temperature")
    assert [marks(axes) for axes in found.axes] == [2, 2]
    assert found.legends[0].get_texts()[-1].get_text() == "not converged"
    assert "2 of 12 points did not converge" in found.get_suptitle()


def test_a_third_quantity_has_panels_and_says_how_many_are_left_out(drawn):
    content = [row for count in (10, 20, 30, 40, 50) for row in rows(examples=count)]
    found = drawn(content, "width", "temperature", "examples")
    assert len(found.axes) == 8
    assert found.axes[2].get_title(loc="left") == "P = 20"
    assert "4 of 5 rows of panels shown" in found.get_suptitle()


@pytest.mark.parametrize("swept", [(), ("temperature",), ("width",), ("temperature", "width")])
def test_any_quantity_may_come_first(swept, drawn):
    assert len(drawn(rows(), *swept).axes) == 2


def test_the_caption_says_what_is_the_same_at_all_points(drawn):
    assert drawn(rows(), "width", "temperature").get_suptitle().startswith("P = 20; mean and")
    content = [row for row in rows() if row["width"] == 10 and row["temperature"]]
    assert drawn(content).get_suptitle() == "N = 10, T = 0.1, P = 20"


def test_rows_of_panels_have_one_scale(drawn):
    content = rows(examples=10) + rows(examples=20, test_accuracy=0.7)
    accuracy = drawn(content, "width", "temperature", "examples").axes[::2]
    low, high = accuracy[0].get_ylim()
    assert accuracy[1].get_ylim() == (low, high) and low < 70 < 90 < high


def test_files_are_pictures():
    found = figures.draw_sweep(rows(), ("width",), ("png", "pdf"))
    assert found["png"].startswith(b"\x89PNG") and found["pdf"].startswith(b"%PDF")
    assert found == figures.draw_sweep(rows(), ("width",), ("png", "pdf"))
