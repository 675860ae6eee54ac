"""The docstring and the constants at the top of a generated module."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

import sympy

import derive as package
from derive.algebra.kinds import Size
from derive.algebra.polynomials import factored
from derive.programs import wrap
from derive.steps.step import Step
from derive.theories.networks.derivation import Derivation
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.description import Network
from derive.theories.networks.description.feature_inputs import feature_note
from derive.theories.networks.module import problem_text


def header(derivation: Derivation) -> str:
    """Where the module is from, what it computes and how to call it; imports and constants."""
    notation = derivation.known_theory.notation
    return problem_text.HEADER.format(
        theory="\n".join(plain_lines(derivation.theory_lines())),
        example="\n".join(example(notation, "solution", "solve")),
        **common_fields(derivation.network, notation, derivation.steps),
    )


def common_fields(network: Network, notation: Notation, steps: Iterable[Step]) -> dict[str, str]:
    """What the docstring of every module says of a network, and the constants below it."""
    constants = wrap.statement("HEADS: tuple[int, ...] | None = ", repr(_heads(notation)), 0)
    constants += wrap.statement("STREAM_OF_LAYER = ", repr(_stream_of_layer(notation)), 0)
    if notation.outputs() != 1:
        constants += wrap.statement("OUTPUTS = ", repr(notation.graph.weights[-1].outputs), 0)
    own = {
        "overlaps": "\n".join(_overlaps(notation)),
        "parameters": "\n".join(_parameters(notation)),
        "constants": "\n".join(constants),
    }
    return fields_of(network, steps, notation.outputs()) | own


def fields_of(network: Network, steps: Iterable[Step], outputs: Size) -> dict[str, str]:
    """What the docstring of a module for any depth says as well."""
    return {
        "title": "\n".join(wrap.paragraph(printable(network.name))) or "network",
        "version": package.__version__,
        "sympy": sympy.__version__,
        "description": "\n".join(description(network)),
        "steps": "\n".join(step_lines(steps)) or NOTHING,
        "names": "",
        "counting": problem_text.counting(outputs),
        "more_attributes": "",
        "more_fields": "",
    }


NOTHING = "    (not recorded)"


def description(network: Network) -> list[str]:
    """The network in one line, and what its first layer means where it is one of features."""
    lines = wrap.paragraph(network.describe(), 4)
    note = feature_note(network)
    if not note:
        return lines
    note = (
        f"{note[0].upper()}{note[1:]}. Attended inputs are vectors of the kernel's feature space."
    )
    return [*lines, "", *wrap.paragraph(note)]


def argument_lines(notation: Notation) -> dict[str, str]:
    """What the docstring of `solve` says of widths, variances and heads."""
    widths, variances, heads = parameter_names(notation)
    lines = {
        "widths": f"widths: ({widths}), or one number for all.",
        "variances": f"variances: ({variances}), or one number for all.",
        "heads": f"heads: ({heads}).",
    }
    found = {name: "\n".join(wrap.paragraph(text, 8, 4)) for name, text in lines.items()}
    more = of_mean(notation.has_mean)
    more["made"] = made_problem(*more["made"])
    return found | more | predict_lines(notation)


def of_mean(has_mean: bool) -> dict[str, Any]:
    """What `solve` says of the mean of features, and gives to `make_problem`."""
    if not has_mean:
        return {"depth_arguments": "", "depths": "", "made": ()}
    return {
        "depth_arguments": "\n    mean_direction: Array | None = None,",
        "depths": "        mean_direction: As in `make_problem`.\n",
        "made": ("mean_direction",),
    }


PREDICTING = """        mean, variance = predictor(solution.overlaps, by_path, solution.problem)
    require_finite(mean, variance)
