"""A standalone module for the theory of one model."""

from __future__ import annotations

from typing import Any

import sympy

from derive.errors import RuleError
from derive.programs.assemble import Module, assemble, runtime_source
from derive.theories.disorder.derivation.measures import attribute_mean
from derive.theories.disorder.derivation.overlaps import Linear, components
from derive.theories.disorder.derivation.theory import Theory, known_of
from derive.theories.disorder.description import Sites
from derive.theories.disorder.description.laws import Discrete
from derive.theories.disorder.module.collisions import refuse_collisions
from derive.theories.disorder.module.runtime import (
    averages,
    branches,
    equations,
    field_integral,
    first_edges,
    fixed_point,
    frozen,
    integrate,
    newton,
    panels,
    quadrature,
    site_integral,
    small,
    solving,
    special,
    symmetries,
    verdict,
)
from derive.theories.disorder.module.text import code
from derive.theories.disorder.module.tower_text import TowerText, towers_of
from derive.theories.disorder.module.words import opening
from derive.theories.disorder.nodes.towers import Law, Mean


class Builder:
    """Writes the module of a theory, function by function."""

    def __init__(self, theory: Theory) -> None:
        self.theory = theory
        self.overlaps = theory.overlaps
        self.texts = TowerText(theory.forms, theory.inner, known_of(theory.model))
        saddle = theory.saddle
        self.unknown = [p for p in self.overlaps.parameters if p not in theory.fixed]
        self.first = {
            hat: saddle.conjugates[hat]
            for hat in self.overlaps.conjugates
            if hat not in theory.multipliers
        }
        multipliers = theory.multipliers  # put in, as the large parts of Qhat + qhat cancel
        self.second = {p: saddle.parameters[p].xreplace(multipliers) for p in self.unknown}
        results = self._results().items()
        self.results = {k: sympy.sympify(v).xreplace(multipliers) for k, v in results}
        step = needed(
            {s.name: v for s, v in {**self.first, **theory.multipliers, **self.second}.items()},
            {s.name for s in self.second},
        )
        saddle_side = list(step.values())
        others = [*self.first.values(), *self.results.values()]
        self.towers = towers_of(saddle_side, others, self._tower_name)

    def _results(self) -> dict[str, Any]:
        theory = self.theory
        results = {"free_entropy": theory.free_entropy, "entropy": theory.entropy}
        if theory.energy is not None:
            results["energy"] = theory.energy
        count = theory.replicon.shape[0]
        for row in range(count):
            for column in range(count):
                results[f"replicon_{row}{column}"] = theory.replicon[row, column]
        return results | {f"observable_{k}": v for k, v in theory.observables.items()}

    def _tower_name(self, law: Law) -> tuple[str, str]:
        head = "site" if all(f.name.startswith("B") for f in law.fields) else "field"
        name = self.texts.fresh(f"{head}_averages")
        tag = name.removeprefix(f"{head}_averages").strip("_")
        return name, f"{head}{tag}_"

    @property
    def parameters(self) -> list[Any]:
        """The model's parameters, by name."""
        return sorted(self.theory.model.free(), key=lambda s: s.name)

    def parts(self) -> list[str]:
        """The texts of all functions."""
        averages = [self.texts.text(tower) for tower in self.towers.values()]
        leaves = list(dict.fromkeys(f.text for f in self.texts.functions.values()))
        return [
            *leaves,
            *averages,
            self._update(),
            self._state(),
            self._overlaps(),
            self._starts(),
            self._solve(),
        ]

    def _unpack(self, given: str, symbols: list[Any]) -> str:
        names = ", ".join(s.name for s in symbols)
        return f"    {names}{',' if len(symbols) == 1 else ''} = {given}"

    def _lines(self, wanted: dict[str, Any], known: set[str], full: bool) -> list[str]:
        """Assignments in order, each tower's call as soon as its arguments are known."""
        nodes = set().union(*(e.atoms(Mean) for e in wanted.values()))
        pending = [t for t in self.towers.values() if any(n.law == t.law for n in nodes)]
        means = {
            Mean(body, tower.law): sympy.Symbol(f"{tower.short}{k}", real=True)
            for tower in pending
            for k, body in enumerate(tower.bodies)
        }
        known, lines, waiting = set(known), [], dict(wanted)
        while waiting:
            count = len(waiting)
            for tower in [t for t in pending if {s.name for s in t.arguments} <= known]:
                lines.append("    " + tower.call(full, nodes))
                pending.remove(tower)
                known |= {means[Mean(body, tower.law)].name for body in tower.bodies}
            for name, expression in list(waiting.items()):
                body = expression.xreplace(means)
                if {s.name for s in body.free_symbols} <= known:
                    lines.append(f"    {name} = {code(body)}")
                    known.add(name)
                    del waiting[name]
            if len(waiting) == count and not any(
                {s.name for s in t.arguments} <= known for t in pending
            ):
                raise RuleError(f"no order of assignments for {', '.join(waiting)}")
        return lines

    def _known(self) -> set[str]:
        return {s.name for s in (*self.unknown, *self.parameters)}

    def _conjugates(self) -> dict[str, Any]:
        both = {**self.theory.fixed, **self.first, **self.theory.multipliers}
        return {s.name: sympy.sympify(value) for s, value in both.items()}

    def _head(self, name: str, told: str) -> list[str]:
        lines = [
            f"def {name}(order, parameters, refine=1):",
            f'    """{told}"""',
            self._unpack("order", self.unknown),
        ]
        return [*lines, self._unpack("parameters", self.parameters)] if self.parameters else lines

    def _update(self) -> str:
        names = ", ".join(s.name for s in self.unknown)
        new = {f"new_{s.name}": v for s, v in self.second.items()}
        wanted = {**self._conjugates(), **new}
        wanted = needed(wanted, set(new))
        lines = [
            *self._head(
                "update", f"One undamped step of the saddle-point equations for ({names})."
            ),
            *self._lines(wanted, self._known(), full=False),
            f"    return np.array([{', '.join(new)}])",
        ]
        return "\n".join(lines)

    def _state(self) -> str:
        """Everything at given order parameters."""
        wanted = {**self._conjugates(), **self.results}
        body = self._lines(wanted, self._known(), full=True)
        first = [s.name for s in self.overlaps.parameters]
        count = range(self.theory.replicon.shape[0])
        rows = ["[" + ", ".join(f"replicon_{r}{c}" for c in count) + "]" for r in count]
        told = "Free entropy, conjugates, observables and stability at given order parameters."
        lines = [
            *self._head("state", told),
            *body,
            "    return Described(",
            "        free_entropy,",
            f"        {named(first)},",
            f"        {named([s.name for s in self.overlaps.conjugates])},",
            f"        1 - largest_eigenvalue([{', '.join(rows)}]),",
            "        entropy,",
            f"        {'energy' if self.theory.energy is not None else 'np.nan'},",
            f"        {named(list(self.theory.observables), 'observable_')},",
            "        overlaps(order, parameters),",
            "    )",
        ]
        return "\n".join(lines)

    def _overlaps(self) -> str:
        """The overlaps of each population, as the judgement wants them."""
        lines = [
            "def overlaps(order, parameters):",
            '    """The overlaps of each population, for Cauchy and Schwarz."""',
            self._unpack("order", self.unknown),
            *([self._unpack("parameters", self.parameters)] if self.parameters else []),
            *(f"    {s.name} = {code(value)}" for s, value in self.theory.fixed.items()),
            "    return (",
        ]
        for number, sites in enumerate(self.theory.model.sites):
            name = sites.name if len(self.theory.model.sites) > 1 else ""
            lines.append(f"        State({self._state_arguments(number, sites)}, name={name!r}),")
        return "\n".join([*lines, "    )"])

    def _state_arguments(self, number: int, sites: Sites) -> str:
        names = components(sites)

        def matrix(part: str) -> str:
            rows = [[getattr(self.overlaps.square(a, b), part) for b in names] for a in names]
            return matrix_code(rows)

        read = [v for v in self.overlaps.linears if v.population == number and v.attribute]
        attributes = list(dict.fromkeys(v.attribute for v in read))
        own = [[attribute_mean(sites, a * b) for b in attributes] for a in attributes]
        known = all(not sympy.sympify(e).has(Mean) for row in own for e in row)
        given = f"{matrix('diagonal')}, {matrix('off')}"
        if not attributes or not known or len(read) < len(names) * len(attributes):
            return given
        cross = [[self.overlaps.linear(x, t).parameter for t in attributes] for x in names]
        return f"{given}, {matrix_code(cross)}, {matrix_code(own)}"

    def _starts(self) -> str:
        """Points to begin at: near the teacher, or in one state; far from it; nowhere."""
        lines = [
            "def starts(parameters):",
            '    """Points to begin at, and the one where q is a part of its largest value."""',
            *([self._unpack("parameters", self.parameters)] if self.parameters else []),
            *(f"    {s.name} = {code(value)}" for s, value in self.theory.fixed.items()),
            *(
                f"    {square.diagonal.name} = 1.0"
                for square in self.overlaps.squares
                if square.count == 1 and square.diagonal not in self.theory.fixed
            ),
            "",
            "    def near(part):",
            f"        return np.array([{self._near('part')}], dtype=float)",
            "",
            "    named = (('informed', 0.97), ('between', 0.5), ('uninformed', 0.03))",
            "    return [(name, near(part)) for name, part in named], near",
        ]
        return "\n".join(lines)

    def _near(self, near: str) -> str:
        parts = []
        squares = {s.off: s for s in self.overlaps.squares}
        diagonals = {s.diagonal: s for s in self.overlaps.squares}
        linears = {v.parameter: v for v in self.overlaps.linears}
        for unknown in self.unknown:
            if unknown in squares:
                square = squares[unknown]
                own = code(square.diagonal) if square.count == 1 else "0.0"
                parts.append(f"{near} * {own}")
            elif unknown in diagonals:
                parts.append("1.0" if diagonals[unknown].count == 1 else "0.0")
            else:
                parts.append(f"{near} * {self._largest(linears[unknown])}")
        return ", ".join(parts)

    def _largest(self, linear: Linear) -> str:
        """The largest value of an overlap with an attribute."""
        if linear.attribute is None:
            return "0.9"
        own = attribute_mean(self.theory.model.sites[linear.population], linear.attribute**2)
        size = "1.0" if own.has(Mean) else code(own)
        diagonal = self.overlaps.square(linear.component, linear.component).diagonal
        return f"np.sqrt({size} * {code(diagonal)})"

    def _odd(self) -> list[float]:
        """-1 for each overlap with an attribute, and each magnetisation."""
        linears = {v.parameter for v in self.overlaps.linears}
        return [-1.0 if u in linears else 1.0 for u in self.unknown]

    def _signs(self) -> list[float]:
        linears = {v.parameter for v in self.overlaps.linears}
        diagonals = {s.diagonal for s in self.overlaps.squares}
        return [-1.0 if u in linears else 0.1 if u in diagonals else 0.0 for u in self.unknown]

    def _positive(self) -> list[str]:
        """The refusal of parameters for which closed forms do not hold."""
        assumed = self.theory.assumed | self.texts.known.assumed
        given = ", ".join(f"{name}={name}" for name in sorted(s.name for s in assumed))
        return [f"    require_positive({given})"] if given else []

    def _solve(self) -> str:
        """The function that users call."""
        model = self.theory.model
        defaults = model.parameters
        given = [
            f"{s.name}={defaults[s.name]!r}" if s.name in defaults else s.name
            for s in self.parameters
        ]
        discrete = all(isinstance(sites.variable, Discrete) for sites in model.sites)
        single = discrete and all(
            s.diagonal in self.theory.fixed for s in self.overlaps.squares if s.count == 1
        )
        values = "".join(f"float({s.name}), " for s in self.parameters)
        lines = [
            f"def solve({', '.join(['*', *given, *OPTIONS])}):",
            '    """The fixed point that dominates, and all others that were found.',
            "",
            "    Args:",
            *(f"        {s.name}: A number." for s in self.parameters),
            f"        start: Values of ({', '.join(s.name for s in self.unknown)}) to begin at; "
            "then no other start is tried.",
            "        also: Further points to begin at, such as solutions at other parameters.",
            "        random: How many random starts.",
            "        seed: Of the random starts.",
            '    """',
            *self._positive(),
            f"    parameters = ({values})",
            "    points, near = starts(parameters)",
            "",
            "    def feasible(order):",
            "        states = overlaps(order, parameters)",
            "        return all(is_possible(state) and is_inside(state) for state in states)",
            "",
            "    if start is not None:",
            "        points = [('given', np.array(start, dtype=float))]",
            "    else:",
            "        generator, high = np.random.default_rng(seed), near(1.0)",
            f"        low = high * np.array([{', '.join(map(str, self._signs()))}])",
            "        points += random_starts(low, high, feasible, random, generator)",
            "        points += [('given', x) for x in np.array(also, float) if feasible(x)]",
            "    theory = Theory(",
            "        lambda order, refine: update(order, parameters, refine),",
            "        lambda order, refine: state(order, parameters, refine),",
            "        feasible,",
            f"        discrete={discrete},",
            f"        signs={self._odd()},",
            *(["        edge=None if start is not None else near,"] if single else []),
            "    )",
            "    return solutions(theory, points)",
        ]
        return "\n".join(lines)


