"""Certificates of the expansions: decay with the widths, differences, and Laplace on numbers.

None of them uses the series of a rule, its forces or its shifts: the gradients, the action and the
predictor of the theory, certified before, are evaluated and differenced.
"""

from derive.theories.networks.analysis.expansions.certificates.decay import (
    overlaps_to_order,
    series_to_order,
)
from derive.theories.networks.analysis.expansions.certificates.exact_law import (
    mean_of_overlaps,
    mean_of_predictor,
    mean_without_labels,
    split_law,
    sum_of_squares,
)

__all__ = [
    "mean_of_overlaps",
    "mean_of_predictor",
    "mean_without_labels",
    "overlaps_to_order",
    "series_to_order",
    "split_law",
    "sum_of_squares",
]
