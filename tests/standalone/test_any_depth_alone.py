"""A module in which depth is an argument, where derive cannot be imported: two depths, one file."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from repeated_modules import case, generated_source

RUNNER = '''
import importlib.util
import json
import sys


class Absent:
    """derive, and all that it needs besides numpy and scipy, is not installed."""

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("derive", "sympy", "mpmath", "rich"):
            raise ModuleNotFoundError(f"No module named {name!r}")
        return None


sys.meta_path.insert(0, Absent())
try:
    import derive
except ModuleNotFoundError:
    pass
else:
    raise SystemExit("derive can be imported here: the test shows nothing")

spec = importlib.util.spec_from_file_location("generated", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)

import numpy as np

found = []
for path in sys.argv[2:]:
    given = np.load(path)
    solution = module.solve(
        given["attended"], given["labels"], depth=int(given["depth"]),
        widths=tuple(given["widths"]), variances=tuple(given["variances"]),
        temperature=float(given["temperature"]), heads=tuple(given["heads"]),
    )
    mean, variance = module.predict(solution, given["attended"][:2])
    found.append({
        "converged": solution.converged, "log_evidence": solution.log_evidence,
        "residual": solution.residual, "mean": mean.tolist(), "variance": variance.tolist(),
    })
print(json.dumps([found, sorted({name.split(".")[0] for name in sys.modules})]))
'''


def test_one_module_alone_solves_networks_of_two_depths(tmp_path):
    cases = [case("attention", depth) for depth in (1, 3)]
    (tmp_path / "runner.py").write_text(RUNNER, encoding="utf-8")
    (tmp_path / "generated.py").write_text(generated_source("attention"), encoding="utf-8")
    files = []
    for here in cases:
        (attended, labels), (widths, variances, temperature, heads) = here.data, here.parameters
        files.append(f"depth_{here.depth}.npz")
        np.savez(
            tmp_path / files[-1], attended=attended, labels=labels, widths=widths,
            variances=variances, temperature=temperature, heads=heads, depth=here.depth,
        )  # fmt: skip
    run = subprocess.run(
        [sys.executable, "-I", "-W", "error", "runner.py", "generated.py", *files],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    solutions, loaded = json.loads(run.stdout)
    assert not {"derive", "sympy", "mpmath", "rich"} & set(loaded)
    for here, found in zip(cases, solutions, strict=True):
        widths, variances, temperature, heads = here.parameters
        expected = here.expected.solve(
            *here.data, widths=widths, variances=variances, temperature=temperature, heads=heads
        )
        assert found["converged"] and expected.converged and found["residual"] < 1e-8
        assert found["log_evidence"] == pytest.approx(expected.log_evidence, rel=1e-11)
        mean, variance = here.expected.predict(expected, here.data[0][:2])
        np.testing.assert_allclose(found["mean"], mean, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(found["variance"], variance, rtol=1e-7, atol=1e-9)
