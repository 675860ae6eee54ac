"""The journal of a sweep: a line for every finished point, on the disk at once."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from derive.errors import DataError
from derive.files import open_plain
from derive.running.files import finite

Record = dict[str, Any]


class Journal:
    """Finished points by key; what is appended is on the disk when `append` returns.

    Args:
        path: The file. A line that a kill left half written is cut off; one that does not agree
            with its digest is damaged, and its point is one to solve.
        source: A digest of what all points depend on; a line of another one is not taken.
    """

    def __init__(self, path: Path, source: str = "") -> None:
        self.path = path
        self.source = source
        self.records: dict[str, Record] = {}
        content = b""
        if path.exists():
            with open_plain(path) as file:
                content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        for line in whole.splitlines():
            record = _read(line)
            if record is not None and record.get("made_from", "") == source:
                self.records.setdefault(record["point"], record["found"])
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        if len(whole) < len(content):
            os.ftruncate(self._file, len(whole))

    def append(self, key: str, parameters: Record, outcome: Record) -> None:
        """Add a finished point.

        Raises:
            DataError: It cannot be written.
        """
        record = finite({"point": key, "parameters": parameters, "found": outcome})
        if self.source:
            record["made_from"] = self.source
        try:
            left = _line(record)
            while left:
                left = left[os.write(self._file, left) :]
            self.records[key] = record["found"]
            os.fsync(self._file)
        except OSError as error:
            raise DataError(f"{self.path}: it cannot be written ({error.strerror})") from None

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def _line(record: Record) -> bytes:
    """A record and the digest of its text, as a line of JSON."""
    text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f'{text[:-1]}, "digest": "{digest}"}}\n'.encode()


def _read(line: bytes) -> Record | None:
    """The record of a line, or None where it is not as it was written."""
    try:
        record = json.loads(line)
        del record["digest"]
        same = _line(record) == line + b"\n"
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    is_record = same and isinstance(record.get("point"), str)
    return record if is_record and isinstance(record.get("found"), dict) else None
