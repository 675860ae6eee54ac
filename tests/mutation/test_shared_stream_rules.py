"""Theories of a stream that copies share, broken on purpose: the certificate must refuse."""

from dataclasses import replace

import pytest
import sympy
from breaking import doubled, each, field
from broken_rules import CHANGE
from repeated_networks import REPEATED, theory

from derive.algebra import build, nodes, rebuild
from derive.algebra.layered import LayerSize
from derive.errors import CertificateError
from derive.theories.networks.derivation import RULES, derive
from derive.theories.networks.derivation.repeat.deriving import steps_of
from derive.theories.networks.derivation.repeat.induction import theory_of
from derive.theories.networks.derivation.repeat.summed import Summed

NAME = "residuals alone"
L, INDEX = sympy.symbols("L l", positive=True, integer=True)


def steps(broken):
    return steps_of(REPEATED[NAME], broken(theory(NAME)))


def refused(broken, name, match=None):
    (step,) = (s for s in steps(broken) if s.name.startswith(name))
    with pytest.raises(CertificateError, match=match):
        step.certificate(12)


def one_copy_less(node):
    if type(node) is not sympy.Sum:
        return None
    return sympy.Sum(node.args[0], (INDEX, 1, L - 1))


def rows_from_the_first(node):
    """A copy's own rows taken from the first on, not from where they are."""
    return build.block(node.args[0], 0, node.args[2]) if type(node) is nodes.Block else None


def volume_in_every_copy(node):
    """The change of variables once a copy, not once a stream: its determinants in the sum."""
    if type(node) is not sympy.Sum:
        return None
    (layer,) = theory(NAME).layers
    return sympy.Sum(node.args[0] - LayerSize("N", 1) * build.logdet(layer.overlap), node.args[1])


def changed(name, how):
    def broken(found):
        if name == "law":
            return replace(found, law=found.law.but(body=rebuild(found.law.body, how)))
        return replace(found, **{name: rebuild(getattr(found, name), how)})

    return broken


def with_layer(found, layer):
    """The theory of another shared stream."""
    return theory_of(replace(found.composed, layers=(layer,)), chain=False)


SUMS = {
    "law: one copy less": ("exact law", changed("law", one_copy_less)),
    "law: rows from the first": ("exact law", changed("law", rows_from_the_first)),
    "action: one copy less": ("proportional", changed("action", one_copy_less)),
    "action: rows from the first": ("proportional", changed("action", rows_from_the_first)),
    "action: volume in every copy": ("proportional", changed("action", volume_in_every_copy)),
}


@pytest.mark.parametrize("case", SUMS)
def test_a_broken_sum_is_refused(case):
    name, broken = SUMS[case]
    refused(broken, name)


def layer_with(**changes):
    """The theory of another shared stream, made of what is shown of it."""

    def broken(found):
        (layer,) = found.layers
        made = {key: how(layer) for key, how in changes.items()}
        layer = replace(layer, **made)
        return with_layer(found, layer)

    return broken


def terms(name, change):
    """Other terms of a sum over the parts."""

    def made(layer):
        total = getattr(layer, name)
        return Summed(tuple(change(total.terms)), total.around)

    return made


def with_copies(make):
    """Change what every copy brings."""

    def change(found):
        for term in found:
            yield replace(term, value=make(term)) if term.block else term

    return change


def from_the_first_row(term):
    """What belongs to later rows, in the first: every block embedded at the beginning."""
    return rebuild(
        term.value,
        lambda n: build.embed(n.args[0], 0, n.args[2]) if type(n) is nodes.Embed else None,
    )


def without_copies(found):
    """What the layers that stand once bring."""
    return [term for term in found if term.block is None]


def twice(term):
    return build.scale(2, term.value)


