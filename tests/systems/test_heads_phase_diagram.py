"""The example that draws the phase diagram of two heads, with few points."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")
EXAMPLE = Path(__file__).parents[2] / "examples" / "heads_phase_diagram.py"


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("heads_phase_diagram", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_a_small_diagram_is_drawn(example, tmp_path, capsys):
    assert example.main([str(tmp_path), "--points", "4"]) == 0
    text = capsys.readouterr().out
    assert "the transition is continuous, without hysteresis" in text
    picture = (tmp_path / "heads_phase_diagram.png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(picture) > 50_000


def test_the_data_are_those_of_the_table(example):
    from small_networks import broken_heads

    network, data = example.two_heads()
    other_network, other = broken_heads(1.0)
    assert network.layers == other_network.layers
    kernels = [np.einsum("mip,niq->mpnq", d.attended, d.attended) / d.attended.shape[1]
               for d in (data, other)]  # fmt: skip
    np.testing.assert_allclose(*kernels, atol=1e-12)
    np.testing.assert_array_equal(data.labels, other.labels)


def test_the_onset_falls_with_the_width(example):
    """At large widths it goes with the square root of N/P; the table's onset lies between."""
    diagram = example.Diagram()
    narrow, table, wide, wider = (diagram.onset(r) for r in (20.0, 8 / 9, 1e-3, 1e-4))
    assert narrow < 6 < table < 7 < wide
    assert table == pytest.approx(6.828971790, rel=1e-8)
    assert wider / wide == pytest.approx(np.sqrt(10), rel=1e-3)
