"""A rewrite of the scalar theory that is broken on purpose is refused by its certificate."""

from dataclasses import replace

import pytest
import sympy
from scalar_networks import any_depth, chain, theory_of

from derive.algebra import build, rebuild
from derive.errors import CertificateError
from derive.theories.networks.analysis.scalar import scalar_theory, steps
from derive.theories.networks.analysis.scalar.certificates import matrices, roots
from derive.theories.networks.analysis.scalar.depth import any_depth as equation_of_any_depth
from derive.theories.networks.analysis.scalar.depth import generic_stage
from derive.theories.networks.analysis.scalar.symbols import (
    EXAMPLES,
    FACTOR,
    FLUX,
    LOAD,
    OVERLAP,
    PRIOR,
    RATIO,
    SIGNAL,
    WIDTH,
)
from derive.theories.networks.derivation import RULES, derive

THEORY = theory_of(3)
LOWEST, *UPPER = THEORY.stages
EQUATION, ENERGY = THEORY.equation, THEORY.energy
EQUAL = THEORY.equal_widths()


def refused(certificate):
    with pytest.raises(CertificateError) as caught:
        certificate(15)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"right": 2 * LOWEST.right},
        {"right": LOWEST.right.subs(LOWEST.flux, -LOWEST.flux)},
        {"right": LOWEST.right.subs(LOWEST.width, LOWEST.width + 1)},
        {"right": LOWEST.right.subs(LOWEST.above, LOWEST.overlap)},
        {"flux_value": -LOWEST.flux_value},
    ],
)
def test_a_wrong_stage(changes):
    refused(matrices.stages(THEORY.theory, (replace(LOWEST, **changes), *UPPER)))


def test_a_stage_too_few():
    refused(matrices.stages(THEORY.theory, THEORY.stages[1:]))


@pytest.mark.parametrize(
    "changes",
    [
        {"factors": EQUATION.factors * (1 + FLUX / EQUATION.widths[0])},
        {"factors": EQUATION.factors.subs(FLUX, -FLUX)},
        {"factors": EQUATION.factors.subs(EQUATION.widths[1], EQUATION.widths[0])},
        {"prior": EQUATION.prior**2},
    ],
)
def test_a_wrong_equation(changes):
    refused(matrices.equation(THEORY.theory, replace(EQUATION, **changes)))


@pytest.mark.parametrize(
    ("proof", "changes"),
    [
        (matrices.energy, {"energy": ENERGY.energy * 2}),
        (matrices.energy, {"flux": -ENERGY.flux}),
        (matrices.energy, {"flux": ENERGY.flux / OVERLAP}),
        (matrices.spectrum, {"spectral": ENERGY.spectral * 2}),
        (matrices.spectrum, {"spectral_flux": ENERGY.spectral_flux.args[0]}),
        (matrices.zero_temperature, {"cold": ENERGY.cold + sympy.log(OVERLAP)}),
        (matrices.zero_temperature, {"cold_flux": SIGNAL / OVERLAP + EXAMPLES}),
        (matrices.zero_temperature, {"cold_flux": SIGNAL - EXAMPLES}),
        (matrices.zero_temperature, {"signal_value": 2 * ENERGY.signal_value}),
    ],
)
def test_a_wrong_energy(proof, changes):
    refused(proof(THEORY.theory, replace(ENERGY, **changes)))


def test_a_wrong_action():
    (width, term), *rest = THEORY.actions
    refused(matrices.actions(THEORY.theory, ((width, term - FLUX), *rest)))


@pytest.mark.parametrize(
    "changes",
    [
        {"right": EQUAL.right / LOAD},
        {"right": EQUAL.right.subs(FACTOR, 1 / FACTOR)},
        {"right": EQUAL.right.subs(PRIOR, 1)},
        {"left": FACTOR - 1},
        {"overlap": PRIOR * FACTOR**2},
        {"polynomial": EQUAL.polynomial + RATIO},
    ],
)
def test_a_wrong_form_for_equal_widths(changes):
    refused(roots.equal(EQUATION, ENERGY.cold_flux, replace(EQUAL, **changes)))


