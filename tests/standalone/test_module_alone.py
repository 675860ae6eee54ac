"""A generated module in an isolated interpreter in which derive cannot be imported."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from alone import ALONE
from small_networks import NETWORKS, random_data, solver

RUNNER = (
    ALONE
    + """
import numpy as np

given = np.load(sys.argv[2])
solution = module.solve(
    given["attended"], given["labels"], widths=tuple(given["widths"]),
    variances=tuple(given["variances"]), temperature=float(given["temperature"]),
)
mean, variance = module.predict(solution, given["attended_test"])
bottom = module.bottom(solution.overlaps, solution.problem)
found = {
    "converged": solution.converged, "action": solution.action, "message": solution.message,
    "log_evidence": solution.log_evidence, "gradient_norm": solution.gradient_norm,
    "residual": solution.residual, "mean": mean.tolist(), "variance": variance.tolist(),
    "bottom": bottom.tolist(),
    "head_scores": module.head_scores(solution.overlaps, solution.problem).tolist(),
    "loaded": sorted({name.split(".")[0] for name in sys.modules}),
}
if hasattr(module, "chain_normalisation"):
    overlaps, found["chain_action"] = module.chain_normalisation(
        solution.overlaps, solution.problem
    )
    found["chain_overlaps"] = [overlap.tolist() for overlap in overlaps]
print(json.dumps(found))
"""
)


def run_alone(folder, name, data):
    """The numbers that the module of a network finds on its own."""
    network = NETWORKS[name]
    problem = solver(name).problem(network, data)
    (folder / "runner.py").write_text(RUNNER, encoding="utf-8")
    (folder / "generated.py").write_text(solver(name).generated.source, encoding="utf-8")
    np.savez(
        folder / "given.npz", attended=data.attended, labels=data.labels,
        attended_test=data.attended_test, widths=problem.widths, variances=problem.variances,
        temperature=problem.temperature,
    )  # fmt: skip
    run = subprocess.run(
        [sys.executable, "-I", "-W", "error", "runner.py", "generated.py", "given.npz"],
        cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.parametrize(
    "name", ["no layer", "two attentions", "linear layers", "residual ends in residual"]
)
def test_the_module_alone_finds_what_the_solver_finds(name, tmp_path):
    data = random_data(NETWORKS[name], seed=31, examples=9)
    found = run_alone(tmp_path, name, data)
    expected = solver(name).solve(NETWORKS[name], data)
    assert found["converged"] and expected.converged
    assert found["message"] == expected.message
    assert found["gradient_norm"] < 1e-10 and found["residual"] < 1e-7
    assert found["log_evidence"] == pytest.approx(expected.log_evidence, rel=1e-12)
    for key, value in (
        ("mean", expected.mean), ("variance", expected.variance), ("bottom", expected.bottom),
        ("head_scores", expected.head_scores),
    ):  # fmt: skip
        np.testing.assert_allclose(found[key], value, rtol=1e-7, atol=1e-9)
    assert ("chain_action" in found) == bool(expected.chain_overlaps)
    action = found.get("chain_action", found["action"])
    assert action == pytest.approx(expected.action, rel=1e-12)
    for one, other in zip(found.get("chain_overlaps", []), expected.chain_overlaps, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-9)
    assert not {"derive", "sympy", "mpmath", "rich"} & set(found["loaded"])


def test_a_module_without_data_only_defines(tmp_path):
    """Importing does nothing: no output, no file, no warning."""
    path = tmp_path / "generated.py"
    path.write_text(solver("two attentions").generated.source, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-I", "-B", "-W", "error", str(path)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert os.listdir(tmp_path) == ["generated.py"]
