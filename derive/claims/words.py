"""What a theory tells of claims about its descriptions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Words:
    """The words of a theory's claims.

    Attributes:
        model: What a claim calls the description that it is about: "network".
        abouts: What a claim about a description may be about: "action", or "saddle U_1", with an
            order parameter as an example, where it has saddle-point equations.
        read: A description from a file.
    """

    model: str
    abouts: Callable[[Any], tuple[str, ...]]
    read: Callable[[Path], Any]
