"""Modules in which depth is an argument against the modules of networks written out.

The two share the printer and the rules, but none of the windows, parts and loops.
"""

import numpy as np
import pytest
from repeated_modules import case
from repeated_networks import REPEATED
from small_networks import random_overlap

FAST = [
    *[("attention", depth) for depth in (1, 2)],
    *[(name, 2) for name in ("two depths", "residual below", "a mean")],
    *[("residuals alone", depth) for depth in (1, 3)],
    ("residuals with a stream inside", 2),
    *[("several outputs", depth) for depth in (1, 2)],
    ("a readout per position", 2),
    ("a residual on top, outputs and positions", 2),
    ("a mean below residuals alone", 1),
]
"""Of every kind of surroundings one; the theories of all are compared every day."""
DEPTHS = {name: (1, 2, 3) if "residual" in name else (1, 2, 3, 5) for name in REPEATED}
DEPTHS |= dict.fromkeys(("residual inside", "residuals between", "two shared streams"), (1, 2))
CASES = [
    pytest.param(name, depth, marks=() if (name, depth) in FAST else pytest.mark.slow)
    for name, depths in DEPTHS.items()
    for depth in depths
]


def equal(found, expected, what):
    """Agreement to rounding: the sums are the same, in another order."""
    if not isinstance(expected, tuple):
        found, expected = (found,), (expected,)
    assert len(found) == len(expected), what
    for one, other in zip(found, expected, strict=True):
        scale = np.max(np.abs(other), initial=1e-300)
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-11 * scale, err_msg=what)


OF_MEAN = ("fluctuation", "share", "projections")
"""What modules have where features have a mean, and what they do not have then."""
NOT_OF_MEAN = (
    "overlap_law", "label_law", "prior_covariances", "constant_of_labels", "energy",
)  # fmt: skip
OF_OVERLAPS = (
    "action", "overlap_law", "log_evidence", "saddle_right_hand_side", "saddle_residual",
    "gradient", "bottom", "head_scores", "condition_number", "prior_covariances", "energy",
    "action_beyond_prior", "equation_residual", "height",
)  # fmt: skip


@pytest.mark.parametrize(("name", "depth"), CASES)
def test_every_function_is_that_of_the_network_written_out(name, depth):
    here = case(name, depth)
    module, other = here.found, here.expected
    (one, two), overlaps = here.problems, here.overlaps
    equal(module.path_table(one.heads, one.depths), other.path_table(two.heads), "paths")
    mean = hasattr(other, "projections")
    for function in (*OF_OVERLAPS, *OF_MEAN):
        if function in (NOT_OF_MEAN if mean else OF_MEAN):
            continue
        if function == "head_scores" and not one.heads:
            continue
        equal(
            getattr(module, function)(overlaps, one),
            getattr(other, function)(overlaps, two),
            function,
        )
    for function in (
        "evidence_constant", "constant_of_labels", "infinite_width", "first_correction",
    ):  # fmt: skip
        if mean and function in NOT_OF_MEAN:
            continue
        equal(getattr(module, function)(one), getattr(other, function)(two), function)
    assert module.readers(one) == other.readers(two)
    assert module.EXPLICIT == other.EXPLICIT
    (value, slopes), (expected, gradients) = (
        m.action_and_gradient(overlaps, p) for m, p in ((module, one), (other, two))
    )
    equal(value, expected, "action with gradient")
    equal(slopes, gradients, "gradient")
    changes = module.hessian_product(overlaps, one)(here.directions)
    equal(changes, other.hessian_product(overlaps, two)(here.directions), "Hessian")
    test = np.random.default_rng(8).normal(size=(4, *here.data[0].shape[1:]))
    test = other.tests_by_path(test, two)
    equal(module.predictor(overlaps, test, one), other.predictor(overlaps, test, two), "predictor")
    equal(module.kernel(overlaps, test, one), other.kernel(overlaps, test, two), "kernel")
    kernel = random_overlap(np.random.default_rng(9), len(one.labels))
    if not mean:
        equal(module.label_law(kernel, one), other.label_law(kernel, two), "label law")
    assert hasattr(module, "chain_normalisation") == hasattr(other, "chain_normalisation")
    if hasattr(module, "chain_normalisation"):
        scaled, action = module.chain_normalisation(overlaps, one)
        overlaps_there, action_there = other.chain_normalisation(overlaps, two)
        equal(scaled, overlaps_there, "scaled overlaps")
        equal(action, action_there, "scaled action")


