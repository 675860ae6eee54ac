"""Rules of the expansions, broken on purpose: the certificate of their own step must refuse."""

from dataclasses import replace

import pytest
import sympy
from sympy import Inverse, MatAdd, MatMul

from derive.algebra import build, nodes, series
from derive.errors import CertificateError
from derive.theories.networks.analysis.expansions import (
    finite_width_expansion,
    laplace,
    saddle,
    saddle_expansion,
)
from derive.theories.networks.derivation import derive
from derive.theories.networks.derivation.rules import response
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Linear,
    Network,
    Readout,
    Residual,
)
from derive.theories.networks.nodes import PathProjection

CHAIN = Network((Embedding(9, 1.0), Attention(2, 1.0, 8), Attention(3, 1.0, 7), Readout(1.0)), 0.1)
BODY = Network(
    (Embedding(8, 1.0), Residual((Attention(2, 1.0, 7), Linear(1.0))), Readout(1.0)), 0.1
)
DERIVATIONS = {"chain": derive(CHAIN), "body": derive(BODY)}


def from_order(k, change):
    """Coefficients from 1/N^k up changed."""
    return lambda rule: (
        lambda node, args: tuple(
            change(c) if place >= k else c for place, c in enumerate(rule(node, args))
        )
    )


def times(number):
    return lambda c: build.scale(number, c) if getattr(c, "is_Matrix", False) else number * c


def first_term_only(rule):
    """The series of an inverse, without products of two changes."""

    def broken(node, args):
        (base, *_), start = args, None
        start = build.inv(base[0])
        changes = (build.mul(-1, start, change, start) for change in base[1:])
        return (start, *changes)

    return broken


def without_cross_terms(rule):
    """A product of which one factor moves at a time."""

    def broken(node, args):
        total = []
        for k in range(len(args[0])):
            parts = []
            for place in range(len(args) if k else 1):
                factors = [a[k] if j == place else a[0] for j, a in enumerate(args)]
                parts.append(build.mul(*factors))
            total.append(build.add(*parts))
        return tuple(total)

    return broken


# The overlaps to second order need no second order of the labels' force; the predictor does.
SERIES = {
    "sum: later terms doubled": (MatAdd, from_order(1, times(2)), 0),
    "inverse: sign": (Inverse, from_order(1, times(-1)), 0),
    "inverse: products of changes lost": (Inverse, first_term_only, 2),
    "product: cross terms lost": (MatMul, without_cross_terms, 2),
    "ln det: the factor 1/k": (nodes.LogDet, from_order(2, times(2)), 1),
    "trace doubled": (sympy.Trace, from_order(1, times(2)), 1),
    "diagonal doubled": (nodes.Diagonal, from_order(2, times(2)), 2),
    "projection: sign": (PathProjection, from_order(1, times(-1)), 0),
}


def refusal(expansion, step):
    """What the certificate of one step says."""
    with pytest.raises(CertificateError) as caught:
        expansion.steps[step].certificate(10)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("network", DERIVATIONS)
@pytest.mark.parametrize(("kind", "broken", "step"), SERIES.values(), ids=SERIES)
def test_a_broken_series_is_refused(network, kind, broken, step, monkeypatch):
    monkeypatch.setitem(series.RULES, kind, broken(series.RULES[kind]))
    expansion = saddle_expansion(DERIVATIONS[network])
    monkeypatch.undo()
    assert "order" in refusal(expansion, step)


def without_above(law, weight, innovation, name):
    """A shift without what the shifts above it bring."""
    notation = law.notation
    total = notation.block_start(weight) + notation.block_size(weight)
    return innovation(notation.graph.weights[weight].below, total)


def handed_twice(rule):
    return lambda law, weight, force: build.scale(2, rule(law, weight, force))


def beside_lost(rule):
    """Forces without what acts on covariances alone."""
    return lambda law, sources, name, beside=None: rule(law, sources, name)


RESPONSES = {
    "nothing comes down": (response, "_shift", lambda rule: without_above),
    "forces handed up twice": (response, "_handed_up", handed_twice),
    "no second-order force": (saddle, "forces", beside_lost),
}