def named(names: list[str], prefix: str = "") -> str:
    """A dictionary of variables by their names."""
    return "{" + ", ".join(f'"{name}": {prefix}{name}' for name in names) + "}"


def matrix_code(rows: list[list[Any]]) -> str:
    """A matrix, or a number where it has one entry."""
    if len(rows) == 1 and len(rows[0]) == 1:
        return code(rows[0][0])
    inner = ", ".join("[" + ", ".join(map(code, row)) + "]" for row in rows)
    return f"np.array([{inner}], dtype=float)"


def needed(wanted: dict[str, Any], results: set[str]) -> dict[str, Any]:
    """What results need, directly or not, in the given order."""
    kept, pending = set(results), list(results)
    while pending:
        for symbol in wanted[pending.pop()].free_symbols:
            if symbol.name in wanted and symbol.name not in kept:
                kept.add(symbol.name)
                pending.append(symbol.name)
    return {name: value for name, value in wanted.items() if name in kept}


OPTIONS = ("start=None", "also=()", "random=4", "seed=0")
"""Of the function that users call, behind a model's parameters."""

TOOLS = (
    special,
    quadrature,
    panels,
    first_edges,
    integrate,
    field_integral,
    site_integral,
    averages,
    small,
    equations,
    newton,
    fixed_point,
    branches,
    verdict,
    symmetries,
    frozen,
    solving,
)
"""What modules carry of the runtime, in order."""
INTEGRALS = {field_integral: "field_integral(", site_integral: "site_integral("}
"""What is left out where nothing calls it."""

IMPORTS = """from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
from scipy import special"""


def module_of(theory: Theory, writer: type[Builder] = Builder) -> Module:
    """The module of a theory, with the functions that a builder writes."""
    builder = writer(theory)
    own = builder.parts()
    head = (
        f"PARAMETERS = {tuple(s.name for s in builder.parameters)!r}\n"
        f"DEFAULTS = {dict(theory.model.parameters)!r}\n"
        f"ORDER_PARAMETERS = {tuple(s.name for s in builder.unknown)!r}"
    )
    text = "\n".join(own)
    refuse_collisions((s.name for s in builder.parameters), text)
    numeric = any(call in text for call in INTEGRALS.values())
    kept = [
        part
        for part in TOOLS
        if (part not in INTEGRALS or INTEGRALS[part] in text)
        and (numeric or part not in (first_edges, integrate))
    ]
    tools = [runtime_source(part) for part in kept]
    return assemble(
        [opening(theory, builder.parameters), IMPORTS, head, *tools, *own], theory.model.name
    )
