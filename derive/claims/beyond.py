"""Sizes beyond every number of a claim: there no product of (size - number) vanishes.

A polynomial in sizes that is zero on everything that is drawn passes for nothing. Its roots are
numbers of the claim, ratios of them, or other sizes; sizes that are at once above these, and far
from each other, are no root.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from derive.claims.aspects import numbers_in

MOST_NUMBERS = 12
"""Numbers of a claim that are divided by each other."""
MOST_RUNGS = 24
"""Bounds that are tried, the highest first."""
MOST_BOUND = 10**6
"""Numbers above this are not counted among those that a size could be."""
OFFSETS = 3
"""Sizes exceed a bound by one of the first numbers, for another seed by another."""


Sizes = dict[Any, int]


def bounds(expressions: Iterable[Any], most: int) -> tuple[int, ...]:
    """Whole numbers up to some, the highest first: those of expressions, their ratios, and 1.

    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> bounds([(x - 5) * (3 * x - 4) + x**7], 40)
    (5, 4, 3, 2, 1)
    """
    numbers = list(dict.fromkeys(numbers_in(expressions)))
    few = numbers[:MOST_NUMBERS]
    rungs = {1, *map(math.ceil, numbers), *(math.ceil(a / b) for a in few for b in few)}
    return tuple(sorted((n for n in rungs if 1 <= n <= most), reverse=True)[:MOST_RUNGS])


def apart(
    count: int, bound: int, generator: np.random.Generator, last: int = 0, ratios: bool = True
) -> list[int]:
    """Sizes above a bound that are far apart, in random order.

    Args:
        count: How many.
        bound: Above this, and each above this many times the one before it, or this much above it.
        generator: Of the order.
        last: The first of them counts this as the one before it.
        ratios: Whether they differ by a factor, and not only by a number.
    """
    sizes: list[int] = []
    for _ in range(count):
        last = sizes[-1] if sizes else last
        sizes.append(last * (bound if ratios else 1) + bound + 1 + int(generator.integers(OFFSETS)))
    return [sizes[int(k)] for k in generator.permutation(count)]


def distinct(count: int, bound: int, generator: np.random.Generator, last: int = 0) -> list[int]:
    """Sizes just above a bound, in random order."""
    return [bound + 1 + int(k) for k in generator.permutation(count)]


def level(count: int, bound: int, generator: np.random.Generator, last: int = 0) -> list[int]:
    """The same size for all, where other ones are too dear."""
    return [bound + 1] * count


def made(
    sizes: Sequence[Any],
    expressions: Sequence[Any],
    most: int,
    fits: Callable[[Sizes], bool],
    generator: np.random.Generator,
    last: int = 0,
) -> list[tuple[int, Sizes]]:
    """Numbers for sizes and the bound that they are above: far apart ones, and with higher bounds.

    Args:
        sizes: Their symbols.
        expressions: With the numbers.
        most: No bound is higher.
        fits: Whether numbers for the sizes are not too dear.
        generator: Of whatever is random.
        last: Numbers that are far apart are far from this one too.
    """
    choices: list[tuple[int, Sizes]] = []
    ladder = bounds(expressions, most) if sizes else ()
    for maker in (apart, partial(apart, ratios=False), distinct, level):
        highest = choices[-1][0] if choices else 0
        for bound in (bound for bound in ladder if bound > highest):
            drawn = dict(zip(sizes, maker(len(sizes), bound, generator, last), strict=True))
            if fits(drawn):
                choices.append((bound, drawn))
                break
    return choices


def together(some: Sequence[Sizes], others: Sequence[Sizes]) -> list[Sizes]:
    """Each of some sizes with one of others.

    >>> together([{"m": 1}, {"m": 2}], [{"n": 3}])
    [{'m': 1, 'n': 3}, {'m': 2, 'n': 3}]
    """
    count = max(len(some), len(others)) if others else 0
    pairs = ((some[min(k, len(some) - 1)], others[min(k, len(others) - 1)]) for k in range(count))
    return [one | other for one, other in pairs] or list(some)


def told(reached: Mapping[str, int], expressions: Sequence[Any]) -> str:
    """Which bounds sizes were above at once, and whether numbers of the claim are higher.

    Nothing where the claim has no number other than 1, and sizes were above that.
    """
    names: dict[int, list[str]] = {}
    for name, bound in reached.items():
        names.setdefault(bound, []).append(name)
    heights = " and ".join(
        f"{', '.join(group)} above {bound}" for bound, group in names.items() if bound
    )
    highest = bounds(expressions, MOST_BOUND)[0]
    if highest == 1 and all(reached.values()):
        return ""
    dear = ", ".join(name for name, bound in reached.items() if bound < highest)
    missing = f"not all at once: {dear} above {highest}" if dear else ""
    return "; ".join(filter(None, (f"{heights} at once" if heights else "", missing)))
