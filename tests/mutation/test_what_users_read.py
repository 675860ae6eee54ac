"""Whatever a module, a solution, a file or a report shows: made wrong, a check disagrees.

One small subject is derived once, and of each mutant the claim concerned alone is decided.
"""

from dataclasses import replace
from functools import cache
from importlib import import_module
from types import ModuleType

import numpy as np
import pytest

from derive.evidence.verdict import Verdict
from derive.theories.networks.checks import exchangeable, solutions
from derive.theories.networks.checks.subject import Subject
from derive.theories.networks.derivation import derive
from derive.theories.networks.description import (
    Attention,
    Convolution,
    Embedding,
    Gated,
    Network,
    Parallel,
    Readout,
    Serial,
    attended,
    convolution,
)
from derive.theories.networks.module import generate
from derive.theories.networks.phases import hessian, representations
from derive.theories.networks.report import summary, tables
from derive.theories.networks.runs import evidence, points, pruning
from derive.theories.networks.solver import scores, solving, spectrum
from derive.theories.networks.solver.solving import Solver
from derive.theories.networks.sweeps import evidence as swept
from derive.theories.networks.sweeps import solving as sweeping

sentences = import_module(
    "derive.theories.networks.report.findings"
)  # the package has a function of that name
CLAIM = {claim.name: claim for claim in swept.CLAIMS}
FUNCTIONS, HESSIAN = "index loops: functions", "index loops: Hessian"
FIELDS, FILE, WIDE = "solution: fields", "solution: file", "solution: infinite width"
GUARDS, LAYERS = "convergence: guards", "layers: attended inputs"
READ, REMOVED, SHOWN = (
    "run: alignment, scores and selected paths", "run: heads removed", "run: summaries and report",
)  # fmt: skip


def described(*layers, readout="last", **options):
    ends = Embedding(9, variance=1.3), Readout(variance=1.1, token=readout, **options)
    return Network((ends[0], *layers, ends[1]), 0.3)


TWO = described(
    Attention(2, variance=0.8, width=7), Attention(3, variance=1.2, width=8)
)  # fmt: skip


@cache
def made():
    derivation = derive(TWO)
    return derivation, generate(derivation)


@cache
def subject():
    """One for all tests: what loops make of it is kept, what is checked is asked for again."""
    derivation, module = made()
    return Subject(TWO, derivation.theory, module.load(), 15, derivation=derivation)


def verdict(claim, found=None):
    return CLAIM[claim].check(found or subject()).verdict


@pytest.mark.parametrize("claim", [FUNCTIONS, HESSIAN, FIELDS, FILE, WIDE, GUARDS, LAYERS, READ,
                                   REMOVED, SHOWN])  # fmt: skip
def test_what_is_right_agrees(claim):
    assert verdict(claim) is Verdict.AGREES


# --- the text of the module ---------------------------------------------------------------------

