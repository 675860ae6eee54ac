"""Every example runs as it stands; what it compares, it asserts itself."""

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
APART = ("heads_phase_diagram.py",)
"""Examples with a test of their own."""
QUICK = ("several_outputs.py", "convolution.py")
SAID = {
    "convolution.py": "as published",
    "deep_linear.py": "u published",
    "gated_linear.py": "exact at N = 5",
    "mixed.py": "widths and data times 4",
    "own_network.py": "N = 1000",
    "residual_attention.py": "saddle point",
    "several_outputs.py": "which the closed form gives to",
}
"""The last that each of them says, as far as it is known here."""
NAMES = sorted({path.name for path in EXAMPLES.glob("*.py")} - set(APART))


@pytest.mark.parametrize(
    "name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in NAMES]
)
def test_an_example_runs(name, capsys):
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    assert SAID.get(name, "\n") in capsys.readouterr().out


def test_the_systems_all_have_an_example():
    assert set(SAID) <= set(NAMES)
