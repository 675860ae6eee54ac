"""Sizes of small instances of a network, in turns: what one of them hides another shows.

Certificates, checks, the ladder and claims draw their instances with these. A single branch hides
a factor of their number, equal sizes could stand for each other, and what never has several
branches at once hides what is due to both.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import combinations, permutations
from typing import TypeVar

from derive.theories.networks.derivation.notation import Notation

Heads = tuple[int, ...]
"""Branches of every weight, the lowest first."""
Pairs = list[tuple[int, int]]
Turn = TypeVar("Turn")

MOST_VECTORS = 6
"""Head counts grow while no stream has more vectors than this."""
ROOM = 24
"""Where copies of a weight share a stream, so many vectors may be what it takes to see a factor."""


def covering(
    turns: Iterable[Turn], sights: Callable[[Turn], Iterable[Hashable]], most: int | None = None
) -> tuple[Turn, ...]:
    """A few of some turns that show all that these show; the first where none shows anything.

    Args:
        turns: Where several show as much, the first of them is taken.
        sights: What one of them shows.
        most: So many are enough, whatever is left unseen.

    >>> covering(["ab", "bc", "abc", "d"], set)
    ('abc', 'd')
    """
    rest = [(turn, set(sights(turn))) for turn in turns]
    kept: list[Turn] = []
    while rest and (most is None or len(kept) < most):
        turn, shown = max(rest, key=lambda pair: len(pair[1]))
        if kept and not shown:
            break
        kept.append(turn)
        rest = [(other, seen - shown) for other, seen in rest if other is not turn]
    return tuple(kept)


def sights(heads: Heads) -> set[tuple[int, int, str]]:
    """Weights with several branches, any two at once, and each with another number than another."""
    several = {(j, j, "several") for j, count in enumerate(heads) if count > 1}
    places = range(len(heads))
    together = {(j, k, "both") for j, k in combinations(places, 2) if heads[j] > 1 < heads[k]}
    apart = {(j, k, "apart") for j, k in permutations(places, 2) if 1 < heads[j] != heads[k]}
    return several | together | apart


def head_counts(
    notation: Notation, most_vectors: int = MOST_VECTORS, room: int = ROOM
) -> tuple[Heads, ...]:
    """Head counts in turns, until every weight with branches has had several: 1 hides a factor.

    So have any two at once: log H is zero for one head, and hides a factor of other heads. Any
    two have had different numbers, or they could stand for each other.

    Args:
        notation: The symbols.
        most_vectors: As in `choose_heads`.
        room: A weight for which there is none otherwise gets a turn of its own with two branches,
            if no stream has more vectors than this.
    """
    left, turns = list(branched(notation)), [choose_heads(notation, most_vectors)]
    while left := [k for k in left if turns[-1][k] == 1]:
        heads = several(notation, left[0], most_vectors, tuple(left))
        if most(notation, heads) > room:
            left = left[1:]
        else:
            turns.append(heads)
    pairs = _apart(notation, turns)
    while pairs:
        heads = _together(notation, pairs[0], pairs, most_vectors + 2)
        turns += [heads] if most(notation, heads) <= room else []
        pairs = _apart(notation, [heads], pairs)
    for j, k in permutations(branched(notation), 2):
        heads = _together(notation, (j,))
        if all(h[j] in (1, h[k]) for h in turns) and most(notation, heads) <= room:
            turns.append(heads)  # or the two could stand for each other
    return covering(turns, lambda heads: _of_branched(notation, heads))


def choose_heads(
    notation: Notation, most_vectors: int = MOST_VECTORS, first: Sequence[int] = ()
) -> Heads:
    """Head counts 2 and 3 in turn, as long as no stream gets too many vectors; else 1.

    Args:
        notation: The symbols.
        most_vectors: So many are not too many.
        first: Weights whose turn comes first; the others follow from the lowest up.
    """
    heads = _single(notation)
    rest = (k for k in branched(notation) if k not in first)
    for number, index in enumerate((*first, *rest)):
        for count in (2, 3) if number % 2 == 0 else (3, 2):
            heads[index] = count
            if most(notation, heads) <= most_vectors:
                break
            heads[index] = 1
    return tuple(heads)


def several(
    notation: Notation, weight: int, most_vectors: int = MOST_VECTORS, first: Sequence[int] = ()
) -> Heads:
    """Head counts as chosen, but for a weight with branches that has several in any case."""
    if weight not in branched(notation):
        return choose_heads(notation, most_vectors)
    heads = choose_heads(notation, most_vectors, first or (weight,))
    if heads[weight] == 1:
        return tuple(2 if k == weight else count for k, count in enumerate(heads))
    return heads


def showing(turns: Sequence[Heads], weights: Sequence[int]) -> tuple[Heads, ...]:
    """Those with several branches of one of the weights, and those that show something else.

    There is at least one.

    Args:
        turns: Head counts in turns.
        weights: The rule acts on these; log H is zero, and hides factors, of no other.
    """
    kept = [heads for heads in turns if any(heads[k] > 1 for k in weights)]
    seen = {sight for heads in kept for sight in sights(heads)}
    for heads in turns:
        if not kept or not sights(heads) <= seen:
            kept.append(heads)
            seen |= sights(heads)
    return tuple(kept)


def rounds(turns: Sequence[Heads]) -> list[tuple[int, Heads]]:
    """Seeds 1, 2, ..., each with head counts in turn; at least two."""
    return [(k + 1, turns[k % len(turns)]) for k in range(max(2, len(turns)))]


def hidden(notation: Notation, turns: Sequence[Heads]) -> str:
    """What to say of weights with a single branch in all turns, or in all but their own."""
    single = [k for k in branched(notation) if all(heads[k] == 1 for heads in turns)]
    names = ", ".join(notation.graph.weights[k].name for k in single)
    said = f"; with a single branch of {names}" if single else ""
    if any(j not in single and k not in single for j, k in _apart(notation, turns)):
        said += "; some two weights never with several branches at once"
    return said


def branched(notation: Notation) -> tuple[int, ...]:
    """Weights whose number of branches is free."""
    return tuple(w.index for w in notation.graph.weights if w.branched and not w.fixed)


def most(notation: Notation, heads: Sequence[int]) -> int:
    """The most vectors that a stream has."""
    return max(notation.graph.vectors(stream, tuple(heads)) for stream in notation.streams())


def unequal(smallest: Sequence[int], taken: Sequence[int] = ()) -> tuple[int, ...]:
    """Sizes of at least the given ones, no two of them equal, and none of those that are taken."""
    sizes: list[int] = []
    for size in smallest:
        while size in sizes or size in taken:
            size += 1
        sizes.append(size)
    return tuple(sizes)


def counted(notation: Notation, heads: Sequence[int]) -> tuple[int, ...]:
    """The numbers of branches and of outputs, which other sizes have to differ from."""
    return *heads, notation.graph.weights[-1].outputs


def _of_branched(notation: Notation, heads: Heads) -> set[tuple[int, int, str]]:
    free = branched(notation)
    return {sight for sight in sights(heads) if sight[0] in free and sight[1] in free}


def _single(notation: Notation) -> list[int]:
    return [int(w.heads) if w.fixed else 1 for w in notation.graph.weights]


def _apart(notation: Notation, turns: Sequence[Heads], pairs: Pairs | None = None) -> Pairs:
    """The pairs of weights, all or of some, that never have several branches at once."""
    known = list(combinations(branched(notation), 2)) if pairs is None else pairs
    return [(j, k) for j, k in known if not any(h[j] > 1 and h[k] > 1 for h in turns)]


def _together(
    notation: Notation, weights: Sequence[int], pairs: Pairs | None = None, most_vectors: int = 0
) -> Heads:
    """Two branches of some weights, and of others in pairs while there are not too many vectors."""
    heads = _single(notation)
    for index in weights:
        heads[index] = 2
    for index in dict.fromkeys(k for pair in pairs or () for k in pair if k not in weights):
        heads[index] = 2
        if most(notation, heads) > most_vectors:
            heads[index] = 1
    return tuple(heads)
