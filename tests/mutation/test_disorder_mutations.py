"""Certificates of a derivation by replicas refuse every rule that is broken on purpose."""

from dataclasses import replace
from functools import lru_cache

import pytest
import sympy

from derive.errors import CertificateError
from derive.theories.disorder.derivation.certificates import CERTIFICATES
from derive.theories.disorder.derivation.leaves import Form
from derive.theories.disorder.derivation.overlaps import overlaps_of
from derive.theories.disorder.derivation.rules.stationarity import Saddle
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.derivation.steps import RULES
from derive.theories.disorder.derivation.theory import theory_of
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.nodes.replicas import (
    FieldMoment,
    N,
    PairSum,
    ReplicaSum,
    SiteMoment,
)
from derive.theories.disorder.nodes.towers import (
    NO_LABELS,
    FieldIntegral,
    Law,
    LogMean,
    Mean,
    SiteIntegral,
    Slope,
)

SPINS = DisorderedModel(
    sites={"variable": "binary", "attributes": {"t": {"values": [1, -1], "weights": [0.7, 0.3]}}},
    couplings="J**2*q**2/2",
    mean={"energy": "-J_0*m**2/2 - b*m", "magnetisations": {"m": "t*x"}},
)
STUDENT = DisorderedModel(
    sites={"variable": "binary", "attributes": {"t": {"gaussian": "rho"}}},
    examples={
        "ratio": "alpha",
        "fields": {"h": "x", "u": "t"},
        "labels": {"gaussian": "u", "variance": "Delta"},
        "energy": "(y - h)**2/2",
    },
)
CHOICE = DisorderedModel(
    sites={"variable": "binary", "attributes": {"t": {"gaussian": "rho"}}},
    examples={
        "ratio": "alpha",
        "fields": {"h": "x", "u": "t"},
        "labels": {"values": [1, -1], "law": "Phi(y*u/sqrt(Delta))"},
        "tilt": "exp(-u**2/5)",
        "weight": "theta(y*h)",
    },
)
PATTERNS = DisorderedModel(
    sites={"variable": "binary"},
    examples={"ratio": "alpha", "fields": {"h": "x"}, "energy": "(1 - h**2)/2"},
)


def symbol(name):
    return sympy.Symbol(name, real=True)


@lru_cache
def before_and_after(model, name):
    state = State(model, overlaps_of(model), sympy.S.Zero)
    for said in RULES:
        before, state = state, said.rewrite(state)
        if said.name == name:
            return before, state
    return state, theory_of(state)


def swapped(kind, change):
    """Every node of a kind changed."""

    def broken(state):
        known = {node: change(node) for node in state.exponent.atoms(kind)}
        return state.with_exponent(state.exponent.xreplace(known))

    return broken


def renamed(**names):
    known = {symbol(old): symbol(new) for old, new in names.items()}
    return lambda state: state.with_exponent(state.exponent.xreplace(known))


def multiplied(kind, factor):
    return swapped(kind, lambda node: factor * node)


def argument(place, change):
    """One argument of a node changed."""
    return lambda node: node.func(*node.args[:place], change(node.args[place]),
                                  *node.args[place + 1 :])  # fmt: skip


def entry(place, change):
    """One entry of a tuple changed."""
    return lambda given: sympy.Tuple(*given[:place], change(given[place]), *given[place + 1 :])


def law(change):
    """The law of a mean of a power changed."""
    return argument(2, change)


def noisier(given):
    """A law whose Gaussian labels have twice the noise."""
    labels = given.labels
    if labels.kind != "gaussian":
        return given
    mean, variance = labels.expressions
    return Law(
        *given.args[:5], labels.func(*labels.args[:3], sympy.Tuple(mean, 2 * variance), labels.tilt)
    )


def in_theory(**changes):
    """A field of the theory changed."""
    return lambda theory: replace(
        theory, **{key: change(getattr(theory, key)) for key, change in changes.items()}
    )


def equation(name, change):
    """One of the equations of the saddle changed."""

    def broken(saddle):
        found = [
            {s: change(v) if s.name == name else v for s, v in part.items()}
            for part in (saddle.conjugates, saddle.parameters)
        ]
        return Saddle(*found)

    return in_theory(saddle=broken)


