"""The function that averages over one site, or over one example."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy

from derive.errors import NoRule
from derive.theories.disorder.derivation.leaves import Form, Known, leaves_in
from derive.theories.disorder.derivation.moments import gaussian_variance
from derive.theories.disorder.module.leaf_text import (
    LeafFunction,
    leaf_function,
    own_symbols,
    result_name,
)
from derive.theories.disorder.module.text import code
from derive.theories.disorder.module.turns import turns_of
from derive.theories.disorder.module.words import averages_told
from derive.theories.disorder.nodes.towers import Inner, Law, Leaf, Mean, Slope, score


@dataclass
class Tower:
    """Averages with one law.

    Attributes:
        law: It.
        name: Of the function.
        short: The beginning of its averages' names.
        bodies: What is averaged, in order; first what the equations need.
        count: How many of them the equations need.
    """

    law: Law
    name: str
    short: str
    bodies: list[Any] = field(default_factory=list)
    count: int = 0

    def call(self, full: bool, nodes: set[Any]) -> str:
        """The line that calls it; averages that are not wanted have no name."""
        names = [
            f"{self.short}{k}" if Mean(body, self.law) in nodes else "_"
            for k, body in enumerate(self.bodies[: len(self.bodies) if full else self.count])
        ]
        left = f"({', '.join(names)}{',' if len(names) == 1 else ''})"
        given = [s.name for s in self.arguments]
        if self.count < len(self.bodies) and self.count:
            given.append(str(full))
        return f"{left} = {self.name}({', '.join([*given, 'refine'])})"

    @property
    def told(self) -> str:
        """The docstring of the function."""
        return averages_told(self.law, self.bodies[: self.count], self.bodies[self.count :])

    @property
    def arguments(self) -> list[Any]:
        """The symbols on which the averages depend, by name."""
        free = set(self.law.free_symbols)
        for body in self.bodies:
            free |= body.free_symbols
        free -= self.law.bound
        return sorted(free, key=lambda s: s.name)


class TowerText:
    """Writes the functions of towers, and of the leaves that stand in them."""

    def __init__(self, forms: dict[Leaf, Form | None], inner: dict[Any, Any], known: Known) -> None:
        self.forms, self.inner, self.known = forms, inner, known
        self.functions: dict[Any, LeafFunction] = {}
        self.names: set[str] = set()

    def fresh(self, base: str) -> str:
        """A name that no function has."""
        name, count = base, 1
        while name in self.names:
            count += 1
            name = f"{base}_{count}"
        self.names.add(name)
        return name

    def text(self, tower: Tower) -> str:
        """The source of a tower's function."""
        split = 0 < tower.count < len(tower.bodies)
        arguments = ", ".join(
            [*(s.name for s in tower.arguments), *(["full"] if split else []), "refine"]
        )
        outer = outer_fields(tower.law)
        lines = [f"def {tower.name}({arguments}):"]
        lines.append(f'    """{tower.told}"""')
        if not tower.law.fields:
            lines += self._fieldless(tower)
        elif len(outer) == 1:
            lines += ["", "    def integrand(z):", *self._integrand(tower, outer)]
            turns = ", ".join(turns_of(tower.law, outer[0], tower.bodies))
            lines += ["", f"    return gaussian_average(integrand, refine, [{turns}])"]
        else:
            lines += self._several(tower, outer)
        return "\n".join(lines)

    def _integrand(self, tower: Tower, outer: list[int]) -> list[str]:
        pad = " " * 8
        law, place = tower.law, outer[0]
        inner = InnerAxes(law, tower.bodies)
        lines = inner.before()
        spread = law.covariance(place, place)
        shift = law.means[place]
        start = "" if shift == 0 else f"{code(shift)} + "
        lines.append(f"{law.fields[place].name} = {start}{code(sympy.sqrt(spread))} * z")
        lines += inner.after(self, place)
        return [pad + line for line in [*lines, *self._values(tower, inner)]]

    def _fieldless(self, tower: Tower) -> list[str]:
        """An average over attributes alone."""
        inner = InnerAxes(tower.law, tower.bodies)
        lines = [*inner.before(), "z = np.zeros(1)", *self._values(tower, inner)]
        at = max(k for k, line in enumerate(lines) if line.startswith("return "))
        lines[at] = lines[at].replace("return ", "values = ", 1)
        return ["    " + line for line in [*lines, "return values[:, 0]"]]

    def _several(self, tower: Tower, outer: list[int]) -> list[str]:
        """Several fields: independent variables through a Cholesky factor, fixed panels."""
        law = tower.law
        inner = InnerAxes(law, tower.bodies)
        if inner.needs_teacher:
            raise NoRule("labels of several fields: their law has no closed form here")
        rows = [[code(law.covariance(r, c)) for c in outer] for r in outer]
        matrix = ", ".join("[" + ", ".join(row) + "]" for row in rows)
        names = [law.fields[k].name for k in outer]
        lines = [
            "    axis = gaussian_nodes(refine=refine)",
            f"    z, heights = product_nodes({', '.join(['axis'] * len(outer))})",
            f"    root = square_root(np.array([{matrix}], dtype=float))",
            f"    {', '.join(names)} = root @ np.array(z)",
        ]
        lines += ["    " + line for line in inner.before()]
        for name, k in zip(names, outer, strict=True):
            if law.means[k] != 0:
                lines.append(f"    {name} = {code(law.means[k])} + {name}")
        lines += ["    " + line for line in self._values(tower, inner)]
        at = max(k for k, line in enumerate(lines) if line.strip().startswith("return "))
        lines[at] = lines[at].replace("return ", "values = ", 1)
        return [*lines, "    return values @ heights"]

    def _values(self, tower: Tower, inner: InnerAxes) -> list[str]:
        lines, names = [], {}
        for leaf in leaves_in(*tower.bodies):
            called, known = self._call(leaf, tower.bodies)
            lines += [called] * (called not in lines)
            names.update(known)
        names.update(inner.names)
        weights = inner.weights
        shown = []
        for body in tower.bodies:
            text = code(_named(body, names))
            if weights:
                shown.append(f"np.sum({weights} * ({text}) + 0.0 * z, axis=0)")
            else:
                shown.append(f"{text} + 0.0 * z" if not _varies(body, tower.law) else text)
        if not 0 < tower.count < len(shown):
            lines.append("return np.array([")
            return [*lines, *(f"    {text}," for text in shown), "])"]
        lines.append("values = [")
        lines += [*(f"    {text}," for text in shown[: tower.count]), "]"]
        lines += ["if full:", "    values += ["]
        lines += [*(f"        {text}," for text in shown[tower.count :]), "    ]"]
        return [*lines, "return np.array(values)"]

    def _call(self, leaf: Leaf, bodies: Sequence[Any]) -> tuple[str, dict[Any, Any]]:
        """The call of a leaf's function, and what its results are called."""
        slopes: set[tuple[int, ...]] = {()}
        watched: list[Any] = []
        closed_inner: dict[Any, Any] = {}
        for body in bodies:
            for node in body.atoms(Slope, Inner):
                if node.leaf == leaf and isinstance(node, Slope):
                    slopes.add(node.indices)
                elif node.leaf == leaf and self.inner.get(node) is not None:
                    closed_inner[node] = self.inner[node]
                elif node.leaf == leaf and node.args[0] not in watched:
                    watched.append(node.args[0])
        if len(leaf.centres) == 1:  # the same function for all who call it
            slopes |= {(0,), (0, 0)}
        form = self.forms.get(leaf)
        order = sorted(slopes, key=lambda i: (len(i), i))
        function = self.function(leaf, form, order, sorted(watched, key=str))
        tag = function.name.partition("_")[2]
        names: dict[Any, Any] = dict(closed_inner)
        results: list[str] = []
        for result in function.results:
            if isinstance(result, tuple):
                node = Slope(leaf, sympy.Tuple(*result)) if result else leaf
                name = f"{result_name(leaf, result)}_{tag}"
            else:
                node = Inner(result, leaf)
                name = f"mean{len(results)}_{tag}"
            names[node] = sympy.Symbol(name, real=True)
            results.append(name)
        given = [code(c) for c in leaf.centres] + [code(s) for s in leaf.args[3]]
        given += [s.name for s in own_symbols(leaf)]
        left = ", ".join(results) + ("," if len(results) == 1 else "")
        right = f"{function.name}({', '.join(given)})"
        return f"{left} = {right}" if len(results) > 1 else f"{results[0]} = {right}", names

    def function(
        self, leaf: Leaf, form: Form | None, slopes: Any, observables: Any
    ) -> LeafFunction:
        """The function of a leaf, written once for all its arguments."""
        key = (leaf.func, leaf.args[:2], len(leaf.centres), tuple(slopes), tuple(observables))
        if key not in self.functions:
            head = "field" if leaf.func.__name__ == "FieldIntegral" else "site"
            base = self.fresh(f"{head}_{leaf.inside[0].name}")
            self.functions[key] = self._once(leaf_function(leaf, form, base, slopes, observables))
        return self.functions[key]

    def _once(self, made: LeafFunction) -> LeafFunction:
        """A function that is there already under another name, or the new one."""
        body = made.text.partition("(")[2]
        for other in self.functions.values():
            if other.text.partition("(")[2] == body:
                return other
        return made


