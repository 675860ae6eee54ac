"""Numbers of instances: what symbols are given."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
Numbers = dict[Any, Any]
"""A number or an array for every symbol."""
