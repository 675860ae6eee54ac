"""Aspects of numbers, sizes, matrices and expressions: the sides that draws have to reach."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import Any

import numpy as np
import sympy
from sympy import Pow, Trace

from derive.algebra import nodes
from derive.algebra.walk import walk
from derive.claims.coverage import Aspect
from derive.claims.language import is_moderate, to_text, value
from derive.errors import DeriveError
from derive.evidence.numbers import Numbers

MOST_THRESHOLDS = 6
"""Numbers of a claim whose both sides every symbol has to reach."""
LARGEST, SMALLEST = sympy.Integer(10**40), sympy.Rational(1, 10**40)
"""Numbers beyond these are no thresholds: draws do not get there."""
MOST_EXPRESSIONS = 12
MOST_TOGETHER = 4
"""Signs of so many expressions are followed all at once: there are 2^4 of them."""
LONGEST = 40
"""Characters of an expression as an answer names it."""
MANY = 16
"""Sizes of symbols by factors; decades in words."""
NEAR = 1e-9

Named = tuple[str, Any]
"""How an answer calls a symbol, and the symbol."""


def thresholds(expressions: Iterable[Any]) -> tuple[Any, ...]:
    """1, and the numbers that occur in expressions, without signs, exponents and what is far off.

    >>> x = sympy.Symbol("x")
    >>> thresholds([x**2 + 3 * x, sympy.sqrt(x - sympy.Rational(1, 4))])
    (1, 3, 1/4)
    """
    numbers = dict.fromkeys((sympy.S.One, *numbers_in(expressions)))
    return tuple(numbers)[:MOST_THRESHOLDS]


def numbers_in(expressions: Iterable[Any]) -> Iterator[Any]:
    """Sizes of the numbers of expressions, but for exponents and what is far off."""

    def parts(node: Any) -> Any:
        """What stands in another place than an exponent is a number all the same."""
        is_power = isinstance(node, Pow) and node.exp.is_Rational
        return node.args[:1] if is_power else node.args

    for expression in expressions:
        nodes_there = walk([expression], parts)
        numbers = {abs(node) for node in nodes_there if isinstance(node, sympy.Rational)}
        yield from (number for number in sorted(numbers) if SMALLEST <= number <= LARGEST)


def _two(
    subject: str,
    below: str,
    above: str,
    told: str,
    difference: Callable[[Numbers], Any],
    due: bool = True,
) -> Aspect:
    def side(point: Numbers) -> str:
        gap = float(difference(point))
        return "" if not abs(gap) > NEAR else below if gap < 0 else above

    return Aspect(subject, (below, above), told, side, due)


def of_numbers(
    numbers: Sequence[Named], limits: Sequence[Any], real: Sequence[Any]
) -> Iterator[Aspect]:
    """Signs, both sides of 1 and of other numbers, decades, and their order.

    Args:
        numbers: Positive and real numbers.
        limits: Numbers to be below and above.
        real: Those that may be negative.
    """
    for name, symbol in numbers:
        if symbol in real:
            yield _two(name, "negative", "positive", "{} of both signs", _value(symbol))
        for limit in limits:
            yield _two(
                name, f"below {limit}", f"above {limit}", f"{{}} below and above {limit}",
                _difference(symbol, limit),
            )  # fmt: skip
        yield Aspect(
            name, (f"below 1/{MANY}", f"above {MANY}"), "{} over decades", _decade(symbol), False
        )
    for (first, a), (second, b) in combinations(numbers, 2):
        yield _two(
            first, f"below {second}", f"above {second}", "any two numbers in either order",
            _difference(a, b),
        )  # fmt: skip


def of_numbers_and_sizes(numbers: Sequence[Named], sizes: Sequence[Named]) -> Iterator[Aspect]:
    """Each number below and above each size."""
    for name, number in numbers:
        for other, size in sizes:
            yield _two(
                name, f"below {other}", f"above {other}", "numbers below and above sizes",
                _difference(number, size),
            )  # fmt: skip


def of_sizes(
    sizes: Sequence[Named], limits: Sequence[Any], most: Callable[[Any], int], *, due: bool = True
) -> Iterator[Aspect]:
    """Sizes of 1 and more, below and above whole numbers, and their order.

    Args:
        sizes: What counts something.
        limits: Numbers of the claim.
        most: Above what a size is not drawn.
        due: Whether each of them may have any value.
    """
    for name, size in sizes:
        yield Aspect(name, ("= 1", "above 1"), "{} of 1 and more", _one(size), due)
        for limit in limits:
            if limit.is_Integer and 1 < limit < most(size):
                yield _two(
                    name, f"below {limit}", f"above {limit}", f"{{}} below and above {limit}",
                    _difference(size, limit), due,
                )  # fmt: skip
    for (first, a), (second, b) in combinations(sizes, 2):
        yield _two(
            first, f"below {second}", f"above {second}", "any two sizes in either order",
            _difference(a, b), due,
        )  # fmt: skip


def of_definite(name: str, symbol: Any) -> Iterator[Aspect]:
    """Eigenvalues below, around and above 1; the trace below and above the size."""
    yield _three(
        name, symbol, "{} with eigenvalues below, around and above 1",
        lambda point: np.linalg.eigvalsh(_array(point, symbol)),
    )  # fmt: skip
    yield _two(
        f"tr {name}", "below its size", "above its size", "{} below and above the size",
        lambda point: np.trace(_array(point, symbol)) - len(_array(point, symbol)),
    )  # fmt: skip


def _three(name: str, symbol: Any, told: str, rising: Callable[[Numbers], Any]) -> Aspect:
    """A single number cannot be around 1."""
    sides = ("below 1", "above 1") if symbol.shape == (1, 1) else ("below 1", "around 1", "above 1")
    told = told if len(sides) == 3 else told.replace("below, around", "below")
    return Aspect(name, sides, told, lambda point: _around(rising(point)))


def of_symmetric(name: str, symbol: Any) -> Iterator[Aspect]:
    """Positive, negative and indefinite ones, with determinants of both signs."""

    def side(point: Numbers) -> str:
        values = np.linalg.eigvalsh(_array(point, symbol))
        return "positive" if values[0] > 0 else "negative" if values[-1] < 0 else "indefinite"

    sides = ("positive", "negative", "indefinite")[: 2 if symbol.shape == (1, 1) else 3]
    yield Aspect(name, sides, "{} of every signature", side)
    yield from of_square(name, symbol)
    yield from of_entries(name, symbol)


def of_square(name: str, symbol: Any) -> Iterator[Aspect]:
    """Determinants of both signs."""
    yield Aspect(
        f"det {name}", ("negative", "positive"), "{} of both signs",
        lambda point: ("negative", "", "positive")[
            1 + int(np.linalg.slogdet(_array(point, symbol))[0])
        ],
    )  # fmt: skip


def of_entries(name: str, symbol: Any) -> Iterator[Aspect]:
    """Entries below, around and above 1 in size."""
    yield _three(
        name, symbol, "entries of {} below, around and above 1",
        lambda point: np.sort(abs(_array(point, symbol)).ravel()),
    )  # fmt: skip


def of_expressions(expressions: Iterable[Any]) -> Iterator[Aspect]:
    """Both signs of what stands in a magnitude, a root or a logarithm, and of sums in it."""
    sums: dict[Any, None] = {}
    outermost = _guarded(expressions)
    for part in outermost:
        for inner in sympy.preorder_traversal(part):
            if isinstance(inner, sympy.Add | Trace) or type(inner) is nodes.LogDet:
                sums.setdefault(-inner if -inner in sums else inner)
    for part in list(sums)[:MOST_EXPRESSIONS]:
        if _is_free(part):
            yield Aspect(
                _name(part), ("negative", "positive"), "{} of both signs", _sign(part), False
            )
    yield from _together([part for part in outermost if _is_free(part)][:MOST_TOGETHER])


def _guarded(expressions: Iterable[Any]) -> list[Any]:
    """Factors of what stands in a magnitude, a root or a logarithm, but for signs and powers."""
    factors: dict[Any, None] = {}
    for expression in filter(is_moderate, expressions):
        for part in sympy.preorder_traversal(expression):
            if isinstance(part, sympy.Abs | sympy.log) or _is_root(part):
                for factor in sympy.Mul.make_args(part.args[0]):
                    base = factor.base if isinstance(factor, Pow) else factor
                    factors.setdefault(-base if -base in factors else base)
    return list(factors)


def _together(parts: Sequence[Any]) -> Iterator[Aspect]:
    """Every combination of signs: a claim may fail at one of them alone; two are seen as pairs."""
    if len(parts) < 3:
        return
    signs = [_sign(part) for part in parts]

    def side(point: Numbers) -> str:
        signs_there = [sign(point) for sign in signs]
        return " ".join(signs_there) if all(signs_there) else ""

    sides = tuple(map(" ".join, product(("negative", "positive"), repeat=len(parts))))
    subject = ", ".join(map(_name, parts))
    yield Aspect(subject, sides, "{} of all signs at once", side, due=False, sought=True)


def _is_free(expression: Any) -> bool:
    return bool(expression.free_symbols) and not getattr(expression, "is_Matrix", False)


def _is_root(expression: Any) -> bool:
    return isinstance(expression, Pow) and not expression.exp.is_Integer


def _name(expression: Any) -> str:
    try:
        text = to_text(expression)
    except DeriveError:
        text = str(expression)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _sign(expression: Any) -> Callable[[Numbers], str]:
    def side(point: Numbers) -> str:
        try:
            number = float(value(expression, point, None))
        except (DeriveError, ArithmeticError, ValueError, TypeError, np.linalg.LinAlgError):
            return ""
        return "negative" if number < -NEAR else "positive" if number > NEAR else ""

    return side


def _value(symbol: Any) -> Callable[[Numbers], Any]:
    return lambda point: point[symbol]


def _difference(first: Any, second: Any) -> Callable[[Numbers], Any]:
    if second.is_number:
        return lambda point: abs(float(point[first])) - float(second)
    return lambda point: abs(float(point[first])) - abs(float(point[second]))


def _decade(symbol: Any) -> Callable[[Numbers], str]:
    def side(point: Numbers) -> str:
        decade = math.log(abs(float(point[symbol])) or 1) / math.log(MANY)
        return f"below 1/{MANY}" if decade < -1 else f"above {MANY}" if decade > 1 else ""

    return side


def _one(size: Any) -> Callable[[Numbers], str]:
    return lambda point: "= 1" if point[size] == 1 else "above 1"


def _array(point: Numbers, symbol: Any) -> Any:
    return np.asarray(point[symbol], dtype=float)


def _around(rising: Any) -> str:
    return "below 1" if rising[-1] < 1 else "above 1" if rising[0] > 1 else "around 1"