@pytest.mark.parametrize(
    ("name", "depth"),
    [
        ("attention", 2),
        ("two depths", 1),
        ("residual below", 2),
        ("a mean", 2),
        ("a mean below residuals alone", 1),
        *[("residuals alone", depth) for depth in (1, 2, 3)],
    ],
)
def test_the_saddle_point_is_that_of_the_network_written_out(name, depth):
    here = case(name, depth)
    widths, variances, temperature, heads = here.parameters
    given = {
        "widths": widths, "variances": variances, "temperature": temperature, "heads": heads,
        **here.direction,
    }  # fmt: skip
    found = here.found.solve(*here.data, **given, **here.arguments)
    expected = here.expected.solve(*here.data, **given)
    assert found.converged and expected.converged, found.message
    assert found.residual < 1e-8
    assert found.action == pytest.approx(expected.action, rel=1e-11)
    assert found.hessian_negative == 0
    assert found.hessian_lowest == pytest.approx(expected.hessian_lowest, rel=1e-6)
    for one, other in zip(found.overlaps, expected.overlaps, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-9)


def test_labels_of_several_outputs_are_rows_or_columns():
    here = case("several outputs", 2)
    labels = here.data[1].reshape(2, 3)
    seen = np.random.default_rng(4).normal(size=(2, 5, len(here.problems[0].attended[0]) // 3))
    test = seen[:, ::-1].copy()
    for module, depths in ((here.found, here.arguments), (here.expected, {})):
        widths, variances, temperature, heads = here.parameters
        solved = module.solve(
            seen, labels, widths=widths, variances=variances, temperature=temperature,
            heads=heads, **depths,
        )  # fmt: skip
        assert solved.converged
        mean, variance = module.predict(solved, test)
        assert mean.shape == variance.shape == (2, 3)
        if depths:
            expected = solved, mean, variance
    equal(expected[0].overlaps, solved.overlaps, "overlaps")
    equal(expected[1:], (mean, variance), "predictions")


@pytest.mark.parametrize("name", ["attention", "residuals alone"])
def test_wide_streams_leave_the_log_evidence_its_digits(name):
    """The constants of widths of 1e12 are 1e13: what is left of them in float64 is 1e-3 or so."""
    here = case(name, 2)
    widths, variances, temperature, heads = here.parameters
    wide = tuple(1e12 * width for width in widths)
    given = {"widths": wide, "variances": variances, "temperature": temperature, "heads": heads}
    found = here.found.solve(*here.data, **given, **here.arguments)
    expected = here.expected.solve(*here.data, **given)
    assert found.converged and found.message == expected.message
    assert found.log_evidence == pytest.approx(expected.log_evidence, rel=1e-12)
    limit = here.found.infinite_width(found.problem)
    assert found.log_evidence == pytest.approx(
        here.found.log_evidence(limit, found.problem), rel=1e-9
    )


CLOSING = (
    "attention", "two depths", "several outputs", "a readout per position",
    *(pytest.param(name, marks=pytest.mark.slow)
      for name in ("linear", "attention between linear", "two attentions")),
)  # fmt: skip
NOT_CLOSING = (
    "residual below", "residuals alone",
    *(pytest.param(name, marks=pytest.mark.slow)
      for name in ("residual on top", "residuals above a block")),
)  # fmt: skip


@pytest.mark.parametrize("name", CLOSING)
def test_the_closed_equations_are_those_of_the_network_written_out(name):
    for depth in (1, 2):
        example = case(name, depth)
        found, expected = example.problems
        for overlaps in (example.overlaps, example.expected.infinite_width(expected)):
            equal(
                example.found.closed_equations(overlaps, found),
                example.expected.closed_equations(overlaps, expected),
                "closed_equations",
            )


@pytest.mark.parametrize("name", NOT_CLOSING)
def test_where_the_network_written_out_does_not_close_the_module_does_not(name):
    assert not hasattr(case(name, 1).found, "closed_equations")
    assert not hasattr(case(name, 1).expected, "closed_equations")


def test_a_depth_is_solved_by_the_fixed_point(monkeypatch):
    example = case("attention", 2)
    arguments = dict(
        zip(("widths", "variances", "temperature", "heads"), example.parameters, strict=True)
    )
    monkeypatch.setattr(example.found, "minimise", lambda *_: pytest.fail("minimised"))
    solution = example.found.solve(*example.data, **arguments, **example.arguments)
    assert solution.converged
    closed = example.found.closed_equations(solution.overlaps, solution.problem)
    equal(closed, solution.overlaps, "closed_equations")
