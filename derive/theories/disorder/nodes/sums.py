"""Sums of exponentials with numbers of either sign: their logarithms, and their ratios."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sympy
from sympy import Add, Function, S, log

Pair = tuple[Any, Any]
"""A number, and the exponent of what it multiplies."""


def called(name: str) -> Any:
    """How SymPy's printers of Python write a function: as a call of the runtime's."""

    def _numpycode(self: Any, printer: Any) -> str:
        return f"{name}({', '.join(map(printer._print, self.args))})"

    return _numpycode


class LogSignedSum(Function):
    r"""ln(c_1 e^{a_1} + ... + c_n e^{a_n}), of numbers that may be negative with a positive sum.

    The arguments are c_1, a_1, ..., c_n, a_n.

    >>> c, x = sympy.symbols("c x", real=True)
    >>> LogSignedSum(c, x, -1, 2 * x, 3, 2 * x), LogSignedSum(c, x)
    (LogSignedSum(c, x, 2, 2*x), x + log(c))
    """

    is_real = True
    _numpycode = called("log_signed_sum")

    @classmethod
    def eval(cls, *given: Any) -> Any:
        """Numbers with the same exponent added, in order; plain where there is one."""
        rows = _gathered((a, (c,)) for c, a in zip(given[::2], given[1::2], strict=True))
        if len(rows) == 1:
            (exponent, (number,)) = rows[0]
            return log(number) + exponent
        flat = tuple(part for a, (c,) in rows for part in (c, a))
        return None if flat == given else cls(*flat)

    @property
    def pairs(self) -> list[Pair]:
        """Each number with its exponent."""
        return list(zip(self.args[::2], self.args[1::2], strict=True))

    def _eval_derivative(self, symbol: Any) -> Any:
        return log_slope(self.pairs, symbol)


class ExponentialRatio(Function):
    r"""A ratio of sums of the same exponentials; its arguments are u_1, c_1, a_1, u_2, ...

    .. math:: R = \sum_k u_k e^{a_k} \Big/ \sum_k c_k e^{a_k}

    With c = 1 it is a mean of u. In its slope a' is taken from its own mean m, which changes
    nothing where numbers are exact and leaves no difference of large ones where they are not:

    .. math:: R' = \sum_k [u_k' - R c_k' + (u_k - R c_k)(a_k' - m)] e^{a_k}
              \Big/ \sum_k c_k e^{a_k}

    >>> u, x = sympy.symbols("u x", real=True)
    >>> ExponentialRatio(u, 1, x, u, 1, 2 * x), ExponentialRatio(u, 2, x)
    (u, u/2)
    """

    is_real = True
    _numpycode = called("exponential_ratio")

    @classmethod
    def eval(cls, *given: Any) -> Any:
        """What all numerators or all exponents share taken out; plain where all are the same."""
        triples = zip(given[::3], given[1::3], given[2::3], strict=True)
        rows = _gathered((a, (u, c)) for u, c, a in triples)
        first = rows[0][1][0] / rows[0][1][1] if rows and rows[0][1][1] != 0 else None
        if first is not None and all(u == first * c for _, (u, c) in rows):
            return first
        exponents = without_shared([a for a, _ in rows])[1]
        values, shared = [u for _, (u, _) in rows], S.Zero
        if all(c == 1 for _, (_, c) in rows):
            shared, values = without_shared(values)
        flat = tuple(
            part
            for value, exponent, (_, (_, c)) in zip(values, exponents, rows, strict=True)
            for part in (value, c, exponent)
        )
        return None if flat == given else shared + cls(*flat)

    @property
    def triples(self) -> list[tuple[Any, Any, Any]]:
        """u, c and a of each exponential."""
        return list(zip(self.args[::3], self.args[1::3], self.args[2::3], strict=True))

    def _eval_derivative(self, symbol: Any) -> Any:
        slopes = [a.diff(symbol) for _, _, a in self.triples]
        centre = ExponentialRatio(
            *(part for (_, c, a), da in zip(self.triples, slopes, strict=True)
              for part in (c * da, c, a))
        )  # fmt: skip
        made: list[Any] = []
        for (u, c, a), slope in zip(self.triples, slopes, strict=True):
            moved = u.diff(symbol) - self * c.diff(symbol) + (u - self * c) * (slope - centre)
            made.extend((moved, c, a))
        return ExponentialRatio(*made)


def log_slope(pairs: Sequence[Pair], symbol: Any) -> Any:
    """The derivative of the logarithm of a sum."""
    return ExponentialRatio(
        *(part for c, a in pairs for part in (c.diff(symbol) + c * a.diff(symbol), c, a))
    )


def _gathered(rows: Iterable[tuple[Any, tuple[Any, ...]]]) -> list[tuple[Any, tuple[Any, ...]]]:
    """The numbers of each exponent added, in the exponents' order, without those that are zero."""
    found: dict[Any, tuple[Any, ...]] = {}
    for exponent, numbers in rows:
        held = found.get(exponent, (S.Zero,) * len(numbers))
        found[exponent] = tuple(map(Add, held, numbers))
    kept = [(a, numbers) for a, numbers in found.items() if any(n != 0 for n in numbers)]
    return sorted(kept, key=lambda row: sympy.default_sort_key(row[0]))


def without_shared(terms: Sequence[Any]) -> Pair:
    """What sums have in common, and the rest of each."""
    shared = set.intersection(*({*Add.make_args(term)} for term in terms)) - {S.Zero}
    common = Add(*shared)
    return common, [term - common for term in terms]
