"""Terms of the weight: examples with their fields and labels, couplings, a mean field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from derive.errors import DescriptionError
from derive.theories.disorder.description.language import read, symbol
from derive.theories.disorder.description.laws import Expr
from derive.theories.disorder.description.named import Named
from derive.theories.disorder.description.names import refuse_name
from derive.wording import choices, shown

INPUTS = ("gaussian", "binary")


@dataclass(frozen=True)
class Value:
    """A label that the teacher's fields determine."""

    expression: Expr


@dataclass(frozen=True)
class Chosen:
    """A label that is one of some values, with a probability P*(y|u)."""

    values: tuple[Expr, ...]
    law: Expr


@dataclass(frozen=True)
class GaussianLabel:
    """A label with Gaussian noise."""

    mean: Expr
    variance: Expr


Labels = Value | Chosen | GaussianLabel


@dataclass(frozen=True)
class Examples:
    r"""P = ratio N examples; a field is :math:`h = N^{-1/2} \sum_i \xi_i x_i`.

    Attributes:
        ratio: Examples per N.
        fields: By name the variable, its component (x_2), or the attribute whose field it is.
        weight: The factor of an example in the weight of x, in its fields, y and parameters.
        energy: In its place, what enters with a factor -beta.
        labels: The law of y: an expression of teachers' fields, {"values": [...], "law": text},
            {"gaussian": mean, "variance": text}; None where there is no label.
        tilt: A weight of the teachers' fields alone, up to its normalisation.
        inputs: The law of xi, of mean 0 and variance 1: "gaussian" or "binary".

    >>> Examples("alpha", {"h": "x", "u": "t"}, weight="theta(y*h)", labels="sign(u)").labels
    Value(expression=sign(u))
    """

    ratio: Expr
    fields: Mapping[str, str]
    weight: Expr | None = None
    energy: Expr | None = None
    labels: Labels | None = None
    tilt: Expr | None = None
    inputs: str = "gaussian"

    def __post_init__(self) -> None:
        fields = _fields(self.fields)
        given = [key for key in ("weight", "energy") if getattr(self, key) is not None]
        if len(given) != 1:
            told = "both weight and energy are there" if given else "neither weight nor energy"
            raise DescriptionError(
                f"examples: {told}; give the factor of an example as a weight, or as an energy, "
                "which enters as exp(-beta*energy)"
            )
        if self.inputs not in INPUTS:
            raise DescriptionError(
                f"examples.inputs: {shown(self.inputs)} is no law{choices(self.inputs, INPUTS)}"
            )
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "labels", labels_of(self.labels))
        for key in ("ratio", *given, "tilt"):
            value = getattr(self, key)
            if value is not None:
                object.__setattr__(self, key, read(value, f"examples.{key}"))

    @property
    def symbols(self) -> tuple[Expr, ...]:
        """The symbols of the fields."""
        return tuple(map(symbol, self.fields))


def _fields(given: Any) -> Named[str]:
    if not isinstance(given, Mapping) or not given:
        raise DescriptionError(
            f"examples.fields: {shown(given) if given else 'none'} where a table of fields is due; "
            'write fields = { h = "x" }'
        )
    for name, of in given.items():
        refuse_name(name, f"examples.fields.{name}")
        if not isinstance(of, str):
            raise DescriptionError(
                f"examples.fields.{name}: {shown(of)} where the name of a variable or an "
                'attribute is due; write h = "x"'
            )
    return Named(given)