def outer_fields(law: Law) -> list[int]:
    """The fields whose average is the outer one: the students', or a teacher's that is alone."""
    own = list(range(law.teachers, len(law.fields)))
    return own or ([0] if law.fields else [])


class InnerAxes:
    """What is summed inside the average over a field: attributes, labels, teachers' fields.

    Attributes:
        weights: The name of their weights; empty where there is nothing to sum over.
        names: What scores are called.
    """

    def __init__(self, law: Law, bodies: Sequence[Any]) -> None:
        self.law, self.bodies = law, bodies
        used = set().union(*(b.free_symbols for b in bodies)) if bodies else set()
        teachers = (
            law.fields[: law.teachers] if outer_fields(law) != [0] or law.teachers == 0 else ()
        )
        self.teachers = teachers if law.teachers and law.teachers < len(law.fields) else ()
        self.scores = {score(u): sympy.Symbol("score", real=True) for u in self.teachers}
        self.explicit = bool(set(self.teachers) & used)
        self.labelled = law.labels.kind != "none" or law.labels.tilt != 1
        self.needs_teacher = self.labelled or self.explicit
        self.names: dict[Any, Any] = dict(self.scores)
        self.weights = "weight" if law.attributes or self.needs_teacher else ""

    def before(self) -> list[str]:
        """Lines that make the attributes."""
        attributes = self.law.attributes
        if not attributes:
            return []
        lines, names = [], [a.symbol.name for a in attributes]
        if len(attributes) > 1:
            raise NoRule("averages over several attributes that no rule integrates")
        attribute = attributes[0]
        if attribute.log_density is None:
            values = ", ".join(code(v) for v, _ in attribute.points)
            weights = ", ".join(code(w) for _, w in attribute.points)
            lines.append(f"{names[0]} = np.array([{values}], dtype=float)[:, None]")
            lines.append(f"weight = np.array([{weights}], dtype=float)[:, None]")
            return lines
        variance = gaussian_variance(attribute)
        if variance is not None:
            lines.append("t_nodes, t_weights = gaussian_nodes(refine=refine)")
            lines.append(f"{names[0]} = {code(sympy.sqrt(variance))} * t_nodes[:, None]")
            return [*lines, "weight = t_weights[:, None]"]
        law = code(attribute.log_density)
        ends = f"{code(attribute.lower)}, {code(attribute.upper)}"
        return [
            f"t_nodes, t_weights = density_nodes(lambda {names[0]}: {law}, {ends}, refine)",
            f"{names[0]} = t_nodes[:, None]",
            "weight = t_weights[:, None]",
        ]

    def after(self, text: TowerText, place: int) -> list[str]:
        """Lines that make labels and teachers' fields, given the field."""
        if not self.needs_teacher:
            return []
        if self.law.attributes:
            raise NoRule("attributes beside labels")
        return list(_Teacher(self, text, place).lines())


