"""The docstring and the constants at the top of a module for any depth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy

from derive.programs import wrap
from derive.theories.networks.derivation import Derivation
from derive.theories.networks.description import Network
from derive.theories.networks.description.layers import Readout, Weighted, walk
from derive.theories.networks.description.repeat import segments
from derive.theories.networks.module import problem_text
from derive.theories.networks.module.header import (
    NOTHING,
    fields_of,
    made_problem,
    of_mean,
    plain_lines,
    predict_lines,
)
from derive.theories.networks.module.repeat import text
from derive.theories.networks.module.repeat.counts import count_of_streams
from derive.theories.networks.module.repeat.names import Depths
from derive.theories.networks.module.repeat.sections import Section


def header(derivation: Derivation, sections: Sequence[Section]) -> str:
    """Where the module is from, what it computes and how to call it; imports and constants."""
    network, shared = derivation.network, any(section.shared for section in sections)
    outputs = sections[-1].window.notation.outputs()
    own = {
        "overlaps": "\n".join(_overlaps(sections)),
        "parameters": "\n".join(_parameters(sections)),
        "names": f"\n{text.NAMES}{text.SHARED_NAMES if shared else ''}",
        "more_attributes": text.MORE_ATTRIBUTES + (text.ROWS_ATTRIBUTE if shared else ""),
        "more_fields": text.MORE_FIELDS + (text.ROWS_FIELD if shared else ""),
        "theory": "\n".join(plain_lines(derivation.theory_lines())) or NOTHING,
        "example": "\n".join(_example(sections)),
        "constants": "HEADS: tuple[int, ...] | None = None" + _several(network.readout.outputs),
    }
    return problem_text.HEADER.format(**fields_of(network, derivation.steps, outputs) | own)


def _several(outputs: int) -> str:
    """The constants of a network of several outputs; none for one."""
    return "" if outputs == 1 else f"\nOUTPUTS = {outputs}\nOUTPUT = -1  # its column among paths"


def argument_lines(sections: Sequence[Section], known_heads: str) -> dict[str, str]:
    """What `solve` and its docstring say of depth, widths, variances and heads."""
    depths = sections[0].depths
    default = "; those of the description where left out" if known_heads else ""
    lines = {
        "widths": f"widths: {_widths(sections)}; or one number for all.",
        "variances": f"variances: {_variances(sections)}; or one number for all.",
        "heads": f"heads: {_heads(sections)}{default}.",
    }
    found = {name: "\n".join(wrap.paragraph(line, 8, 4)) for name, line in lines.items()}
    mean = of_mean(sections[0].has_mean)
    pairs = list(zip(depths.arguments, depths.described, strict=True))
    return (
        found
        | predict_lines(sections[-1].window.notation)
        | {
            "depth_arguments": "".join(f"\n    {argument}: int," for argument, _ in pairs)
            + mean["depth_arguments"],
            "depths": "".join(f"        {a}: {name}, a whole number from 1.\n" for a, name in pairs)
            + mean["depths"],
            "made": made_problem(*mean["made"], *(f"{a}={a}" for a, _ in pairs)),
        }
    )


def _heads(sections: Sequence[Section]) -> str:
    if not _has_heads(sections):
        return "none: no weight has heads"
    return "one for each weight with heads, the lowest first; or one number for all"


def _has_heads(sections: Sequence[Section]) -> bool:
    weights = [w for s in sections for w in s.window.notation.graph.weights]
    return any(weight.branching is not None for weight in weights)


def _widths(sections: Sequence[Section]) -> str:
    last = sections[-1].depths
    if count_of_streams(sections) == 1:
        return "(N_1,), one per stream"
    return f"(N_1, ..., N_{_shown(count_of_streams(sections), last)}), one per stream"


def _variances(sections: Sequence[Section]) -> str:
    top = sections[-1]
    number = top.depths.in_code(top.window.weight_number(top.window.weights_of(0)[-1]))
    return f"(s_0, ..., s_{_shown(number, top.depths)}), the embedding's first, the readout's last"


def _shown(number: Any, depths: Depths) -> str:
    """A number in the description's names, for a subscript."""
    back = dict(zip(map(sympy.Symbol, depths.names), depths.described, strict=True))
    shown = str(number.xreplace({old: sympy.Symbol(new) for old, new in back.items()}))
    return shown if shown.isalnum() else f"{{{shown}}}"


def _parameters(sections: Sequence[Section]) -> list[str]:
    depths = sections[0].depths
    named = zip(depths.arguments, depths.described, strict=True)
    parts = [
        *(f"{a:<11} {name}, a number of copies" for a, name in named),
        f"widths      {_widths(sections)}, the lowest first",
        f"variances   {_variances(sections)}",
        f"heads       {_heads(sections)}",
        "temperature variance of the label noise",
    ]
    return [line for part in parts for line in wrap.paragraph(part, 4, 12)]


def _overlaps(sections: Sequence[Section]) -> list[str]:
    """What each part is, and the sizes of its overlaps."""
    lines: list[str] = []
    for section in sections:
        notation, depths = section.window.notation, section.depths
        found = []
        for k in section.places:
            overlap = section.names.of(notation.overlap(k))
            number = _shown(section.window.stream_number(k), depths)
            count = str(sympy.factor(overlap.shape[0])).replace("*", " * ")
            part = "of the first vectors of" if k == 0 and section.shared else "of"
            found.append(f"{overlap.name} {part} stream {number.strip('{}')}, size {count}")
        where = f", 1 <= l <= {_shown(section.copies, depths).strip('{}')}" if section.block else ""
        lines += wrap.paragraph(f"{section.name}{where}: {'; '.join(found)}", 4, 4)
    return lines


def _example(sections: Sequence[Section]) -> list[str]:
    depths = sections[0].depths
    given = [f"{argument}={k}" for k, argument in enumerate(depths.arguments, start=3)]
    arguments = ["attended", "labels", *given, "widths=100", "variances=1.0", "temperature=0.1",
                 *(["heads=2"] if _has_heads(sections) else [])]  # fmt: skip
    return wrap.statement("solution = ", f"solve({', '.join(arguments)})")


def known_heads(network: Network, depths: Depths) -> str:
    """The head counts of a description as code; empty where one is a symbol, or there is none."""
    found: list[str] = []
    for segment in segments(network.layers):
        layers = [x for _, x in walk(segment.layers) if isinstance(x, Weighted | Readout)]
        heads = [x.branches for x in layers if x.branched]
        if any(isinstance(count, str) for count in heads):
            return ""
        if segment.times is None:
            found += [str(count) for count in heads]
        elif heads:
            name = depths.names[depths.described.index(segment.times)]
            times = f"({name} - {segment.fewer})" if segment.fewer else name
            found.append(f"*({', '.join(map(str, heads))},) * {times}")
    return f"({', '.join(found)},)" if found else ""
