"""The common slips. Each is one function: from a line to the lines that would be right if it was
made.

Adding one: write a function from (tree, words) to changes, and put it into SLIPS with the name by
which an answer calls it. docs/claims.md lists them.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, combinations_with_replacement

from derive.claims.slips.change import Changes, Words, change
from derive.claims.slips.trees import SUMS, Place, addends, calls, places, without


def groups(
    tree: ast.expr, wanted: Callable[[Place], bool]
) -> Iterator[tuple[Place, list[ast.expr]]]:
    """Places, each alone; and all places of one text together where there are several."""
    by_text: dict[str, list[Place]] = defaultdict(list)
    for place in places(tree):
        if wanted(place):
            by_text[place.text].append(place)
    # The longest first: a correction is told of the largest term that it fits.
    for same in sorted(by_text.values(), key=lambda same: -len(same[0].text)):
        for place in same:
            yield place, [place.node]
        if len(same) > 1:
            yield same[0], [place.node for place in same]


def scaled(tree: ast.expr, factors: Callable[[Place], Iterable[tuple[str, bool]]]) -> Changes:
    """Every term times, or divided by, every factor."""
    for place, nodes in groups(tree, lambda place: place.is_term):
        for factor, divide in factors(place):
            new = f"({place.text})/({factor})" if divide else f"({factor})*({place.text})"
            new = f"-({place.text})" if factor == "-1" else new
            yield change(tree, nodes, new, f"{'1/' if divide else ''}{factor}")


def _both_ways(factors: Iterable[str]) -> list[tuple[str, bool]]:
    return [(factor, divide) for factor in dict.fromkeys(factors) for divide in (False, True)]


def head_factor(tree: ast.expr, words: Words) -> Changes:
    """A head count, or a product of two, that is missing or too much."""

    def factors(place: Place) -> list[tuple[str, bool]]:
        single = (*words.heads, *words.indexed("H", place)[:2])
        pairs = (f"{a}*{b}" for a, b in combinations_with_replacement(words.heads, 2))
        return _both_ways(chain(single, pairs))

    return scaled(tree, factors)


def variance_factor(tree: ast.expr, words: Words) -> Changes:
    """A variance that is missing, or outside where it belongs inside, or its inverse or root."""

    def factors(place: Place) -> list[tuple[str, bool]]:
        single = (*words.variances, *words.indexed("s", place)[:2])
        return _both_ways(form for s in single for form in (s, f"sqrt({s})", f"{s}**2"))

    return scaled(tree, factors)


def forgotten_number(tree: ast.expr, words: Words) -> Changes:
    """A declared number, or its square, that was forgotten as a factor of a term."""

    def factors(place: Place) -> list[tuple[str, bool]]:
        return _both_ways(form for x in words.numbers for form in (x, f"{x}**2"))

    return scaled(tree, factors)


def width_factor(tree: ast.expr, words: Words) -> Changes:
    """A width that is missing or too much."""

    def factors(place: Place) -> list[tuple[str, bool]]:
        return _both_ways((*words.widths, *words.indexed("N", place)[:2]))

    return scaled(tree, factors)


def sign(tree: ast.expr, words: Words) -> Changes:
    """A sign."""
    return scaled(tree, lambda place: [("-1", False)])


def factor_two(tree: ast.expr, words: Words) -> Changes:
    """A factor 2 or 1/2 on one term."""
    return scaled(tree, lambda place: [("2", False), ("2", True)])


def wrong_trace(tree: ast.expr, words: Words) -> Changes:
    """The slow factor traced for the fast one, or a Kronecker product in the other order."""
    for place, nodes in groups(tree, lambda place: isinstance(place.node, ast.Call)):
        call = place.node
        assert isinstance(call, ast.Call)
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        arguments = [ast.unparse(argument) for argument in call.args]
        other = {"ptrace": "ptrace_fast", "ptrace_fast": "ptrace"}
        if name in other:
            yield change(tree, nodes, f"{other[name]}({', '.join(arguments)})", "trace")
        if name == "kron":
            yield change(tree, nodes, f"kron({', '.join(reversed(arguments))})", "kron")


def transposed(tree: ast.expr, words: Words) -> Changes:
    """A matrix that should be transposed, or not; two factors in the other order."""
    for place, nodes in groups(tree, lambda place: True):
        node = place.node
        if isinstance(node, ast.Attribute) and node.attr == "T":
            yield change(tree, nodes, ast.unparse(node.value), "not transposed")
        elif isinstance(node, ast.Name | ast.Call) and place.text not in words.widths:
            yield change(tree, nodes, f"({place.text}).T", "transposed")
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.MatMult):
            left, right = ast.unparse(node.left), ast.unparse(node.right)
            yield change(tree, nodes, f"({right})*({left})", "order")


def lost_determinant(tree: ast.expr, words: Words) -> Changes:
    """A log-determinant that was lost, with one of the coefficients that such terms have."""
    bodies = [Place(tree)]
    for place in places(tree):
        node = place.node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sum":
            index = node.args[1].id if isinstance(node.args[1], ast.Name) else ""
            bodies.append(Place(node.args[0], (*place.indices, index)))
    for body in bodies:
        for matrix in (*words.matrices, *words.indexed("U", body)[:2]):
            for coefficient in _coefficients(words, body):
                for operator in "+-":
                    term = f"{coefficient}*logdet({matrix})" if coefficient else f"logdet({matrix})"
                    yield change(tree, [body.node], f"{body.text} {operator} {term}", term)


def _coefficients(words: Words, body: Place) -> Iterator[str]:
    heads = (*words.heads, *words.indexed("H", body)[:1])
    widths = (*words.widths, *words.indexed("N", body)[:2])
    yield ""
    yield from widths
    yield from heads
    yield from (f"{head}*{width}" for head in heads for width in widths)


def added_determinant(tree: ast.expr, words: Words) -> Changes:
    """A log-determinant too many."""
    for place in places(tree):
        if not (place.node is tree or _is_sum(place.node)):
            continue
        terms = list(addends(place.node))
        for _, term in terms if len(terms) > 1 else ():
            if calls(term, ("logdet", "log")):
                rest = without(place.node, term)
                assert rest is not None
                yield change(tree, [place.node], ast.unparse(rest), ast.unparse(term))


def degrees_of_freedom(tree: ast.expr, words: Words) -> Changes:
    """N for N - m - 1, as at infinite width, and the other way."""
    counts = dict(words.counts)
    for place, nodes in groups(
        tree, lambda place: _is_sum(place.node) or place.text in words.widths
    ):
        if place.text in words.widths:
            for count in filter(None, (counts.get(place.text), *words.widths)):
                for new in (f"{place.text} - {count} - 1", f"{place.text} - {count}"):
                    yield change(tree, nodes, new, new)
            yield change(tree, nodes, f"{place.text} - 1", f"{place.text} - 1")
        else:
            names = {part.id for part in ast.walk(place.node) if isinstance(part, ast.Name)}
            letters = [
                ast.unparse(p) for p in ast.walk(place.node)
                if isinstance(p, ast.Subscript) and ast.unparse(p).startswith("N[")
            ]  # fmt: skip
            for width in (*(w for w in words.widths if w in names), *letters):
                yield change(tree, nodes, width, width)


def layer_index(tree: ast.expr, words: Words) -> Changes:
    """The index of the layer above or below: U_2 for U_1, N[l + 1] for N[l]."""
    leaves = (ast.Name, ast.Subscript)
    for place, nodes in groups(tree, lambda place: isinstance(place.node, leaves)):
        for new in _neighbours(place, words):
            yield change(tree, nodes, new, new)


def _neighbours(place: Place, words: Words) -> Iterator[str]:
    if isinstance(place.node, ast.Subscript):
        letter, index = ast.unparse(place.node.value), ast.unparse(place.node.slice)
        yield from (f"{letter}[{index} {shift}]" for shift in ("+ 1", "- 1"))
        return
    match = re.fullmatch(r"([A-Za-z]+)_(\d+|a)", place.text)
    same = [name for name in words.names if match and re.fullmatch(rf"{match[1]}_(\d+|a)", name)]
    if match and match[1] in ("U", "u"):
        same = [name for name in words.names if re.fullmatch(r"[Uu]_(\d+|a)", name)]
    if place.text in same:
        at = same.index(place.text)
        yield from same[max(0, at - 1) : at]
        yield from same[at + 1 : at + 2]


def _is_sum(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, SUMS)


Slips = Mapping[str, Callable[[ast.expr, Words], Changes]]
"""The name of a slip to what would mend it."""
SLIPS: Slips = {
    "a sign": sign,
    "a factor 2": factor_two,
    "a head factor": head_factor,
    "a variance inside or outside": variance_factor,
    "a declared number forgotten": forgotten_number,
    "the wrong factor traced": wrong_trace,
    "a transposed matrix or index order": transposed,
    "the index of a layer": layer_index,
    "a log-determinant too many": added_determinant,
    "N for N - m - 1, or the other way": degrees_of_freedom,
    "a width as a factor": width_factor,
    "a lost log-determinant": lost_determinant,
}
"""The name of a slip to what would mend it; those with few candidates first."""
