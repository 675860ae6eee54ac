"""Seals: what a file was made from, and that it is as it was written.

A file that is kept from an earlier run is one's own only if both hold; whatever else it may be, it
is made anew. JSON that is a list has the seal in every entry.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from derive.files.archives import Unreadable, open_archive
from derive.files.digests import digest_of
from derive.files.plain import open_plain

MADE_FROM, DIGEST = "made_from", "content_digest"
UNKNOWN = "it does not say what it was made from"
OTHER = "it was made from something else"
CHANGED = "it was changed after it was written"
MOST_JSON = 50_000_000
"""Bytes of a JSON file that is read back."""


class Broken(Exception):
    """Why what a file holds is not to be kept."""


def made_from(*parts: object) -> str:
    """A digest of everything that a file's content depends on.

    >>> made_from("network", 15) == made_from("network", 50)
    False
    """
    text = "\0".join(map(str, parts))
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def sealed(content: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Named arrays with their seal.

    Args:
        content: The arrays.
        source: From `made_from`.
    """
    whole = {**content, MADE_FROM: np.array(source)}
    return {**whole, DIGEST: np.array(digest_of(whole))}


def unsealed(content: Mapping[str, np.ndarray], source: str) -> dict[str, np.ndarray]:
    """Named arrays without their seal.

    Raises:
        Broken: They were made from something else, or are not as they were sealed.

    >>> content = {"a": np.arange(3)}
    >>> list(unsealed(sealed(content, "ab"), "ab"))
    ['a']
    >>> unsealed(sealed(content, "ab") | {"a": np.arange(4)}, "ab")
    Traceback (most recent call last):
    derive.files.seals.Broken: it was changed after it was written
    """
    arrays = dict(content)
    digest = str(arrays.pop(DIGEST, ""))
    _compare(str(arrays.get(MADE_FROM, "")), source, digest, lambda: digest_of(arrays))
    del arrays[MADE_FROM]
    return arrays


def read_sealed(path: Path, source: str, most: float) -> dict[str, np.ndarray]:
    """The arrays of a sealed file.

    Args:
        path: The file.
        source: From `made_from`.
        most: Bytes that they may take.

    Raises:
        Unreadable: It is no archive of arrays, or takes more.
        Broken: As `unsealed`.
    """
    with open_archive(path) as archive:
        if archive.size > most:
            raise Unreadable("it does not fit into memory")
        return unsealed(archive.read(), source)


def sealed_json(content: Any, source: str) -> Any:
    """A table, or a list of tables, with their seal; numbers are finite."""
    seal = {MADE_FROM: source, DIGEST: _digest_of_json(content, source)}
    if isinstance(content, dict):
        return content | seal
    return [entry | seal for entry in content]


def unsealed_json(content: Any, source: str) -> Any:
    """What `sealed_json` was given.

    Raises:
        Broken: It was made from something else, or is not as it was sealed.
    """
    entries = content if isinstance(content, list) else [content]
    if not entries or not all(isinstance(entry, dict) for entry in entries):
        raise Broken(UNKNOWN)
    seals = {(str(entry.pop(MADE_FROM, "")), str(entry.pop(DIGEST, ""))) for entry in entries}
    if len(seals) > 1:
        raise Broken(CHANGED)
    known, digest = seals.pop()
    _compare(known, source, digest, lambda: _digest_of_json(content, source))
    return content


def read_json(path: Path) -> Any:
    """The content of a JSON file; None where it is missing, damaged, or no plain file."""
    try:
        with open_plain(path) as file:
            text = file.read(MOST_JSON + 1)
        return json.loads(text) if len(text) <= MOST_JSON else None
    except (OSError, ValueError, RecursionError):
        return None


def _digest_of_json(content: Any, source: str) -> str:
    try:
        return made_from(source, json.dumps(content, ensure_ascii=False))
    except RecursionError:
        return ""


def _compare(known: str, source: str, digest: str, computed: Any) -> None:
    if not known or not digest:
        raise Broken(UNKNOWN)
    if known != source:
        raise Broken(OTHER)
    if digest != computed():
        raise Broken(CHANGED)
