"""Files: opened where they are plain ones, read within bounds, written whole or not at all."""

from derive.files.archives import Archive, Unreadable, open_archive
from derive.files.digests import digest_of
from derive.files.plain import open_plain
from derive.files.tables import Untidy, read_table
from derive.files.whole import UNFINISHED, written

__all__ = [
    "UNFINISHED",
    "Archive",
    "Unreadable",
    "Untidy",
    "digest_of",
    "open_archive",
    "open_plain",
    "read_table",
    "written",
]
