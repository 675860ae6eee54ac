"""What is printed by a name in the equations of a window."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from derive.algebra.naming import Name, named
from derive.steps.naming import Names
from derive.theories.networks.derivation.render.names import factored_sizes, names_of
from derive.theories.networks.derivation.repeat.window import Window


def window_names(window: Window) -> Names:
    """The names of a window's theory, for its expressions as they are shown."""
    names = names_of(window.theory)
    notation = window.notation
    if not (notation.several or notation.shared):
        return names
    matrices = tuple(_shown(name, window) for name in names.matrices)
    return replace(names, matrices=matrices, sizes=names.sizes | _sizes(window))


def _shown(name: Name, window: Window) -> Name:
    text = name.name
    if window.notation.stacked and text == f"Y_{window.notation.letters[-1]}":
        text = text.replace("Y", "F")
    return named(window.shown(name.value), text)


def _sizes(window: Window) -> dict[Any, str | None]:
    """All vectors down to a weight of the lowest stream, by their number there."""
    if not window.notation.shared:
        return {}
    own = window.notation.graph.streams[0].weights
    return {
        size: window.notation.size_name(weight)
        for weight, size in factored_sizes(window.notation).items()
        if weight in own and not size.is_Atom
    }
