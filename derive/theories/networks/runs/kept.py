"""What an earlier run left in a folder, as far as it is this run's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from derive.errors import DataError
from derive.escaping import terminal
from derive.files import Unreadable
from derive.files.seals import Broken, read_json, read_sealed, unsealed_json
from derive.memory import available_memory
from derive.theories.networks.runs.jobs import Work
from derive.theories.networks.runs.task import Case

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Kept:
    """The files of a run that were made from what the run is about, and are as they were written.

    Attributes:
        work: The run.
        notes: A line for every file that was there, and is made anew.
    """

    work: Work
    notes: list[str] = field(default_factory=list)

    def solution(self, case: Case, seed: int | None, width: float) -> Arrays | None:
        """The arrays of a solution; None where it is to be solved."""
        path, source = self.work.folder.solution(case, seed, width), self.work.source
        try:
            return read_sealed(path, source(case, seed, width), available_memory())
        except Unreadable:  # missing, or cut off
            return None
        except Broken as error:
            self._note(path, str(error))
            return None

    def required(self, case: Case, seed: int | None, width: float) -> Arrays:
        """The arrays of a solution.

        Raises:
            DataError: It is not there any more, or not as it was written.
        """
        arrays = self.solution(case, seed, width)
        if arrays is None:
            path = self.work.folder.solution(case, seed, width)
            raise DataError(
                f"{path}: it is not as this run wrote it; run again with --resume, and let nothing "
                "else write there"
            )
        return arrays

    def checks(self) -> Any:
        """The verdicts of the checks, to as many digits; None where they are to be made."""
        return self._json("checks.json", self.work.checks_source)

    def certificates(self) -> Any:
        """The certificates; None where they are to be made."""
        return self._json("certificates.json", self.work.certificates_source)

    def _json(self, name: str, source: str) -> Any:
        path = self.work.folder.file(name)
        content = read_json(path)
        try:
            return None if content is None else unsealed_json(content, source)
        except Broken as error:
            self._note(path, str(error))
            return None

    def _note(self, path: Path, reason: str) -> None:
        shown = terminal(str(path.relative_to(self.work.folder.path)))
        line = f"{shown}: {reason}; made anew"
        if line not in self.notes:
            self.notes.append(line)
