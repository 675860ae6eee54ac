"""Corrected lines, tried at a few points: each term is worked out once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from derive.claims.sides import Side
from derive.claims.slips.change import Change
from derive.claims.slips.search import Trial
from derive.errors import DeriveError
from derive.evidence.numbers import Array
from derive.evidence.verdict import Unsettled
from derive.theories.disorder.words.sides import Theirs


@dataclass(eq=False)
class Tried(Trial):
    """A trial whose values are those of this theory's claims."""

    line: Theirs | None = None

    def of(self, line: Theirs) -> Tried:
        """The trial of a line."""
        self.line = line
        return self

    def _term(self, text: str) -> list[Array] | None:
        """The values of one term; None where it has none."""
        assert self.line is not None
        if text not in self._values:
            try:
                self._values[text] = [
                    np.array([[self.line.roughly(text, point)]]) for point in self.points
                ]
            except (DeriveError, Unsettled, ArithmeticError):
                self._values[text] = None
        return self._values[text]

    def confirmed(self, change: Change) -> int:
        """The rank of the whole line, corrected."""
        try:
            return self.rank(Side(self.where, text=change.text))
        except (DeriveError, ArithmeticError):
            return 0
