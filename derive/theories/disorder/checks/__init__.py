"""Checks of a model's generated module, and of the theory, by what does not share its formulas."""

from derive.evidence.table import render
from derive.evidence.verdict import CheckResult, Verdict, exit_status
from derive.theories.disorder.checks.checking import check
from derive.theories.disorder.checks.finite_size import SAMPLES, ladder

__all__ = ["SAMPLES", "CheckResult", "Verdict", "check", "exit_status", "ladder", "render"]