class _Teacher:
    """Labels given the field: the teacher's field is Gaussian given it."""

    def __init__(self, axes: InnerAxes, text: TowerText, place: int) -> None:
        self.axes, self.text, self.law, self.place = axes, text, axes.law, place
        if len(axes.teachers) > 1:
            raise NoRule("labels of several teachers' fields: no rule integrates them")

    def lines(self) -> Iterator[str]:
        law, labels = self.law, self.law.labels
        if not self.axes.teachers:
            yield from self._without_field()
            return
        field = self.law.fields[self.place]
        spread, cross = law.covariance(self.place, self.place), law.covariance(0, self.place)
        yield f"mean_u = ratio({code(cross)}, {code(spread)}) * {field.name}"
        own = law.covariance(0, 0)
        yield (
            f"var_u = positive({code(own)} - ratio({code(cross)}, {code(spread)}) * {code(cross)})"
        )
        if labels.kind == "chosen" and not self.axes.explicit:
            yield from self._chosen()
        elif labels.kind == "none" and not self.axes.explicit:
            yield from self._tilted()
        elif labels.kind == "gaussian" and not self.axes.explicit:
            yield from self._gaussian()
        else:
            yield from self._by_nodes()

    def _without_field(self) -> Iterator[str]:
        labels = self.law.labels
        if labels.kind != "chosen":
            raise NoRule(f"labels of the kind {labels.kind} without a teacher's field")
        y = labels.symbol.name
        yield self._values()
        yield f"weight = {code(labels.expressions[0])} + 0.0 * {y}"

    def _values(self) -> str:
        labels = self.law.labels
        values = ", ".join(map(code, labels.values))
        return f"{labels.symbol.name} = np.array([{values}], dtype=float)[:, None]"

    def _leaf(self, weight: Any) -> str:
        """A call of the teacher's integral."""
        from derive.theories.disorder.derivation.leaves import form_of
        from derive.theories.disorder.nodes.towers import FieldIntegral

        u = self.law.fields[0]
        mean_u, var_u = (sympy.Symbol(n, real=True) for n in ("mean_u", "var_u"))
        leaf = FieldIntegral(weight, sympy.Tuple(u), sympy.Tuple(mean_u), sympy.Tuple(var_u))
        form = form_of(leaf, self.text.known)
        function = self.text.function(leaf, form, [(), (0,)], [])
        given = ["mean_u", "var_u", *(s.name for s in own_symbols(leaf))]
        return f"{function.name}({', '.join(given)})"

    def _chosen(self) -> Iterator[str]:
        labels = self.law.labels
        yield self._values()
        yield f"log_law, score, *_ = {self._leaf(labels.expressions[0] * labels.tilt)}"
        yield from self._weight()

    def _tilted(self) -> Iterator[str]:
        yield f"log_law, score, *_ = {self._leaf(self.law.labels.tilt)}"
        yield from self._weight()

    def _weight(self) -> Iterator[str]:
        if self.law.labels.tilt == 1:
            yield "weight = np.exp(log_law)"
            return
        call = self._leaf(self.law.labels.tilt)
        own = code(self.law.covariance(0, 0))
        whole = call.replace("mean_u, var_u", f"np.zeros(1), {own}", 1)
        yield f"weight = np.atleast_2d(np.exp(log_law - {whole}[0]))"

    def _gaussian(self) -> Iterator[str]:
        """Labels at nodes, weighted by their law given the field."""
        labels, u = self.law.labels, self.law.fields[0]
        mean, variance = labels.expressions
        name, slope = labels.symbol.name, mean.diff(u)
        if labels.tilt == 1 and not slope.has(u):
            shift = code(mean.xreplace({u: sympy.Symbol("mean_u", real=True)}))
            yield "y_nodes, y_weights = gaussian_nodes(refine=refine)"
            yield f"mean_y, var_y = {shift}, ({code(slope)})**2 * var_u + {code(variance)}"
            yield f"{name} = mean_y + np.sqrt(var_y) * y_nodes[:, None]"
            yield f"score = ({code(slope)}) * ({name} - mean_y) / var_y"
            yield "weight = y_weights[:, None] + 0.0 * z"
            return
        law = sympy.exp(-((labels.symbol - mean) ** 2) / (2 * variance))
        law /= sympy.sqrt(2 * sympy.pi * variance)
        yield f"{name}, lengths = label_nodes("
        yield f"    lambda {u.name}: {code(mean)} + 0.0 * {u.name},"
        yield f"    mean_u, var_u, {code(variance)}, refine"
        yield ")"
        yield f"log_law, score, *_ = {self._leaf(law * labels.tilt)}"
        yield from self._weight()
        yield "weight = weight * lengths"

    def _by_nodes(self) -> Iterator[str]:
        """The teacher's field at nodes, with labels that it fixes, or that are summed over."""
        labels, u = self.law.labels, self.law.fields[0]
        name = u.name
        yield "root_u = np.sqrt(var_u)"
        yield f"u_nodes, u_weights = rows_of_nodes([{', '.join(self._breaks())}], z, refine)"
        yield f"{name} = mean_u + root_u * u_nodes"
        yield "score = u_nodes / root_u"
        tilt = labels.tilt
        yield f"weight = u_weights * ({code(tilt)})" if tilt != 1 else "weight = u_weights"
        if labels.kind == "value":
            yield f"{labels.symbol.name} = {code(labels.expressions[0])}"
        elif labels.kind == "chosen":
            y = labels.symbol.name
            values = ", ".join(map(code, labels.values))
            yield f"{y} = np.repeat(np.array([{values}], dtype=float), len({name}))[:, None]"
            count = len(labels.values)
            three = f"{name}, weight, score"
            yield f"{three} = (np.tile(v, ({count}, 1)) for v in ({three}))"
            yield f"weight = weight * ({code(labels.expressions[0])})"
        elif labels.kind == "gaussian":
            raise NoRule("observables of Gaussian labels and the teacher's field together")

    def _breaks(self) -> list[str]:
        """Where something has a kink in u, in units of its spread."""
        from derive.theories.disorder.module.leaf_text import breaks

        u = self.law.fields[0]
        labels = self.law.labels
        found: dict[str, None] = {}
        for expression in (*self.axes.bodies, *labels.expressions):
            for place in breaks(expression, u):
                if labels.symbol not in place.free_symbols:
                    found[f"({code(place)} - mean_u) / root_u"] = None
        return list(found)


def _named(body: Any, names: dict[Any, Any]) -> Any:
    return body.xreplace(names)


def _varies(body: Any, law: Law) -> bool:
    return bool(body.free_symbols & set(law.fields) or body.atoms(Leaf))


def towers_of(
    equations: Sequence[Any], results: Sequence[Any], name_of: Callable[[Law], tuple[str, str]]
) -> dict[Law, Tower]:
    """The towers of all means, those of the equations first."""
    towers: dict[Law, Tower] = {}
    for expressions in (equations, results):
        for expression in expressions:
            for node in sorted(expression.atoms(Mean), key=sympy.default_sort_key):
                body, law = node.args
                if law not in towers:
                    towers[law] = Tower(law, *name_of(law))
                if body not in towers[law].bodies:
                    towers[law].bodies.append(body)
        if expressions is equations:
            for tower in towers.values():
                tower.count = len(tower.bodies)
    return towers
