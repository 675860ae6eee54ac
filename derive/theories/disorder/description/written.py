"""Models written in TOML, so that they read the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import sympy

from derive.theories.disorder.description.examples import Examples, MeanField, label_words
from derive.theories.disorder.description.language import write
from derive.theories.disorder.description.law_words import words_of
from derive.theories.disorder.description.sites import Sites

if TYPE_CHECKING:
    from derive.theories.disorder.description.model import DisorderedModel

LONGEST = 2**53
"""Beyond it whole numbers are written as text, which keeps their digits everywhere."""


def to_toml(model: DisorderedModel) -> str:
    """A file that `load_model` reads back to an equal model.

    >>> from derive.theories.disorder.description import DisorderedModel
    >>> print(to_toml(DisorderedModel(sites={"variable": "binary"}, couplings="J**2*q**2/2")))
    kind = "disorder"
    name = "model"
    <BLANKLINE>
    [[sites]]
    variable = "binary"
    <BLANKLINE>
    [[couplings]]
    covariance = "J**2*q**2/2"
    <BLANKLINE>
    """
    lines = ['kind = "disorder"', f"name = {_text(model.name)}"]
    if model.source:
        lines.append(f"source = {_text(model.source)}")
    for sites in model.sites:
        lines += ["", "[[sites]]", *_lines(_sites(sites))]
    for example in model.examples:
        lines += ["", "[[examples]]", *_lines(_examples(example))]
    for term in model.couplings:
        lines += ["", "[[couplings]]", *_lines({"covariance": term.covariance})]
    if model.mean is not None:
        lines += _mean(model.mean)
    if model.observables:
        shown = {
            name: {"mean_predictor": what.expression} if what.predictor else what.expression
            for name, what in model.observables.items()
        }
        lines += ["", "[observables]", *_lines(shown)]
    if model.parameters:
        lines += ["", "[parameters]", *_lines(model.parameters)]
    return "\n".join(lines) + "\n"


def _sites(sites: Sites) -> dict[str, Any]:
    laws = {name: words_of(law, is_attribute=True) for name, law in sites.attributes.items()}
    default = Sites(sites.variable)
    rest = {key: getattr(sites, key) for key in ("name", "components", "ratio")}
    changed = {key: value for key, value in rest.items() if value != getattr(default, key)}
    return {
        **changed,
        "variable": words_of(sites.variable),
        **({"attributes": laws} if laws else {}),
    }


def _examples(example: Examples) -> dict[str, Any]:
    labels = None if example.labels is None else label_words(example.labels)
    found = {
        "ratio": example.ratio,
        "fields": dict(example.fields),
        "inputs": None if example.inputs == "gaussian" else example.inputs,
        "labels": labels,
        "tilt": example.tilt,
        "weight": example.weight,
        "energy": example.energy,
    }
    return {key: value for key, value in found.items() if value is not None}


def _mean(mean: MeanField) -> Iterator[str]:
    yield from ("", "[mean]", *_lines({"energy": mean.energy}))
    yield from ("", "[magnetisations]", *_lines(mean.magnetisations))


def _lines(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        yield f"{key} = {_literal(value)}"


def _literal(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_lines(value)) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, sympy.Integer) and abs(int(value)) < LONGEST:
        return str(value)
    if isinstance(value, sympy.Basic):
        return _text(write(value))
    return _text(value) if isinstance(value, str) else repr(value)


def _text(text: str) -> str:
    """JSON's strings are TOML's where all characters are printable."""
    return json.dumps(text, ensure_ascii=False)
