"""Names in a description: which are free to be taken."""

from __future__ import annotations

import re
from typing import Any

from derive.errors import DescriptionError
from derive.theories.disorder.description.language import WORDS, is_name
from derive.wording import shown

RESERVED = {
    "beta": "the inverse temperature",
    "y": "the label",
    "N": "the number of sites",
    "n": "the number of replicas",
    "omega": "the mean of a field",
    "q": "an overlap",
    "Q": "a self-overlap",
    "m": "a magnetisation or a teacher's overlap",
    "qhat": "a conjugate",
    "Qhat": "a conjugate",
    "mhat": "a conjugate",
}
"""Names with a meaning of their own."""
OVERLAP = re.compile(r"(q|Q|qhat|Qhat|mhat|score)_\w+")
RESULTS = (
    "free_entropy", "replicon", "entropy", "energy", "converged", "residual", "quadrature_error",
    "b",
)  # fmt: skip
"""What a solution's file holds beside order parameters; no observable has these names."""


def refuse_name(name: Any, where: str, *, allowed: tuple[str, ...] = ()) -> None:
    """Raise DescriptionError if a name is none, or has a meaning already.

    Args:
        name: What was given.
        where: What to call it in messages.
        allowed: Names with a meaning that fits.
    """
    if isinstance(name, str) and name in WORDS:
        raise DescriptionError(f"{where}: {name} is a word of the language; take another name")
    if not is_name(name):
        raise DescriptionError(
            f"{where}: {shown(name)} is no name; write at most 30 letters, digits and underscores, "
            "a letter first, and no word of Python (lam for lambda)"
        )
    if name in allowed:
        return
    if name in RESERVED or OVERLAP.fullmatch(name):
        meaning = RESERVED.get(
            name, "an order parameter of a component or a population, or a score"
        )
        raise DescriptionError(f"{where}: {name} is {meaning} already; take another name")
