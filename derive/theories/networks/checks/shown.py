"""What generated modules, solutions and runs show, and the claim that recomputes each.

Tests hold these tables against what is really printed and written: something new that has no claim
fails them.
"""

from __future__ import annotations

from collections.abc import Mapping

FUNCTIONS, HESSIAN = "index loops: functions", "index loops: Hessian"
VALUES, GRADIENT = "generated functions", "generated gradient"
FIELDS, FILE, GUARDS = "solution: fields", "solution: file", "convergence: guards"
READ = "run: alignment, scores and selected paths"
REMOVED = "run: heads removed"

MODULE: Mapping[str, str] = {
    "action": FUNCTIONS, "action_and_gradient": FUNCTIONS, "gradient": GRADIENT,
    "log_evidence": FUNCTIONS, "evidence_constant": FUNCTIONS, "kernel": FUNCTIONS,
    "bottom": FUNCTIONS, "predictor": FUNCTIONS, "predict": FUNCTIONS,
    "condition_number": FUNCTIONS, "labels_covariance": FIELDS, "path_table": FUNCTIONS,
    "head_scores": FUNCTIONS, "chain_normalisation": FUNCTIONS, "overlap_law": FUNCTIONS,
    "label_law": FUNCTIONS, "hessian_product": HESSIAN, "hessian_vector_product": VALUES,
    "hessian_spectrum": HESSIAN, "curvature": FIELDS, "saddle_right_hand_side": VALUES,
    "saddle_residual": FIELDS, "infinite_width": VALUES, "first_correction": VALUES,
    "solve": GUARDS, "at": FIELDS, "starting_points": GUARDS, "closed_equations": GUARDS,
    "refuse_singular": GUARDS, "make_problem": FUNCTIONS, "one_row_per_output": FUNCTIONS,
    "one_row_per_test_output": FUNCTIONS, "rows_of_outputs": FUNCTIONS,
    "real_array": FUNCTIONS, "guarded": GUARDS, "require_finite": GUARDS,
    "equation_residual": FIELDS, "gradient_rounding": GUARDS, "hidden_gradient": GUARDS,
    "energy": FIELDS, "prior_covariances": FIELDS, "constant_of_labels": FIELDS,
    "fluctuation": FUNCTIONS, "share": FUNCTIONS, "projections": FIELDS,
    "action_beyond_prior": FIELDS, "height": FIELDS, "prior_sizes": GUARDS, "readers": GUARDS,
    "digits_told": GUARDS, "closed_on_lowest": GUARDS,
}  # fmt: skip
"""Every function of a generated module."""

RUN: Mapping[str, str] = {
    "kernel_eigenvalues": READ, "alignment": READ, "score": READ, "score_name": READ,
    "selected_scores": READ, "pruning_scores": REMOVED, "pruning_heads": REMOVED,
    "pruning_unsolved": REMOVED,
}  # fmt: skip
"""Every key that a run adds to a solution's file, but for what it was asked for (width, seed) and
the scores of predictors that know nothing of the network."""
