"""The function of one leaf: its logarithm and slopes, closed or by quadrature."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from derive.errors import NoRule
from derive.theories.disorder.derivation.leaves import Form
from derive.theories.disorder.module.text import assignments, code
from derive.theories.disorder.module.words import leaf_told
from derive.theories.disorder.nodes.towers import FieldIntegral, Leaf, Measure, SiteIntegral

KINKED = (sympy.Abs, sympy.Heaviside, sympy.Max, sympy.Min, sympy.sign)


@dataclass(frozen=True)
class LeafFunction:
    """The text of a leaf's function, and how it is called.

    Attributes:
        name: Of the function.
        text: Its source.
        arguments: Symbols beside centre and spread, in order.
        results: Index tuples of slopes, () for the logarithm; then observables.
    """

    name: str
    text: str
    arguments: tuple[Any, ...]
    results: tuple[Any, ...]


def leaf_function(
    leaf: Leaf, form: Form | None, name: str, slopes: Sequence[tuple[int, ...]], observables: Any
) -> LeafFunction:
    """The function of a leaf.

    Args:
        leaf: It.
        form: Its closed form, if it has one.
        name: What to call it.
        slopes: The derivatives that are wanted, () for the leaf itself.
        observables: Whose averages are wanted; none where there is a closed form.

    Raises:
        NoRule: It has several fields, and no closed form.
    """
    if form is not None and not observables:
        return _closed(leaf, form, name, slopes)
    if len(leaf.centres) > 1:
        raise NoRule(f"no closed form of the integral over {', '.join(map(str, leaf.inside))}")
    return _integrated(leaf, name, observables)


def letters(leaf: Leaf) -> tuple[str, str, str]:
    """The letters of a leaf, its centre and its spread."""
    return ("F", "B", "A") if isinstance(leaf, SiteIntegral) else ("L", "omega", "V")


def own_symbols(leaf: Leaf) -> tuple[Any, ...]:
    """What a leaf depends on beside centre and spread, by name."""
    free = set().union(*(arg.free_symbols for arg in leaf.args[:2])) - set(leaf.inside)
    return tuple(sorted(free, key=lambda s: s.name))


def centre_names(leaf: Leaf) -> tuple[list[str], list[str]]:
    """The names of centres and spreads as arguments."""
    _, centre, spread = letters(leaf)
    count = len(leaf.centres)
    if count == 1:
        return [centre], [spread]
    indices = range(1, count + 1)
    return [f"{centre}_{k}" for k in indices], [
        f"{spread}_{r}{c}" for r in indices for c in indices
    ]


def _closed(leaf: Leaf, form: Form, name: str, slopes: Sequence[tuple[int, ...]]) -> LeafFunction:
    centres, spreads = centre_names(leaf)
    symbols = {d: sympy.Symbol(n, real=True) for d, n in zip(form.centres, centres, strict=True)}
    symbols |= {d: sympy.Symbol(n, real=True) for d, n in zip(form.spreads, spreads, strict=True)}
    results = []
    for indices in slopes:
        body = form.log
        for index in indices:
            body = body.diff(form.centres[index])
        results.append((result_name(leaf, indices), body.xreplace(symbols)))
    lines, values = assignments(results)
    body_text = [
        f"    {spreads[0]} = np.where({code(c.xreplace(symbols))} > 0, {spreads[0]}, np.nan)"
        for c in form.conditions
    ]
    body_text += [f"    {key} = {value}" for key, value in lines]
    body_text += [f"    {key} = {v}" for (key, _), v in zip(results, values, strict=True)]
    given = own_symbols(leaf)
    arguments = ", ".join([*centres, *spreads, *(s.name for s in given)])
    body_text.append(f"    return {', '.join(key for key, _ in results)}")
    text = "\n".join([f"def {name}({arguments}):", f'    """{leaf_told(leaf)}"""', *body_text])
    return LeafFunction(name, text, given, tuple(slopes))


def result_name(leaf: Leaf, indices: tuple[int, ...]) -> str:
    """F, F1 and F2 of one field; F_1, F_12 of several."""
    letter = letters(leaf)[0]
    if len(leaf.centres) == 1:
        return letter + (str(len(indices)) if indices else "")
    return letter + ("_" + "".join(str(k + 1) for k in indices) if indices else "")


def _integrated(leaf: Any, name: str, observables: Any) -> LeafFunction:
    """A call of the runtime's quadrature; rows are flat there."""
    variable = leaf.inside[0]
    given = own_symbols(leaf)
    outer = ", ".join(s.name for s in given)
    letter, centre, spread = letters(leaf)
    heads = f"{variable}, {outer}" if outer else str(variable)
    lines = [f"def {name}({', '.join([centre, spread, *(s.name for s in given)])}):"]
    lines.append(f'    """{leaf_told(leaf)}"""')
    everything = ", ".join([centre, spread, *(s.name for s in given)])
    flat = ", ".join([f"{centre}_", f"{spread}_", *(f"{s.name}_" for s in given)])
    lines.append(f"    shape = np.broadcast({everything}).shape")
    lines.append(f"    {flat} = (np.broadcast_to(v, shape).ravel() for v in ({everything}))")
    rows = {s: sympy.Symbol(f"{s.name}_", real=True) for s in given}
    own = ", ".join(f"{s.name}_" for s in given)
    tail = f"outer=({own}{',' if len(given) == 1 else ''})"
    watched = [f"lambda {heads}: {code(o)} + 0.0 * {variable}" for o in observables]
    if isinstance(leaf, FieldIntegral):
        weight = log_code(leaf.weight, variable)
        places = [code(b.xreplace(rows)) for b in breaks(leaf.weight, variable)]
        lines += [
            "    found = field_integral(",
            f"        lambda {heads}: {weight},",
            f"        {centre}_, {spread}_, {tail},",
            *_placed(places, watched),
            "    )",
            f"    {letter}1, {letter}2 = found.slope, found.curvature",
        ]
    else:
        lines += _site_call(leaf, variable, heads, tail, rows, watched)
        lines.append(f"    {letter}1, {letter}2 = found.mean, found.variance")
    results = f"found.log, {letter}1, {letter}2"
    results += ", *found.averages" if observables else ""
    lines.append(f"    return tuple(values.reshape(shape) for values in ({results}))")
    order: tuple[Any, ...] = ((), (0,), (0, 0), *observables)
    return LeafFunction(name, "\n".join(lines), given, order)


