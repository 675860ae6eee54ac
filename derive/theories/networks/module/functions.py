"""The functions of a generated module that come from derived expressions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy

from derive.algebra import build, contains, gradient, substitute
from derive.algebra.kinds import Expression, Matrix
from derive.algebra.scalars import expand
from derive.errors import RuleError
from derive.programs import wrap
from derive.programs.function import function_text
from derive.programs.grouping import grouped
from derive.programs.program import Assignment, Program
from derive.programs.wrap import assignment_lines, tuple_text
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.eliminate.rewrite import SaddleEquation
from derive.theories.networks.derivation.rules.gaussian import find_normal
from derive.theories.networks.derivation.rules.proportional.rewrite import label_energy
from derive.theories.networks.derivation.rules.share.rewrite import Share
from derive.theories.networks.derivation.theory import Theory
from derive.theories.networks.module import exact
from derive.theories.networks.module.names import names_of_sizes, network_program
from derive.theories.networks.module.projections import one_projection
from derive.theories.networks.nodes import Attended

ARRAYS = "tuple[Array, ...]"
LEFT = "left"
"""What the training examples leave of test inputs, in the function of the predictor."""
OUTSIDE = " + energy_outside(problem)"
"""What is added to a function that prints the labels' part of the action of the span's rows."""
READERS = '''def readers(problem: Problem) -> tuple[tuple[int, ...], ...]:
    """For every stream, those whose prior covariance is made of its overlaps."""'''
CLOSED = (
    "The saddle-point equations closed on {lowest}: fluxes up from it, overlaps down to it.\n\n"
    "    A fixed point where no part is cut off is a stationary point of the action.\n    "
)


class Functions:
    """Prints one function after another for a theory."""

    def __init__(self, theory: Theory, reserved: frozenset[str]) -> None:
        self.theory = theory
        self.notation: Notation = theory.notation
        self.sizes = names_of_sizes(self.notation)
        self.reserved = reserved | {symbol.name for symbol in self.sizes.values()}
        covariance = theory.predictor.covariance
        resolvent = build.inv(covariance)
        share = theory.share
        self.definitions = [] if share is None else [(share.symbol, share.value)]
        self.hints = {
            covariance: "covariance",
            resolvent: "resolvent",
            build.mul(resolvent, self.notation.labels()): "dual",
        }
        if share is not None:
            given = find_normal(theory.law.body, self.notation.labels()).args[2]
            self.hints[given] = "covariance_about_means"

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

    def widths(self) -> list[Any]:
        """The widths, the lowest stream first."""
        return [self.notation.width(stream.index) for stream in self.notation.streams()]

    def program(self, results: Sequence[Any], **options: Any) -> Program:
        """A program that takes no name that the module uses; `defined` where rho has a value."""
        options = {"hints": self.hints, "sizes": self.sizes, **options}
        named = [] if options.pop("defined", False) else self.definitions
        options["definitions"] = [*named, *options.get("definitions", ())]
        reserved = self.reserved | options.pop("taken", set())
        return network_program(results, reserved=reserved, **options)

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
        return [
            self.energy(),
            self.prior_covariances(),
            self.readers(),
            self.constant_of_labels(),
        ]

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

    def number(
        self,
        name: str,
        arguments: str,
        doc: str,
        value: Expression,
        *,
        more: str = "",
        **options: Any,
    ) -> str:
        """A function that returns a number, and code for what is added to it."""
        program = self.program([value], **options)
        result = f"float({program.results[0]}){more}"
        return self.function(name, arguments, "float", doc, program, result)

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

    def value_and_gradient(
        self, name: str, arguments: str, doc: str, value: Expression, slopes: Mapping[Any, Any], *,
        more: str = "", **options: Any,
    ) -> str:  # fmt: skip
        """A function that returns a number and its gradients, by overlap."""
        program = self.program([value, *slopes.values()], **options)
        names = [f"gradient_{suffix(overlap)}" for overlap in slopes]
        tail = self.named(["value", *names], program)
        kind = f"tuple[float, {ARRAYS}]"
        returns = f"float(value){more}, {tuple_text(names)}"
        return self.function(name, arguments, kind, doc, program, returns, tail)

    def named(self, names: Sequence[str], program: Program, indent: int = 4) -> list[str]:
        """The lines that give the results of a program their names."""
        pairs = zip(names, program.results, strict=True)
        return [x for n, result in pairs for x in wrap.statement(f"{n} = ", result, indent)]

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

    def curvature(
        self, name: str, arguments: str, doc: str, slopes: Mapping[Any, Any],
        share: Share | None = None,
    ) -> str:  # fmt: skip
        """A function that returns the map from changes of overlaps to changes of gradients.

        A share of them follows them, where there is one: see `rules.hessian`.
        """
        directions = tuple(build.overlap(f"X_{suffix(g)}", g.shape[0]) for g in slopes)
        pairs = zip(slopes.values(), directions, strict=True)
        slope = sympy.Add(*(build.trace(build.mul(g, x)) for g, x in pairs))
        options = {}
        if share is not None:
            step = sympy.Symbol(f"d{share.symbol.name}", real=True)
            push, stiffness = (gradient(found, share.symbol) for found in (slope, share.slope))
            options["definitions"] = [(step, -push / stiffness)]
            slope += step * share.slope
        changes = {g: gradient(slope, g) for g in slopes}
        return self._product(name, arguments, doc, changes, directions, **options)

    def _product(
        self, name: str, arguments: str, doc: str, changes: Mapping[Any, Any],
        directions: Sequence[Any], **options: Any,
    ) -> str:  # fmt: skip
        """A function that returns a map, linear in directions; what is without them comes first."""
        following = [symbol for symbol, _ in options.get("definitions", ())]
        program = self.program(list(changes.values()), last=(*directions, *following), **options)
        lines = assignment_lines([a for a in program.assignments if not a.late], 4)
        lines += ["", f"    def product(directions: {ARRAYS}) -> {ARRAYS}:"]
        lines += self.unpack_directions(directions, program)
        lines += assignment_lines([a for a in program.assignments if a.late], 8)
        names = [f"change_{suffix(overlap)}" for overlap in changes]
        lines += self.named(names, program, 8)
        lines += [*wrap.statement("return ", tuple_text(names), 8), "", "    return product"]
        kind = f"Callable[[{ARRAYS}], {ARRAYS}]"
        empty = replace(program, assignments=(), results=())
        return self.function(name, arguments, kind, doc, empty, None, lines)

    def unpack_directions(self, directions: Sequence[Any], program: Program) -> list[str]:
        """The lines that name the directions of a Hessian product."""
        return wrap.targets(_used(_names(directions), program), "directions", 8)

    def saddle_right_hand_side(self) -> str:
        """The right-hand sides of G_s = ..., with the fluxes named."""
        program = self.program([e.right for e in self.theory.equations], definitions=self.fluxes())
        doc = "Right-hand sides of the saddle-point equations G_s = ..., the lowest stream first."
        arguments = f"overlaps: {ARRAYS}, problem: Problem"
        names = [f"right_{s.name}" for s in self.notation.streams()]
        tail = self.named(names, program)
        return self.function(
            "saddle_right_hand_side", arguments, ARRAYS, doc, program, tuple_text(names), tail
        )

    def fluxes(self) -> list[tuple[Any, Any]]:
        """The named fluxes, the lowest first, and what they stand for."""
        equations = self.theory.equations
        return [(e.flux, one_projection(e.flux_value)) for e in equations if e.flux is not None]

    def closed_equations(self) -> list[str]:
        """The saddle-point equations closed on the lowest overlaps; nothing where they do not.

        The fluxes go up from the lowest overlaps; then every equation closes once those of the
        overlaps in its right-hand side have.
        """
        equations, fluxes = self.theory.equations, self.fluxes()
        lowest, *others = self.theory.order_parameters
        if any(e.flux is None for e in equations) or _reads([v for _, v in fluxes], others):
            return []
        closed: dict[Any, Any] = {}
        definitions = list(fluxes)
        waiting = list(equations)
        while waiting:
            ready = next((e for e in waiting if not _reads([e.right], _open(waiting))), None)
            if ready is None:
                return []
            name = build.overlap(f"closed_{suffix(ready.overlap)}", ready.overlap.shape[0])
            read = {g: to for g, to in closed.items() if _reads([ready.right], [g])}
            definitions.append((name, substitute(ready.right, read)))
            closed[ready.overlap] = name
            waiting.remove(ready)
        program = self.program([closed[g] for g in (lowest, *others)], definitions=definitions)
        names = {str(name) for name in closed.values()}
        program = replace(program, assignments=tuple(_positive(program.assignments, names)))
        doc = CLOSED.format(lowest=lowest.name)
        arguments = f"overlaps: {ARRAYS}, problem: Problem"
        result = tuple_text(program.results)
        return [self.function("closed_equations", arguments, ARRAYS, doc, program, result)]

    def infinite_width(self) -> str:
        """G_s at infinite width."""
        wide = self.theory.wide
        program = self.program(list(wide.overlaps), definitions=wide.points, hints={})
        doc = "Order parameters at infinite width: no weight's vectors overlap with another's."
        result = tuple_text(program.results)
        return self.function("infinite_width", "problem: Problem", ARRAYS, doc, program, result)

    def first_correction(self) -> str:
        """The shift of G_s at order 1/N."""
        wide, notation = self.theory.wide, self.notation
        definitions = [*wide.points, *wide.forces, *wide.corrections]
        shifts = {name.name: name for name, _ in wide.corrections}
        results = [shifts[f"D_{notation.letter(s.weights[-1])}"] for s in notation.streams()]
        bottom = {notation.overlap(0): wide.overlaps[0]}
        hints = {substitute(node, bottom): name for node, name in self.hints.items()}
        program = self.program(results, definitions=definitions, hints=hints)
        doc = "Shifts of the order parameters from infinite width, at first order in 1/N."
        result = tuple_text(program.results)
        return self.function("first_correction", "problem: Problem", ARRAYS, doc, program, result)

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

    def function(
        self,
        name: str,
        arguments: str,
        kind: str,
        doc: str,
        program: Program,
        result: str | None,
        tail: Sequence[str] = (),
        *,
        whole: bool = False,
    ) -> str:
        """The text of one function; `whole` where it sees all examples, not the span's rows."""
        signature = (name, arguments, kind)
        first = self.unpack(program, whole=whole)
        return function_text(signature, doc, program, result, first=first, tail=tail)

    def unpack(self, program: Program, *, whole: bool = False) -> list[str]:
        """The lines that name what a program needs."""
        notation, graph = self.notation, self.notation.graph
        overlaps = _names(self.theory.order_parameters)
        widths = [f"N_{s.name}" for s in graph.streams]
        variances = [f"s_{notation.letter(w.index)}" for w in graph.weights]
        heads = [f"H_{notation.letter(w.index)}" for w in graph.weights if w.branching]
        groups = [
            (overlaps, "overlaps"),
            (widths, "problem.widths"),
            (variances, "problem.variances"),
            (heads, "problem.heads"),
        ]
        used = {str(getattr(symbol, "name", "")) for symbol in program.symbols}
        lines: list[str] = []
        for names, source in groups:
            if used & set(names):
                lines += wrap.targets(_used(names, program), source)
        if "outputs" in used:
            lines.append("    outputs = OUTPUTS")
        data = unpack_data(used, whole=whole, apart=self.notation.has_mean)
        return lines + data + assignment_lines(program.sizes, 4)


