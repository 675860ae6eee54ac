"""The functions of a generated module that hold the exact law at finite width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from derive.algebra import build, rebuild
from derive.algebra.kinds import Node
from derive.algebra.scalars import expand
from derive.programs import wrap
from derive.programs.grouping import grouped
from derive.programs.program import Program
from derive.theories.networks.derivation.rules.gaussian import find_normal
from derive.theories.networks.derivation.rules.proportional.rewrite import label_energy
from derive.theories.networks.derivation.theory import Theory
from derive.theories.networks.nodes import PathKernel

ARGUMENT = "kernel_X"


class Printer(Protocol):
    """What prints the functions of a module: `functions.Functions`."""

    theory: Theory

    def widths(self) -> list[Any]:
        """The widths, the lowest stream first."""

    def program(self, results: Sequence[Any], **options: Any) -> Program:
        """Expressions as assignments."""

    def function(
        self, name: str, arguments: str, kind: str, doc: str, program: Program, result: str | None
    ) -> str:
        """The text of one function."""


def functions(printer: Printer) -> list[str]:
    """The law of the overlaps, and that of the labels given their kernel."""
    return [overlap_law(printer), label_law(printer)]


def overlap_law(printer: Printer) -> str:
    """Of the overlaps alone, without the labels."""
    state = printer.theory.law
    labels = find_normal(state.body, state.notation.labels())
    law = grouped(expand(state.body - labels), printer.widths())
    program = printer.program([law], hints={})
    doc = (
        "ln p(overlaps) at finite width, without a constant of widths and head counts.\n\n"
        "    Exact where every N_s is at least the number of vectors of its stream; else refused.\n"
        "    "
    )
    result = f"float({program.results[0]})"
    arguments = "overlaps: tuple[Array, ...], problem: Problem"
    text = printer.function("overlap_law", arguments, "float", doc, program, result)
    streams = printer.theory.notation.streams()
    names = "".join(f'"{stream.name}", ' for stream in streams).removesuffix(
        ", " if len(streams) > 1 else " "
    )
    call = "\n".join(wrap.statement("refuse_no_density", f"(overlaps, problem.widths, ({names}))"))
    body = text.index('"""\n') + len('"""\n')
    return text[:body] + call + "\n" + text[body:]


def label_law(printer: Printer) -> str:
    """Of a given path kernel, so that who calls it often may find that in the cheapest way."""
    energy, constant = label_energy(printer.theory.law)
    found: set[Any] = set()

    def name(node: Node) -> Any:
        if type(node) is not PathKernel:
            return None
        found.add(node)
        return build.overlap(ARGUMENT, node.shape[0])

    law = rebuild(-energy / 2 + constant, name)
    assert len(found) == 1
    program = printer.program([law], hints={})
    doc = "ln p(labels | overlaps), from the path kernel of the training examples, shape (P, P)."
    result = f"float({program.results[0]})"
    arguments = f"{ARGUMENT}: Array, problem: Problem"
    return printer.function("label_law", arguments, "float", doc, program, result)


__all__ = ["functions"]
