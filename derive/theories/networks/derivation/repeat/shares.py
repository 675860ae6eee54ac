"""What every part of a network brings to law and action: its window, less what stands in above.

The vectors of a stream that copies share undergo one change of variables, all together. Every
window has changed those that it knows, the first of them; what that brought is a function V of
their overlaps and their number, and is taken out of the window, and out of what stands in above.
The sum over the copies leaves V of the whole stream, which is kept apart.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy

from derive.algebra import build, contains, rebuild
from derive.algebra.kinds import Expression, Matrix
from derive.algebra.scalars import expand
from derive.theories.networks.derivation.repeat.composed import Share, Volume
from derive.theories.networks.derivation.repeat.pieces import Part, Piece, generic
from derive.theories.networks.derivation.repeat.window import Window, Windows
from derive.theories.networks.derivation.rules.gaussian import find_normal
from derive.theories.networks.derivation.rules.proportional.rewrite import label_energy

KEYS = ("law", "constant", "action", "kept", "dropped")


def share_of(part: Part, windows: Windows) -> tuple[Part, Share, Window]:
    """What a part brings, in nodes of layers; a block's for copy l."""
    piece = generic(part)
    here = _without_mean(piece, windows)
    plain = plain_share(piece, here, windows)
    chain = windows.rules.chain(plain["action"], (), here.notation) if plain["action"] else None
    if chain is not None:
        plain |= {"scaled": chain.action, "shift": chain.shift}
    return part, _share(here, plain), here


def labels_of(piece: Piece, windows: Windows) -> Share:
    """What the labels bring, and the projections on the mean of features that they read.

    Args:
        piece: The lowest.
        windows: Makes the windows.
    """
    here = windows.of(piece)
    theory = here.theory
    _, constant = label_energy(theory.law)
    plain = dict.fromkeys(KEYS, sympy.S.Zero)
    plain["law"] = find_normal(theory.law.body, here.notation.labels())
    plain |= {"action": theory.energy, "kept": constant}
    if here.notation.has_mean:  # beside those of vectors that have overlaps alone
        both, alone = _of_window(here), _of_window(_without_mean(piece, windows))
        plain = {name: plain[name] + expand(both[name] - alone[name]) for name in KEYS}
    chain = windows.rules.chain(plain["action"], (), here.notation)
    if chain is not None:
        plain |= {"scaled": chain.action, "shift": chain.shift}
    return _share(here, plain)


def _without_mean(piece: Piece, windows: Windows) -> Window:
    """Its window; where it reads features with a mean, above an embedding in their place."""
    here = windows.of(piece)
    return windows.of(replace(piece, first=None)) if here.notation.has_mean else here


def _share(here: Window, plain: dict[str, Any]) -> Share:
    plain = {"scaled": sympy.S.Zero, "shift": sympy.S.Zero, **plain}
    values = {name: here.indexed(value) for name, value in plain.items()}
    return Share(**values, plain=plain)


def plain_share(piece: Piece, here: Window, windows: Windows) -> dict[str, Any]:
    """What a piece brings, in its window's symbols."""
    plain = _of_window(here)
    if not here.top:
        rest = _of_window(windows.above(piece))
        at = _first_of_stream(piece, here)
        plain = {name: value - rebuild(rest[name], at.get) for name, value in plain.items()}
    if piece.whole is None:
        return plain
    volume = volume_of(piece, windows)
    overlap, notation = here.notation.overlap(0), here.notation
    for name in KEYS:
        own = volume.at(name, overlap, overlap.shape[0])
        if piece.within:
            above = build.block(overlap, 0, notation.handed)
            own = own - volume.at(name, above, notation.handed)
        plain[name] = expand(plain[name] - own)
    return plain


def _first_of_stream(piece: Piece, here: Window) -> dict[Any, Any]:
    """The overlaps of what stands in above: where they are those of the window's lowest stream."""
    if not piece.within:
        return {}
    overlap, count = here.notation.overlap(0), here.notation.handed
    return {build.overlap(overlap.name, count): build.block(overlap, 0, count)}


def _of_window(here: Window) -> dict[str, Any]:
    """What a window brings, without its labels, in its own symbols."""
    theory = here.theory
    labels = find_normal(theory.law.body, here.notation.labels())
    _, label_constant = label_energy(theory.law)
    return {
        "law": theory.law.body - labels,
        "constant": theory.law.constant,
        "action": theory.action - theory.energy,
        "kept": theory.constant - label_constant,
        "dropped": theory.dropped,
    }


def volume_of(piece: Piece, windows: Windows) -> Volume:
    """That of the lowest stream of a piece: what does not depend on a prior variance.

    It is read off the vectors that stand in for all those of the stream, which one weight makes.
    """
    here = windows.of(piece.seen_from_below)
    terms = {name: _without_variance(value, here) for name, value in _of_window(here).items()}
    return Volume(here, terms)


def volume_share(volume: Volume, here: Window, overlap: Matrix) -> Share:
    """That of a whole stream, in the symbols of a window."""
    plain = {name: volume.at(name, overlap, overlap.shape[0]) for name in KEYS}
    return _share(here, plain)


def _without_variance(value: Expression, here: Window) -> Any:
    variance = here.notation.variance(len(here.notation.graph.weights) - 1)
    terms = sympy.Add.make_args(expand(value))
    return sympy.Add(*(term for term in terms if not contains(term, {variance})))
