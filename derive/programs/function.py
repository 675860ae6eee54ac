"""The text of a function from a program."""

from __future__ import annotations

from collections.abc import Sequence

from derive.programs.program import Program
from derive.programs.wrap import WIDTH, assignment_lines, statement


def function_text(
    signature: tuple[str, str, str],
    doc: str,
    program: Program,
    result: str | None,
    *,
    first: Sequence[str] | None = None,
    tail: Sequence[str] = (),
) -> str:
    """A function that computes a program.

    Args:
        signature: Its name, its arguments with their types, and the type of what it returns.
        doc: Its docstring.
        program: What is computed.
        result: What is returned, in names of the program; None where `tail` does that.
        first: Lines that name what the program needs, its sizes among them; these alone, where it
            is left out.
        tail: Lines after the assignments.
    """
    name, arguments, kind = signature
    head = f"def {name}({arguments}) -> {kind}:"
    if len(head) > WIDTH:
        head = f"def {name}(\n    {arguments}\n) -> {kind}:"
    given = assignment_lines(program.sizes, 4) if first is None else first
    lines = [head, f'    """{doc}"""', *given]
    lines += [*assignment_lines(program.assignments, 4), *tail]
    if result is not None:
        lines += statement("return ", result)
    return "\n".join(lines)
