"""Files written whole or not at all, through a temporary file beside them."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from derive.errors import DataError

UNFINISHED = ".derive-"
"""How the name of a file begins while it is being written."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def written(path: str | Path) -> Iterator[BinaryIO]:
    """A stream whose content is in the file, on the disk, when the block ends without an error.

    Raises:
        DataError: It cannot be written; an earlier file is there as it was.
    """
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=UNFINISHED)
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(name, 0o644)
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DataError(f"{target}: {unwritten(error)}") from None


def unwritten(error: OSError, what: str = "path") -> str:
    """Why something cannot be written, and what would help.

    >>> unwritten(OSError(errno.ENOSPC, "No space left on device"))
    'it cannot be written (No space left on device); free some space, or choose another path'
    """
    remedy = "free some space, or " if error.errno in FULL else ""
    reason = error.strerror or "unknown reason"
    return f"it cannot be written ({reason}); {remedy}choose another {what}"
