"""What a kind of layer answers when it is asked, checked: one line names the kind and the method.

A kind may come from another package. Whatever its methods return or raise, a user sees which kind
it was, which method, what came and what is due.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from derive.errors import DataError, DeriveError, DescriptionError
from derive.theories.networks.description.arrays import Array, shape_text
from derive.theories.networks.description.weighted import Attention, Size, Weighted
from derive.wording import one_line, shown


def branch_count(layer: Weighted) -> Size:
    """H, a whole number from 1, or a symbol in the field that is `counted`.

    Raises:
        DescriptionError: The kind says something else.
    """
    count = answer(layer, "branches", lambda: layer.branches)
    if isinstance(count, str) and not layer.fixed:
        return count
    if isinstance(count, str):
        raise _mend(
            layer, "branches", f"is the symbol {shown(count)}; name the field in `counted`, so "
            "that a symbol may stand for the number, or refuse symbols in `check`",
        )  # fmt: skip
    return _whole(layer, "branches", count, 1)


def tokens_above(layer: Weighted, tokens: int) -> int:
    """How many tokens come out where so many go in; a number below 1 is the caller's to refuse.

    Raises:
        DescriptionError: The kind says something that is no whole number.
    """
    count = answer(layer, "tokens_above", lambda: layer.tokens_above(tokens))
    return _whole(layer, "tokens_above", count, -(10**9))


def data_shape(layer: Weighted, tokens: int) -> tuple[int, ...]:
    """The shape of a layer's array for one example.

    Raises:
        DescriptionError: The kind says something that is no tuple of whole numbers from 1.
    """
    shape = answer(layer, "data_shape", lambda: layer.data_shape(tokens))
    if not isinstance(shape, tuple | list):
        raise _mend(layer, "data_shape", f"gave {shown(shape)}; a tuple of whole numbers is due")
    return tuple(_whole(layer, "data_shape", size, 1) for size in shape)


def operators(layer: Weighted, data: Any, tokens: int) -> Array:
    """Omega of every branch, shape (P or 1, H, tokens below, tokens above).

    Of a `uniform` kind, the numbers that multiply the identity, shape (P or 1, H).

    Args:
        layer: The layer.
        data: Its array, shape (P, *data_shape), or None where it needs none.
        tokens: Tokens that go in.

    Raises:
        DescriptionError: The kind gives an array of another shape, or none of real numbers.
        DataError: The array has entries that are not finite.

    >>> from derive.theories.networks.description.weighted import Linear
    >>> operators(Linear(1.0), None, 2).tolist()
    [[[[1.0, 0.0], [0.0, 1.0]]]]
    """
    given = answer(layer, "operators", lambda: layer.operators(data, tokens))
    try:
        omega = np.asarray(given)
    except (ValueError, TypeError) as error:  # such as rows of unequal length
        reason = one_line(str(error), 80)
        raise _mend(layer, "operators", f"gave no array ({reason}); one is due") from None
    if omega.dtype.kind not in "biuf":
        kind = one_line(str(omega.dtype), 40)
        raise _mend(layer, "operators", f"gave entries of type {kind}; real numbers are due")
    _check_shape(layer, omega, data, tokens)
    if not np.isfinite(omega).all():
        bad = int((~np.isfinite(omega)).sum())
        raise DataError(
            f"the kind {name_of(layer)}: `operators` gave {bad} entries of {omega.size} that are "
            f"NaN or infinite; {_source(layer)}"
        )
    return omega.astype(np.float64, copy=False)


def matrices(layer: Weighted, data: Any, tokens: int) -> Array:
    """The same, as matrices also of a `uniform` kind.

    >>> from derive.theories.networks.description.weighted import Gated
    >>> matrices(Gated(1, 1.0), np.array([[3.0]]), 2).tolist()
    [[[[3.0, 0.0], [0.0, 3.0]]]]
    """
    omega = operators(layer, data, tokens)
    return omega[:, :, None, None] * np.eye(tokens) if layer.uniform else omega


def entries(layer: Weighted, tokens: int) -> int:
    """How many numbers the operators of one example have."""
    count = int(branch_count(layer))
    return count if layer.uniform else count * tokens * tokens_above(layer, tokens)


def _check_shape(layer: Weighted, omega: Array, data: Any, tokens: int) -> None:
    above = tokens_above(layer, tokens)
    examples = (1,) if data is None else (1, len(data))
    ends = (1, above) if isinstance(layer, Attention) else (above,)
    due = (branch_count(layer), tokens)
    shape = omega.shape
    if layer.uniform:
        if above != tokens:
            raise _mend(layer, "uniform", "is True, so as many tokens come out as go in")
        if len(shape) == 2 and shape[0] in examples and shape[1] == due[0]:
            return
        expected = shape_text(("1" if data is None else f"{len(data)} or 1", due[0]))
        raise _mend(
            layer, "operators", f"gave shape {shape}, expected {expected}: examples, branches"
        )
    if len(shape) == 4 and shape[0] in examples and shape[1:3] == due and shape[3] in ends:
        return
    expected = shape_text(("1" if data is None else f"{len(data)} or 1", *due, above))
    raise _mend(
        layer, "operators", f"gave shape {shape}, expected {expected}: examples, branches, tokens "
        "below, tokens above",
    )  # fmt: skip


def _source(layer: Weighted) -> str:
    mended = f"mend the class {type(layer).__name__}"
    return f"give other {layer.needs}, or {mended}" if layer.needs else mended


def answer(layer: Weighted, method: str, ask: Callable[[], Any]) -> Any:
    """What a method of a layer returns.

    Args:
        layer: The layer.
        method: The name of the method.
        ask: The call of it.

    Raises:
        DescriptionError: It raised an error that is none of ours.
    """
    try:
        return ask()
    except DeriveError:
        raise
    except Exception as error:  # another package's code
        reason = one_line(f"{type(error).__name__}: {error}".rstrip(": "), 120)
        raise _mend(layer, method, f"raised {reason}") from None


def _whole(layer: Weighted, method: str, value: Any, least: int) -> int:
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least:
        due = f"a whole number from {least}" if least == 1 else "a whole number"
        raise _mend(layer, method, f"gave {shown(value)}; {due} is due")
    return int(value)


def name_of(layer: Any) -> str:
    """The name of a layer's kind, in quotes."""
    from derive.theories.networks.description.layers import kind_of  # it imports the kinds

    return repr(kind_of(layer))


def _mend(layer: Weighted, method: str, offence: str) -> DescriptionError:
    where = f"the kind {name_of(layer)}: `{method}` {offence}"
    return DescriptionError(f"{where}; mend the class {type(layer).__name__}")
