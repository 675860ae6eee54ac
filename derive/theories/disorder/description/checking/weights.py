"""Examples: weights are nowhere negative, energies have values, labels' laws sum to one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy

from derive.errors import DescriptionError
from derive.theories.disorder.description.checking.integrals import log_at
from derive.theories.disorder.description.checking.laws import check_number
from derive.theories.disorder.description.checking.numeric import value
from derive.theories.disorder.description.checking.settings import Setting, complaint, told
from derive.theories.disorder.description.checking.signs import negative, undefined, vanishes
from derive.theories.disorder.description.examples import Chosen, Examples, GaussianLabel, Value
from derive.theories.disorder.description.language import BETA, LABEL, put
from derive.theories.disorder.description.laws import logarithm
from derive.theories.disorder.description.parts import place

if TYPE_CHECKING:
    from derive.theories.disorder.description.model import DisorderedModel

ROUNDING = 1e-9
FAR = (1e2, 1e3)
BEYOND = 300
"""By how much a logarithm grows between these, which grows faster than a square, by 100."""
SOME = (-2.1, -0.7, 0.0, 0.4, 1.3)


def check_weights(model: DisorderedModel) -> None:
    """Raise DescriptionError at an example whose weight, labels or tilt is none."""
    for k, example in enumerate(model.examples):
        where = place("examples", model.examples, k)
        check_number(model, example.ratio, f"{where}.ratio", lambda n: n >= 0, "from zero")
        _check_labels(model, example, f"{where}.labels")
        key = "weight" if example.weight is not None else "energy"
        for case, y in _cases(example, getattr(example, key), f"{where}.{key}"):
            _check_factor(model, case, _told_label(y), f"{where}.{key}", example)
        if example.tilt is not None:
            _check_positive(model, example.tilt, "", f"{where}.tilt", "a tilt")
            _check_growth(model, logarithm(example.tilt), f"{where}.tilt", model.teachers(example))


def _cases(example: Examples, expression: Any, where: str) -> Iterator[tuple[Any, Any]]:
    """An expression with each label that there may be, and the label where it is a number."""
    labels = example.labels
    if isinstance(labels, Value):
        yield put(expression, LABEL, labels.expression, where), None
    elif isinstance(labels, Chosen):
        for y in labels.values if expression.has(LABEL) else labels.values[:1]:
            yield put(expression, LABEL, y, where), y
    else:
        yield expression, None


def _told_label(y: Any) -> str:
    return f", y = {y}" if y is not None else ""


def _check_factor(
    model: DisorderedModel, factor: Any, label: str, where: str, example: Examples
) -> None:
    if where.endswith("weight"):
        _check_positive(model, factor, label, where, "a weight")
        log = logarithm(factor)
    else:
        _check_defined(model, factor, label, where)
        log = -BETA * factor
    _check_growth(model, log, where, model.students(example))


def _variables(model: DisorderedModel, expression: Any) -> list[Any]:
    fields = {s for example in model.examples for s in example.symbols} | {LABEL}
    return sorted(expression.free_symbols & fields, key=str)


def _check_defined(model: DisorderedModel, expression: Any, label: str, where: str) -> None:
    variables = _variables(model, expression)

    def off(at: Setting) -> str:
        nowhere = undefined(expression, variables, at)
        return "" if nowhere is None else f"it has no real value{told({**nowhere, **at})}{label}"

    said = complaint(model, expression.free_symbols - {*variables}, off)
    if said:
        raise DescriptionError(f"{where}: {said}; mend it")


def _check_positive(
    model: DisorderedModel, expression: Any, label: str, where: str, what: str
) -> None:
    _check_defined(model, expression, label, where)
    variables = _variables(model, expression)

    def off(at: Setting) -> str:
        below = negative(expression, variables, at)
        if below is not None:
            number = float(value(expression, {**at, **below}))
            return f"it is {number:.3g}{told({**below, **at})}{label}, and {what} is not negative"
        return "it is zero everywhere" if vanishes(expression, variables, at) else ""

    said = complaint(model, expression.free_symbols - {*variables}, off)
    if said:
        energy = (
            "; what enters as exp(-beta*...) is an energy" if what == "a weight" else "; mend it"
        )
        raise DescriptionError(f"{where}: {said}{energy}")


def _check_growth(model: DisorderedModel, log: Any, where: str, fields: tuple[Any, ...]) -> None:
    """No factor outgrows every Gaussian: its average over a field would be infinite."""
    others = dict.fromkeys(_variables(model, log), 0.7)
    for field in fields:
        if field not in others:
            continue

        def off(at: Setting, field: Any = field) -> str:
            for sign in (1, -1):
                near, far = (log_at(log, {**at, **others, field: sign * d}) for d in FAR)
                if far == np.inf or far > BEYOND * max(near, 1e-2):
                    return f"at {field} -> {'' if sign > 0 else '-'}infinity{told(at)}"
            return ""

        said = complaint(model, log.free_symbols - {*others}, off)
        if said:
            raise DescriptionError(
                f"{where}: it outgrows every Gaussian, so its average over {field} diverges "
                f"{said}; let it grow at most like exp({field}**2)"
            )


def _check_labels(model: DisorderedModel, example: Examples, where: str) -> None:
    labels = example.labels
    if isinstance(labels, Value):
        _check_defined(model, labels.expression, "", where)
    if isinstance(labels, GaussianLabel):
        _check_defined(model, labels.mean, "", f"{where}.gaussian")
        _check_positive(model, labels.variance, "", f"{where}.variance", "a variance")
    if isinstance(labels, Chosen):
        if len({*labels.values}) < len(labels.values):
            raise DescriptionError(f"{where}.values: one is there twice; leave it out")
        for y in labels.values:
            law = put(labels.law, LABEL, y, f"{where}.law")
            _check_positive(model, law, _told_label(y), f"{where}.law", "a probability")
        _check_sum(model, labels, where)


def _check_sum(model: DisorderedModel, labels: Chosen, where: str) -> None:
    total = sympy.Add(*(labels.law.xreplace({LABEL: y}) for y in labels.values))
    fields = _variables(model, total)

    def off(at: Setting) -> str:
        for k, u in enumerate(SOME):
            point = {field: u + 0.3 * k * n for n, field in enumerate(fields)}
            found = float(value(total, {**at, **point}))
            if not abs(found - 1) < ROUNDING:
                return f"over all values of y it sums to {found:.6g}{told({**point, **at})}"
        return ""

    said = "" if total == 1 else complaint(model, total.free_symbols - {*fields}, off)
    if said:
        values = ", ".join(map(str, labels.values))
        raise DescriptionError(
            f"{where}.law: {said}, and to one it must; the values are {values}, and the law is the "
            "probability of each"
        )
