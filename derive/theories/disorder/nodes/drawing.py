r"""How the nodes of the theory are drawn: E for averages, L and F for the integrals of a replica.

A slope of a site's integral is a cumulant of x in it: <x>, <x^2>_c; one of a field's integral is a
derivative in omega.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy

from derive.algebra.drawing import Drawer
from derive.algebra.rules import register
from derive.theories.disorder.nodes.replicas import (
    FIRST,
    SECOND,
    Entry,
    FieldMoment,
    PairSum,
    ReplicaSum,
    SiteMoment,
    single,
)
from derive.theories.disorder.nodes.towers import (
    FieldIntegral,
    Inner,
    Law,
    LogMean,
    Mean,
    SiteIntegral,
    Slope,
)
from derive.typeset import symbols
from derive.typeset.boxes import (
    ANGLE,
    SQUARE,
    Apply,
    Atom,
    Box,
    Fence,
    Listing,
    Row,
    Script,
    Sum,
    row,
)

EXPECTATION = Atom(r"\mathbb{E}", "E", 0.7)
INTEGRAL = Atom(r"\int", "∫", 0.7)
PARTIAL = Atom(r"\partial", "∂", 0.55)
CONNECTED = Atom("c", "c", 0.45)
MEASURE = Atom(r"d\mu", "dμ", 1.2)
NORMAL = Atom(r"\mathcal{N}", "N", 0.9)
LAW = Atom("P", "P", 0.7)


class Score(sympy.Symbol):
    """A score as it is drawn: d ln P / du."""


def _listed(boxes: Iterable[Box]) -> Box:
    found = tuple(boxes)
    return found[0] if len(found) == 1 else Listing(found)


def _over(drawer: Drawer, law: Law) -> Box:
    """E, with what it is over below it."""
    over = [a.symbol for a in law.attributes] + list(law.fields)
    if law.labels.kind != "none":
        over.append(law.labels.symbol)
    return Script(EXPECTATION, _listed(map(drawer.box, over)))


def _mean(drawer: Drawer, node: Any) -> Box:
    body, law = node.args
    marks = {s: Score(s.name) for s in body.free_symbols if s.name.startswith("score_")}
    return Apply(_over(drawer, law), Fence(drawer.box(body.xreplace(marks)), SQUARE))


def _score(drawer: Drawer, node: Any) -> Box:
    u = symbols.symbol(node.name.removeprefix("score_"))
    return Fence(row(Script(PARTIAL, u), Apply(symbols.LN, LAW)))


def _log_mean(drawer: Drawer, node: Any) -> Box:
    power, body, law = node.args
    exponent = Script(Atom("e", "e", 0.45), None, row(drawer.box(power), drawer.box(body)))
    return Apply(symbols.LN, Apply(_over(drawer, law), Fence(exponent, SQUARE)))


def _leaf(letter: str) -> Any:
    def draw(drawer: Drawer, node: Any) -> Box:
        return Script(symbols.letter(letter), _listed(map(drawer.box, node.inside)))

    return draw


def _slope(drawer: Drawer, node: Any) -> Box:
    leaf, indices = node.leaf, node.indices
    if isinstance(leaf, FieldIntegral):
        powers: dict[int, int] = {}
        for index in indices:
            powers[index] = powers.get(index, 0) + 1
        parts = [
            Script(PARTIAL, drawer.box(leaf.centres[k]), symbols.number(n) if n > 1 else None)
            for k, n in powers.items()
        ]
        return Row((*parts, drawer.box(leaf)))
    product = sympy.Mul(*(leaf.inside[k] for k in indices))
    average = Fence(drawer.box(product), ANGLE)
    return average if len(indices) == 1 else Script(average, CONNECTED)


def _inner(drawer: Drawer, node: Any) -> Box:
    return Fence(drawer.box(node.args[0]), ANGLE)


def _entry(drawer: Drawer, node: Any) -> Box:
    base, replicas = drawer.box(node.symbol), _listed(map(drawer.box, node.replicas))
    if isinstance(base, Script) and base.high is None:
        low = (base.low, replicas) if base.low is not None else (replicas,)
        return Script(base.base, _listed(low))
    return Script(base, replicas)


def _sum_over(indices: tuple[Any, ...]) -> Any:
    def draw(drawer: Drawer, node: Any) -> Box:
        body = drawer.box(node.args[0])
        inside = Fence(body) if isinstance(body, Sum) else body
        return Apply(Script(symbols.SUM, _listed(map(drawer.box, indices))), inside)

    return draw


def _site_moment(drawer: Drawer, node: Any) -> Box:
    exponent, measures, attributes = node.args
    parts: list[Box] = []
    if attributes:
        parts.append(Script(EXPECTATION, _listed(drawer.box(a.symbol) for a in attributes)))
    product = Script(symbols.PRODUCT, drawer.box(FIRST))
    inside = [Apply(MEASURE, Fence(drawer.box(single(m.symbol)))) for m in measures]
    power = Apply(symbols.EXP, Fence(drawer.box(exponent), SQUARE))
    return Apply(symbols.LN, Row((*parts, INTEGRAL, product, *inside, power)))


def _field_moment(drawer: Drawer, node: Any) -> Box:
    weight, students, teachers, _, labels = node.args
    over = [drawer.box(u) for u in teachers] + [drawer.box(single(h)) for h in students]
    if labels.kind != "none":
        over.append(drawer.box(labels.symbol))
    inside = drawer.box(weight.xreplace({h: single(h) for h in students}))
    product = Apply(Script(symbols.PRODUCT, drawer.box(FIRST)), inside)
    return Apply(symbols.LN, Apply(Script(EXPECTATION, _listed(over)), Fence(product, SQUARE)))


def definition(drawer: Drawer, leaf: Any) -> Box:
    """What a leaf is: the logarithm of an integral."""
    if isinstance(leaf, FieldIntegral):
        law = Listing((_listed(map(drawer.box, leaf.centres)), _spread(drawer, leaf)))
        fields = _listed(map(drawer.box, leaf.inside))
        under = Row((fields, Atom(r"\sim", "~", 0.8), Apply(NORMAL, Fence(law))))
        mean = Script(EXPECTATION, under)
        return Apply(symbols.LN, Apply(mean, Fence(drawer.box(leaf.weight), SQUARE)))
    exponent = leaf.rest
    count = len(leaf.inside)
    for k, x in enumerate(leaf.inside):
        exponent += leaf.centres[k] * x
        for other in range(count):
            exponent -= leaf.args[3][k * count + other] * x * leaf.inside[other] / 2
    measures = [Apply(MEASURE, Fence(drawer.box(x))) for x in leaf.inside]
    power = Apply(symbols.EXP, Fence(drawer.box(exponent), SQUARE))
    return Apply(symbols.LN, Row((INTEGRAL, *measures, power)))


def _spread(drawer: Drawer, leaf: Any) -> Box:
    return _listed(map(drawer.box, leaf.args[3]))


def _made(kind: Any) -> Any:
    return lambda *args: kind(*args)


for node, rule in (
    (Mean, _mean),
    (LogMean, _log_mean),
    (FieldIntegral, _leaf("L")),
    (SiteIntegral, _leaf("F")),
    (Slope, _slope),
    (Inner, _inner),
    (Entry, _entry),
    (ReplicaSum, _sum_over((FIRST,))),
    (PairSum, _sum_over((FIRST, SECOND))),
    (SiteMoment, _site_moment),
    (FieldMoment, _field_moment),
):
    register(node, draw=rule, rebuild=_made(node))
register(Score, draw=_score, rebuild=Score)

__all__ = ["Score", "definition"]
