"""The report of a run: one HTML page that needs nothing else, and tables of its numbers."""

from derive.theories.networks.report.figures.pruning import ORDERS, WAYS
from derive.theories.networks.report.findings import findings
from derive.theories.networks.report.page import html_of
from derive.theories.networks.report.results import (
    AS_DESCRIBED,
    CaseResults,
    Point,
    Results,
    width_label,
)
from derive.theories.networks.report.summary import summary_csv, summary_dict

__all__ = [
    "AS_DESCRIBED",
    "ORDERS",
    "WAYS",
    "CaseResults",
    "Point",
    "Results",
    "findings",
    "html_of",
    "summary_csv",
    "summary_dict",
    "width_label",
]
