"""A standalone module in which depth is an argument."""

from __future__ import annotations

import sympy

from derive.algebra.kinds import Size
from derive.programs.assemble import Module, runtime_source
from derive.programs.runtime import guard
from derive.theories.networks.derivation import Derivation
from derive.theories.networks.derivation.repeat.composed import composed_of
from derive.theories.networks.module import problem_text, solve_text
from derive.theories.networks.module.carried import assemble, reserved_names
from derive.theories.networks.module.frame import numbers, solution
from derive.theories.networks.module.repeat import header, text
from derive.theories.networks.module.repeat.counts import Counts
from derive.theories.networks.module.repeat.labels import LabelFunctions, reads_whole_stream
from derive.theories.networks.module.repeat.names import depths_of
from derive.theories.networks.module.repeat.passes import Passes
from derive.theories.networks.module.repeat.pieces import PartFunctions
from derive.theories.networks.module.repeat.sections import FLUX, SLOPE, Section, sections_of
from derive.theories.networks.module.repeat.streams import StreamFunctions, streams_of
from derive.theories.networks.module.repeat.sums import Sums


def generate_repeated(derivation: Derivation) -> Module:
    """Generate the solver of a network in which layers are repeated a symbolic number of times.

    Args:
        derivation: Of such a network.

    Returns:
        A module that imports numpy and scipy only; depth is an argument of `solve`, and widths,
        variances and heads are as many as there are at that depth.
    """
    theory, network = composed_of(derivation.theory), derivation.network
    depths = depths_of(network.depths(), reserved_names() | LOCAL)
    reserved = reserved_names() | set(depths.names)
    sections = sections_of(theory, depths)
    labels = LabelFunctions(theory, reserved, sections[0])
    streams = streams_of(theory.layers, frozenset(reserved), depths)
    taken = {section.takes for section in sections}
    hands = [kind for kind in (FLUX, SLOPE) if kind in taken]
    heads = header.known_heads(network, depths)
    outputs = theory.shares[-1][2].notation.outputs()
    functions = [PartFunctions(section, frozenset(reserved), hands) for section in sections]
    loops = functions, streams, hands, depths
    explicit = all(layer.equation.flux is not None for layer in theory.layers)
    has_mean = theory.lowest.notation.has_mean
    closes = not streams and all(part.closes for part in functions)
    parts = [
        header.header(derivation, sections),
        f"EXPLICIT = {explicit and not has_mean}",
        runtime_source(solution),
        runtime_source(guard),
        *solve_text.solver(
            header.argument_lines(sections, heads),
            "problem.heads, problem.depths",
            closes=closes,
            has_mean=has_mean,
        ),
        *Counts(sections, depths).all(),
        _make_problem(
            sections[0],
            heads,
            outputs,
            bool(streams),
            "vectors[0]" if reads_whole_stream(theory) else "len(path_table(heads, depths))",
        ),
        runtime_source(numbers),
        "# All layers: what the parts bring, added up, or handed from part to part.",
        *_of_all(Sums(*loops), Passes(*loops), closes=closes),
        *problem_text.output_functions(outputs),
        "# The labels and the predictor: expressions as derived.",
        *_of_labels(labels, sections[0].takes),
        *(text for part in functions for text in _of_part(part)),
        *(text for stream in streams for text in _of_stream(stream)),
    ]
    return assemble(parts, network.name, has_mean=has_mean)


LOCAL = frozenset(
    {"P", "M", "N_0", "Array", "Any", "Callable", "NamedTuple", "Problem", "Solution"}
)
"""What a depth cannot be called in a module, besides the names of the runtime."""


def _of_all(sums: Sums, passes: Passes, *, closes: bool) -> list[str]:
    parts = sums.sections
    exact = [passes.prior_covariances(), passes.readers(), sums.law()]
    chain = all(section.window.theory.chain is not None for section in parts)
    return [
        *sums.all(),
        *passes.all(),
        *([] if parts[0].has_mean else exact),
        *([passes.scaled()] if chain else []),
        *([passes.closed_equations()] if closes else []),
    ]


def _of_labels(labels: LabelFunctions, taken: str) -> list[str]:
    return [
        labels.kernel(),
        labels.labels_covariance(),
        labels.bottom(),
        labels.predictor(),
        labels.energy(),
        labels.evidence_constant(),
        labels.action_and_gradient(),
        labels.hessian_product(),
        *([labels.flux()] if taken == FLUX else []),
        *_of_mean(labels),
    ]


def _of_mean(labels: LabelFunctions) -> list[str]:
    """What projections on the mean of features bring, or else the exact law, which knows none."""
    if labels.notation.has_mean:
        return [labels.fluctuation(), labels.share(), labels.projections(), labels.force()]
    return [labels.label_law()]


def _of_part(functions: PartFunctions) -> list[str]:
    title = f"# {functions.section.title}: expressions as derived."
    return [title, *functions.all()]


def _of_stream(functions: StreamFunctions) -> list[str]:
    title = "# A stream that copies share, as a whole: expressions as derived."
    return [title, *functions.all()]


def _make_problem(section: Section, heads: str, outputs: Size, shared: bool, paths: str) -> str:
    depths = section.depths
    described = ""
    if heads:
        unpacked = depths.unpack(map(sympy.Symbol, depths.names), "depths")
        lines = [*(f"    {line}" for line in unpacked), f"        heads = {heads}"]
        described = "\n".join(["", "    if heads is None:", *lines])
    return text.MAKE_PROBLEM.format(
        arguments=",\n    ".join(f"{argument}: int" for argument in depths.arguments),
        depths=", ".join(f'depth_of("{a}", {a})' for a in depths.arguments),
        described=described,
        paths=paths,
        data=problem_text.data_lines(outputs, "make_problem"),
        row_per_output=problem_text.rows(outputs),
        rows=text.ROWS if shared else "",
        fields=text.FIELDS + (",\n        rows," if shared else ""),
        checks=problem_text.CHECK_DATA,
        **(problem_text.MEAN if section.has_mean else problem_text.NO_MEAN),
    )
