"""Modules of expansions in an isolated interpreter in which derive cannot be imported."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from alone import ALONE
from small_networks import NETWORKS

from derive import derive
from derive.theories.networks.analysis.expansions import finite_width_expansion, saddle_expansion
from derive.theories.networks.checks.sample import Draw
from derive.theories.networks.module import generate_expansion

RUNNER = (
    ALONE
    + """
import numpy as np

given = np.load(sys.argv[2])
problem = module.make_problem(
    given["attended"], given["labels"], tuple(given["widths"]), tuple(given["variances"]),
    float(given["temperature"]), tuple(given["heads"]),
)
found = getattr(module, sys.argv[3])(problem, given["attended_test"])
shown = {name: [np.asarray(term).tolist() for term in getattr(found, name)]
         for name in ("mean", "variance")}
shown["overlaps"] = [[term.tolist() for term in series] for series in found.overlaps]
shown["loaded"] = sorted({name.split(".")[0] for name in sys.modules})
print(json.dumps(shown))
"""
)
KINDS = {
    "saddle_expansion": saddle_expansion,
    "finite_width_expansion": finite_width_expansion,
}


@pytest.mark.parametrize("function", KINDS)
@pytest.mark.parametrize("name", ["two attentions", "residual ends in residual"])
def test_the_module_alone_finds_the_terms(name, function, tmp_path):
    derivation = derive(NETWORKS[name])
    sample = Draw(derivation.theory.notation, 21).sample()
    expansion = KINDS[function](derivation)
    (tmp_path / "runner.py").write_text(RUNNER, encoding="utf-8")
    (tmp_path / "expansion.py").write_text(generate_expansion(expansion).source, encoding="utf-8")
    np.savez(
        tmp_path / "given.npz", attended=sample.attended, labels=sample.labels,
        attended_test=sample.attended_test, widths=sample.widths, variances=sample.variances,
        temperature=float(sample.temperature), heads=sample.attention_heads(),
    )  # fmt: skip
    run = subprocess.run(
        [sys.executable, "-I", "-W", "error", "runner.py", "expansion.py", "given.npz", function],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert not {"derive", "sympy", "mpmath", "rich"} & set(found["loaded"])
    due = expansion.values(sample.numbers(), 25)
    for ours, theirs in (
        *zip(found["overlaps"], due.overlaps, strict=True),
        (found["mean"], [term[:, 0] for term in due.mean]),
        (found["variance"], [term[:, 0] for term in due.variance]),
    ):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one, other.astype(float), rtol=1e-9, atol=1e-12)
