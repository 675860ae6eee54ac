"""Digests of named arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np


def digest_of(arrays: Mapping[str, Any]) -> str:
    """A digest of names, types, shapes and entries; their order does not matter.

    >>> one, other = np.array([1.5, 2]), np.array("text")
    >>> digest_of({"a": one, "b": other}) == digest_of({"b": other, "a": one})
    True
    >>> digest_of({"a": one}) == digest_of({"a": one[:, None]})
    False
    """
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.asarray(arrays[name])
        about = f"{len(name)} {name} {array.dtype.str} {array.shape} "
        digest.update(about.encode("utf-8", "backslashreplace"))
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