def test_an_equation_whose_largest_root_is_not_the_positive_one():
    """With a falling factor there are several positive roots, or none."""
    wrong = replace(EQUATION, factors=EQUATION.factors * (1 - FLUX / 5))
    refused(roots.polynomial_roots(wrong))


def test_the_other_cube_root():
    theory = theory_of(2)
    form = theory.explicit()
    turned = form.root.xreplace({form.assignments[2][0]: form.assignments[2][0] * sympy.I})
    refused(theory.step(replace(form, root=turned)).certificate)
    form = theory.explicit(equal=False)
    refused(theory.step(replace(form, root=-form.root)).certificate)


def test_the_smaller_root_of_a_quadratic():
    theory = theory_of(1)
    form = theory.explicit()
    smaller = form.root.replace(
        lambda node: node.is_Pow and node.exp == sympy.S.Half, lambda node: -node
    )
    refused(theory.step(replace(form, root=smaller)).certificate)


@pytest.mark.parametrize("variable", ["alpha", "width"])
@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_wrong_coefficient(variable, place):
    found = THEORY.series(variable, 3)
    coefficients = list(found.coefficients)
    coefficients[place] *= sympy.Rational(101, 100)
    refused(THEORY.step(replace(found, coefficients=tuple(coefficients))).certificate)


def test_a_wrong_slope_at_a_temperature():
    found = THEORY.series("width", 2, cold=False)
    definitions = [(n, 2 * v if n.name == "d_1" else v) for n, v in found.definitions]
    refused(THEORY.step(replace(found, definitions=tuple(definitions))).certificate)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("alpha=0", {}),
        ("alpha=1", {}),
        ("depth", {"variance": 1}),
        ("depth", {"fixed": "ratio"}),
        ("depth", {"fixed": "ratio", "variance": "0.8"}),
    ],
)
def test_a_wrong_limit(name, settings):
    found = any_depth().limit(name, **settings)
    for wrong in (found.overlap * sympy.Rational(1001, 1000), 1 / found.overlap):
        refused(any_depth().step(replace(found, overlap=wrong)).certificate)


def test_a_wrong_equation_of_any_depth():
    generic = generic_stage(THEORY.stages)
    found = equation_of_any_depth(generic)
    body, ranges = found.factors.args
    for wrong in (
        replace(found, factors=sympy.Product(body, (ranges[0], 2, ranges[2]))),
        replace(found, factors=sympy.Product(body.subs(FLUX, 2 * FLUX), ranges)),
        replace(found, prior=found.prior**2),
    ):
        refused(roots.depth(generic, wrong))


def test_the_steps_hold_what_the_certificates_check():
    """A broken equation handed to the recording of steps is refused by at least one of them."""
    wrong = replace(EQUATION, factors=EQUATION.factors.subs(EQUATION.widths[0], WIDTH))
    recorded = steps.derivation(THEORY.theory, THEORY.stages, wrong, ENERGY, THEORY.actions)
    failed = []
    for step in recorded:
        try:
            step.certificate(15)
        except CertificateError:
            failed.append(step.name)
    assert "one equation" in failed


def test_nothing_is_typed_in_a_broken_rule_moves_the_scalar_equation():
    """Twice the flux in every saddle-point equation, and twice the energy."""

    def doubled(gradients, law):
        return tuple(
            replace(
                e, right=rebuild(e.right, lambda n, e=e: build.scale(2, n) if n == e.flux else None)
            )
            for e in RULES.eliminate(gradients, law)
        )

    found = scalar_theory(derive(chain(2), replace(RULES, eliminate=doubled)))
    widths = found.equation.widths
    assert (
        sympy.expand(found.equation.factors - sympy.Mul(*(1 + 2 * FLUX / n for n in widths))) == 0
    )
    refused(found.steps[1].certificate)

    def louder(law):
        limit = RULES.proportional(law)
        return replace(limit, energy=2 * limit.energy, action=limit.action + limit.energy)

    found = scalar_theory(derive(chain(2), replace(RULES, proportional=louder)))
    assert found.energy.cold_flux == SIGNAL / OVERLAP - 2 * EXAMPLES
