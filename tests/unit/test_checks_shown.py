"""Nothing is shown that nothing recomputes: tables of claims against what is really written."""

import ast
from dataclasses import fields
from functools import cache

import pytest
from small_networks import NETWORKS

from derive.theories.networks.checks import shown
from derive.theories.networks.checks.points import random_point
from derive.theories.networks.checks.solutions import FIELDS, keys, stream_names
from derive.theories.networks.checks.subject import Subject
from derive.theories.networks.derivation import derive
from derive.theories.networks.description import Attention, Embedding, Features, Network, Readout
from derive.theories.networks.report.summary import COLUMNS
from derive.theories.networks.runs import evidence
from derive.theories.networks.runs.points import readings
from derive.theories.networks.runs.pruning import pruning
from derive.theories.networks.solver import Solution, load_solution, save_solution

OUTPUTS = Network(
    (
        Embedding(9, variance=1.3),
        Attention(2, variance=0.8, width=7),
        Readout(variance=1.1, token="each", positions=2, outputs=2),
    ),
    0.3,
)
MEAN = Network((Features(9, kernel="arc-cosine-1", variance=1.3), Readout(variance=1.1)), 0.3)
CASES = {
    "chain": NETWORKS["one attention"], "residual": NETWORKS["residual"], "outputs": OUTPUTS,
    "mean": MEAN,
}  # fmt: skip


@cache
def subject(name):
    return Subject.of(CASES[name], digits=15)


def test_every_field_of_a_solution_is_recomputed():
    assert {field.name for field in fields(Solution)} == set(FIELDS)


@pytest.mark.parametrize("name", CASES)
def test_every_key_of_a_file_is_recomputed(name, tmp_path):
    point = random_point(subject(name))
    save_solution(tmp_path / "solution.npz", point.solution())
    found = set(load_solution(tmp_path / "solution.npz"))
    axes = {f"{end}_{stream}" for end in ("stiff", "sloppy") for stream in stream_names(point)}
    assert found <= set(keys(point)) | axes
    assert {"G_bottom", "action", "log_evidence", "mean", "hessian_eigenvalues"} <= found


@pytest.mark.parametrize("name", CASES)
def test_every_function_of_a_module_has_a_claim(name):
    source = derive_source(name).partition("# What the functions above are made of")[0]
    body = [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)]
    found = {node.name for node in body if not node.name.startswith("_")}
    assert found <= set(shown.MODULE)
    assert {"action", "predict", "head_scores"} <= found


def derive_source(name):
    from derive.theories.networks.module import generate

    return generate(derive(CASES[name])).source


def test_every_key_that_a_run_adds_has_a_claim():
    point = random_point(subject("chain"))
    solver, solution = subject("chain").solver, point.solution()
    found = set(readings(solver, solution, point.data)) | set(pruning(solver, solution, point.data))
    assert found == set(shown.RUN) - {"selected_scores"}
    assert set(COLUMNS) <= {"case", "seed", "width"} | found | set(keys(point))


def test_claims_that_tables_name_are_there():
    names = {claim.name for claim in evidence.CLAIMS}
    assert set(shown.MODULE.values()) | set(shown.RUN.values()) <= names
