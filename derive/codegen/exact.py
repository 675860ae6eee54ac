"""The functions of a generated module that hold the exact law at finite width."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from derive.algebra import build, rebuild
from derive.algebra.nodes import PathKernel
from derive.algebra.scalars import expand
from derive.codegen.grouping import grouped
from derive.derivation.rules.gaussian import find_normal
from derive.derivation.rules.proportional import label_energy

if TYPE_CHECKING:
    from derive.codegen.functions import Functions

ARGUMENT = "kernel_X"


def functions(printer: Functions) -> list[str]:
    """The law of the overlaps, and that of the labels given their kernel."""
    return [overlap_law(printer), label_law(printer)]


def overlap_law(printer: Functions) -> str:
    state = printer.theory.law
    labels = find_normal(state.body, state.notation.labels())
    law = grouped(expand(state.body - labels), printer.widths())
    program = printer.program([law], hints={})
    doc = (
        "ln p(overlaps) at finite width, exact where every N_s is at least the number of vectors;\n"
        "    without a constant of widths and head counts."
    )
    result = f"float({program.results[0]})"
    arguments = "overlaps: tuple[Array, ...], problem: Problem"
    return printer.function("overlap_law", arguments, "float", doc, program, result)


def label_law(printer: Functions) -> str:
    """Of a given path kernel, so that who calls it often may find that in the cheapest way."""
    energy, constant = label_energy(printer.theory.law)
    found: set[Any] = set()

    def name(node: Any) -> Any:
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