LAYERS = {
    "gradient: copies left out": ("stationarity", {"slopes": terms("slopes", without_copies)}),
    "gradient: copies doubled": ("stationarity", {"slopes": terms("slopes", with_copies(twice))}),
    "gradient: in the first rows": (
        "stationarity",
        {"slopes": terms("slopes", with_copies(from_the_first_row))},
    ),
    "gradient: volume left out": ("stationarity", {"slopes": terms("slopes", lambda f: f[:-1])}),
    "change: copies left out": ("Hessian", {"changes": terms("changes", without_copies)}),
    "change: copies doubled": ("Hessian", {"changes": terms("changes", with_copies(twice))}),
    "change: in the first rows": (
        "Hessian",
        {"changes": terms("changes", with_copies(from_the_first_row))},
    ),
    "change: volume left out": ("Hessian", {"changes": terms("changes", lambda f: f[:-1])}),
    "equation: copies doubled": (
        "saddle",
        {"products": terms("products", with_copies(twice))},
    ),
    "equation: labels left out": ("saddle", {"products": terms("products", lambda f: f[1:])}),
}


@pytest.mark.parametrize("case", LAYERS)
def test_a_broken_equation_is_refused(case):
    name, changes = LAYERS[case]
    refused(layer_with(**changes), name)


def test_equations_that_are_not_those_shown_are_refused():
    def broken(found):
        return replace(found, gradients=tuple(map(doubled, found.gradients)))

    refused(broken, "stationarity", "not those of the layers")


def member_with(place, key, change):
    """Another statement about one part near infinite width."""

    def broken(found):
        (layer,) = found.layers
        members = list(layer.members)
        pairs = tuple(change(*pair) for pair in getattr(members[place], key))
        members[place] = replace(members[place], **{key: pairs})
        return with_layer(found, replace(layer, members=tuple(members)))

    return broken


def named(letter, change):
    return lambda name, value: (name, change(value) if name.name.startswith(letter) else value)


def first_head_for_the_trace(value):
    def found(node):
        if type(node) is not nodes.PartialTrace:
            return None
        first = build.block(node.args[0], 0, build.rows(node))
        return build.scale(node.args[1], first)

    return rebuild(value, found)


def unmoved(value):
    """Without the shift that comes down from above."""
    return build.add(*(
        term for term in build.terms(value)
        if not (type(term) is nodes.Embed and type(term.args[0]) is nodes.Overlap)
    ))  # fmt: skip


BELOW, COPY, TOP = 0, 1, 2
MEMBERS = {
    "points doubled": ("infinite", member_with(COPY, "points", named("Q", doubled))),
    "a copy's force doubled": ("first", member_with(COPY, "forces", named("Y", doubled))),
    "force handed up: doubled": (
        "first",
        member_with(COPY, "forces", lambda n, v: (n, v if n.name == "Y_l" else doubled(v))),
    ),
    "force handed up: first head": (
        "first",
        member_with(COPY, "forces", named("Y", first_head_for_the_trace)),
    ),
    "the labels' force": ("first", member_with(BELOW, "forces", named("Y", doubled))),
    "shifts doubled": ("first", member_with(COPY, "shifts", named("D", doubled))),
    "shifts that do not come down": ("first", member_with(COPY, "shifts", named("D", unmoved))),
    "the readout's shift": ("first", member_with(TOP, "shifts", named("D", doubled))),
}


@pytest.mark.parametrize("case", MEMBERS)
def test_a_broken_response_is_refused(case):
    name, broken = MEMBERS[case]
    refused(broken, name)


@pytest.mark.parametrize("key", ["law", "constant", "action", "kept", "dropped"])
def test_a_volume_that_is_shown_otherwise_is_refused(key):
    def broken(found):
        (layer,) = found.layers
        share, here = layer.volume
        share = replace(share, plain={**share.plain, key: 2 * share.plain[key]})
        return with_layer(found, replace(layer, volume=(share, here)))

    refused(broken, "exact law" if key in ("law", "constant") else "proportional", "as shown")


RULE = {
    "stationarity": ("stationarity", each(doubled), "stationarity"),
    "change": ("change", CHANGE["exponent N - m"], "overlaps"),
    "correction": ("correction", field("forces", lambda pairs: tuple(
        (name, doubled(value)) for name, value in pairs
    )), "first correction"),
}  # fmt: skip


@pytest.mark.parametrize("case", RULE)
def test_a_rule_that_is_broken_in_the_windows_is_refused(case):
    name, breaking, step = RULE[case]
    rules = replace(RULES, **{name: breaking(getattr(RULES, name))})
    with pytest.raises(CertificateError, match=step):
        derive(REPEATED[NAME], rules).certify(12)
