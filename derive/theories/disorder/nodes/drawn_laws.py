"""How the laws of averages are drawn: fields with their covariances, and labels."""

from __future__ import annotations

from collections.abc import Iterable

from derive.algebra.drawing import Drawer
from derive.theories.disorder.nodes.drawing import EXPECTATION, LAW, NORMAL
from derive.theories.disorder.nodes.towers import Labels, Law
from derive.typeset import symbols
from derive.typeset.boxes import Apply, Atom, Box, Fence, Listing, Script, power, row
from derive.typeset.page import EQUALS

FOLLOWS = Atom(r"\sim", "~", 0.8)
COVARIANCE = Atom(r"\mathrm{Cov}", "Cov", 1.7)
OF = Atom("|", "|", 0.3)

Drawn = tuple[Box, Box, Atom]
"""The left side, the right side, and what stands between them."""


def laws(drawer: Drawer, law: Law) -> Iterable[Drawn]:
    """What an average is over: fields with means and covariances, and labels."""
    count = range(len(law.fields))
    fields = [drawer.box(field) for field in law.fields]
    if len(fields) == 1:
        yield fields[0], _normal(drawer, law.means[0], law.covariance(0, 0)), FOLLOWS
    else:
        for k in count:
            if law.means[k] != 0:
                yield Apply(EXPECTATION, fields[k]), drawer.box(law.means[k]), EQUALS
        pairs = [(k, other) for k in count for other in count[k:]]
        centred = not any(law.means)
        for k, other in pairs:
            pair = fields[k], fields[other]
            left = _product(*pair) if centred else Apply(COVARIANCE, Fence(Listing(pair)))
            yield left, drawer.box(law.covariance(k, other)), EQUALS
    yield from _labels(drawer, law.labels)


def _normal(drawer: Drawer, mean: object, variance: object) -> Box:
    return Apply(NORMAL, Fence(Listing((drawer.box(mean), drawer.box(variance)))))


def _product(one: Box, other: Box) -> Box:
    same = one == other
    return row(EXPECTATION, *([power(one, symbols.number(2))] if same else [one, other]))


def _labels(drawer: Drawer, labels: Labels) -> Iterable[Drawn]:
    y = drawer.box(labels.symbol)
    if labels.kind == "value":
        yield y, drawer.box(labels.expressions[0]), EQUALS
    elif labels.kind == "chosen":
        yield Apply(LAW, Fence(y)), drawer.box(labels.expressions[0]), EQUALS
    elif labels.kind == "gaussian":
        yield y, _normal(drawer, *labels.expressions), FOLLOWS
    if labels.kind != "none" and labels.tilt != 1:
        yield Script(LAW, Atom("u", "u", 0.5)), drawer.box(labels.tilt), EQUALS
