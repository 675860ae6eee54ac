"""Layers with one weight tensor, whose branches act on tokens by fixed operators."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from derive.theories.networks.description.by_name import ByName

Size = int | str
"""A whole number, or the name of a symbol whose value is given later."""

Value = float | str
"""A number, or the name of a symbol whose value is given later."""


class Weighted(ByName):
    r"""A layer with one weight tensor, whose branches act on tokens by fixed operators.

    .. math:: z \mapsto \sum_{h=1}^{H} V^h z\, \Omega^h / \sqrt{H N}

    A kind of one's own is a frozen dataclass with the fields `variance` and `width`, derived from
    this class, that says how many branches it has (`branches`, or `counted` where the user chooses
    their number) and what they do to tokens (`operators`). No rule, no printer and no solver asks
    for more. What its methods answer is checked whenever they are asked (`asked.py`).
    """

    variance: Value
    width: Size | None
    needs: ClassVar[str] = ""
    """The stem of the name of its array in the data, `attention_1` for the lowest; or none."""
    mixes_tokens: ClassVar[bool] = True
    """Whether what comes out at a token depends on other tokens."""
    uniform: ClassVar[bool] = False
    """Whether a branch multiplies all tokens by one number, so that `operators` gives numbers."""
    counted: ClassVar[str] = ""
    """The field that holds the number of branches, where the user chooses it."""
    branch: ClassVar[str] = "branch"
    """What one of its branches is called."""

    @property
    def branches(self) -> Size:
        """H, the number of branches."""
        count: Size = getattr(self, self.counted) if self.counted else 1
        return count

    @property
    def branched(self) -> bool:
        """Whether the kind has branches: only then a symbol stands for their number."""
        return self.fixed or bool(self.counted)

    @property
    def fixed(self) -> bool:
        """Whether the number of branches is a part of what the layer does."""
        if self.counted:
            return False
        own = ("branches", "operators", "tokens_above")
        return any(getattr(type(self), name) is not getattr(Weighted, name) for name in own)

    def check(self) -> None:
        """Check the fields that are the kind's own, with errors that name the field.

        Raises:
            DescriptionError: One of them cannot be what it is.
        """

    def tokens_above(self, tokens: int) -> int:
        """How many tokens come out where so many go in."""
        return tokens

    def data_shape(self, tokens: int) -> tuple[int, ...]:
        """The shape of its array for one example."""
        return ()

    def operators(self, data: Any, tokens: int) -> Any:
        """Omega of every branch, shape (P or 1, H, tokens below, tokens above).

        Where the kind is `uniform`, Omega is a number times the identity: shape (P or 1, H).

        Args:
            data: Its array, shape (P, *data_shape), or None where it needs none. Certificates give
                entries -1, 0 and 1 at random: operators of those have to be finite too.
            tokens: Tokens that go in.
        """
        return np.eye(tokens)[None, None]

    def with_branches(self, count: int) -> Any:
        """The same layer with another number of branches, or itself where the number is fixed."""
        return replace(self, **{self.counted: count}) if self.counted else self  # type: ignore[type-var]


@dataclass(frozen=True)
class Linear(Weighted):
    r"""A linear layer that acts on every token alike.

    .. math:: z \mapsto V z / \sqrt{N}, \qquad N \text{ the width of the stream that it reads}

    Args:
        variance: Prior variance of the entries of V.
        width: The width of the output; inside a residual, left out, that of the residual's stream.
    """

    variance: Value
    width: Size | None = None
    mixes_tokens: ClassVar[bool] = False


@dataclass(frozen=True)
class Attention(Weighted):
    r"""Multi-head attention, linear in its values, with a fixed attention matrix per head.

    .. math:: z \mapsto \sum_{h=1}^{H} V^h z\, \Omega^h / \sqrt{H N}

    Args:
        heads: H, the number of heads.
        variance: Prior variance of the entries of every V^h.
        width: The width of the output; inside a residual, left out, that of the residual's stream.
    """

    heads: Size
    variance: Value
    width: Size | None = None
    needs: ClassVar[str] = "attention"
    counted: ClassVar[str] = "heads"
    branch: ClassVar[str] = "head"

    def data_shape(self, tokens: int) -> tuple[int, ...]:
        """(H, T, T): of every head, keys and queries."""
        return int(self.heads), tokens, tokens

    def operators(self, data: Any, tokens: int) -> Any:
        """The attention matrices, shape (P, H, T, T)."""
        return data


@dataclass(frozen=True)
class Gated(Weighted):
    r"""A gated linear layer: a fixed number per gate and example, the same for every token.

    .. math:: z \mapsto \sum_{h=1}^{H} g_h(x)\, V^h z / \sqrt{H N}

    Args:
        gates: H, the number of gates.
        variance: Prior variance of the entries of every V^h.
        width: The width of the output; inside a residual, left out, that of the residual's stream.

    Source: Li and Sompolinsky 2022.
    """

    gates: Size
    variance: Value
    width: Size | None = None
    needs: ClassVar[str] = "gates"
    mixes_tokens: ClassVar[bool] = False
    uniform: ClassVar[bool] = True
    counted: ClassVar[str] = "gates"
    branch: ClassVar[str] = "gate"

    def data_shape(self, tokens: int) -> tuple[int, ...]:
        """(H,): the gates of one example."""
        return (int(self.gates),)

    def operators(self, data: Any, tokens: int) -> Any:
        """The gates g_h, shape (P, H)."""
        return data
