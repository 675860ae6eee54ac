"""The steps from a model to its theory, each with its statement, source and certificate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from derive.steps.step import Equation, Order, Step
from derive.theories.disorder.derivation.certificates import certificate_of
from derive.theories.disorder.derivation.overlaps import overlaps_of
from derive.theories.disorder.derivation.rules import (
    ansatz,
    average,
    continuation,
    decouple,
    order_parameters,
)
from derive.theories.disorder.derivation.showing import box, definitions, equation
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.derivation.theory import Theory, theory_of
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.nodes.replicas import FieldMoment
from derive.typeset.boxes import Apply, Atom, Listing, Script
from derive.typeset.symbols import symbol

REPLICAS = "Edwards and Anderson 1975; Sherrington and Kirkpatrick 1975"
GARDNER = "Gardner 1988; Mezard, Parisi and Virasoro 1987, ch. II"
EXTREMUM = Atom(r"\mathop{\mathrm{extr}}\nolimits", "extr", 1.8)
ALMEIDA = "de Almeida and Thouless 1978"
PRICE = "Price 1958; Mezard, Parisi and Virasoro 1987"


@dataclass(frozen=True)
class Said:
    """What is said of a rewrite.

    Attributes:
        name: Of the step.
        statement: In words; the first sentence stands in tables.
        source: Where it is from.
        order: Whether it is exact.
        limit: In which limit, or on what assumption.
        rewrite: The state before to the state after.
        shown: What is displayed of the states before and after.
    """

    name: str
    statement: str
    source: str
    order: Order
    limit: str
    rewrite: Callable[[State], State]
    shown: Callable[[State, State], list[Equation]]


def _exponent(left: str) -> Callable[[State, State], list[Equation]]:
    return lambda before, after: [equation(left, after.exponent)]


def _averaged(before: State, after: State) -> list[Equation]:
    """The averaged weight, and the covariances of the fields."""
    equations = [equation(r"\tfrac{1}{N} \ln \mathbb{E} \prod_a w(x_a)", after.exponent)]
    for node in sorted(after.exponent.atoms(FieldMoment), key=str):
        _, students, teachers, covariance, _ = node.args
        names = (*teachers, *students)
        for row, one in enumerate(names):
            for column, other in enumerate(names[row:], start=row):
                entry = covariance[row * len(names) + column]
                if entry != 0:
                    left = rf"\mathbb{{E}}\, {_field(one, students, 'a')}"
                    left += rf"\, {_field(other, students, 'b' if one in students else 'a')}"
                    equations.append(equation(left, entry))
    return equations


def _field(field: Any, students: Any, replica: str) -> str:
    head, _, index = field.name.partition("_")
    low = f"{index} {replica}" if field in students else index
    return f"{head}_{{{low.strip()}}}" if low.strip() else head


def _extremal(before: State, after: State) -> list[Equation]:
    """The extremum over all order parameters and conjugates."""
    unknown = [*after.overlaps.parameters, *after.overlaps.conjugates]
    under = Listing(tuple(map(box, unknown)))
    right = Apply(Script(EXTREMUM, under), symbol("phi_n"))
    return [Equation(r"\lim_{N \to \infty} \tfrac{1}{N} \ln \mathbb{E} Z^n", right)]


def _decoupled(before: State, after: State) -> list[Equation]:
    return [equation(r"\phi_n", after.exponent), *definitions(after.exponent)]


def _same(state: State) -> State:
    return state


RULES = (
    Said(
        "replicas and average",
        "The average of $Z^n$ for whole $n$ is one over $n$ replicas. Given the replicas, the "
        "fields of an example are sums of independent terms, Gaussian with covariances that are "
        "overlaps, and a Gaussian Hamiltonian is a Gaussian number for each replica.",
        REPLICAS,
        Order.EXACT,
        "",
        average.replicated,
        _averaged,
    ),
    Said(
        "order parameters",
        "Overlaps are fixed by delta functions with conjugates, so that sites factorise. What is "
        "multiplied by $N$ in the exponent depends on order parameters alone.",
        GARDNER,
        Order.EXACT,
        "",
        order_parameters.with_sites,
        _exponent(r"\phi_n"),
    ),
    Said(
        "saddle point",
        "The integral over order parameters is at its extremum. $\\tfrac1N \\ln \\mathbb{E} Z^n$ "
        "is $\\phi_n$ there, with $n$ fixed.",
        GARDNER,
        Order.LEADING,
        "N -> infinity",
        _same,
        _extremal,
    ),
    Said(
        "replica symmetry",
        "All replicas are taken to be alike, and all pairs of them. A sum over pairs has $n$ "
        "terms on the diagonal and $n(n-1)$ off it.",
        REPLICAS,
        Order.ANSATZ,
        "order parameters do not depend on which replicas",
        ansatz.symmetric,
        _exponent(r"\phi_n"),
    ),
    Said(
        "decouple",
        "Replicas that interact through their sum alone are independent in a Gaussian field. A "
        "moment of $n$ replicas is the mean of the $n$-th power of one integral.",
        "Hubbard 1959; Stratonovich 1957",
        Order.EXACT,
        "",
        decouple.decoupled,
        _decoupled,
    ),
    Said(
        "no replicas",
        "The free entropy is the part of $\\phi_n$ that is of first order in $n$. A formula for "
        "whole $n$ is continued to $n = 0$.",
        REPLICAS,
        Order.CONTINUATION,
        "n -> 0",
        continuation.continued,
        _exponent(r"\phi"),
    ),
)
"""The rewrites in their order."""


def steps_of(model: DisorderedModel) -> tuple[tuple[Step, ...], Theory]:
    """All steps, and the theory to which they lead."""
    steps, state = [], State(model, overlaps_of(model), 0)
    for said in RULES:
        before, state = state, said.rewrite(state)
        order, limit = said.order, said.limit
        if said.name == "replicas and average" and _is_binary(model):
            order, limit = Order.LEADING, "N -> infinity, for inputs that are not Gaussian"
        steps.append(
            Step(
                said.name,
                said.statement,
                said.source,
                order,
                (),
                tuple(said.shown(before, state)),
                certificate_of(said.name, before, state),
                limit,
            )
        )
    theory = theory_of(state)
    return (*steps, *_consequences(state, theory)), theory


def _is_binary(model: DisorderedModel) -> bool:
    return any(examples.inputs == "binary" for examples in model.examples)


def _consequences(state: State, theory: Theory) -> list[Step]:
    """What follows from the free entropy."""
    saddle = {**theory.saddle.conjugates, **theory.saddle.parameters}
    equations = [Equation(s, box(v)) for s, v in saddle.items() if s not in theory.fixed]
    equations += [Equation(s, box(v)) for s, v in theory.fixed.items()]
    equations += [Equation(s, box(v)) for s, v in theory.multipliers.items()]
    forms = [(leaf, f.of(leaf)) for leaf, f in theory.forms.items() if f is not None]
    alike = {(box(leaf), box(form)): leaf for leaf, form in forms}
    closed = [Equation(leaf, form) for (_, form), leaf in alike.items()]
    count = theory.replicon.shape[0]
    index = [
        f"_{{{r + 1}{c + 1}}}" if count > 1 else "" for r in range(count) for c in range(count)
    ]
    replicon = [equation(f"R{k}", v) for k, v in zip(index, theory.replicon, strict=True)]
    found = [
        (
            "closed forms",
            "Integrals over one replica of a site or a field are written out where they have a "
            "closed form. The square is completed between the breaks of the weight.",
            "elementary",
            closed,
        ),
        (
            "stationarity",
            "The free entropy is stationary in every order parameter and conjugate. Averages over "
            "Gaussians are differentiated by Price's theorem, integrals over a replica by the "
            "heat equation, and each equation is solved for the unknown in which it is linear.",
            PRICE,
            equations,
        ),
        (
            "replicon",
            "The second variation in a direction with zero row sums and zero diagonal. Replica "
            "symmetry is stable while 1 exceeds every eigenvalue of $R$.",
            ALMEIDA,
            replicon,
        ),
    ]
    return [
        Step(name, said, source, Order.EXACT, (), tuple(shown), certificate_of(name, state, theory),
             model="the replica-symmetric free entropy")
        for name, said, source, shown in found
        if shown
    ]  # fmt: skip
