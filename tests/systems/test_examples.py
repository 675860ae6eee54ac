"""Every example runs as it stands; what it compares, it asserts itself."""

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
APART = ("heads_phase_diagram.py",)
"""Examples with a test of their own."""
QUICK = {"several_outputs.py": "which the closed form gives to", "convolution.py": "as published"}
SLOW = {
    "deep_linear.py": "u published",
    "gated_linear.py": "exact at N = 5",
    "mixed.py": "widths and data times 4",
    "own_network.py": "N = 1000",
    "residual_attention.py": "saddle point",
}


def test_no_example_is_forgotten():
    assert {path.name for path in EXAMPLES.glob("*.py")} == {*QUICK, *SLOW, *APART}


@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]
)
def test_an_example_runs(name, capsys):
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    assert (QUICK | SLOW)[name] in capsys.readouterr().out
