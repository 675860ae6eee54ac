"""Populations of sites: a variable's law, and the attributes that are quenched with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy

from derive.errors import DescriptionError
from derive.theories.disorder.description.language import read, symbol
from derive.theories.disorder.description.law_words import law_of
from derive.theories.disorder.description.laws import Expr, Law, Spherical
from derive.theories.disorder.description.named import Named
from derive.theories.disorder.description.names import refuse_name
from derive.wording import shown

MOST_COMPONENTS = 16


@dataclass(frozen=True)
class Sites:
    """N sites times a ratio, independent and alike but for their attributes.

    Attributes:
        variable: The law of a component: "binary", "gaussian", "spherical", "gauss-bernoulli",
            {"values": [-1, 0, 1]}, {"gaussian": variance}, {"density": text},
            {"regulariser": text}. It may depend on the attributes.
        attributes: By name the law of what is quenched at a site; each may depend on those before.
        name: The variable.
        components: K; of several, the variables are x_1 ... x_K, alike and independent a priori.
        ratio: Sites of this population per N.

    >>> Sites("binary", {"t": "gaussian"}).attributes
    {'t': Gaussian(variance=1)}
    """

    variable: Law
    attributes: Mapping[str, Law] = field(default_factory=Named)
    name: str = "x"
    components: int = 1
    ratio: Expr = sympy.S.One

    def __post_init__(self) -> None:
        refuse_name(self.name, "sites.name")
        if not isinstance(self.attributes, Mapping):
            raise DescriptionError(
                f"sites.attributes: {shown(self.attributes)} where a table is due; "
                'write attributes = { t = "binary" }'
            )
        laws = {}
        for name, law in self.attributes.items():
            where = f"sites.attributes.{name}"
            refuse_name(name, where)
            laws[name] = law_of(law, symbol(name), where, is_attribute=True)
        whole = isinstance(self.components, int) and not isinstance(self.components, bool)
        if not whole or not 1 <= self.components <= MOST_COMPONENTS:
            raise DescriptionError(
                f"sites.components: {shown(self.components)} is no whole number from 1 to "
                f"{MOST_COMPONENTS}; components are counted, not named"
            )
        variable = law_of(self.variable, symbol(self.name), "sites.variable")
        object.__setattr__(self, "variable", variable)
        object.__setattr__(self, "attributes", Named(laws))
        object.__setattr__(self, "ratio", read(self.ratio, "sites.ratio"))

    @property
    def variables(self) -> tuple[Expr, ...]:
        """The symbols of the components."""
        if self.components == 1:
            return (symbol(self.name),)
        return tuple(symbol(f"{self.name}_{k}") for k in range(1, self.components + 1))

    @property
    def quenched(self) -> tuple[Expr, ...]:
        """The symbols of the attributes."""
        return tuple(map(symbol, self.attributes))

    @property
    def is_spherical(self) -> bool:
        """Whether sum_i x_i^2 = N."""
        return isinstance(self.variable, Spherical)