@pytest.mark.parametrize("network", DERIVATIONS)
@pytest.mark.parametrize(("home", "name", "broken"), RESPONSES.values(), ids=RESPONSES)
def test_a_broken_response_is_refused(network, home, name, broken, monkeypatch):
    monkeypatch.setattr(home, name, broken(getattr(home, name)))
    expansion = saddle_expansion(DERIVATIONS[network])
    monkeypatch.undo()
    assert "the gradients: " in refusal(expansion, 0)


def test_an_action_without_its_denominators_is_refused(monkeypatch):
    """S^(k) = E^(k) / (k + 1)."""
    rule = saddle.taylor

    def broken(expression, paths, order):
        found = rule(expression, paths, order)
        scalar = not getattr(expression, "is_Matrix", False)
        return (*found[:2], *(2 * c for c in found[2:])) if scalar else found

    monkeypatch.setattr(saddle, "taylor", broken)
    expansion = saddle_expansion(DERIVATIONS["chain"])
    monkeypatch.undo()
    assert refusal(expansion, 1).startswith("S: ")


def changed(change):
    """A rule whose result is changed."""
    return lambda rule: lambda *args: change(rule(*args))


def frozen(found):
    """Fluctuations of every stream on its own."""
    stream = {own.symbol.name.removeprefix("Z_"): own.symbol for own in found.innovations}
    definitions = tuple(
        (x, stream.get(x.name.removeprefix("X_"), value)) if x in found.overlaps else (x, value)
        for x, value in found.definitions
    )
    return laplace.Fluctuations(found.innovations, definitions, found.overlaps)


def wider(found):
    """Innovations of half the variance."""
    own = tuple(laplace.Innovation(z.symbol, z.covariance, 2 * z.width) for z in found.innovations)
    return laplace.Fluctuations(own, found.definitions, found.overlaps)


def without_degrees(found):
    """The m + 1 of the exponents lost."""
    return tuple(
        build.add(*(t for t in build.terms(force) if t.has(nodes.Average))) for force in found
    )


def without_averages(found):
    """Third derivatives lost."""
    return tuple(
        build.add(*(t for t in build.terms(force) if not t.has(nodes.Average))) for force in found
    )


def of_means(name, change):
    """One field of every mean without labels."""
    return lambda means: tuple(replace(m, **{name: change(getattr(m, name))}) for m in means)


EXACT = {
    "the labels lost from what stays": (
        "split_by_width", lambda p: laplace.Split(p.leading, p.rest / 2), 0,
    ),
    "fluctuations of a stream on its own": ("fluctuations", frozen, 1),
    "fluctuations of half the variance": ("fluctuations", wider, 1),
    "the mean without labels doubled": ("prior_means", of_means("mean", times(2)), 2),
    "the score of the other sign": ("prior_means", of_means("score", times(-1)), 2),
    "N - m - 1 becomes N": ("prior_forces", without_degrees, 3),
    "third derivatives lost": ("prior_forces", without_averages, 3),
}  # fmt: skip


@pytest.mark.parametrize(("name", "change", "step"), EXACT.values(), ids=EXACT)
def test_a_broken_rule_of_the_exact_law_is_refused(name, change, step, monkeypatch):
    import derive.theories.networks.analysis.expansions.certificates.exact_law as certificates
    import derive.theories.networks.analysis.expansions.expand as expand

    rule = changed(change)(getattr(laplace, name))
    for home in (laplace, expand, certificates):
        if hasattr(home, name):
            monkeypatch.setattr(home, name, rule)
    expansion = finite_width_expansion(DERIVATIONS["chain"])
    assert refusal(expansion, step)


def test_a_variance_without_that_of_the_mean_is_refused(monkeypatch):
    """The law of total variance: <v> alone is not the variance."""
    import derive.theories.networks.analysis.expansions.laplace as rules

    zero = lambda column: sympy.ZeroMatrix(*column.shape)  # noqa: E731
    diagonal = build.diagonal
    monkeypatch.setattr(
        rules.build, "diagonal",
        lambda m: zero(diagonal(m)) if "f_X" in str(m) else diagonal(m),
    )  # fmt: skip
    expansion = finite_width_expansion(DERIVATIONS["body"])
    monkeypatch.undo()
    assert refusal(expansion, 4).startswith("the variance: ")
