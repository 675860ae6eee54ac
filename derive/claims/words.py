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
        abouts: What a claim may be about.
        read: A description from a file.
    """

    model: str
    abouts: tuple[str, ...]
    read: Callable[[Path], Any]
