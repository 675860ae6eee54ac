r"""Averages and integrals over one site or one example, and what is differentiated of them.

=================  =====================================================================
node               meaning
=================  =====================================================================
``FieldIntegral``  L(omega, V) = ln E_{h ~ N(omega, V)} w(h)
``SiteIntegral``   F(B, A) = ln int dmu(x) exp(B x - x A x / 2 + r(x))
``Slope``          a derivative of either in omega, or in B
``Inner``          the average of an observable in either
``Mean``           E f over the quenched variables of a site or an example
``LogMean``        ln E exp(n f): the same for n replicas
=================  =====================================================================

Symbols that a node integrates over are bound in it; they have names of their own, which are
never substituted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy
from sympy import Basic, Tuple
from sympy.core.symbol import Str

from derive.algebra.nodes import Scalar


def flat(matrix: Sequence[Sequence[Any]]) -> Tuple:
    """A square matrix as one tuple, row by row."""
    return Tuple(*(entry for line in matrix for entry in line))


class Measure(Basic):
    """dmu(x): points with weights, and a density between two ends.

    Args are x, the points (value, weight), the logarithm of the density (-oo for none), the ends,
    and a constant that is added to the logarithm of every integral.
    """

    @property
    def symbol(self) -> Any:
        """x."""
        return self.args[0]

    @property
    def points(self) -> tuple[tuple[Any, Any], ...]:
        """Values with their weights."""
        return tuple(tuple(pair) for pair in self.args[1])

    @property
    def log_density(self) -> Any:
        """The logarithm of the density; None where there is none."""
        return None if self.args[2] is -sympy.oo else self.args[2]

    @property
    def offset(self) -> Any:
        """The constant."""
        return self.args[5]

    @property
    def lower(self) -> Any:
        """Where the density begins."""
        return self.args[3]

    @property
    def upper(self) -> Any:
        """Where it ends."""
        return self.args[4]


class Labels(Basic):
    """How a label y is drawn, given the teacher's fields.

    Args are the kind (none, value, chosen, gaussian), y, values, and expressions: the value, the
    law, or mean and variance; last the weight of the teacher's fields alone.
    """

    @property
    def kind(self) -> str:
        """none, value, chosen or gaussian."""
        return str(self.args[0])

    @property
    def symbol(self) -> Any:
        """y."""
        return self.args[1]

    @property
    def values(self) -> tuple[Any, ...]:
        """Values to choose from."""
        return tuple(self.args[2])

    @property
    def expressions(self) -> tuple[Any, ...]:
        """The value; or the law; or mean and variance."""
        return tuple(self.args[3])

    @property
    def tilt(self) -> Any:
        """The weight of the teacher's fields alone."""
        return self.args[4]


class Law(Basic):
    """What an outer average is over: attributes, then Gaussian fields, then a label.

    Args are the measures of the attributes, the fields, their means, their covariance row by row,
    how many of them are a teacher's, which come first, and the labels.
    """

    @property
    def attributes(self) -> tuple[Measure, ...]:
        """Laws of the attributes."""
        return tuple(self.args[0])

    @property
    def fields(self) -> tuple[Any, ...]:
        """Gaussian fields."""
        return tuple(self.args[1])

    @property
    def means(self) -> tuple[Any, ...]:
        """Their means."""
        return tuple(self.args[2])

    def covariance(self, row: int, column: int) -> Any:
        """Their covariance."""
        return self.args[3][row * len(self.fields) + column]

    @property
    def teachers(self) -> int:
        """How many of the fields are a teacher's."""
        return int(self.args[4])

    @property
    def labels(self) -> Labels:
        """How labels are drawn."""
        return self.args[5]

    @property
    def bound(self) -> set[Any]:
        """The symbols that are averaged over."""
        scores = {score(field) for field in self.fields[: self.teachers]}
        attributes = {attribute.symbol for attribute in self.attributes}
        return {*self.fields, self.labels.symbol} | attributes | scores


def score(field: Any) -> Any:
    r"""The symbol of d ln P*(y|u)/du, under an average over u.

    Such a derivative of the labels' law is never written out: where u is integrated, it is the
    derivative of the integral in the mean of u.
    """
    return sympy.Symbol(f"score_{field.name}", real=True)


class Leaf(Scalar):
    """An integral over one replica of one site or one example, with the fields it depends on."""

    @property
    def inside(self) -> tuple[Any, ...]:
        """The symbols that are integrated over."""
        raise NotImplementedError

    @property
    def centres(self) -> tuple[Any, ...]:
        """What it is differentiated in: omega, or B."""
        raise NotImplementedError

    @property
    def free_symbols(self) -> set[Any]:
        """What it depends on."""
        return super().free_symbols - set(self.inside)


