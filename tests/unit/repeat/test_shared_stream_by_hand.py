"""A residual attention network of any depth by formulas written down by hand, in NumPy.

formulas.md, section 2: one stream, one order parameter; weight l acts on its first m_{l+1} rows.
Nothing of the derivation is used here: formulas, finite differences, and limits of solutions.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest
from repeated_modules import generated


@dataclass(frozen=True)
class Residuals:
    """Unequal heads and variances, none of them 1 but some heads, and random data."""

    heads: tuple[int, ...]

    @cached_property
    def rows(self):
        """m_1, ..., m_{L+1}: how many vectors the copies from l up have."""
        found = [1]
        for count in reversed(self.heads):
            found.insert(0, found[0] * (1 + count))
        return found

    @property
    def variances(self):
        return tuple(0.6 + 0.17 * ((5 * k) % 7) for k in range(len(self.heads) + 2))

    @property
    def width(self):
        return 3.0 * self.rows[0] + 1.5

    temperature = 0.37

    @cached_property
    def data(self):
        rng = np.random.default_rng(len(self.heads))
        return rng.normal(size=(5, 4, self.rows[0])), rng.normal(size=5)

    @cached_property
    def overlaps(self):
        root = np.random.default_rng(11).normal(size=(self.rows[0], 2 * self.rows[0]))
        return root @ root.T / self.rows[0]

    def problem(self, width=None):
        return generated("residuals alone").make_problem(
            *self.data, width or self.width, self.variances, self.temperature, self.heads,
            depth=len(self.heads),
        )  # fmt: skip

    def kernel(self, overlaps):
        attended, _ = self.data
        count = attended.shape[1]
        return self.variances[0] / count * np.einsum("mip,pq,niq->mn", attended, overlaps, attended)

    def action(self, overlaps):
        """S of formulas.md, section 2."""
        first, labels = self.variances[-1], self.data[1]
        total = overlaps[0, 0] / first + np.log(first) - np.linalg.slogdet(overlaps)[1]
        for place, (count, variance) in enumerate(
            zip(self.heads, self.variances[1:-1], strict=True)
        ):
            low, high = self.rows[place], self.rows[place + 1]
            prior = variance / count * np.kron(np.eye(count), overlaps[:high, :high])
            own = overlaps[high:low, high:low]
            total += np.trace(np.linalg.solve(prior, own)) + np.linalg.slogdet(prior)[1]
        covariance = self.kernel(overlaps) + self.temperature * np.eye(len(labels))
        energy = np.linalg.slogdet(covariance)[1] + labels @ np.linalg.solve(covariance, labels)
        return self.width * total + energy

    def infinite_width(self):
        """Block diagonal: every copy's vectors have (s/H) I (x) the point of all above it."""
        point = np.array([[self.variances[-1]]])
        for count, variance in reversed(list(zip(self.heads, self.variances[1:-1], strict=True))):
            own = variance / count * np.kron(np.eye(count), point)
            point = np.block([
                [point, np.zeros((len(point), len(own)))],
                [np.zeros((len(own), len(point))), own],
            ])  # fmt: skip
        return point


CASES = [Residuals(heads) for heads in [(3,), (2, 3), (1, 3, 2), (2, 1, 1, 2), (1, 2, 1, 1, 1)]]
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case.heads)))


@EACH
def test_the_action_is_that_of_the_formula(case):
    found = generated("residuals alone").action((case.overlaps,), case.problem())
    assert found == pytest.approx(case.action(case.overlaps), rel=1e-12)


@EACH
def test_the_gradient_is_that_of_differences(case):
    """Differences of fourth order: with step 1e-5, of a function of order 1e3, good to 1e-8."""
    root = np.random.default_rng(2).normal(size=case.overlaps.shape)
    along = root + root.T
    state, problem = (case.overlaps,), case.problem()
    _, (slope,) = generated("residuals alone").action_and_gradient(state, problem)
    steps = {k: case.action(case.overlaps + k * 1e-5 * along) for k in (-2, -1, 1, 2)}
    expected = (8 * (steps[1] - steps[-1]) - (steps[2] - steps[-2])) / 12e-5
    assert float(np.sum(slope * along)) == pytest.approx(expected, rel=1e-7)
    np.testing.assert_allclose(slope, slope.T, rtol=1e-12)


@EACH
def test_infinite_width_is_block_diagonal(case):
    (found,) = generated("residuals alone").infinite_width(case.problem())
    np.testing.assert_allclose(found, case.infinite_width(), rtol=1e-13)


@pytest.mark.parametrize("case", CASES[:3], ids=lambda case: "-".join(map(str, case.heads)))
def test_the_first_correction_is_the_limit_of_saddle_points(case):
    """Solutions at widths W and 4 W: what is left after the correction falls with 1/W^2, by 16."""
    module, left = generated("residuals alone"), []
    for width in (4e3, 1.6e4):
        problem = case.problem(width)
        (point,), (shift,) = module.infinite_width(problem), module.first_correction(problem)
        solution = module.solve(
            *case.data, depth=len(case.heads), widths=width, variances=case.variances,
            temperature=case.temperature, heads=case.heads, tolerance=1e-12,
        )  # fmt: skip
        assert solution.converged, solution.message
        (overlaps,) = solution.overlaps
        rest, moved = np.linalg.norm(overlaps - point - shift), np.linalg.norm(overlaps - point)
        assert rest < 0.05 * moved
        left.append(rest)
    assert left[0] / left[1] == pytest.approx(16, rel=0.1)


def test_a_wide_solution_has_the_gradient_of_the_formula_zero():
    """The solver's saddle point by the formula's own gradient, from differences."""
    case = CASES[1]
    solution = generated("residuals alone").solve(
        *case.data, depth=2, widths=case.width, variances=case.variances,
        temperature=case.temperature, heads=case.heads,
    )  # fmt: skip
    assert solution.converged and solution.hessian_negative == 0
    (overlaps,) = solution.overlaps
    rng = np.random.default_rng(0)
    for _ in range(5):
        root = rng.normal(size=overlaps.shape)
        along = root + root.T
        along *= 1e-4 * np.linalg.norm(overlaps) / np.linalg.norm(along)
        ahead, here, behind = (case.action(overlaps + k * along) for k in (1, 0, -1))
        assert abs(ahead - behind) < 1e-2 * (ahead + behind - 2 * here)  # a minimum, to first order
