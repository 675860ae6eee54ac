"""A standalone module of NumPy functions from an expansion in 1/N."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from derive.algebra import build, nodes
from derive.algebra.kinds import Expression
from derive.arguments import takes
from derive.programs import wrap
from derive.programs.assemble import Module, runtime_source
from derive.programs.assemble import assemble as assembled
from derive.programs.runtime import fluctuations, guard
from derive.theories.networks.analysis.expansions import (
    Expansion,
    FiniteWidthExpansion,
    SaddleExpansion,
)
from derive.theories.networks.module import expansion_text, header, problem_text
from derive.theories.networks.module.carried import CALLED, MERGED
from derive.theories.networks.module.functions import (
    OUTSIDE,
    Functions,
    assignment_lines,
    tuple_text,
)
from derive.theories.networks.module.module import path_table
from derive.typeset.text import unicode_of

ARGUMENTS = "problem: Problem, attended_test: Array"
RESERVED = frozenset(
    {
        "problem", "attended", "attended_test", "labels", "np", "linalg", "overlaps", "action",
        "mean", "variance", "second_order", "average", "tests_by_path", "make_problem", "SINGULAR",
    }
    | {name for module in CALLED for name in vars(module) if not name.startswith("_")}
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """What differs between the modules of the two expansions.

    Attributes:
        function: The name of the module's function.
        summary: What it does.
        result: The class of what it returns.
        overlaps: What that says of the overlaps.
        terms: Prints the function that finds all terms.
        runtime: What is copied besides the linear algebra.
    """

    function: str
    summary: str
    result: str
    overlaps: str
    terms: Callable[[Any], str]
    runtime: tuple[ModuleType, ...] = ()


@takes("expansion")
def generate_expansion(expansion: SaddleExpansion | FiniteWidthExpansion) -> Module:
    """Generate the module of an expansion.

    Args:
        expansion: From `saddle_expansion` or `finite_width_expansion`.

    Returns:
        A module that imports numpy and scipy only, with a function of the same name.

    >>> from derive import Embedding, Network, Readout, derive
    >>> from derive.theories.networks.analysis.expansions import saddle_expansion
    >>> derivation = derive(Network((Embedding("N", 1.3), Readout(1.2)), "T"))
    >>> module = generate_expansion(saddle_expansion(derivation)).load()
    >>> problem = module.make_problem([[[1.0]]], [0.5], 10, (1.3, 1.2), 0.1)
    >>> len(module.saddle_expansion(problem, [[[2.0]]]).mean)
    3
    """
    kind, notation = KINDS[type(expansion)], expansion.theory.notation
    parts = [
        _head(expansion, kind),
        runtime_source(guard),
        problem_text.PROBLEM.format(
            counting=problem_text.counting(notation.outputs()), more_attributes="", more_fields=""
        ),
        kind.result.format(
            overlaps=_overlaps(expansion, kind.overlaps),
            mean="\n".join(wrap.paragraph(expansion_text.MEAN[notation.outputs() != 1], 8, 4)),
        ),
        expansion_text.PUBLIC.format(
            function=kind.function,
            summary=kind.summary,
            data_test=problem_text.data_lines(notation.outputs(), "predict"),
            rows=problem_text.rows(notation.outputs(), "problem"),
        ),
        kind.terms(expansion),
        _covariance(expansion),
        header.make_problem(notation),
        *problem_text.output_functions(notation.outputs()),
        path_table(notation),
        *(runtime_source(module) for module in (*MERGED, *kind.runtime)),
    ]
    text = "\n".join(parts)
    called = [runtime_source(module, text) for module in CALLED]
    return assembled([*parts, *(part for part in called if part)], expansion.network.name)


def _head(expansion: Expansion, kind: Kind) -> str:
    about = unicode_of(f"{expansion.title}. {expansion.note}")
    formulas = [f"  {line}" for line in expansion.result_lines()]
    template = expansion_text.OPENING + expansion_text.IMPORTS
    return template.format(
        about="\n".join(wrap.paragraph(about)),
        theory="\n".join(header.plain_lines(formulas)),
        function=kind.function,
        example="\n".join(header.example(expansion.theory.notation, "problem", "make_problem")),
        **header.common_fields(expansion.network, expansion.theory.notation, expansion.steps),
    )


def _overlaps(expansion: Expansion, text: str) -> str:
    """What the module says of its overlaps, and of those of the papers."""
    chain = expansion.theory.chain
    if chain is not None and len(chain.scales) > 1:
        scales = ", ".join(str(scale) for scale in chain.scales)
        text = f"{text} {expansion_text.CHAIN.format(scales=scales)}"
    return "\n".join(wrap.paragraph(text, 8, 4))


def _covariance(expansion: Expansion) -> str:
    printer = Functions(expansion.theory, RESERVED)
    covariance = {name.name: name for name, _ in expansion.definitions}["C_inf"]
    program = printer.program([covariance], definitions=expansion.definitions, hints={})
    return printer.function(
        "labels_covariance", "problem: Problem", "Array", expansion_text.COVARIANCE, program,
        program.results[0],
    )  # fmt: skip


def _saddle(expansion: SaddleExpansion) -> str:
    printer = Functions(expansion.theory, RESERVED)
    series = [*expansion.overlaps, expansion.action, expansion.mean, expansion.variance]
    results = [term for terms in series for term in terms]
    program = printer.program(results, definitions=expansion.definitions, hints={})
    codes = list(program.results)
    parts = [[codes.pop(0) for _ in terms] for terms in series]
    parts[-3] = [f"float({code})" for code in parts[-3]]
    parts[-3][0] += OUTSIDE
    *overlaps, action, mean, variance = map(tuple_text, parts)
    tail = wrap.statement("overlaps = ", tuple_text(overlaps))
    for name, code in (("action", action), ("mean", mean), ("variance", variance)):
        tail += wrap.statement(f"{name} = ", code)
    return printer.function(
        "expansion_terms", ARGUMENTS, "Expansion", expansion_text.TERMS, program,
        "Expansion(overlaps, action, mean, variance)", tail,
    )  # fmt: skip


def _finite_width(expansion: FiniteWidthExpansion) -> str:
    printer = Functions(expansion.theory, RESERVED)
    symbols = [own.symbol for own in expansion.fluctuations.innovations]
    moving = (*expansion.fluctuations.definitions, *expansion.names)
    points = [term for terms in expansion.overlaps for term in terms]
    split = [_split(value) for value in (expansion.mean[1], expansion.variance[1])]
    early = [*points, expansion.mean[0], expansion.variance[0], *(drift for drift, _ in split)]
    program = printer.program(
        [*early, *(form for _, form in split)], definitions=(*expansion.definitions, *moving),
        hints={}, last=[*symbols, *(name for name, _ in moving)],
    )  # fmt: skip
    names = {name.name for name, _ in moving}
    late = [a for a in program.assignments if a.late or a.name in names]
    kept = tuple(a for a in program.assignments if a not in late)
    *codes, mean, variance, mean_drift, variance_drift, curved, spread = program.results
    overlaps = [tuple_text(codes[k : k + 2]) for k in range(0, len(codes), 2)]
    lines = ["", "    def second_order(*own: Array) -> tuple[Array, Array]:"]
    lines.append(f'        """{expansion_text.SECOND_ORDER}"""')
    lines += wrap.targets([symbol.name for symbol in symbols], "own", 8)
    lines += assignment_lines(late, 8) + wrap.statement("return ", f"{curved}, {spread}", 8) + [""]
    call = f"average(second_order, {tuple_text(codes[::2])}, problem.widths)"
    lines += wrap.statement("mean_curvature, variance_curvature = ", call)
    lines += wrap.statement("overlaps = ", tuple_text(overlaps))
    lines += wrap.statement("mean = ", f"({mean}, {mean_drift} + mean_curvature)")
    lines += wrap.statement("variance = ", f"({variance}, {variance_drift} + variance_curvature)")
    early_program = replace(program, assignments=kept, results=())
    return printer.function(
        "expansion_terms", ARGUMENTS, "Expansion", expansion_text.TERMS,
        early_program, "Expansion(overlaps, mean, variance)", lines,
    )  # fmt: skip


def _split(value: Expression) -> tuple[Any, Any]:
    """What moves with the mean of the overlaps, and the form whose average is added to it."""
    drift, forms = [], []
    for term in build.terms(value):
        number, factors = build.split(term)
        if type(factors[0]) is nodes.Average:
            forms.append(build.scale(number, factors[0].args[0]))
        else:
            drift.append(term)
    return build.add(*drift), build.add(*forms)


KINDS: dict[type, Kind] = {
    SaddleExpansion: Kind(
        "saddle_expansion", expansion_text.SADDLE_SUMMARY, expansion_text.SADDLE,
        expansion_text.SADDLE_OVERLAPS, _saddle,
    ),
    FiniteWidthExpansion: Kind(
        "finite_width_expansion", expansion_text.EXACT_SUMMARY, expansion_text.EXACT,
        expansion_text.EXACT_OVERLAPS, _finite_width, (fluctuations,),
    ),
}  # fmt: skip
"""The kinds of modules, by the exact type of the expansion."""
