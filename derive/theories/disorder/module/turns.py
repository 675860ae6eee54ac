"""Where the average over a field turns steeply: at kinks of weights and labels, between values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import Any

import sympy

from derive.theories.disorder.derivation.leaves import leaves_in
from derive.theories.disorder.module.leaf_text import breaks
from derive.theories.disorder.module.text import code
from derive.theories.disorder.nodes.towers import Law, Leaf, SiteIntegral


def turns_of(law: Law, place: int, bodies: Sequence[Any]) -> list[str]:
    """The calls of the runtime's `turn`, for the average over field number `place`.

    A leaf that is the integral of a weight with a kink turns where its centre is there, over the
    root of its spread; the logarithm of a sum over values where two of them are as likely.
    """
    spread = law.covariance(place, place)
    means = _means(law, place)
    found: dict[str, None] = {}
    for leaf in leaves_in(*bodies):
        if leaf.centres[0] != law.fields[place] or len(leaf.centres) > 1:
            continue
        for at, width in _of_leaf(leaf):
            for values in _labels(law, at):
                for mean in means:
                    where = ", ".join(map(code, (at.xreplace(values), mean, sympy.sqrt(spread))))
                    found[f"turn({where}, {code(width)})"] = None
    for at in _of_labels(law, place):
        found[at] = None
    return list(found)


def _of_leaf(leaf: Leaf) -> Iterator[tuple[Any, Any]]:
    """Places of the centre, and widths."""
    spread = leaf.args[3][0]
    if not isinstance(leaf, SiteIntegral):
        for at in breaks(leaf.weight, leaf.inside[0]):
            yield at, sympy.sqrt(spread)
        return
    values = sorted({v for v, _ in leaf.args[0][0].points}, key=sympy.default_sort_key)
    for first, second in pairwise(values):
        yield spread * (first + second) / 2, 1 / sympy.Abs(second - first)


def _means(law: Law, place: int) -> list[Any]:
    """The field's mean at each value of the attributes; none where those are continuous."""
    mean = law.means[place]
    attributes = [a for a in law.attributes if mean.has(a.symbol)]
    if any(a.log_density is not None for a in attributes):
        return []
    symbols = [a.symbol for a in attributes]
    points = product(*([v for v, _ in a.points] for a in attributes))
    return [mean.xreplace(dict(zip(symbols, values, strict=True))) for values in points]


def _labels(law: Law, at: Any) -> list[dict[Any, Any]]:
    """What a label in a place is replaced by; nothing where labels are continuous."""
    labels = law.labels
    bound = law.bound & at.free_symbols
    if not bound:
        return [{}]
    if bound == {labels.symbol} and labels.kind == "chosen":
        return [{labels.symbol: value} for value in labels.values]
    return []


def _of_labels(law: Law, place: int) -> Iterator[str]:
    """Where the teacher's mean field given the student's is at a kink of the labels' law."""
    if not law.teachers or place == 0 or law.labels.kind == "none":
        return
    cross, spread = law.covariance(0, place), law.covariance(place, place)
    own, slope = law.covariance(0, 0), code(cross / sympy.sqrt(spread))
    width = f"np.sqrt(positive({code(own)} - ratio({code(cross)}, {code(spread)}) * {code(cross)}))"
    for expression in law.labels.expressions:
        for at in breaks(expression, law.fields[0]):
            if not at.free_symbols & law.bound:
                yield f"turn({code(at)}, 0.0, {slope}, {width})"
