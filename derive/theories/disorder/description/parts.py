"""Every expression of a model, with its place and the names that have a meaning there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from derive.theories.disorder.description.examples import (
    Chosen,
    Examples,
    GaussianLabel,
    Observable,
    Value,
)
from derive.theories.disorder.description.language import LABEL, symbol
from derive.theories.disorder.description.laws import (
    Density,
    Discrete,
    Expr,
    GaussBernoulli,
    Gaussian,
    Regulariser,
)
from derive.theories.disorder.description.sites import Sites

if TYPE_CHECKING:
    from derive.theories.disorder.description.model import DisorderedModel


@dataclass(frozen=True)
class Part:
    """An expression.

    Attributes:
        where: Its place.
        expression: What stands there.
        local: The symbols that have a meaning there; all others are parameters.
    """

    where: str
    expression: Expr
    local: frozenset[Expr]


def place(name: str, all_of: tuple[Any, ...], index: int) -> str:
    """The name of a list, with a place where there are several.

    >>> place("sites", ("one",), 0), place("sites", ("one", "other"), 0)
    ('sites', 'sites[1]')
    """
    return name if len(all_of) == 1 else f"{name}[{index + 1}]"


def parts_of(model: DisorderedModel) -> Iterator[Part]:
    """All expressions of a model."""
    for k, sites in enumerate(model.sites):
        yield from _of_sites(sites, place("sites", model.sites, k))
    for k, example in enumerate(model.examples):
        yield from _of_examples(model, example, place("examples", model.examples, k))
    for k, term in enumerate(model.couplings):
        where = place("couplings", model.couplings, k)
        local = frozenset(overlaps(model))
        yield Part(f"{where}.covariance", term.covariance, local)
    if model.mean is not None:
        means = frozenset(map(symbol, model.mean.magnetisations))
        yield Part("mean.energy", model.mean.energy, means)
        for name, what in model.mean.magnetisations.items():
            yield Part(f"magnetisations.{name}", what, site_symbols(model))
    for name, observable in model.observables.items():
        local = observed_symbols(model, observable)
        yield Part(f"observables.{name}", observable.expression, local)


def overlaps(model: DisorderedModel) -> dict[Expr, tuple[Sites, int, int]]:
    """The overlap symbols of couplings, each with its population and components from 1.

    q of one population of one component; q_x of several populations; q_12 of components; q_x_12.
    """
    found = {}
    for sites in model.sites:
        stem = "q" if len(model.sites) == 1 else f"q_{sites.name}"
        count = sites.components
        apart = "_" if count > 9 else ""
        for k in range(1, count + 1):
            for other in range(1, count + 1):
                name = stem if count == 1 else f"{stem}_{k}{apart}{other}"
                found[symbol(name)] = (sites, k, other)
    return found


def site_symbols(model: DisorderedModel) -> frozenset[Expr]:
    """The variables and attributes of all populations."""
    return frozenset(s for sites in model.sites for s in (*sites.variables, *sites.quenched))


def observed_symbols(model: DisorderedModel, observable: Observable) -> frozenset[Expr]:
    """The symbols that an observable may have: of an example if it has one, else of sites."""
    fields = frozenset(field for example in model.examples for field in example.symbols)
    found = observable.expression.free_symbols
    if found & (fields | {LABEL}):
        labelled = any(example.labels is not None for example in model.examples)
        return fields | {LABEL} if labelled else fields
    return site_symbols(model)


def _of_sites(sites: Sites, where: str) -> Iterator[Part]:
    yield Part(f"{where}.ratio", sites.ratio, frozenset())
    known: list[Expr] = []
    for name, law in sites.attributes.items():
        yield from _of_law(law, f"{where}.attributes.{name}", frozenset(known))
        known.append(symbol(name))
    yield from _of_law(sites.variable, f"{where}.variable", frozenset(known))


def _of_law(law: Any, where: str, known: frozenset[Expr]) -> Iterator[Part]:
    if isinstance(law, Discrete):
        for key in ("values", "weights"):
            for k, expression in enumerate(getattr(law, key), start=1):
                yield Part(f"{where}.{key}[{k}]", expression, known)
    if isinstance(law, Gaussian | GaussBernoulli):
        yield Part(f"{where}.variance", law.variance, known)
    if isinstance(law, GaussBernoulli):
        yield Part(f"{where}.density", law.density, known)
    if isinstance(law, Density | Regulariser):
        yield Part(where, law.expression, known | {law.symbol})


def _of_examples(model: DisorderedModel, example: Examples, where: str) -> Iterator[Part]:
    yield Part(f"{where}.ratio", example.ratio, frozenset())
    labelled = example.labels is not None
    everything = frozenset((*example.symbols, *([LABEL] if labelled else [])))
    for key in ("weight", "energy"):
        if getattr(example, key) is not None:
            yield Part(f"{where}.{key}", getattr(example, key), everything)
    teachers = frozenset(model.teachers(example))
    if example.tilt is not None:
        yield Part(f"{where}.tilt", example.tilt, teachers)
    yield from _of_labels(example.labels, f"{where}.labels", teachers)


def _of_labels(labels: Any, where: str, teachers: frozenset[Expr]) -> Iterator[Part]:
    if isinstance(labels, Value):
        yield Part(where, labels.expression, teachers)
    if isinstance(labels, GaussianLabel):
        yield Part(f"{where}.gaussian", labels.mean, teachers)
        yield Part(f"{where}.variance", labels.variance, teachers)
    if isinstance(labels, Chosen):
        for k, value in enumerate(labels.values, start=1):
            yield Part(f"{where}.values[{k}]", value, frozenset())
        yield Part(f"{where}.law", labels.law, teachers | {LABEL})
