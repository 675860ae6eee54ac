"""A module of a disordered model in an isolated interpreter in which derive cannot be imported."""

import json
import subprocess
import sys

import pytest
from alone import ALONE

from derive.theories.disorder.gallery import gallery_model
from derive.theories.disorder.module import generate
from derive.theories.disorder.solver import solve

RUNNER = (
    ALONE
    + """
found = module.solve(**json.loads(sys.argv[2]))
print(json.dumps({
    "free_entropy": float(found.free_entropy), "converged": bool(found.converged),
    "overlaps": {name: float(value) for name, value in found.overlaps.items()},
    "loaded": sorted({name.split(".")[0] for name in sys.modules}),
}))
"""
)
GIVEN = {
    "sk": {"beta": 1.7, "J": 0.8},  # closed, a discrete sum
    "compressed_sensing": {"alpha": 0.65},  # closed, labels with noise
    "perceptron_ternary": {"alpha": 0.4, "kappa": 0.3},  # steps
}


@pytest.mark.parametrize("name", GIVEN)
def test_it_finds_what_derive_finds(tmp_path, name):
    given = {"random": 1, **GIVEN[name]}
    model = gallery_model(name)
    (tmp_path / "runner.py").write_text("import json\n" + RUNNER, encoding="utf-8")
    (tmp_path / "generated.py").write_text(generate(model).source, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-I", "-W", "error", "runner.py", "generated.py", json.dumps(given)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    alone, here = json.loads(run.stdout), solve(model, **given)
    assert alone["converged"] and "derive" not in alone["loaded"]
    assert "sympy" not in alone["loaded"]
    assert alone["free_entropy"] == pytest.approx(here.free_entropy, rel=1e-13)
    assert set(alone["overlaps"]) == set(here.overlaps)