TEXT = {
    "the basis of the Hessian": (HESSIAN, "np.sqrt(0.5))", "1.0)"),
    "a root that is no root": (HESSIAN, "(axes * np.sqrt(values)) @", "(axes * values) @"),
    "the Cholesky root": (
        HESSIAN, "np.asarray((axes * np.sqrt(values)) @ axes.T)", "np.linalg.cholesky(matrix)",
    ),
    "the count of positive directions": (HESSIAN, "values < -rounding", "values > rounding"),
    "no negative directions": (HESSIAN, "np.sum(values < -rounding)", "np.sum(values < -1e9)"),
    "the largest for the lowest": (HESSIAN, "int(np.argmin(values))", "int(np.argmax(values))"),
    "a spectrum upside down": (HESSIAN, "values[order[::-1]]", "values[order]"),
    "stiff for sloppy": (HESSIAN, "order[: -SPECTRUM_ENDS - 1 : -1], order[:SPECTRUM_ENDS]",
                         "order[:SPECTRUM_ENDS], order[: -SPECTRUM_ENDS - 1 : -1]"),
    "a count of coordinates": (HESSIAN, "basis.size, partial)", "basis.size + 1, partial)"),
    "a spectrum called partial": (HESSIAN, "basis.size, partial)", "basis.size, True)"),
    "a direction of another length": (HESSIAN, "basis.matrices(vector if", "2 * basis.matrices("
                                      "vector if"),
    "heads of rows alone": (FUNCTIONS, "strength[np.ix_(outside, outside)]", "strength[outside]"),
    "heads without magnitudes": (FUNCTIONS, "np.abs(bottom(", "(bottom("),
    "heads by their sum": (FUNCTIONS, "max(scores, default=1.0)", "sum(scores)"),
    "the exact law": (FUNCTIONS, "refuse_no_density(overlaps, problem.widths", "overlaps = "
                      "overlaps[:1] + (2 * overlaps[1], overlaps[2])\n    refuse_no_density("
                      "overlaps, problem.widths"),
    "mean for variance": (FUNCTIONS, "return mean, variance", "return variance, mean"),
    "a condition number upside down": (FUNCTIONS, "values[-1] / values[0]",
                                       "values[0] / values[-1]"),
    "a gradient not relative to the width": (FIELDS, "float(np.linalg.norm(part)) / width",
                                             "float(np.linalg.norm(part))"),
    "paths in another order": (FUNCTIONS, "    rows = [[path.get(", "    paths = paths[::-1]\n"
                               "    rows = [[path.get("),
    "a residual that is ignored": (GUARDS, "if not residual <= 1e3 * tolerance", "if False"),
    "a residual of no number": (GUARDS, "not residual <= 1e3 * tolerance",
                                "residual > 1e3 * tolerance"),
    "a matrix that is not positive": (GUARDS, "for overlap in overlaps) > 0:",
                                      "for overlap in overlaps) > -1e9:"),
    "a saddle": (GUARDS, "    if found.negative:\n", "    if False:\n"),
    "the sign of the evidence": (FUNCTIONS, "return -action_beyond_prior(",
                                 "return action_beyond_prior("),
    "the sign of a solution's evidence": (FIELDS, "log_evidence=evidence,",
                                          "log_evidence=-evidence,"),
    "a solution's evidence without prior": (
        FIELDS, "return above + energy(", "return 0 * above + energy(",
    ),
    "evidence without constant": (FUNCTIONS, "/ 2.0 + constant_of_labels(problem)", "/ 2.0"),
    "half of the residual": (FIELDS, "    residual = equation_residual(overlaps, problem)",
                             "    residual = equation_residual(overlaps, problem) / 2"),
    "a gradient that is ignored": (GUARDS, "stationary = gradient_norm <=", "stationary = True or"),
    "a gradient of no number": (GUARDS, "stationary = gradient_norm <=",
                                "stationary = not gradient_norm >"),
    "a descent that broke off": (GUARDS, "(reason and gradient_norm > floor) or not stationary",
                                 "not stationary"),
    "converged in any case": (GUARDS, 'converged=message.startswith("converged")',
                              "converged=True"),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXT)
def test_a_wrong_text_of_the_module_disagrees(name):
    claim, right, wrong = TEXT[name]
    source = made()[1].source
    assert right in source
    module = ModuleType("wrong")
    exec(source.replace(right, wrong), module.__dict__)
    loops = subject()
    found = replace(loops, module=module)
    assert verdict(claim, found) is Verdict.DISAGREES


def test_order_parameters_in_another_order_disagree(monkeypatch):
    right = subject().module.chain_normalisation

    def wrong(overlaps, problem):
        chain, action = right(overlaps, problem)
        return chain[::-1], action

    monkeypatch.setattr(subject().module, "chain_normalisation", wrong)
    assert verdict(FUNCTIONS) is Verdict.DISAGREES
    assert verdict(FILE) is Verdict.DISAGREES


# --- the solution and its file ------------------------------------------------------------------

FIELD = {
    "mean for variance": lambda s: {"mean": s.variance, "variance": s.mean},
    "the sign of the evidence": lambda s: {"log_evidence": -s.log_evidence},
    "order parameters upside down": lambda s: {"chain_overlaps": s.chain_overlaps[::-1]},
    "streams upside down": lambda s: {"overlaps": s.overlaps[::-1]},
    "another action": lambda s: {"action": s.action + 1e-3},
    "no negative direction": lambda s: {"hessian_negative": 0},
    "the sign of an eigenvalue": lambda s: {"hessian_lowest": -s.hessian_lowest},
    "a bound": lambda s: {"hessian_is_bound": True},
    "paths upside down": lambda s: {"bottom": s.bottom[::-1, ::-1]},
    "heads upside down": lambda s: {"head_scores": s.head_scores[::-1]},
    "another condition number": lambda s: {"condition_number": 1 / s.condition_number},
    "residual for gradient": lambda s: {"gradient_norm": s.residual, "residual": s.gradient_norm},
    "converged": lambda s: {"converged": True},
    "another message": lambda s: {"message": "converged: a minimum"},
    "labels": lambda s: {"label_values": (1.0, 2.0)},
    "the solution's own as another": lambda s: {"others": (replace(s, others=()),)},
}