def _reads(expressions: Sequence[Any], overlaps: Sequence[Any]) -> bool:
    """Whether any of the expressions depends on any of the overlaps."""
    return any(contains(expression, set(overlaps)) for expression in expressions)


def _positive(assignments: Iterable[Assignment], names: set[str]) -> Iterator[Assignment]:
    """The assignments, those of some names made positive definite."""
    for assignment in assignments:
        cut = f"positive_part({assignment.code})" if assignment.name in names else assignment.code
        yield replace(assignment, code=cut)


def _open(equations: Sequence[SaddleEquation]) -> list[Any]:
    """The overlaps whose equations are not closed yet."""
    return [equation.overlap for equation in equations]


def unpack_data(used: set[str], *, whole: bool = False, apart: bool = False) -> list[str]:
    """The lines that name the data and their sizes, of those that are used.

    Args:
        used: Names of symbols.
        whole: Whether data are all examples, not the rows of their span.
        apart: Whether attended inputs are taken apart at the mean of features.
    """
    lines = []
    if apart and used & {"mu", "mustar"}:
        used = used | {"X"}
    if "temperature" in used:
        lines.append("    temperature = problem.temperature")
    named = [(name, symbol in used) for symbol, name in (("X", "attended"), ("y", "labels"))]
    data = [name for name, needed in named if needed]
    spanned = "attended" in data and not whole
    if spanned:
        targets = ", ".join(name if needed else "_" for name, needed in named)
        lines.append(f"    {targets} = in_span(problem)")
    elif data:
        lines.append(f"    {', '.join(data)} = {', '.join(f'problem.{name}' for name in data)}")
    if used & {"P", "N_0"}:
        sizes = ", ".join(size if size in used else "_" for size in ("P", "M", "N_0"))
        lines.append(f"    {sizes} = {'' if spanned else 'problem.'}attended.shape")
    if apart:
        lines += _taken_apart(used)
    return lines


def _taken_apart(used: set[str]) -> list[str]:
    """Both parts of attended inputs, of those that are used."""
    lines: list[str] = []
    for end, star in (("", ""), ("_test", "star")):
        names = {"mu": f"means{end} = attended{end}.means"}
        names["X"] = f"attended{end} = attended{end}.centred"
        lines += [f"    {line}" for name, line in names.items() if f"{name}{star}" in used]
    return lines


def suffix(overlap: Matrix) -> str:
    """What follows the letter in the name of an order parameter."""
    return str(overlap.name).partition("_")[2]


def _names(symbols: Sequence[Any]) -> list[str]:
    return [symbol.name for symbol in symbols]


def _used(names: Sequence[str], program: Program) -> list[str]:
    """The names, with an underscore for each that a program does not need."""
    used = {str(getattr(symbol, "name", "")) for symbol in program.symbols}
    return [name if name in used else "_" for name in names]


__all__ = [
    "ARRAYS",
    "OUTSIDE",
    "Functions",
    "assignment_lines",
    "suffix",
    "tuple_text",
    "unpack_data",
]
