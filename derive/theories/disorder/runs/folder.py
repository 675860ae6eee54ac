"""The folder of a run about a disordered model."""

from __future__ import annotations

from derive.running.folder import Layout

JOURNAL = "points.jsonl"
FILES = (
    "derivation.md", "derivation.tex", "solver.py", "solution.npz", JOURNAL, "table.csv",
    "certificates.json", "checks.json", "summary.json", "report.html",
)  # fmt: skip
LAYOUT = Layout("run.json", FILES)