@pytest.mark.parametrize("name", FIELD)
def test_a_wrong_field_of_a_solution_disagrees(name, monkeypatch):
    right = Solver.solve

    def wrong(*given, **options):
        solution = right(*given, **options)
        return replace(solution, **FIELD[name](solution))

    monkeypatch.setattr(Solver, "solve", wrong)
    assert verdict(FIELDS) is Verdict.DISAGREES


@pytest.mark.parametrize("name", ["log_evidence", "mean", "variance", "bottom", "converged"])
def test_a_wrong_solution_at_infinite_width_disagrees(name, monkeypatch):
    right = Solver.at_infinite_width

    def wrong(*given):
        solution = right(*given)
        return replace(solution, **{name: not solution.converged if name == "converged"
                                    else -getattr(solution, name)})  # fmt: skip

    monkeypatch.setattr(Solver, "at_infinite_width", wrong)
    assert verdict(WIDE) is Verdict.DISAGREES


def test_wrong_shares_and_pairs_of_paths_disagree(monkeypatch):
    shares = property(lambda d: {n: float(np.abs(m).sum()) for n, m in d.matrices.items()})
    with monkeypatch.context() as patch:
        patch.setattr(spectrum.Direction, "shares", shares)
        assert verdict(FIELDS) is Verdict.DISAGREES
    right = spectrum.Direction.path_pairs
    for wrong in (
        lambda d, n=None: tuple(p._replace(weight=p.weight / 2**0.5) for p in right(d, n)),
        lambda d, n=None: right(d, n)[::-1],
    ):
        with monkeypatch.context() as patch:
            patch.setattr(spectrum.Direction, "path_pairs", wrong)
            assert verdict(FIELDS) is Verdict.DISAGREES
    monkeypatch.setattr(solving, "path_labels", lambda network: right_names(network)[::-1])
    assert verdict(FILE) is Verdict.DISAGREES


right_names = solving.path_labels
SWAPPED = [
    ("action", "log_evidence"), ("gradient_norm", "residual"), ("mean", "variance"),
    ("G_1", "G_bottom"), ("U_2", "G_2"), ("U_1", "G_1"),
    ("hessian_lowest", "hessian_negative"), ("stiff_G_1", "sloppy_G_1"),
]  # fmt: skip
TURNED = ["head_scores", "hessian_eigenvalues", "hessian_paths", "minima_action",
          "minima_G_bottom", "stiff_G_2"]  # fmt: skip


@pytest.mark.parametrize("wrong", [*SWAPPED, *((name,) for name in TURNED)])
def test_a_wrong_key_of_a_file_disagrees(wrong, monkeypatch):
    right = solutions.arrays

    def changed(solution):
        found = right(solution)
        first, second = wrong[0], wrong[-1]
        if first == second:
            return found | {first: found[first][::-1]}
        if (first, second) == ("G_1", "G_bottom"):  # equal, for a chain: in the other order
            return found | {"G_1": found["G_1"][::-1, ::-1]}
        return found | {first: found[second], second: found[first]}

    monkeypatch.setattr(solutions, "arrays", changed)
    assert verdict(FILE) is Verdict.DISAGREES


# --- layers -------------------------------------------------------------------------------------

GATES = Serial((Gated(3, variance=0.7, width=6), Attention(2, variance=0.9, width=7)))
NETWORKS = {
    "chain": TWO,
    "mean": described(Parallel((GATES, Attention(2, variance=0.8, width=7))), readout="mean"),
    "line": described(
        Convolution(3, variance=0.8, width=7, stride=2, padding=1), readout="each", positions=3
    ),
    "grid": described(
        Convolution((2, 1), variance=0.8, width=7, stride=(1, 2), padding=(1, 0), grid=(3, 4)),
        readout="first",
    ),
}


@cache
def of_layers(name):
    return Subject(NETWORKS[name], derive(NETWORKS[name]).theory, None, 15)


