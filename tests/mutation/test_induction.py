"""Theories of any depth, broken on purpose: the certificate of the step must refuse."""

from dataclasses import replace

import pytest
import sympy
from breaking import doubled, equation
from repeated_networks import REPEATED, theory

from derive.algebra import build, rebuild
from derive.algebra.layered import LayerProduct, LayerSize
from derive.algebra.sums import reindex
from derive.errors import CertificateError
from derive.theories.networks.derivation import RULES, derive
from derive.theories.networks.derivation.repeat.deriving import steps_of
from derive.theories.networks.derivation.repeat.induction import theory_of

L, INDEX = sympy.symbols("L l", positive=True, integer=True)


def next_layer(node):
    """A sum whose widths are those of the layer above."""
    if type(node) is not sympy.Sum:
        return None
    body = rebuild(node.args[0], lambda n: _raised(n) if type(n) is LayerSize else None)
    return sympy.Sum(body, node.args[1])


def _raised(node):
    return LayerSize("N", node.number + 1) if str(node.args[0]) == "N" else None


def one_layer_less(node):
    if type(node) not in (sympy.Sum, sympy.Product):
        return None
    return type(node)(node.args[0], (INDEX, 1, L - 1))


def reversed_product(node):
    """The lowest factor on the left."""
    if type(node) is not LayerProduct:
        return None
    return LayerProduct(reindex(node.args[0], {INDEX: L + 1 - INDEX}), *node.args[1:])


def changed(name, how):
    """Another expression in the place of one of the theory, or of a record in it."""

    def broken(found):
        record, _, key = name.rpartition(".")
        inner = getattr(found, record) if record else found
        made = replace(inner, **{key: rebuild(getattr(inner, key), how)})
        return replace(found, **{record: made}) if record else made

    return broken


def changed_fixed_point(how):
    def broken(found):
        point = found.composed.fixed_point
        return composed(found, fixed_point=replace(point, right=rebuild(point.right, how)))

    return broken


def composed(found, **changes):
    """The theory that other parts or layers make up."""
    return theory_of(replace(found.composed, **changes), chain=found.chain is not None)


def second_in(**changes):
    """The second kind of layer as a window has it that says something else of its stream."""

    def broken(found):
        first, second, *rest = found.layers
        here = second.window
        made = {key: how(getattr(here.theory, key), second.stream) for key, how in changes.items()}
        wrong = replace(here, theory=replace(here.theory, **made))
        return composed(found, layers=(first, replace(second, window=wrong), *rest))

    return broken


def twice_at(values, place):
    return tuple(build.scale(2, v) if k == place else v for k, v in enumerate(values))


def twice_along(hessian, place):
    return replace(hessian, changes=twice_at(hessian.changes, place))


BROKEN = {
    "law: widths of the layer above": ("exact law", changed("law.body", next_layer)),
    "law: one layer less": ("exact law", changed("law.body", one_layer_less)),
    "constant: one layer less": ("exact law", changed("law.constant", one_layer_less)),
    "action: widths of the layer above": ("proportional", changed("action", next_layer)),
    "action: one layer less": ("proportional", changed("action", one_layer_less)),
    "evidence: one layer less": ("proportional", changed("constant", one_layer_less)),
    "papers' action: one layer less": ("papers", changed("chain.action", one_layer_less)),
    "fixed point: one layer less": ("closed", changed_fixed_point(one_layer_less)),
    "fixed point: the wrong order": ("closed", changed_fixed_point(reversed_product)),
    "gradient: doubled": ("stationarity", second_in(gradients=twice_at)),
    "change: doubled": ("Hessian", second_in(hessian=twice_along)),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_sum_is_refused(case):
    name, broken = BROKEN[case]
    steps = steps_of(REPEATED["attention"], broken(theory("attention")))
    (step,) = (s for s in steps if s.name.startswith(name))
    with pytest.raises(CertificateError):
        step.certificate(12)


def changed_second(**changes):
    def broken(found):
        first, second, *rest = found.layers
        made = {key: how(second) for key, how in changes.items()}
        return composed(found, layers=(first, replace(second, **made), *rest))

    return broken


def doubled_in(name, key):
    """The theory's own record of its layers, doubled in one place."""

    def broken(found):
        record = getattr(found, name)
        values = record if key is None else getattr(record, key)
        first, second, *rest = values
        wrong = (first, second_doubled(second), *rest)
        made = wrong if key is None else replace(record, **{key: wrong})
        return replace(found, **{name: made})

    return broken


def second_doubled(value):
    if isinstance(value, tuple):
        return value[0], build.scale(2, value[1])
    return replace(value, right=build.scale(2, value.right))


def first_window(found):
    first, second, *rest = found.layers
    return composed(found, layers=(first, replace(second, window=first.window, stream=0), *rest))


LAYERS = {
    "begins too high": changed_second(known=lambda layer: replace(layer.known, first=3)),
    "begins too low": changed_second(known=lambda layer: replace(layer.known, first=1)),
    "ends too low": changed_second(known=lambda layer: replace(layer.known, last=L - 1)),
    "points": doubled_in("wide", "points"),
    "forces": doubled_in("wide", "forces"),
    "equation": doubled_in("equations", None),
    "papers' equation": doubled_in("chain", "equations"),
    "read off another window": first_window,
    "a kind left out": lambda found: composed(found, layers=(found.layers[0], *found.layers[2:])),
}


@pytest.mark.parametrize("case", LAYERS)
def test_a_broken_layer_is_refused(case):
    steps = steps_of(REPEATED["attention"], LAYERS[case](theory("attention")))
    (step,) = (s for s in steps if s.name == "stationarity")
    with pytest.raises(CertificateError):
        step.certificate(12)


SHOWN = {
    "law": "exact law", "constant": "exact law", "action": "proportional",
    "kept": "proportional", "dropped": "proportional", "scaled": "papers", "shift": "papers",
}  # fmt: skip


@pytest.mark.parametrize("key", SHOWN)
def test_a_sum_that_is_shown_otherwise_is_refused(key):
    found = theory("attention")
    shares = tuple(
        (part, replace(share, plain={**share.plain, key: 2 * share.plain[key]}), here)
        for part, share, here in found.composed.shares
    )
    steps = steps_of(REPEATED["attention"], composed(found, shares=shares))
    (step,) = (s for s in steps if s.name.startswith(SHOWN[key]))
    with pytest.raises(CertificateError, match="as shown"):
        step.certificate(12)


def test_a_flux_that_is_closed_wrongly_is_refused():
    found = theory("attention")
    wrong = build.scale(2, found.composed.fixed_point.flux_value)
    broken = composed(found, fixed_point=replace(found.composed.fixed_point, flux_value=wrong))
    (step,) = (s for s in steps_of(REPEATED["attention"], broken) if s.name.startswith("closed"))
    with pytest.raises(CertificateError, match="lowest flux"):
        step.certificate(12)


@pytest.mark.parametrize(
    "network", ["attention", pytest.param("residual below", marks=pytest.mark.slow)]
)
def test_a_rule_that_is_broken_in_the_windows_is_refused(network):
    rules = replace(RULES, eliminate=equation("right", doubled)(RULES.eliminate))
    derivation = derive(REPEATED[network], rules)
    with pytest.raises(CertificateError, match="saddle equations"):
        derivation.certify(12)