class FieldIntegral(Leaf):
    r"""L = ln E_{h ~ N(omega, V)} w(h); args w, the fields h, omega, V row by row."""

    @property
    def inside(self) -> tuple[Any, ...]:
        """h."""
        return tuple(self.args[1])

    @property
    def centres(self) -> tuple[Any, ...]:
        """omega."""
        return tuple(self.args[2])

    @property
    def weight(self) -> Any:
        """w."""
        return self.args[0]


class SiteIntegral(Leaf):
    r"""F = ln int prod_k dmu(x_k) exp(B.x - x.A.x/2 + r(x)); args measures, r, B, A row by row."""

    @property
    def inside(self) -> tuple[Any, ...]:
        """x."""
        return tuple(measure.symbol for measure in self.args[0])

    @property
    def centres(self) -> tuple[Any, ...]:
        """B."""
        return tuple(self.args[2])

    @property
    def rest(self) -> Any:
        """r: what is not quadratic in x."""
        return self.args[1]


class Slope(Scalar):
    """A derivative of a leaf in its centres, whose numbers are the second argument."""

    @property
    def leaf(self) -> Leaf:
        """What is differentiated."""
        return self.args[0]

    @property
    def indices(self) -> tuple[int, ...]:
        """In which centres, each once for every time."""
        return tuple(map(int, self.args[1]))


class Inner(Scalar):
    """The average of an observable (first argument) in a leaf (second)."""

    @property
    def leaf(self) -> Leaf:
        """Whose average it is."""
        return self.args[1]

    @property
    def free_symbols(self) -> set[Any]:
        """What it depends on."""
        return super().free_symbols - set(self.leaf.inside)


class Mean(Scalar):
    """E f; args f and the law."""

    @property
    def law(self) -> Law:
        """What it is over."""
        return self.args[1]

    @property
    def free_symbols(self) -> set[Any]:
        """What it depends on."""
        return super().free_symbols - self.law.bound


class LogMean(Scalar):
    """ln E exp(n f); args n, f and the law."""

    @property
    def law(self) -> Law:
        """What it is over."""
        return self.args[2]

    @property
    def free_symbols(self) -> set[Any]:
        """What it depends on."""
        return super().free_symbols - self.law.bound


def slope(leaf: Any, *indices: int) -> Any:
    """A derivative of a leaf in its centres, in any order of them."""
    return Slope(leaf, Tuple(*sorted(indices))) if indices else leaf


def opened(expression: Any, *, powers: bool = False) -> Any:
    """Products of sums multiplied out; nodes stay as they are, with all that is in them.

    Args:
        expression: What is opened.
        powers: Whether powers of sums are too.
    """
    nodes: dict[Any, Any] = {}

    def masked(part: Any) -> Any:
        if isinstance(part, Scalar):
            return nodes.setdefault(part, sympy.Dummy(real=True))
        return part.func(*map(masked, part.args)) if part.args else part

    plain = masked(sympy.sympify(expression))
    plain = sympy.expand(plain) if powers else sympy.expand_mul(plain)
    return plain.xreplace({dummy: node for node, dummy in nodes.items()})


def inner(observable: Any, leaf: Leaf) -> Any:
    """The average of an observable in a leaf, with what is not integrated in front."""
    total = sympy.S.Zero
    for term in sympy.Add.make_args(opened(observable)):
        number, rest = term.as_independent(*leaf.inside, as_Add=False)
        total += number * (sympy.S.One if rest == 1 else Inner(rest, leaf))
    return total


def mean(body: Any, law: Law) -> Any:
    """E f, term by term, with what is not averaged in front."""
    if not body.free_symbols & law.bound:
        return body
    total = sympy.S.Zero
    for term in sympy.Add.make_args(opened(body)):
        outside: list[Any] = []
        averaged: list[Any] = []
        for factor in sympy.Mul.make_args(term):
            (averaged if factor.free_symbols & law.bound else outside).append(factor)
        inner = Mean(sympy.Mul(*averaged), law) if averaged else sympy.S.One
        total += sympy.Mul(*outside) * inner
    return total


def labels_of(
    kind: str, symbol: Any, values: Any = (), expressions: Any = (), tilt: Any = sympy.S.One
) -> Labels:
    """How a label is drawn."""
    return Labels(Str(kind), symbol, Tuple(*values), Tuple(*expressions), sympy.sympify(tilt))


NO_LABELS = labels_of("none", sympy.Symbol("y", real=True))
