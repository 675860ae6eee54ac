"""The report of a run: one HTML page that needs nothing else, and tables of its numbers."""

from derive.report.figures.pruning import ORDERS, WAYS
from derive.report.findings import findings
from derive.report.page import html_of
from derive.report.results import AS_DESCRIBED, CaseResults, Point, Results, width_label
from derive.report.summary import summary_csv, summary_dict

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