def slopes(*indices):
    def change(body):
        known = {s: Slope(s.leaf, sympy.Tuple(*indices)) for s in body.atoms(Slope)}
        return body.xreplace(known)

    return change


def forms(kind, change):
    def broken(given):
        return {
            leaf: Form(change(form.log), form.centres, form.spreads, form.conditions)
            if isinstance(leaf, kind)
            else form
            for leaf, form in given.items()
        }

    return in_theory(forms=broken)


AVERAGE, CONJUGATES, SADDLE = "replicas and average", "order parameters", "saddle point"
SYMMETRY, DECOUPLE, NONE = "replica symmetry", "decouple", "no replicas"
CLOSED, STATIONARY, REPLICON = "closed forms", "stationarity", "replicon"
beta, J, Q, q = (symbol(name) for name in ("beta", "J", "Q", "q"))

BROKEN = [
    ("a pair counted once", AVERAGE, SPINS, multiplied(PairSum, sympy.Rational(1, 2))),
    ("beta once for twice", AVERAGE, SPINS, multiplied(PairSum, 1 / beta)),
    ("J once for twice", AVERAGE, SPINS, multiplied(PairSum, 1 / J)),
    ("the sign of the mean energy", AVERAGE, SPINS, multiplied(ReplicaSum, -1)),
    ("the ratio lost", AVERAGE, STUDENT, multiplied(FieldMoment, 1 / symbol("alpha"))),
    ("rho lost", AVERAGE, STUDENT,
     swapped(FieldMoment, argument(3, entry(0, lambda e: sympy.S.One)))),
    ("m lost", AVERAGE, STUDENT,
     swapped(FieldMoment, argument(3, entry(1, lambda e: sympy.S.Zero)))),
    ("q twice", AVERAGE, PATTERNS, swapped(FieldMoment, argument(3, entry(0, lambda e: 2 * e)))),
    ("labels' law ignored", AVERAGE, CHOICE,
     swapped(FieldMoment, argument(4, lambda labels: NO_LABELS))),
    ("the tilt lost", AVERAGE, CHOICE,
     swapped(FieldMoment, argument(4, argument(4, lambda tilt: sympy.S.One)))),
    ("the sign of the energy", AVERAGE, PATTERNS,
     swapped(FieldMoment, argument(0, lambda w: 1 / w))),
    ("conjugates without the half", CONJUGATES, SPINS,
     swapped(SiteMoment, argument(0, lambda e: 2 * e))),
    ("the sign of conjugates", CONJUGATES, STUDENT,
     swapped(SiteMoment, argument(0, lambda e: -e))),
    ("a pair's half lost outside", CONJUGATES, PATTERNS,
     lambda state: state.with_exponent(
         sympy.Add(*(2 * t if t.has(PairSum) and not t.has(SiteMoment) else t
                     for t in sympy.Add.make_args(state.exponent))))),
    ("the attribute lost", CONJUGATES, STUDENT,
     swapped(SiteMoment, argument(0, lambda e: e.xreplace({symbol("t"): sympy.S.One})))),
    ("sites counted twice", SADDLE, SPINS, multiplied(SiteMoment, 2)),
    ("the sign of a conjugate", SADDLE, SPINS,
     swapped(SiteMoment, argument(0, lambda e: -e))),
    ("n(n-1) as n^2", SYMMETRY, SPINS,
     lambda state: state.with_exponent(state.exponent.xreplace({N - 1: N}))),
    ("n(n-1) as n(n+1)", SYMMETRY, PATTERNS,
     lambda state: state.with_exponent(state.exponent.xreplace({N - 1: N + 1}))),
    ("the sign of Qhat", SYMMETRY, PATTERNS,
     lambda state: state.with_exponent(state.exponent.xreplace({symbol("Qhat"): -symbol("Qhat")}))),
    ("Q for q", SYMMETRY, SPINS, renamed(q="Q")),
    ("qhat for Qhat", SYMMETRY, STUDENT, renamed(Qhat="qhat")),
    ("the sum's square lost", SYMMETRY, STUDENT,
     swapped(SiteMoment, argument(0, lambda e: sympy.Add(
         *(t for t in e.args if not t.has(symbol("qhat")) or t.func is ReplicaSum))))),
    ("q for Q - q", DECOUPLE, PATTERNS,
     swapped(FieldIntegral, argument(3, lambda v: sympy.Tuple(q)))),
    ("Q for Q - q", DECOUPLE, PATTERNS,
     swapped(FieldIntegral, argument(3, lambda v: sympy.Tuple(Q)))),
    ("Q for q between replicas", DECOUPLE, PATTERNS,
     swapped(LogMean, law(argument(3, lambda c: sympy.Tuple(*(e.xreplace({q: Q}) for e in c)))))),
    ("the mean of the field lost", DECOUPLE, SPINS,
     swapped(LogMean, law(argument(2, lambda m: sympy.Tuple(*(0 * e for e in m)))))),
    ("n lost", DECOUPLE, PATTERNS, swapped(LogMean, argument(0, lambda n: sympy.S.One))),
    ("other labels", DECOUPLE, STUDENT, swapped(LogMean, law(noisier))),
    ("a half for each mean", NONE, PATTERNS, multiplied(Mean, sympy.Rational(1, 2))),
    ("terms of second order", NONE, SPINS,
     lambda state: state.with_exponent(state.exponent + beta**2 * J**2 * q**2 / 4)),
    ("the fields' spread", NONE, PATTERNS,
     swapped(FieldIntegral, argument(3, lambda v: sympy.Tuple(Q)))),
    ("a closed form's constant", CLOSED, PATTERNS, forms(SiteIntegral, lambda f: f + 1)),
    ("a closed form's half", CLOSED, PATTERNS, forms(FieldIntegral, lambda f: 2 * f)),
    ("rho lost in the difference", CLOSED, STUDENT,
     in_theory(free_entropy=lambda e: e.xreplace({symbol("rho"): sympy.S.One}))),
    ("m once for twice in the difference", CLOSED, STUDENT,
     in_theory(free_entropy=lambda e: e + symbol("m") / 7)),
    ("the wrong slope", STATIONARY, PATTERNS, equation("q", slopes(0, 0))),
    ("alpha lost", STATIONARY, PATTERNS, equation("qhat", lambda e: e / symbol("alpha"))),
    ("beta once for twice", STATIONARY, SPINS, equation("qhat", lambda e: e / beta)),
    ("twice the overlap", STATIONARY, SPINS, equation("m", lambda e: 2 * e)),
    ("the score's sign", STATIONARY, STUDENT, equation("mhat", lambda e: -e)),
    ("the noise lost", STATIONARY, STUDENT,
     equation("qhat", lambda e: e.xreplace({symbol("Delta"): sympy.S.Zero}))),
    ("the energy's sign", STATIONARY, SPINS, in_theory(energy=lambda e: -e)),
    ("an entropy without energy", STATIONARY, SPINS, in_theory(entropy=lambda e: e * 0)),
    ("g' for g''", REPLICON, SPINS, in_theory(replicon=lambda r: r * q)),
    ("the slope of a slope", REPLICON, PATTERNS,
     in_theory(replicon=lambda r: r.applyfunc(slopes(0)))),
    ("examples lost", REPLICON, PATTERNS, in_theory(replicon=lambda r: r * 0)),
    ("a factor", REPLICON, PATTERNS, in_theory(replicon=lambda r: r / 2)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "model", "change"),
    [case[1:] for case in BROKEN],
    ids=[f"{case[1]}: {case[0]}".replace(" ", "_") for case in BROKEN],
)
def test_a_broken_rule_is_refused(step, model, change):
    before, after = before_and_after(model, step)
    broken = change(after)
    assert broken != after  # there was something to break
    with pytest.raises(CertificateError) as raised:
        CERTIFICATES[step](before, broken)(12)
    # Refused by a comparison, not for an expression that has no value.
    assert "by the rule" in str(raised.value) or "with their weight" in str(raised.value)


@pytest.mark.parametrize(
    ("step", "model"),
    sorted({case[1:3] for case in BROKEN}, key=str),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_same_rules_pass_as_they_are(step, model):
    evidence = CERTIFICATES[step](*before_and_after(model, step))(12)
    assert evidence.digits >= 4