"""
ONE_OUTPUT = {
    "data": problem_text.data_lines(1, "solve"),
    "data_test": problem_text.data_lines(1, "predict"),
    "predicted": "(P_test,)",
    "rows_test": "",
    "predicting": PREDICTING + "    return mean, variance",
}
"""What `solve` and `predict` say of data, and `predict` does, for a network of one output."""


def predict_lines(notation: Notation) -> dict[str, str]:
    """What `solve` and `predict` say of data, and what `predict` does."""
    if notation.outputs() == 1:
        return ONE_OUTPUT
    found = "mean.reshape(-1, OUTPUTS), variance.reshape(-1, OUTPUTS)"
    return {
        "data": problem_text.data_lines(notation.outputs(), "solve"),
        "data_test": problem_text.data_lines(notation.outputs(), "predict"),
        "predicted": "(P_test, OUTPUTS)",
        "rows_test": problem_text.rows(notation.outputs(), "solution.problem"),
        "predicting": f"{PREDICTING}    return {found}",
    }


def made_problem(*more: str) -> str:
    """The line of `solve` that makes a problem, from further arguments too."""
    given = ("attended", "labels", "widths", "variances", "temperature", "heads", *more)
    return "\n".join(wrap.statement("problem = ", f"make_problem({', '.join(given)})"))


def parameter_names(notation: Notation) -> tuple[str, str, str]:
    """The names of widths, variances and head counts, in order."""
    graph = notation.graph
    heads = [f"H_{notation.letter(w.index)}" for w in graph.weights if w.branching]
    return (
        ", ".join(f"N_{s.name}" for s in graph.streams),
        ", ".join(f"s_{notation.letter(w.index)}" for w in graph.weights),
        ", ".join(heads) or "none",
    )


def make_problem(notation: Notation) -> str:
    """The function that checks data and parameters."""
    return problem_text.MAKE_PROBLEM.format(
        checks=problem_text.CHECK_DATA,
        data=problem_text.data_lines(notation.outputs(), "make_problem"),
        rows=problem_text.rows(notation.outputs()),
        head_count=head_count(notation),
        weight_count=len(notation.graph.weights),
        stream_count=len(notation.streams()),
        **(problem_text.MEAN if notation.has_mean else problem_text.NO_MEAN),
    )


def head_count(notation: Notation) -> int:
    """The number of layers with branches."""
    return sum(1 for weight in notation.graph.weights if weight.branching)


def printable(name: str) -> str:
    """A name that can stand in a docstring."""
    kept = "".join(c if c.isprintable() and c not in '"\\' else "_" for c in name)
    return kept[:200]


def _overlaps(notation: Notation) -> list[str]:
    lines: list[str] = []
    for stream in notation.streams():
        count = str(factored(notation.vectors_count(stream.index)))
        text = f"{notation.overlap(stream.index).name:<6} size {count}"
        if len(text) > wrap.WIDTH - 30:
            text = text.replace("*", " * ")
        lines += wrap.paragraph(f"{text}, stream of width N_{stream.name}", 4, 7)
    return lines


def _parameters(notation: Notation) -> list[str]:
    widths, variances, heads = parameter_names(notation)
    parts = (
        f"widths      ({widths}), one per stream, the lowest first; or one per layer",
        f"variances   ({variances}), the embedding's first, the readout's last",
        f"heads       ({heads}), branches of every layer that has them, the lowest first",
        "temperature variance of the label noise",
    )
    return [line for part in parts for line in wrap.paragraph(part, 4, 12)]


def plain_lines(formulas: Iterable[str]) -> list[str]:
    """Formulas as in `derive show`, in letters that every editor has."""
    plain = str.maketrans({"𝒦": "κ", "ℰ": "E"})
    lines: list[str] = []
    for line in formulas:
        indent = " " * (len(line) - len(line.lstrip()) + 8)
        lines += textwrap.wrap(line.translate(plain), wrap.WIDTH, subsequent_indent=indent)
    return lines


def step_lines(steps: Iterable[Step]) -> list[str]:
    """The steps of a derivation by their names."""
    lines: list[str] = []
    for number, step in enumerate(steps, start=1):
        lines += wrap.paragraph(f"{number:>2}. {step.name} [{step.holds(', ')}]", 4, 4)
    return lines


def example(notation: Notation, name: str, function: str) -> list[str]:
    """A call with arguments of the right number."""
    streams, weights = len(notation.streams()), len(notation.graph.weights)
    arguments = [
        "attended", "labels",
        f"widths={_tuple(10 * k for k in range(1, streams + 1))}",
        f"variances={_tuple(['1.0'] * weights)}",
        "temperature=0.1",
    ]  # fmt: skip
    if _heads(notation) is None:
        arguments.append(f"heads={_tuple(range(2, head_count(notation) + 2))}")
    return wrap.statement(f"{name} = ", f"{function}({', '.join(arguments)})")


def _tuple(values: Any) -> str:
    shown = [str(value) for value in values]
    return f"({', '.join(shown)}{',' if len(shown) == 1 else ''})"


def _heads(notation: Notation) -> tuple[int, ...] | None:
    heads = [weight.heads for weight in notation.graph.weights if weight.branching]
    return None if any(isinstance(h, str) for h in heads) else tuple(int(h) for h in heads)


def _stream_of_layer(notation: Notation) -> tuple[int, ...]:
    above = [weight.above for weight in notation.graph.weights]
    return tuple(stream for stream in above if stream is not None)
