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
    Infix,
    Listing,
    Row,
    Script,
    Sum,
    row,
)
from derive.typeset.page import EQUALS

EXPECTATION = Atom(r"\mathbb{E}", "E", 0.7)
INTEGRAL = Atom(r"\int", "∫", 0.7)
PARTIAL = Atom(r"\partial", "∂", 0.55)
CONNECTED = Atom("c", "c", 0.45)
DIFFERENTIAL = Atom("d", "d", 0.5)
MEASURE = Atom(r"d\mu", "dμ", 1.2)
NORMAL = Atom(r"\mathcal{N}", "N", 0.9)
LAW = Atom("P", "P", 0.7)


class Score(sympy.Symbol):
    """A score as it is drawn: d ln P / du."""


def pulled(expression: Any) -> Any:
    """Sums over replicas with everything in front of them that belongs to no replica."""
    sums = expression.atoms(PairSum, ReplicaSum)
    return expression.xreplace({node: _in_front(node) for node in sums}) if sums else expression


def _in_front(node: Any) -> Any:
    body = sympy.factor_terms(node.args[0])
    if not body.is_Mul:
        return node
    outside, inside = body.as_independent(Entry, FIRST, SECOND, as_Add=False)
    return outside * type(node)(inside)


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
    base, replicas = drawer.box(node.symbol), row(*map(drawer.box, node.replicas))
    if isinstance(base, Script) and base.high is None:
        return Script(base.base, replicas if base.low is None else Listing((base.low, replicas)))
    return Script(base, replicas)


def _sum_over(indices: tuple[Any, ...]) -> Any:
    def draw(drawer: Drawer, node: Any) -> Box:
        body = drawer.box(node.args[0])
        inside = Fence(body) if isinstance(body, Sum) else body
        return Apply(Script(symbols.SUM, row(*map(drawer.box, indices))), inside)

    return draw


def _site_moment(drawer: Drawer, node: Any) -> Box:
    exponent, measures, attributes = node.args
    exponent = pulled(exponent)
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
    parts: list[Box] = []
    for measure in leaf.args[0]:
        sign, density = _measured(drawer, measure)
        parts += sign
        exponent += density
    power = Apply(symbols.EXP, Fence(drawer.box(exponent), SQUARE))
    return Apply(symbols.LN, Row((*parts, power)))


def _measured(drawer: Drawer, measure: Any) -> tuple[list[Box], Any]:
    """A sum over values that count one each, or an integral and what its density adds to the log.

    Where there is more to it, a measure is dmu(x).
    """
    x, density = drawer.box(measure.symbol), measure.log_density
    values = measure.points
    if density is None and values and all(weight == 1 for _, weight in values):
        shown = _listed(drawer.box(value) for value, _ in values)
        return [Script(symbols.SUM, Infix(EQUALS, (x, shown)))], 0
    if density is not None and not values:
        ends = (measure.lower, measure.upper)
        whole = ends == (-sympy.oo, sympy.oo)
        sign = INTEGRAL if whole else Script(INTEGRAL, *map(drawer.box, ends))
        return [sign, Apply(DIFFERENTIAL, x)], density
    return [INTEGRAL, Apply(MEASURE, Fence(x))], 0


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
