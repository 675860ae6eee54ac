"""Terms: each has what makes it one, and parts of one example or one population alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.errors import DescriptionError
from derive.theories.disorder.description.examples import Examples
from derive.theories.disorder.description.language import LABEL, symbol
from derive.theories.disorder.description.parts import overlaps, place

if TYPE_CHECKING:
    from derive.theories.disorder.description.model import DisorderedModel


def check_terms(model: DisorderedModel) -> None:
    """Raise DescriptionError at a term that lacks what it is about."""
    for k, example in enumerate(model.examples):
        _check_example(model, example, place("examples", model.examples, k))
    known = [*overlaps(model)]
    for k, term in enumerate(model.couplings):
        if not term.covariance.free_symbols & {*known}:
            raise DescriptionError(
                f"{place('couplings', model.couplings, k)}.covariance: it has no overlap; write it "
                f"in {', '.join(s.name for s in known)}"
            )
    _check_mean(model)
    _check_observables(model)


def _check_example(model: DisorderedModel, example: Examples, where: str) -> None:
    key = "weight" if example.weight is not None else "energy"
    students, teachers = model.students(example), model.teachers(example)
    if not getattr(example, key).free_symbols & {*students}:
        names = ", ".join(s.name for s in students)
        remedy = f"write it in {names}" if names else 'give a variable\'s, such as h = "x"'
        raise DescriptionError(f"{where}.{key}: it has no field of a variable; {remedy}")
    if example.tilt is not None and not example.tilt.free_symbols & {*teachers}:
        names = ", ".join(s.name for s in teachers)
        remedy = f"write it in {names}" if names else 'give an attribute\'s, such as u = "t"'
        raise DescriptionError(f"{where}.tilt: it has no field of an attribute; {remedy}")


def _check_mean(model: DisorderedModel) -> None:
    if model.mean is None:
        return
    means = model.mean.magnetisations
    if not model.mean.energy.free_symbols & {*map(symbol, means)}:
        raise DescriptionError(
            f"mean.energy: it has no magnetisation; write it in {', '.join(means)}"
        )
    for name, what in means.items():
        homes = [s for s in model.sites if what.free_symbols & {*s.variables, *s.quenched}]
        if not any(what.free_symbols & {*sites.variables} for sites in homes):
            names = ", ".join(v.name for sites in model.sites for v in sites.variables)
            raise DescriptionError(
                f"magnetisations.{name}: it has no variable; write it in {names}"
            )
        _refuse_two([sites.name for sites in homes], f"magnetisations.{name}", "populations")


def _check_observables(model: DisorderedModel) -> None:
    for name, observable in model.observables.items():
        where, found = f"observables.{name}", observable.expression.free_symbols
        fields = [", ".join(e.fields) for e in model.examples if found & {*e.symbols}]
        homes = [s.name for s in model.sites if found & {*s.variables, *s.quenched}]
        labelled = [e for e in model.examples if e.labels is not None]
        if LABEL in found and not fields and len(labelled) > 1:
            raise DescriptionError(f"{where}: y is of which examples? Write a field of them too")
        if not fields and not homes and LABEL not in found:
            raise DescriptionError(
                f"{where}: it has no field, variable or attribute; write it in those of one "
                "example or of one site"
            )
        _refuse_two(fields, where, "kinds of examples")
        _refuse_two(homes, where, "populations")


def _refuse_two(names: list[str], where: str, what: str) -> None:
    if len(names) > 1:
        raise DescriptionError(
            f"{where}: it has names of several {what} ({'; '.join(names)}); write one for each"
        )