def _placed(places: Sequence[str], watched: Sequence[str]) -> list[str]:
    lines = []
    if places:
        lines.append(f"        breaks=({', '.join(places)},), widths=({'0.0, ' * len(places)}),")
    if watched:
        lines.append(f"        observables=({', '.join(watched)},),")
    return lines


def _site_call(
    leaf: Any, variable: Any, heads: str, tail: str, rows: Any, watched: Sequence[str]
) -> list[str]:
    measure: Measure = leaf.args[0][0]
    rest = leaf.rest
    density, lines = "None", ["    found = site_integral("]
    if measure.log_density is not None:
        total = measure.log_density + rest
        density = f"lambda {heads}: {log_sum_code(total, variable)} + 0.0 * {variable}"
    lines += [f"        {density},", f"        B_, A_, {tail},"]
    if measure.points:
        outer = heads.partition(", ")[2]
        logs = [sympy.log(w) + rest.xreplace({variable: v}) for v, w in measure.points]
        values = [code(v) for v, _ in measure.points]
        pairs = [
            f"({value}, lambda {outer}: {code(log)} + 0.0)"
            for value, log in zip(values, logs, strict=True)
        ]
        lines.append(f"        points=({', '.join(pairs)},),")
    for word, end in (("lower", measure.lower), ("upper", measure.upper)):
        if end.is_finite:
            lines.append(f"        {word}={code(end)},")
    law = measure.args[2] + rest
    places = [code(b.xreplace(rows)) for b in breaks(law, variable)]
    return [*lines, *_placed(places, watched), "    )"]


def breaks(expression: Any, variable: Any) -> Iterator[Any]:
    """Where arguments of functions with a kink are zero, if they are linear."""
    found: dict[Any, None] = {}
    for node in sorted(expression.atoms(*KINKED), key=str):
        arguments = [node.args[0]]
        if isinstance(node, sympy.Max | sympy.Min):
            first = node.args[0]
            arguments = [first - other for other in node.args[1:]]
        for argument in arguments:
            for inner in _linear(argument, variable):
                found[inner] = None
    yield from found


def _linear(argument: Any, variable: Any) -> Iterator[Any]:
    if type(argument) in KINKED or not argument.has(variable):
        return
    if any(argument.has(kind) for kind in KINKED):
        inner = next(iter(argument.atoms(sympy.Abs)), None)
        if inner is not None and inner.args[0] == variable:
            for sign in (1, -1):
                yield from _linear(argument.xreplace({inner: sign * variable}), variable)
        return
    slope = sympy.expand(argument).coeff(variable, 1)
    rest = sympy.expand(argument - slope * variable)
    if slope != 0 and not rest.has(variable):
        yield -rest / slope


def log_code(weight: Any, variable: Any) -> str:
    """ln of a weight: exponents as they are, -inf where a step is zero."""
    parts = []
    for factor in sympy.Mul.make_args(weight):
        if type(factor) is sympy.exp:
            parts.append(code(factor.args[0]))
        elif type(factor) is sympy.Heaviside:
            parts.append(f"np.where({code(factor.args[0])} > 0, 0.0, -np.inf)")
        else:
            parts.append(code(sympy.log(factor)))
    return " + ".join(parts)


def log_sum_code(expression: Any, variable: Any) -> str:
    """A logarithm of a density: steps in it become -inf."""
    parts = []
    for term in sympy.Add.make_args(expression):
        if type(term) is sympy.log:
            parts.append(log_code(term.args[0], variable))
        else:
            parts.append(code(term))
    return " + ".join(parts)
