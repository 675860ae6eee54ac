"""What the steps of a derivation for any depth take from the windows."""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra import build
from derive.algebra.latex import box
from derive.algebra.layered import index_text
from derive.algebra.nodes import LogNormal
from derive.steps.step import Equation, Step
from derive.theories.networks.derivation.render.content import REST
from derive.theories.networks.derivation.repeat.composed import Layer, SharedLayer
from derive.theories.networks.derivation.repeat.pieces import Block, Part, generic
from derive.theories.networks.derivation.repeat.window import Window
from derive.theories.networks.derivation.rules.start.rewrite import prior
from derive.typeset.boxes import Sum


def below_vectors(here: Window) -> Any:
    """The labels and the first weights, as the window's starting density has them."""
    (density,) = [e.right for e in here.step("starting density").after if e.left == r"\ln p"]
    inner = here.notation.inner_weights()
    return density - sympy.Add(*(prior(here.notation, weight.index) for weight in inner))


def only(here: Any, there: Any) -> Any:
    """The terms of one sum that are not in another."""
    others = set(sympy.Add.make_args(there))
    return sympy.Add(*(term for term in sympy.Add.make_args(here) if term not in others))


def own_steps(here: Window) -> list[Step]:
    """The steps that condition a window's own weights and change the variables of its streams."""
    notation = here.notation
    weights = {f"condition {notation.graph.weights[k].name}" for k in here.weights_of(0)}
    streams = {f"overlaps G_{notation.graph.streams[k].name}" for k in here.streams_of(0)}
    return [step for step in here.steps if step.name in weights | streams]


def without_labels(equations: tuple[Equation, ...], here: Window) -> tuple[Equation, ...]:
    """The changed terms without the labels' law, which stands in for what is below."""
    labels = here.notation.labels()
    changed = []
    for equation in equations:
        terms = sympy.Add.make_args(equation.right)
        kept = [t for t in terms if not (type(t) is LogNormal and t.args[0] == labels)]
        changed.append(Equation(equation.left, sympy.Add(*kept)))
    return tuple(changed)


def equation_step(layer: Layer) -> Step:
    """The step of a window that solves the equation of a layer."""
    name = layer.window.notation.overlap(layer.stream).name
    return layer.window.step(f"saddle equation of {name}")


def wide_equations(here: Window, stream: int, letter: str) -> list[Equation]:
    """What a window says of the weights of one stream, by the letter of the quantity."""
    notation, wide = here.notation, here.theory.wide
    names = {f"{letter}_{notation.letter(k)}" for k in notation.graph.streams[stream].weights}
    pairs = (*wide.points, *wide.forces, *wide.corrections)
    return [Equation(name, value) for name, value in pairs if name.name in names]


def where_of(part: Part) -> str:
    """For which copies the equations of a part hold."""
    if not isinstance(part, Block):
        return ""
    return f"for ${part.index} = 1, \\dots, {part.copies}$"


def range_of(layer: Layer) -> str:
    """For which copies the equations of a layer hold."""
    if layer.known is None:
        return ""
    known = layer.known
    return f"for ${known.index} = {known.first}, \\dots, {known.last}$"


def whole_near(layer: SharedLayer, *, shifted: bool) -> Equation:
    """All overlaps of a shared stream at infinite width, or to first order."""
    overlap, whole = layer.window.whole, generic(layer.parts[0]).whole
    assert whole is not None
    number = index_text(whole.weight)
    letters = ("Lambda", "D") if shifted else ("Lambda",)
    parts = [box(build.overlap(f"{letter}_{number}", overlap.shape[0])) for letter in letters]
    if not shifted:
        return Equation(overlap, parts[0])
    return Equation(overlap, Sum(tuple((False, part) for part in (*parts, REST))))
