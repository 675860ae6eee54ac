"""How the functions of a generated module are printed, whatever they compute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy

from derive.algebra import build, gradient
from derive.algebra.kinds import Expression
from derive.programs import wrap
from derive.programs.function import function_text
from derive.programs.program import Program
from derive.programs.wrap import assignment_lines, tuple_text
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.gaussian import find_normal
from derive.theories.networks.derivation.rules.share.rewrite import Share
from derive.theories.networks.derivation.theory import Theory
from derive.theories.networks.module.names import names_of_sizes, network_program
from derive.theories.networks.module.unpacking import names_of, suffix, unpack_data, used_names

ARRAYS = "tuple[Array, ...]"


class Texts:
    """Prints functions of a theory's expressions."""

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

    def named(self, names: Sequence[str], program: Program, indent: int = 4) -> list[str]:
        """The lines that give the results of a program their names."""
        pairs = zip(names, program.results, strict=True)
        return [x for n, result in pairs for x in wrap.statement(f"{n} = ", result, indent)]

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
        return wrap.targets(used_names(names_of(directions), program), "directions", 8)

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
        overlaps = names_of(self.theory.order_parameters)
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
                lines += wrap.targets(used_names(names, program), source)
        if "outputs" in used:
            lines.append("    outputs = OUTPUTS")
        data = unpack_data(used, whole=whole, apart=self.notation.has_mean)
        return lines + data + assignment_lines(program.sizes, 4)
