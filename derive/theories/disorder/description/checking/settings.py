"""Numbers for the parameters of an expression, and for the attributes of a site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from derive.theories.disorder.description.checking.numeric import ends, value
from derive.theories.disorder.description.language import BETA, symbol
from derive.theories.disorder.description.laws import Discrete, GaussBernoulli, Gaussian

if TYPE_CHECKING:
    from derive.theories.disorder.description.model import DisorderedModel
    from derive.theories.disorder.description.sites import Sites

Setting = dict[Any, float]
TRIED = 12
"""Settings of parameters without a default; a mistake is one if it is there in all of them."""
MOST = 24
"""Settings of attributes, of which none may be a mistake."""
SPREAD = (-1.7, -0.6, 0.0, 0.4, 0.9, 2.3)


def complaint(
    model: DisorderedModel,
    symbols: Iterable[Any],
    check: Callable[[Setting], str],
    sites: Sites | None = None,
) -> str:
    """What a check says in every setting of the parameters; empty where it is content in one.

    Args:
        model: Its defaults are kept.
        symbols: Those of what is checked; which are no attributes are parameters.
        check: From a setting to what is wrong in it.
        sites: The sites whose attributes are among the symbols.
    """
    attributes = {*sites.quenched} if sites is not None else set()
    needed = {*symbols}
    for law in sites.attributes.values() if sites is not None and needed & attributes else ():
        needed |= _symbols(law)
    first = ""
    for setting in settings(model, needed - attributes):
        drawn = _attributes(sites, setting) if needed & attributes and sites else iter([setting])
        said = next((told for told in map(check, drawn) if told), "")
        if not said:
            return ""
        first = first or said
    return first


def settings(model: DisorderedModel, parameters: set[Any]) -> Iterator[Setting]:
    """Numbers for parameters: their defaults; probabilities, scales, numbers of either sign."""
    names = sorted(parameters, key=lambda symbol: symbol.name)
    fixed = {s: model.parameters[s.name] for s in names if s.name in model.parameters}
    loose = [s for s in names if s not in fixed]
    generator = np.random.default_rng(1)
    for turn in range(TRIED if loose else 1):
        parts = generator.uniform(0.05, 0.95, len(loose))
        if turn % 3 == 1:
            parts = 4 * parts
        if turn % 3 == 2:
            signs = generator.choice((-1.0, 1.0), len(loose))
            parts = -parts if turn == 2 else parts * signs
        drawn = {s: round(float(p), 6) for s, p in zip(loose, parts, strict=True)}
        yield {**fixed, **{s: abs(p) if s == BETA else p for s, p in drawn.items()}}


def told(setting: Mapping[Any, float]) -> str:
    """Numbers as messages show them.

    >>> told({symbol("h"): 2.0, symbol("kappa"): 0.5})
    ' at h = 2, kappa = 0.5'
    """
    numbers = ", ".join(f"{name} = {number:.6g}" for name, number in setting.items())
    return f" at {numbers}" if numbers else ""


def _attributes(sites: Sites, setting: Setting) -> Iterator[Setting]:
    """Values that the attributes of a site may have."""
    found = [setting]
    for name, law in sites.attributes.items():
        values = [(s, v) for s in found for v in _values(law, symbol(name), s)]
        chosen = values if len(values) <= MOST else values[:: len(values) // MOST + 1]
        found = [{**s, symbol(name): float(v)} for s, v in chosen]
    yield from found


def _values(law: Any, name: Any, setting: Setting) -> list[float]:
    """Some values of a law."""
    if isinstance(law, Discrete):
        pairs = [(value(v, setting), value(w, setting)) for v, w in law.base(name).points]
        values = [float(v) for v, weight in pairs if weight > 0]
        return values if len(values) <= MOST else values[:: len(values) // MOST] + values[-1:]
    if isinstance(law, Gaussian | GaussBernoulli):
        return [float(np.sqrt(value(law.variance, setting))) * s for s in SPREAD]
    base = law.base(name)
    lower, upper = ends(base, setting)
    if np.isfinite(upper - lower):
        inside = [lower + (upper - lower) * part for part in (0.04, 0.3, 0.5, 0.6, 0.97)]
    else:
        shift = lower + 2 if np.isfinite(lower) else upper - 2 if np.isfinite(upper) else 0.0
        inside = [shift + part for part in SPREAD]
    return [x for x in inside if np.isfinite(value(base.log_density, {**setting, name: x}))]


def _symbols(law: Any) -> set[Any]:
    parts = [getattr(law, key) for key in law.__dataclass_fields__ if key != "symbol"]
    flat = [e for part in parts for e in (part if isinstance(part, tuple) else (part,))]
    return {s for e in flat for s in e.free_symbols} - {getattr(law, "symbol", None)}
