"""What a theory tells of claims about its descriptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from derive.claims.slips.kinds import SLIPS


@dataclass(frozen=True)
class Words:
    """The words of a theory's claims.

    Attributes:
        model: What a claim calls the description that it is about: "network".
        abouts: What a claim about a description may be about: "action", or "saddle U_1", with an
            order parameter as an example, where it has saddle-point equations.
        read: A description from a file.
        table: The same from a table in the claim; None where a description has a file of its own.
        slips: Slips that its corrections may name.
        more: Keys of a claim that this theory has beside those of all.
    """

    model: str
    abouts: Callable[[Any], tuple[str, ...]]
    read: Callable[[Path], Any]
    table: Callable[[Mapping[str, Any]], Any] | None = None
    slips: Sequence[str] = tuple(SLIPS)
    more: Sequence[str] = ()
