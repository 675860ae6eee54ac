"""A system with quenched disorder, as a frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from derive.errors import DescriptionError
from derive.theories.disorder.description.examples import (
    Couplings,
    Examples,
    MeanField,
    Observable,
    observable_of,
)
from derive.theories.disorder.description.language import BETA, read, symbol
from derive.theories.disorder.description.laws import Expr, Regulariser
from derive.theories.disorder.description.named import Named
from derive.theories.disorder.description.names import RESULTS, refuse_name
from derive.theories.disorder.description.parts import parts_of
from derive.theories.disorder.description.sites import Sites
from derive.theories.disorder.description.tables import listed, one
from derive.theories.disorder.description.validate import validate
from derive.theories.disorder.description.written import to_toml
from derive.wording import one_line, shown


@dataclass(frozen=True)
class DisorderedModel:
    r"""Sites, and the terms of the weight of their variables.

    .. math:: Z = \int \prod_i d\mu(x_i|t_i) \prod_\mu w(y_\mu, h_\mu)\, e^{-\beta (H + N e(m))}

    Attributes:
        sites: One population or several.
        examples: One kind of examples or several, or none.
        couplings: Gaussian Hamiltonians.
        mean: A deterministic energy.
        observables: What is averaged, by name.
        parameters: Defaults of parameters, by name. Where there are some, they name all parameters
            but beta, so that no name is taken for one by mistake.
        name: What the model is called.
        source: Where it is from.

    Each takes the words of a TOML file too: text for an expression, a table for a class, one thing
    in place of a list of one.

    >>> DisorderedModel(
    ...     sites={"variable": "binary"}, couplings="J**2*q**2/2", observables={"cube": "x**3"}
    ... ).free()
    (J, beta)
    """

    sites: tuple[Sites, ...]
    examples: tuple[Examples, ...] = ()
    couplings: tuple[Couplings, ...] = ()
    mean: MeanField | None = None
    observables: Mapping[str, Observable] = field(default_factory=Named)
    parameters: Mapping[str, float] = field(default_factory=Named)
    name: str = "model"
    source: str = ""

    def __post_init__(self) -> None:
        made = {
            "sites": listed(self.sites, Sites, "sites"),
            "examples": listed(self.examples, Examples, "examples"),
            "couplings": listed(self.couplings, Couplings, "couplings"),
            "mean": one(self.mean, MeanField, "mean"),
            "observables": _observables(self.observables),
            "parameters": _parameters(self.parameters),
            "name": _text(self.name, "name"),
            "source": _text(self.source, "source"),
        }
        for key, value in made.items():
            object.__setattr__(self, key, value)
        validate(self)

    def free(self) -> tuple[Expr, ...]:
        """The symbols that are parameters, by name; beta where there is an energy."""
        found = {s for part in parts_of(self) for s in part.expression.free_symbols - part.local}
        if self.has_temperature:
            found.add(BETA)
        return tuple(sorted(found, key=lambda s: s.name))

    @property
    def has_temperature(self) -> bool:
        """Whether beta multiplies something."""
        return bool(
            self.couplings
            or self.mean is not None
            or any(example.energy is not None for example in self.examples)
            or any(isinstance(sites.variable, Regulariser) for sites in self.sites)
        )

    def to_toml(self) -> str:
        """A file that `load_model` reads back to an equal model."""
        return to_toml(self)

    def home(self, name: str) -> Sites:
        """The population of a variable, of its component or of an attribute.

        Raises:
            DescriptionError: There is none.
        """
        for sites in self.sites:
            if symbol(name) in (*sites.variables, *sites.quenched):
                return sites
        raise DescriptionError(f"{self.name}: no variable or attribute {shown(name)}")

    def students(self, example: Examples) -> tuple[Expr, ...]:
        """The fields of variables."""
        return tuple(symbol(field) for field, of in example.fields.items() if self._is_variable(of))

    def teachers(self, example: Examples) -> tuple[Expr, ...]:
        """The fields of attributes."""
        fields = example.fields.items()
        return tuple(symbol(field) for field, of in fields if not self._is_variable(of))

    def _is_variable(self, name: str) -> bool:
        return any(symbol(name) in sites.variables for sites in self.sites)


def _observables(given: Any) -> Named[Observable]:
    if not isinstance(given, Mapping):
        raise DescriptionError(
            f"observables: {shown(given)} where a table is due; write an expression for each name"
        )
    for name in given:
        where = f"observables.{name}"
        refuse_name(name, where)
        if name in RESULTS:
            raise DescriptionError(f"{where}: {name} is a result already; take another name")
    return Named(
        {name: observable_of(words, f"observables.{name}") for name, words in given.items()}
    )


def _parameters(given: Any) -> Named[float]:
    if not isinstance(given, Mapping):
        raise DescriptionError(
            f"parameters: {shown(given)} where a table is due; write a number for each name"
        )
    numbers = {}
    for name, value in given.items():
        where = f"parameters.{name}"
        refuse_name(name, where, allowed=("beta",))
        number = read(value, where)
        if not number.is_number:
            raise DescriptionError(f"{where}: {shown(value)} is no number; give a default")
        numbers[name] = float(number)
    return Named(numbers)


def _text(given: Any, where: str) -> str:
    if not isinstance(given, str) or not given.isprintable() or len(given) > 1000:
        raise DescriptionError(f"{where}: {shown(given)} is no line of text; write one")
    return one_line(given, 1000)
