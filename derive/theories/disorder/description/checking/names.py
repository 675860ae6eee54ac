"""Names: each means one thing, and an expression has none that means nothing where it stands."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from derive.errors import DescriptionError
from derive.theories.disorder.description.language import BETA, LABEL, symbol
from derive.theories.disorder.description.names import OVERLAP, RESERVED
from derive.theories.disorder.description.parts import Part, overlaps, parts_of, place
from derive.wording import choices

if TYPE_CHECKING:
    from derive.theories.disorder.description.model import DisorderedModel

LIKE = 0.75
"""How alike two names are, one of which may be meant for the other."""


def check_names(model: DisorderedModel) -> None:
    """Raise DescriptionError at a name that is there twice, unknown, or out of place."""
    roles = _roles(model)
    _check_fields(model)
    for name in model.parameters:
        if name in roles:
            raise DescriptionError(
                f"parameters.{name}: {name} is {roles[name]}; a parameter needs another name"
            )
    for part in parts_of(model):
        for found in sorted(part.expression.free_symbols - part.local, key=str):
            _check_name(model, part, found.name, roles)
    free = {s.name for s in model.free()}
    for name in model.parameters:
        if name not in free:
            raise DescriptionError(
                f"parameters.{name}: no expression has {name}{choices(name, sorted(free))}"
            )


def _roles(model: DisorderedModel) -> dict[str, str]:
    """What each name of the model is.

    Raises:
        DescriptionError: One is two things.
    """
    roles: dict[str, str] = {}
    for name, role, where in _named(model):
        if name in roles:
            raise DescriptionError(
                f"{where}: {name} is {roles[name]} already; a name means one thing, take another"
            )
        roles[name] = role
    return roles


def _named(model: DisorderedModel) -> Iterator[tuple[str, str, str]]:
    for k, sites in enumerate(model.sites):
        where = place("sites", model.sites, k)
        for name in dict.fromkeys((sites.name, *(v.name for v in sites.variables))):
            yield name, "a variable", f"{where}.name"
        for name in sites.attributes:
            yield name, "an attribute", f"{where}.attributes.{name}"
    for k, example in enumerate(model.examples):
        where = place("examples", model.examples, k)
        for name, of in example.fields.items():
            yield name, f"the field of {of}", f"{where}.fields.{name}"
    for name in model.mean.magnetisations if model.mean else ():
        yield name, "a magnetisation", f"magnetisations.{name}"
    for name in model.observables:
        yield name, "an observable", f"observables.{name}"


def _check_fields(model: DisorderedModel) -> None:
    """Each field is of a variable, a component, or an attribute."""
    valid = [s.name for sites in model.sites for s in (*sites.variables, *sites.quenched)]
    for k, example in enumerate(model.examples):
        for name, of in example.fields.items():
            if of in valid:
                continue
            where = f"{place('examples', model.examples, k)}.fields.{name}"
            many = next((s for s in model.sites if s.name == of), None)
            if many is not None:
                raise DescriptionError(
                    f"{where}: {of} has {many.components} components; write {of}_1, or another"
                )
            raise DescriptionError(
                f"{where}: no variable or attribute {of!r}{choices(of, valid)}; a field is of one "
                "of them"
            )


def _check_name(model: DisorderedModel, part: Part, name: str, roles: dict[str, str]) -> None:
    if symbol(name) == BETA or (name in model.parameters and name not in roles):
        return
    local = sorted(s.name for s in part.local)
    if name in roles or name in RESERVED or OVERLAP.fullmatch(name):
        raise DescriptionError(
            f"{part.where}: {_misplaced(model, name, part.where, roles)}{_valid(local)}"
        )
    if model.parameters:
        known = choices(name, [*local, *model.parameters])
        raise DescriptionError(
            f"{part.where}: unknown name {name!r}{known}; a parameter needs a default in "
            "[parameters], where some have one"
        )
    meant = next((word for word in local if _alike(name, word)), "")
    if meant:
        raise DescriptionError(
            f"{part.where}: unknown name {name!r}; did you mean {meant!r}? Valid: "
            f"{', '.join(local)}; a parameter of this name needs a default in [parameters]"
        )


def _misplaced(model: DisorderedModel, name: str, where: str, roles: dict[str, str]) -> str:
    """Why a name that means something means nothing here."""
    if symbol(name) == LABEL:
        return "there is no label y here; give the examples labels, or leave y out"
    if name in roles:
        return f"{name} is {roles[name]}, which does not stand here{_instead(model, name, where)}"
    told = RESERVED.get(name, "an overlap")
    known = ", ".join(s.name for s in overlaps(model))
    more = f"; the overlaps are {known}" if OVERLAP.fullmatch(name) or name == "q" else ""
    return f"{name} is {told}, which does not stand here or is not in this model{more}"


def _instead(model: DisorderedModel, name: str, where: str) -> str:
    """What would stand there in place of a variable or an attribute."""
    if where == "mean.energy":
        return f'; average it in [magnetisations], m = "{name}"'
    fields = [f for e in model.examples for f, of in e.fields.items() if of == name]
    if fields and where.startswith(("examples", "observables")):
        return f"; its field is {' or '.join(fields)}"
    return ""


def _valid(local: list[str]) -> str:
    return f"; valid: {', '.join([*local, 'parameters'])}"


def _alike(name: str, word: str) -> bool:
    """Whether names differ in case, in their last digits, or in few letters."""
    if name.lower() == word.lower():
        return True
    stems = [text.rstrip("0123456789_") for text in (name, word)]
    numbered = name[-1].isdecimal() and word[-1].isdecimal()
    near = difflib.SequenceMatcher(None, name, word).ratio() >= LIKE
    return (stems[0] == stems[1] and numbered) or (near and min(len(name), len(word)) > 2)