def shifted(numbers):
    """Shifts of a convolution, from other numbers than were given."""
    right = convolution._shifts
    return lambda *given: right(*numbers(*given))


def turned(rule):
    """Operators whose axes, or whose branches, are in another order."""
    return lambda self, data, tokens: rule(data)


READOUT = attended._readout_operator
LAYER = {
    "query before key": ("chain", Attention, "operators", turned(lambda d: d.swapaxes(2, 3))),
    "heads upside down": ("chain", Attention, "operators", turned(lambda d: d[:, ::-1])),
    "gates upside down": ("mean", Gated, "operators", turned(lambda d: d[:, ::-1])),
    "gates squared": ("mean", Gated, "operators", turned(lambda d: d**2)),
    "a shift by one": (
        "line", convolution, "_shifts", shifted(lambda n, k, s, p: (n, k, s, p + 1)),
    ),
    "padding on one side": (
        "line", convolution, "_shifts",
        lambda *given: np.roll(SHIFTS(*given), 1, axis=1),
    ),
    "offsets upside down": ("line", convolution, "_shifts", lambda *given: SHIFTS(*given)[::-1]),
    "offsets of a grid": ("grid", convolution, "_shifts", lambda *given: SHIFTS(*given)[::-1]),
    "the other token": ("chain", attended, "_readout_operator",
                        lambda *given: READOUT(*given)[:, ::-1]),
    "the first token": ("grid", attended, "_readout_operator",
                        lambda *given: READOUT(*given)[:, ::-1]),
    "positions upside down": ("line", attended, "_readout_operator",
                              lambda *given: READOUT(*given)[:, :, ::-1]),
    "a sum for a mean": ("mean", attended, "_readout_operator",
                         lambda *given: 2 * READOUT(*given)),
}  # fmt: skip
SHIFTS = convolution._shifts


@pytest.mark.parametrize("name", NETWORKS)
def test_layers_agree(name):
    assert verdict(LAYERS, of_layers(name)) is Verdict.AGREES


@pytest.mark.parametrize("name", LAYER)
def test_a_wrong_layer_disagrees(name, monkeypatch):
    network, owner, attribute, wrong = LAYER[name]
    monkeypatch.setattr(owner, attribute, wrong)
    found = CLAIM[LAYERS].check(of_layers(network))
    assert found.verdict is not Verdict.AGREES
    assert found.verdict is Verdict.DISAGREES or name == "a shift by one"  # no longer fits at all


# --- kinds of direction -------------------------------------------------------------------------

KINDS = "exchangeable heads: Hessian by kinds"
DIMENSION, PAIRS = representations.dimension, representations._pairs
KIND = {
    "a multiplicity": (hessian, "dimension", lambda kind, heads: heads if kind ==
                       representations.ONE else DIMENSION(kind, heads)),
    "a multiplicity of pairs": (hessian, "dimension", lambda kind, heads: 1 + DIMENSION(
        kind, heads) if kind == representations.PAIRS else DIMENSION(kind, heads)),
    "a direction that is missing": (representations, "_pairs", lambda kind, heads, size: PAIRS(
        kind, heads, size)[:1]),
    "a root that is no root": (hessian, "roots_of", lambda overlaps: overlaps),
}  # fmt: skip


@pytest.mark.parametrize("name", [None, *KIND])
def test_wrong_kinds_of_direction_disagree(name, monkeypatch):
    if name is None:
        assert verdict(KINDS) is Verdict.AGREES
        return
    owner, attribute, wrong = KIND[name]
    monkeypatch.setattr(owner, attribute, wrong)
    assert verdict(KINDS) is Verdict.DISAGREES


