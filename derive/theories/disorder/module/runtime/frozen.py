"""Where q runs into Q: a single configuration is left, and no fixed point inside says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

GAPS = (1e-4, 1e-7)
"""1 - q/Q, from which one step of the update must lead nearer to Q."""

LAST_GAP = 1e-10
"""At which the free entropy is looked at: what is left of it is of the order of its root."""


SETTLED = 1e-3
"""A change of the free entropy between two gaps above which it falls without bound."""


class Frozen(NamedTuple):
    """The end of a search that runs into q = Q.

    Attributes:
        point: Order parameters just inside.
        free_entropy: There; -inf where no configuration is left.
    """

    point: np.ndarray
    free_entropy: float


def frozen(
    update: Callable[[np.ndarray], np.ndarray],
    edge: Callable[[float], np.ndarray],
    free_entropy: Callable[[np.ndarray], float],
) -> Frozen | None:
    """The state of one configuration, where the update leads into it; None where it leads away.

    Args:
        update: One undamped step.
        edge: From q/Q to order parameters of one configuration and its teacher.
        free_entropy: At order parameters.
    """
    end = edge(1.0)
    size = np.maximum(np.abs(end), 1.0)
    with np.errstate(all="ignore"):  # what is not finite leads nowhere
        for gap in GAPS:
            left = np.abs(end - np.asarray(update(edge(1.0 - gap)), dtype=float)) / size
            if not np.all(left <= 0.5 * gap):
                return None
        before, value = (float(free_entropy(edge(1.0 - gap))) for gap in (100 * LAST_GAP, LAST_GAP))
    if not np.isfinite(value) or abs(before - value) > SETTLED * max(1.0, abs(value)):
        return Frozen(edge(1.0 - LAST_GAP), -np.inf)
    return Frozen(edge(1.0 - LAST_GAP), value + (value - before) / 9.0)  # as the gap's root
