"""The scalar theory of networks with one head in every layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from derive.algebra.latex import plain
from derive.arguments import takes
from derive.errors import RuleError
from derive.steps.certified import Certified
from derive.steps.pages import Pages, step_blocks
from derive.steps.step import Equation, Step
from derive.theories.networks.analysis.scalar import steps
from derive.theories.networks.analysis.scalar.depth import any_depth, depth_symbol, generic_stage
from derive.theories.networks.analysis.scalar.described import (
    hidden_variance,
    require_distinct_symbols,
    variance_of,
)
from derive.theories.networks.analysis.scalar.energy import ScalarEnergy, read_energy
from derive.theories.networks.analysis.scalar.equation import (
    EqualWidths,
    ScalarEquation,
    equal_widths,
    multiply,
    polynomial,
)
from derive.theories.networks.analysis.scalar.explicit import (
    Explicit,
    explicit_equal,
    explicit_unequal,
)
from derive.theories.networks.analysis.scalar.limits import (
    Limit,
    deep_few,
    deep_many,
    no_deep_limit,
    require_limit,
    small_load,
    unit_load,
)
from derive.theories.networks.analysis.scalar.load_series import alpha_series
from derive.theories.networks.analysis.scalar.numbers import Value
from derive.theories.networks.analysis.scalar.printing import DISPLAYS, section
from derive.theories.networks.analysis.scalar.series import Series, require_variable
from derive.theories.networks.analysis.scalar.solutions import Solutions, solve
from derive.theories.networks.analysis.scalar.stages import Stage, read_stages, stage_actions
from derive.theories.networks.analysis.scalar.symbols import FLUX, OVERLAP, PRIOR, SIGNAL, WIDTH
from derive.theories.networks.analysis.scalar.width_series import width_series
from derive.theories.networks.derivation import Derivation, Theory, derive, refuse_mean
from derive.theories.networks.description import Network
from derive.typeset.page import Page


@dataclass(frozen=True, repr=False)
class ScalarTheory(Certified):
    """u = c prod_l (1 + r/N_l), r = -u E'(u), for n stages, and how it follows from a theory.

    Attributes:
        theory: Of the network, in matrices.
        stages: The saddle-point equations in numbers, the lowest first.
        equation: The scalar equation; its depth is a symbol after `at_any_depth`.
        energy: E and r.
        actions: (N_l, what a stage adds to the action); one pair for all where n is a symbol.
        steps: The rewrites, each with a certificate.

    >>> from derive.theories.networks.description import Embedding, Linear, Network, Readout
    >>> network = Network((Embedding(10, 1.0), Linear(1.0, 20), Readout(1.0)), 0)
    >>> theory = scalar_theory(network)
    >>> theory.equation
    u = c (1 + r/N₁) (1 + r/Nₐ), c = σ₁² σₐ²
    >>> round(float(theory.solve({"N": 10, "c": 1, "P": 100, "s": 60}).best.overlap), 6)
    0.6133
    """

    theory: Theory = field(repr=False)
    stages: tuple[Stage, ...]
    equation: ScalarEquation
    energy: ScalarEnergy
    actions: tuple[tuple[Any, Any], ...]
    steps: tuple[Step, ...]

    @property
    def polynomial(self) -> Any:
        """Zero at every solution at zero temperature, in r."""
        return polynomial(self.equation)

    def equal_widths(self) -> EqualWidths:
        """1 - v = alpha (1 - v^-n s/(c P)) at zero temperature, u = c v^n."""
        return equal_widths(self.equation, self.energy.cold_flux)

    def at_any_depth(self, name: str = "n") -> ScalarTheory:
        """The theory of any number of such stages, by induction.

        Args:
            name: Of the symbol for the number of stages: one letter that means nothing else.

        Raises:
            RuleError: The network has one stage, or the letter is taken.
        """
        depth, generic = depth_symbol(name), generic_stage(self.stages)
        equation = any_depth(generic, depth)
        forms = {term.xreplace({width: WIDTH}) for width, term in self.actions}
        if len(forms) != 1:
            raise RuleError("any depth: the stages add terms of different forms to the action")
        added = steps.any_depth(generic, equation, self.energy)
        actions = ((WIDTH, forms.pop()),)
        return replace(self, equation=equation, actions=actions, steps=(*self.steps[:-2], *added))

    def explicit(self, *, equal: bool = True) -> Explicit:
        """The solution in closed form, for one and two stages at zero temperature.

        Args:
            equal: For equal widths, in alpha; else for any widths.

        Raises:
            RuleError: There are more stages, or their number is a symbol.
        """
        return explicit_equal(self.equal_widths()) if equal else explicit_unequal(self.equation)

    def series(self, variable: str, order: int, *, cold: bool = True) -> Series:
        """u/c as a series.

        Args:
            variable: "alpha" (equal widths, zero temperature, fixed s/P) or "width" (any widths, in
                1/N at fixed P).
            order: The highest order, from 1.
            cold: Whether the temperature is zero.

        Raises:
            RuleError: The order or the variable is wrong.
        """
        if require_variable(variable) == "width":
            return width_series(self.equation, self.energy, order, cold=cold)
        if not cold:
            raise RuleError(
                "series: the one in alpha is for zero temperature; set the temperature to 0, or "
                "ask for the series in 'width'"
            )
        return alpha_series(self.equal_widths(), order)

    def limit(self, name: str, *, fixed: str = "examples", variance: Any = None) -> Limit:
        """What becomes of u at zero temperature.

        Args:
            name: "alpha=0", "alpha=1" or "depth": n -> infinity at fixed n/N.
            fixed: In the limit of infinite depth: "examples" (P) or "ratio" (P/N).
            variance: sigma^2 of the stages that are added on the way to infinite depth; left out,
                that of the network's hidden layers.

        Raises:
            RuleError: There is no such limit, or it does not exist.
        """
        require_limit(name, fixed)
        if name == "alpha=0":
            return small_load(self.equal_widths())
        if name == "alpha=1":
            return unit_load(self.equal_widths())
        general = self._any_depth()
        added = hidden_variance(self.theory) if variance is None else variance_of(variance)
        if fixed == "ratio":
            return deep_many(equal_widths(general, self.energy.cold_flux), added)
        if added != 1:
            raise RuleError(no_deep_limit(added))
        return deep_few(general, self.energy.cold_flux)

    def _any_depth(self) -> ScalarEquation:
        symbolic = not self.equation.depth.is_Integer
        return self.equation if symbolic else any_depth(generic_stage(self.stages))

    def step(self, result: Explicit | Series | Limit) -> Step:
        """A closed form, a series or a limit as a step, with a certificate."""
        if isinstance(result, Explicit):
            return steps.explicit(self.equation, result)
        if isinstance(result, Series):
            return steps.series(self.equation, self.energy, result)
        deep = result.name == "depth"
        return steps.limit(self._any_depth() if deep else self.equation, result)

    def solve(self, values: Mapping[str, Value], digits: int = 30) -> Solutions:
        """All solutions in numbers, the lowest action first; see `solutions.solve`."""
        return solve(self.equation, self.actions, values, digits)

    def page(self, *results: Explicit | Series | Limit) -> Page:
        """The steps, with results at their end."""
        pages = Pages(DISPLAYS)
        steps = enumerate((*self.steps, *map(self.step, results)), start=1)
        blocks = (block for place, step in steps for block in step_blocks(place, step, pages))
        return Page(f"Scalar theory of {plain(self.equation.depth)} stages", tuple(blocks))

    def text(self) -> str:
        """The equations in plain text."""
        equation, energy, equal = self.equation, self.energy, self.equal_widths()
        lines = [f"Scalar theory of {plain(equation.depth)} stages: one head in every layer"]
        lines += section("any widths, any temperature", [
            Equation(OVERLAP, equation.right),
            Equation(PRIOR, equation.prior),
            Equation(r"r = -u\ E'(u)", energy.spectral_flux),
            Equation(energy.kernel, energy.kernel_value),
        ])  # fmt: skip
        lines += section("zero temperature", [
            Equation(FLUX, energy.cold_flux),
            Equation(SIGNAL, energy.signal_value),
        ])  # fmt: skip
        lines += section("zero temperature, equal widths, α = P/N", [
            Equation(OVERLAP, equal.overlap),
            Equation(equal.left, equal.right),
        ])  # fmt: skip
        lines.append(
            "Every factor 1 + r/N must be positive. k: eigenvalues of K₁; y: labels there."
        )
        return "\n".join(lines)


ANY_NUMBER = (
    ": the scalar theory makes any number of stages of a few that are written out "
    "(at_any_depth('n'), --depth n)"
)


@takes("source")
def scalar_theory(source: Network | Derivation | Theory) -> ScalarTheory:
    r"""The scalar theory of a network with one head in every layer.

    .. math:: u = c \prod_{l=1}^n (1 + r/N_l), \qquad r = -u E'(u)

    Args:
        source: The network, its derivation, or the theory alone.

    Raises:
        RuleError: A stream holds several vectors: several heads, a head count that is a symbol, a
            skip, or several outputs; or one symbol of the network means two things.
        DescriptionError: The depth is a symbol.

    Source: theory of section 1.4; Li, Sompolinsky, PRX 11, 031059 (2021).
    """
    derivation = derive(source) if isinstance(source, Network) else source
    theory = derivation
    if not isinstance(theory, Theory):
        theory = theory.require_known(ANY_NUMBER)
    refuse_mean(theory, "the scalar theory")
    network = getattr(derivation, "network", None)
    require_distinct_symbols(theory, None if network is None else network.temperature)
    stages = read_stages(theory)
    equation, energy = multiply(stages), read_energy(theory)
    terms = stage_actions(theory, stages)
    actions = tuple(zip((stage.width for stage in stages), terms, strict=True))
    record = steps.derivation(theory, stages, equation, energy, actions)
    return ScalarTheory(theory, stages, equation, energy, actions, record)