def labels_of(given: Any) -> Labels | None:
    """The labels' law from its words.

    Raises:
        DescriptionError: There is no such law.
    """
    where = "examples.labels"
    if given is None:
        return None
    if isinstance(given, get_args(Labels)):
        given = label_words(given)
    if not isinstance(given, Mapping):
        return Value(read(given, where))
    heads = {"values": ("values", "law"), "gaussian": ("gaussian", "variance")}
    head = next((head for head in heads if head in given), None)
    if head is None or set(given) != {*heads[head]}:
        raise DescriptionError(
            f"{where}: {_keys(given)}; write an expression of the teacher's fields, "
            "{values = [...], law = ...} or {gaussian = ..., variance = ...}"
        )
    first, second = (given[key] for key in heads[head])
    if head == "gaussian":
        return GaussianLabel(read(first, f"{where}.gaussian"), read(second, f"{where}.variance"))
    if not isinstance(first, list | tuple) or not first:
        raise DescriptionError(f"{where}.values: {shown(first)} where a list is due; write [1, -1]")
    values = tuple(read(v, f"{where}.values[{k}]") for k, v in enumerate(first, start=1))
    return Chosen(values, read(second, f"{where}.law"))


def _keys(table: Mapping[str, Any]) -> str:
    return (
        f"no law of a label has the keys {', '.join(map(str, table))}" if table else "it is empty"
    )


def label_words(labels: Any) -> Any:
    """The words that `labels_of` reads back, with expressions as they are."""
    if isinstance(labels, Chosen):
        return {"values": labels.values, "law": labels.law}
    if isinstance(labels, GaussianLabel):
        return {"gaussian": labels.mean, "variance": labels.variance}
    return labels.expression


@dataclass(frozen=True)
class Couplings:
    """A Gaussian Hamiltonian with E H(x) H(x') = N g(overlaps of x and x').

    Attributes:
        covariance: g: of q; of q_x, q_s where there are several populations; of q_11, q_12, ...
            where there are several components, q_x_11 where there are both.

    >>> Couplings("J**2*q**2/2").covariance
    J**2*q**2/2
    """

    covariance: Expr

    def __post_init__(self) -> None:
        object.__setattr__(self, "covariance", read(self.covariance, "couplings.covariance"))


@dataclass(frozen=True)
class MeanField:
    """An energy N e(m) of magnetisations.

    Attributes:
        energy: e.
        magnetisations: By name what is averaged over the sites of a population.
    """

    energy: Expr
    magnetisations: Mapping[str, Expr] = field(default_factory=Named)

    def __post_init__(self) -> None:
        if not isinstance(self.magnetisations, Mapping) or not self.magnetisations:
            raise DescriptionError(
                f"magnetisations: {shown(self.magnetisations) if self.magnetisations else 'none'} "
                'where a table is due; an energy of the mean needs one, such as m = "x"'
            )
        means = {}
        for name, what in self.magnetisations.items():
            refuse_name(name, f"magnetisations.{name}", allowed=("m",))
            means[name] = read(what, f"magnetisations.{name}")
        object.__setattr__(self, "magnetisations", Named(means))
        object.__setattr__(self, "energy", read(self.energy, "mean.energy"))


@dataclass(frozen=True)
class Observable:
    """What is averaged: of the fields of a new example and its label, or of a site.

    Attributes:
        expression: In fields and y of one example, or in variables and attributes of a site.
        predictor: Whether fields and variables are those of the mean <x>, not of a sampled x.
    """

    expression: Expr
    predictor: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "expression", read(self.expression, "observables"))


def observable_of(given: Any, where: str) -> Observable:
    """An observable from its words.

    Raises:
        DescriptionError: They are none.
    """
    if isinstance(given, Observable):
        return given
    if isinstance(given, Mapping):
        if set(given) != {"mean_predictor"}:
            raise DescriptionError(
                f"{where}: {', '.join(map(str, given)) or 'nothing'} where mean_predictor is due; "
                'write { mean_predictor = "theta(-h*u)" }, or an expression'
            )
        return Observable(read(given["mean_predictor"], f"{where}.mean_predictor"), True)
    return Observable(read(given, where))


__all__ = [
    "Chosen",
    "Couplings",
    "Examples",
    "GaussianLabel",
    "Labels",
    "MeanField",
    "Observable",
    "Value",
    "label_words",
    "labels_of",
    "observable_of",
]
