"""A standalone module of NumPy functions from a theory."""

from __future__ import annotations

from derive.arguments import takes
from derive.programs import wrap
from derive.programs.assemble import Module, runtime_source
from derive.programs.runtime import guard
from derive.theories.networks.derivation import Derivation
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.theory import Theory
from derive.theories.networks.module import header, problem_text, solve_text
from derive.theories.networks.module.carried import assemble, reserved_names
from derive.theories.networks.module.frame import solution
from derive.theories.networks.module.functions import Functions
from derive.theories.networks.module.path_lines import Branches, PathLines
from derive.theories.networks.module.repeat.module import generate_repeated

__all__ = ["Module", "generate"]


@takes("derivation")
def generate(derivation: Derivation) -> Module:
    """Generate the solver of a network.

    Args:
        derivation: From `derive.derive`.

    Returns:
        A module that imports numpy and scipy only; where a layer is repeated a symbolic number of
        times, depth is an argument of its functions.

    >>> from derive import Embedding, Network, Readout, derive, generate
    >>> module = generate(derive(Network((Embedding("N", 1.3), Readout(1.2)), "T"))).load()
    >>> module.make_problem([[[1.0]]], [0.5], 10, (1.3, 1.2), 0.1).widths
    (10.0,)
    """
    if derivation.theory.composed is not None:
        return generate_repeated(derivation)
    return _generate_known(derivation, derivation.theory)


def _generate_known(derivation: Derivation, theory: Theory) -> Module:
    """The solver of a network of known depth."""
    functions = Functions(theory, reserved_names())
    parts = [
        header.header(derivation),
        functions.constant(),
        runtime_source(solution),
        runtime_source(guard),
        *solve_text.solver(
            header.argument_lines(theory.notation),
            "problem.heads",
            closes=bool(functions.closed_equations()),
            has_mean=theory.notation.has_mean,
        ),
        path_table(theory.notation),
        header.make_problem(theory.notation),
        *problem_text.output_functions(theory.notation.outputs()),
        "# The theory: expressions as derived.",
        *functions.all(),
    ]
    if theory.chain is not None:
        parts.append(solve_text.CHAIN.format(body=functions.chain_body()))
    return assemble(parts, derivation.network.name, has_mean=theory.notation.has_mean)


def path_table(notation: Notation) -> str:
    """The function that lists the paths: the branch that each takes in every layer with branches.

    Of several outputs, a last column says in which the path ends.
    """
    graph = notation.graph
    branched = [w for w in graph.weights if w.branching]
    columns = len(branched) + (notation.outputs() != 1)
    paths = PathLines(
        notation,
        notation.letter,
        lambda weight: Branches(weight.branching, f"H_{notation.letter(weight.index)}"),
        len(branched) + 1,
    )
    shape = "(M, number of layers with heads)"
    if notation.outputs() != 1:
        shape = "(M, number of layers with heads + 1), the last column the output"
    lines = [
        "def path_table(heads: tuple[int, ...]) -> Array:",
        '    """The head that each path takes in every layer with heads, the lowest layer first.',
        "",
        *wrap.paragraph(f"Shape {shape}; 0 where the path takes the skip.", 4),
        '    """',
    ]
    if branched:
        lines += wrap.targets([f"H_{notation.letter(w.index)}" for w in branched], "heads")
    lines += paths.ends()
    for weight in notation.inner_weights()[1:]:
        lines += paths.vectors(weight)
    lines += wrap.statement("paths = ", paths.joined(graph.weights[0]))
    lines.append(f"    layers = range(1, {columns} + 1)")
    lines.append("    rows = [[path.get(layer, 0) for layer in layers] for path in paths]")
    lines.append(f"    return np.array(rows, dtype=int).reshape(len(rows), {columns})")
    return "\n".join(lines)
