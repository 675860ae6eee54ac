"""The common slips in replica calculations; see `derive.claims.slips.kinds`.

The words are those of a model: heads are ratios of examples, variances are those of teachers and
laws, numbers are temperatures, and counts are pairs (q, Q).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from derive.claims.slips.change import Changes, Words, change
from derive.claims.slips.kinds import Slips, factor_two, groups, scaled, sign
from derive.claims.slips.trees import addends


def times(words_of: Callable[[Words], Iterable[str]]) -> Callable[[ast.expr, Words], Changes]:
    """A factor, on every term, times or divided by it."""

    def slip(tree: ast.expr, words: Words) -> Changes:
        factors = [(f, divide) for f in words_of(words) for divide in (False, True)]
        return scaled(tree, lambda place: factors)

    return slip


def missing_norm(tree: ast.expr, words: Words) -> Changes:
    """A teacher's norm where there is a 1, or a 1 where there is the norm; or as a factor."""
    for place, nodes in groups(tree, lambda place: isinstance(place.node, ast.Constant | ast.Name)):
        for norm in words.variances:
            if place.text == norm:
                yield change(tree, nodes, "1", f"1 for {norm}")
            elif place.text == "1":
                yield change(tree, nodes, norm, norm)
    yield from times(lambda w: (f for v in w.variances for f in (v, f"sqrt({v})")))(tree, words)


def difference(tree: ast.expr, words: Words) -> Changes:
    """q where Q - q is due, or the other way."""
    pairs = dict(words.counts)
    for place, nodes in groups(tree, lambda place: True):
        if place.text in pairs:
            new = f"({pairs[place.text]} - {place.text})"
            yield change(tree, nodes, new, f"difference {place.text}")
        for small, large in pairs.items():
            if place.text == f"{large} - {small}":
                yield change(tree, nodes, small, f"alone {small}")


def part_sign(tree: ast.expr, words: Words) -> Changes:
    """All terms from one on with the other sign: energetic against entropic."""
    terms = [(s, ast.unparse(term)) for s, term in addends(tree)]
    for chosen in _subsets(len(terms)):
        signs = [-s if k in chosen else s for k, (s, _) in enumerate(terms)]
        text = "".join(
            f"{'+' if s > 0 else '-'}({t})" for s, (_, t) in zip(signs, terms, strict=True)
        )
        yield change(tree, [tree], text, f"signs {chosen}")


def _subsets(count: int) -> Iterable[tuple[int, ...]]:
    """Neighbouring terms, at least two and not all."""
    for length in range(2, count):
        for begin in range(count - length + 1):
            yield tuple(range(begin, begin + length))


def temperature(words: Words) -> Iterable[str]:
    """beta, and its square."""
    return (f for b in words.numbers for f in (b, f"{b}**2"))


SLIPS: Slips = {
    "a sign": sign,
    "a factor 2": factor_two,
    "a factor alpha": times(lambda words: words.heads),
    "beta once instead of twice, or the other way": times(temperature),
    "q for Q - q, or the other way": difference,
    "the teacher's norm": missing_norm,
    "a sign between energetic and entropic part": part_sign,
    "a parameter forgotten": times(lambda words: (f for x in words.names for f in (x, f"{x}**2"))),
}
"""The name of a slip to what would mend it; those with few candidates first."""
