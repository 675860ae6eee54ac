"""What a derivation prints, by its signature: the frame calls these, and modules have their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray
Arrays = tuple[Array, ...]
Problem = Any
"""Data and parameters of one solution: the fields are printed too."""
EXPLICIT = True
"""Whether fluxes close every saddle-point equation."""
OUTPUTS = 1
"""Outputs of the network."""


def kernel(overlaps: Arrays, attended_test: Array, problem: Problem) -> Array:
    """K between a set of examples and the training examples."""
    raise NotImplementedError


def labels_covariance(overlaps: Arrays, problem: Problem) -> Array:
    """C = K + T."""
    raise NotImplementedError


def bottom(overlaps: Arrays, problem: Problem) -> Array:
    """G_bottom, the overlaps of the paths."""
    raise NotImplementedError


def action(overlaps: Arrays, problem: Problem) -> float:
    """S."""
    raise NotImplementedError


def energy(overlaps: Arrays, problem: Problem) -> float:
    """E, what the labels bring to S."""
    raise NotImplementedError


def fluctuation(overlaps: Arrays, problem: Problem) -> float:
    """What the projections on the mean of features add to the log evidence."""
    raise NotImplementedError


def prior_covariances(overlaps: Arrays, problem: Problem) -> Arrays:
    """Sigma_s of every stream, given the overlaps above it."""
    raise NotImplementedError


def constant_of_labels(problem: Problem) -> float:
    """ln p(labels) + E/2 where every stream has its prior covariance."""
    raise NotImplementedError


def evidence_constant(problem: Problem) -> float:
    """ln p(labels) + S/2."""
    raise NotImplementedError


def action_and_gradient(overlaps: Arrays, problem: Problem) -> tuple[float, Arrays]:
    """S and dS/dG_s."""
    raise NotImplementedError


def hessian_product(overlaps: Arrays, problem: Problem) -> Callable[[Arrays], Arrays]:
    """From directions dG_s to the changes of the gradients."""
    raise NotImplementedError


def saddle_right_hand_side(overlaps: Arrays, problem: Problem) -> Arrays:
    """The right-hand sides of G_s = ..."""
    raise NotImplementedError


def closed_on_lowest(problem: Problem) -> Callable[[Arrays], Arrays] | None:
    """The equations closed on the lowest overlaps, where they close."""
    raise NotImplementedError


def readers(problem: Problem) -> tuple[tuple[int, ...], ...]:
    """For every stream, those whose prior covariance is made of its overlaps."""
    raise NotImplementedError


def infinite_width(problem: Problem) -> Arrays:
    """G_s at infinite width."""
    raise NotImplementedError
