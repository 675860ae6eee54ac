"""The functions of a generated module that come from derived expressions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import sympy

from derive.algebra import build, contains, substitute
from derive.algebra.scalars import expand
from derive.errors import RuleError
from derive.programs import wrap
from derive.programs.grouping import grouped
from derive.programs.wrap import assignment_lines, tuple_text
from derive.theories.networks.derivation.rules.proportional.rewrite import label_energy
from derive.theories.networks.module import exact
from derive.theories.networks.module.equations import Equations
from derive.theories.networks.module.texts import ARRAYS
from derive.theories.networks.module.unpacking import suffix, unpack_data
from derive.theories.networks.nodes import Attended

LEFT = "left"
"""What the training examples leave of test inputs, in the function of the predictor."""
OUTSIDE = " + energy_outside(problem)"
"""What is added to a function that prints the labels' part of the action of the span's rows."""
READERS = '''def readers(problem: Problem) -> tuple[tuple[int, ...], ...]:
    """For every stream, those whose prior covariance is made of its overlaps."""'''


class Functions(Equations):
    """Prints one function after another for a theory."""

    def all(self) -> list[str]:
        """Every function, in the order of the module."""
        parts = [
            self.kernel(),
            self.labels_covariance(),
            self.bottom(),
            self.action(),
            *([] if self.notation.has_mean else self.of_excess()),
            self.evidence_constant(),
            self.action_and_gradient(),
            self.hessian_product(),
            self.saddle_right_hand_side(),
            *self.closed_equations(),
            self.infinite_width(),
            self.first_correction(),
            self.predictor(),
        ]
        if self.theory.share is None:
            return parts + exact.functions(self)
        return [*parts, self.fluctuation(), self.share(), self.projections()]

    def kernel(self) -> str:
        """K between a set of examples and the training examples."""
        program = self.program([self.theory.predictor.kernel], hints={})
        doc = "K[mu, nu] of test examples (P_test, M, N_0) with the training examples: (P_test, P)."
        arguments = f"overlaps: {ARRAYS}, attended_test: Array, problem: Problem"
        result = program.results[0]
        return self.function("kernel", arguments, "Array", doc, program, result, whole=True)

    def labels_covariance(self) -> str:
        """C."""
        program = self.program([self.theory.predictor.covariance], hints={})
        doc = "C = K + T of the training labels, on the axes of their span where it was found."
        arguments, result = f"overlaps: {ARRAYS}, problem: Problem", program.results[0]
        return self.function("labels_covariance", arguments, "Array", doc, program, result)

    def bottom(self) -> str:
        """G_bottom."""
        program = self.program([self.notation.bottom()], hints={})
        doc = "G_bottom, the overlaps of the vectors that the embedding acts on: one per path."
        arguments = f"overlaps: {ARRAYS}, problem: Problem"
        return self.function("bottom", arguments, "Array", doc, program, program.results[0])

    def action(self) -> str:
        """S."""
        doc = "S, twice the negative log density at leading order."
        arguments = f"overlaps: {ARRAYS}, problem: Problem"
        value = grouped(self.theory.action, self.widths())
        return self.number("action", arguments, doc, value, more=OUTSIDE)

    def of_excess(self) -> list[str]:
        """What the evidence in excess of the prior is made of."""
        return [self.energy(), self.prior_covariances(), self.readers(), self.constant_of_labels()]

    def energy(self) -> str:
        """E."""
        doc = "E = ln det C + y^T C^-1 y, what the labels bring to S."
        arguments = f"overlaps: {ARRAYS}, problem: Problem"
        return self.number("energy", arguments, doc, self.theory.energy, more=OUTSIDE)

    def prior_covariances(self) -> str:
        """Sigma_s."""
        law, streams = self.theory.law, self.notation.streams()
        blocks = [[law.covariance(k) for k in stream.weights] for stream in streams]
        program = self.program([build.block_diagonal(*found) for found in blocks], hints={})
        doc = "Prior covariances of the vectors of every stream, given the overlaps above them."
        arguments = f"overlaps: {ARRAYS}, problem: Problem"
        result = tuple_text(program.results)
        return self.function("prior_covariances", arguments, ARRAYS, doc, program, result)

    def constant(self) -> str:
        """Whether fluxes close every saddle-point equation; no share of a mean is a flux."""
        equations = self.theory.equations
        explicit = all(equation.flux is not None for equation in equations)
        return f"EXPLICIT = {explicit and not self.notation.has_mean}"

    def readers(self) -> str:
        """For every stream those whose prior covariance is made of its overlaps."""
        law, streams = self.theory.law, self.notation.streams()
        found = tuple(
            tuple(
                below.index
                for below in streams
                if any(contains(law.covariance(k), {overlap}) for k in below.weights)
            )
            for overlap in self.theory.order_parameters
        )
        lines = wrap.statement("return ", repr(found))
        return "\n".join([READERS, *lines])

    def constant_of_labels(self) -> str:
        """ln p(labels) at G_s = Sigma_s, and E/2."""
        _, constant = label_energy(self.theory.law)
        streams = range(len(self.notation.streams()))
        self.require_least_at_prior(self.theory.constant - constant, streams)
        doc = "ln p(labels) + E/2 where every stream has its prior covariance."
        return self.number("constant_of_labels", "problem: Problem", doc, constant, hints={})

    def require_least_at_prior(self, constants: Any, streams: Iterable[int]) -> None:
        r"""Check that the rest of the action is least, and 0 above that, at the prior.

        Args:
            constants: Those of the widths.
            streams: Of the widths.

        Raises:
            RuleError: The constants are not :math:`\sum_s N_s m_s / 2`.
        """
        notation = self.notation
        known = (notation.width(k) * notation.vectors_count(k) / 2 for k in streams)
        rest = sympy.expand(expand(constants - sympy.Add(*known)))
        if rest != 0:
            raise RuleError(f"the constants of the widths leave {rest} beside N m / 2")

    def evidence_constant(self) -> str:
        """ln evidence + S/2."""
        doc = "ln p(labels) + S/2: the extensive constants, that no order parameter enters."
        value = self.theory.constant
        return self.number("evidence_constant", "problem: Problem", doc, value, hints={})

    def fluctuation(self) -> str:
        """What the projections' fluctuations add to the log evidence."""
        assert self.theory.share is not None
        doc = "What the Gaussian fluctuations of the projections b add to ln p(labels)."
        arguments = f"overlaps: {ARRAYS}, problem: Problem"
        return self.number("fluctuation", arguments, doc, self.theory.share.fluctuation)

    def share(self) -> str:
        """rho."""
        assert self.theory.share is not None
        doc = "The share 1 - b^T G^(-1) b / N of the lowest overlaps across their projections."
        arguments = f"overlaps: {ARRAYS}, problem: Problem"
        return self.number("share", arguments, doc, self.theory.share.symbol)

    def projections(self) -> str:
        """b, from the labels' dual."""
        notation, found = self.notation, self.theory.share
        assert found is not None
        dual = build.mul(build.inv(found.covariance), notation.labels())
        read = notation.span(notation.graph.weights[0].acts_on)
        pull = build.matrix_symbol("pull", notation.data().paths, 1)
        along = build.mul(
            notation.overlap(0), build.deselect(pull, read, notation.vectors_count(0))
        )
        program = self.program([dual, build.scale(found.symbol, along)])
        lines = assignment_lines(program.assignments, 4)
        variance = "problem.variances[0]"
        lines += wrap.statement(
            "pull = ", f"mean_pull({program.results[0]}, in_span(problem)[0], {variance})"
        )
        doc = "b = g 1 / sqrt(N): projections of the lowest vectors on the all-ones direction."
        empty = replace(program, assignments=(), results=())
        arguments = f"overlaps: {ARRAYS}, problem: Problem"
        return self.function(
            "projections", arguments, "Array", doc, empty, program.results[1], lines
        )

    def action_and_gradient(self) -> str:
        """S and dS/dG with everything shared."""
        value = grouped(self.theory.action, self.widths())
        doc = "S and its gradients dS/dG_s, the lowest stream first, from one set of factors."
        arguments = f"overlaps: {ARRAYS}, problem: Problem"
        slopes = dict(zip(self.theory.order_parameters, self.theory.gradients, strict=True))
        name = "action_and_gradient"
        return self.value_and_gradient(name, arguments, doc, value, slopes, more=OUTSIDE)

    def hessian_product(self) -> str:
        """The map from directions to Hessian products; what does not depend on them comes first."""
        doc = "The map from symmetric directions dG_s to the changes of the gradients, at G_s."
        arguments = f"overlaps: {ARRAYS}, problem: Problem"
        hessian = self.theory.hessian
        changes = dict(zip(self.theory.order_parameters, hessian.changes, strict=True))
        followers = {"definitions": hessian.followers} if hessian.followers else {}
        return self._product(
            "hessian_product", arguments, doc, changes, hessian.directions, **followers
        )

    def predictor(self) -> str:
        r"""Mean and variance on test examples.

        With :math:`B = C^{-1} K_*^\top` the derived variance is

        .. math:: K_{**} - K_* C^{-1} K_*^\top = K_{**} - K_* B - B^\top K_*^\top + B^\top K B
                  + T B^\top B,

        whose first four terms are the kernel of what is left of the test inputs: a sum of squares.
        """
        found, notation = self.theory.predictor, self.notation
        weights = build.mul(build.inv(found.covariance), build.transpose(found.kernel))
        chosen = sympy.MatrixSymbol("weights", *weights.shape)
        noise = build.mul(notation.temperature, build.transpose(chosen), chosen)
        own = found.own_kernel
        first = self.program([found.mean, weights])
        names = {assignment.name for assignment in first.assignments}
        kinds = [(notation.data(test=True), "attended_test, attended")]
        if notation.has_mean:
            kinds.append((notation.means(test=True), "means_test, means"))
        lines = []
        for number, (tests, arguments) in enumerate(kinds, start=1):
            name = LEFT if number == 1 else f"{LEFT}_{number}"
            own = substitute(own, {tests: Attended(name, *tests.args[1:])})
            lines.append(f"    {name} = remaining({arguments}, weights)")
        results = [build.diagonal(build.add(own, noise))]
        second = self.program(results, taken=names, defined=True)
        tail = self.named(["mean", "weights"], first) + lines
        tail += assignment_lines(second.assignments, 4) + self.named(["variance"], second)
        program = replace(first, symbols=first.symbols | second.symbols)
        doc = (
            "Mean and variance of the output on test examples, at given order parameters.\n\n"
            "    The variance is that of what the training examples leave of the test inputs.\n    "
        )
        arguments = f"overlaps: {ARRAYS}, attended_test: Array, problem: Problem"
        kind = "tuple[Array, Array]"
        return self.function("predictor", arguments, kind, doc, program, "mean, variance", tail)

    def chain_body(self) -> str:
        """The body of the conversion to the papers' normalisation."""
        chain = self.theory.chain
        assert chain is not None
        scaled = [
            build.scale(scale, overlap)
            for scale, overlap in zip(chain.scales, self.theory.order_parameters, strict=True)
        ]
        program = self.program([*scaled, chain.shift], hints={})
        *overlaps, shift = program.results
        lines = self.unpack(program) + assignment_lines(program.assignments, 4)
        lines += wrap.statement("shift = ", shift)
        result = f"{tuple_text(overlaps)}, action(overlaps, problem) - shift"
        lines += wrap.statement("return ", result)
        return "\n".join(lines)


__all__ = [
    "ARRAYS",
    "OUTSIDE",
    "Functions",
    "assignment_lines",
    "suffix",
    "tuple_text",
    "unpack_data",
]
