"""Convolutions: one branch per offset of the filter."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

import numpy as np

from derive.errors import DataError, DescriptionError
from derive.theories.networks.description.weighted import Size, Value, Weighted
from derive.wording import HUGE, shown


@dataclass(frozen=True)
class Convolution(Weighted):
    r"""A convolution over tokens on a line or on a grid: one branch per offset of the filter.

    .. math:: z_t \mapsto \sum_{k=1}^{K} V^k z_{s t + k - 1 - p} / \sqrt{K N}

    with t counted from 0 and zeros beyond the ends; s is the stride, p the padding on either side.
    On a grid t, k, s and p are pairs (row, column), and tokens are counted row by row; so are the
    offsets.

    Args:
        size: K, the number of offsets; on a grid a pair.
        variance: Prior variance of the entries of every V^k.
        width: The width of the output; inside a residual, left out, that of the residual's stream.
        stride: s, a number, or a pair on a grid.
        padding: p, a number, or a pair on a grid.
        grid: Rows and columns of the tokens that come in; left out, tokens stand on a line.

    Source: Aiudi et al. (local kernel renormalisation), with a readout per position.

    >>> Convolution((2, 3), 1.0, grid=(5, 6)).tokens_above(30)
    16
    """

    size: int | tuple[int, int]
    variance: Value
    width: Size | None = None
    stride: int | tuple[int, int] = 1
    padding: int | tuple[int, int] = 0
    grid: tuple[int, int] | None = None
    branch: ClassVar[str] = "offset"

    def __post_init__(self) -> None:
        for name in ("size", "stride", "padding", "grid"):
            if isinstance(getattr(self, name), list):  # as TOML has pairs
                object.__setattr__(self, name, tuple(getattr(self, name)))

    @property
    def branches(self) -> Size:
        """K, the number of offsets."""
        return prod(self._pair("size"))

    def check(self) -> None:
        """Check size, stride, padding and grid.

        Raises:
            DescriptionError: One of them is no whole number, or no pair of them on a grid.
        """
        for name, least in (("size", 1), ("stride", 1), ("padding", 0), ("grid", 1)):
            value = getattr(self, name)
            if name == "grid" and value is None:
                continue
            due = 2 if self.grid is not None else 1
            parts = value if isinstance(value, tuple) else (value,)
            fits = len(parts) == due or (len(parts) == 1 and name != "grid")
            if not fits or not all(_is_count(part, least) for part in parts):
                remedy = f"give a whole number from {least}"
                remedy += ", or a pair of them together with a grid" if due == 1 else " or a pair"
                raise DescriptionError(f"{name}: {shown(value)} will not do; {remedy}")

    def _pair(self, name: str) -> tuple[int, ...]:
        """A field along every direction: one on a line, two on a grid."""
        value = getattr(self, name)
        return value if isinstance(value, tuple) else (value,) * (1 if self.grid is None else 2)

    def tokens_above(self, tokens: int) -> int:
        """How many positions the filter has.

        Raises:
            DataError: The grid has another number of tokens.
        """
        lengths = self.grid or (tokens,)
        if prod(lengths) != tokens:
            raise DataError(
                f"inputs: {tokens} tokens go into a convolution on a grid of {self.grid[0]} x "  # type: ignore[index]
                f"{self.grid[1]}; give it the rows and columns of what it reads"  # type: ignore[index]
            )
        return prod(max(0, count) for count in self._positions(lengths))

    def _positions(self, lengths: tuple[int, ...]) -> list[int]:
        fields = zip(lengths, *map(self._pair, ("size", "stride", "padding")), strict=True)
        return [(length + 2 * p - k) // s + 1 for length, k, s, p in fields]

    def operators(self, data: Any, tokens: int) -> Any:
        """The shifts, shape (1, K, T below, T above)."""
        lengths = self.grid or (tokens,)
        fields = zip(lengths, *map(self._pair, ("size", "stride", "padding")), strict=True)
        matrices, *others = (_shifts(*numbers) for numbers in fields)
        for shifts in others:
            joined = np.einsum("kst,lab->klsatb", matrices, shifts)
            k, m, s, a, t, b = joined.shape
            matrices = joined.reshape(k * m, s * a, t * b)
        return matrices[None]


def _shifts(length: int, size: int, stride: int, padding: int) -> Any:
    """Of tokens on a line, shape (K, T below, T above)."""
    above = (length + 2 * padding - size) // stride + 1
    places = stride * np.arange(above)[None, :] + np.arange(size)[:, None] - padding
    return (places[:, None, :] == np.arange(length)[None, :, None]).astype(float)


def _is_count(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= HUGE