WRITTEN = {
    "the action of streams": lambda x: x | {"action": x["action"] + 1e-3},
    "evidence of the other sign": lambda x: x | {"log_evidence": -x["log_evidence"]},
    "overlaps in the normalisation of streams": lambda x: x | {"U_1": x["U_1"] / 2},
    "a stable point said to be none": lambda x: x | {"stable": ~x["stable"]},
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_wrong_symmetric_file_disagrees(name, monkeypatch):
    right, change = exchangeable.arrays, WRITTEN[name]
    monkeypatch.setattr(exchangeable, "arrays", lambda solution: change(right(solution)))
    assert verdict("exchangeable heads: what is written") is Verdict.DISAGREES


SWEPT = {
    "evidence of the other sign": lambda row: row | {"log_evidence": -row["log_evidence"]},
    "half of the trace": lambda row: row | {"overlap": row["overlap"] / 2},
    "one minimum fewer": lambda row: row | {"minima": row["minima"] - 1},
    "the root of the error": lambda row: row | {"test_error": row["test_error"] ** 0.5},
}


@pytest.mark.parametrize("name", SWEPT)
def test_a_wrong_row_of_a_sweep_disagrees(name, monkeypatch):
    right, change = sweeping.record_of, SWEPT[name]
    monkeypatch.setattr(sweeping, "record_of", lambda *given: change(right(*given)))
    assert verdict("sweep: table") is Verdict.DISAGREES


# --- what a run writes --------------------------------------------------------------------------

READING = {
    "eigenvalues upside down": ("kernel_eigenvalues", lambda x: x[::-1]),
    "alignment upside down": ("alignment", lambda x: x[::-1]),
    "squares of the alignment": ("alignment", lambda x: x**2),
    "alignment without the length of labels": ("alignment", lambda x: 2 * x),
    "another score": ("score", lambda x: 1 - x),
    "another name": ("score_name", lambda x: np.array("score")),
}


@pytest.mark.parametrize("name", READING)
def test_a_wrong_reading_disagrees(name, monkeypatch):
    right, (key, change) = points.readings, READING[name]

    def wrong(*given):
        found = right(*given)
        return found | {key: change(found[key])}

    monkeypatch.setattr(evidence, "readings", wrong)
    assert verdict(READ) is Verdict.DISAGREES


def test_wrong_kernels_of_selected_paths_disagree(monkeypatch):
    right = points.selected_score
    wrongs = (
        lambda solver, network, data, paths: right(solver, network, data, [paths[0]]),
        lambda solver, network, data, paths: right(solver, network, data, [0]),
        lambda solver, network, data, paths: right(
            solver, network.with_temperature(0.5), data, paths
        ),
    )
    for wrong in wrongs:
        with monkeypatch.context() as patch:
            patch.setattr(evidence, "selected_score", wrong)
            assert verdict(READ) is Verdict.DISAGREES


def test_wrong_signs_disagree(monkeypatch):
    monkeypatch.setattr(scores, "side_share", lambda *_: 0.123)
    assert verdict(READ) is Verdict.DISAGREES


CUT, KEPT = pruning.cut_mean, pruning.kept_mean
REMOVAL = {
    "removed from both ends": ("cut_mean", lambda solver, solution, data, left: KEPT(
        solver, solution, data, left)),
    "nothing cut": ("cut_mean", lambda solver, solution, data, left: CUT(
        solver, solution, data, np.ones_like(left))),
    "the number of all paths": ("kept_mean", lambda solver, solution, data, left: 1.001 * KEPT(
        solver, solution, data, left)),
    "another order": ("removals", lambda scores, heads, highest=0: pruning_order(
        scores, heads, 1 - highest)),
}  # fmt: skip
pruning_order = pruning.removals


@pytest.mark.parametrize("name", REMOVAL)
def test_wrong_scores_without_heads_disagree(name, monkeypatch):
    attribute, wrong = REMOVAL[name]
    monkeypatch.setattr(pruning, attribute, wrong)
    assert verdict(REMOVED) in (Verdict.DISAGREES, Verdict.INCONCLUSIVE)


def test_a_wrong_summary_or_report_disagrees(monkeypatch):
    columns = list(summary.COLUMNS)
    columns[4], columns[5] = columns[5], columns[4]
    mutants = (
        (summary, "_row", lambda case, point: ROW(case, point)[::-1]),
        (summary, "_spread", lambda values: {"mean": 2 * float(values.mean()),
                                             "standard_deviation": 0.0}),
        (tables, "_solution", lambda case, point: (*CELLS(case, point)[:3], "1.0",
                                                   *CELLS(case, point)[4:])),
        (sentences, "_factor", lambda value, digits: FACTOR(1 / value, digits)),
    )  # fmt: skip
    for owner, name, wrong in mutants:
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, wrong)
            assert verdict(SHOWN) in (Verdict.DISAGREES, Verdict.INCONCLUSIVE), name


ROW, CELLS = summary._row, tables._solution
FACTOR = sentences._factor
