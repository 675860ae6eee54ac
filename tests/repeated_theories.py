"""Theories of symbolic depth beside those of networks written out."""

from __future__ import annotations

from functools import cache

import sympy
from repeated_networks import REPEATED, theory

from derive.theories.networks.derivation import derive
from derive.theories.networks.derivation.repeat.instantiate import at_depth
from derive.theories.networks.derivation.repeat.pieces import Block, number_symbol


def depths_of(name, depth):
    """Unequal numbers where there are two depths."""
    return {symbol: depth + k for k, symbol in enumerate(REPEATED[name].depths())}


@cache
def written_out(name, depth):
    return derive(REPEATED[name].with_values(depths_of(name, depth))).theory


class Concrete:
    """A network written out, and what the theory of symbolic depth says of it."""

    def __init__(self, name, depth):
        self.theory, self.expected = theory(name), written_out(name, depth)
        self.depths = {number_symbol(k): v for k, v in depths_of(name, depth).items()}
        wide = self.expected.wide
        self.assigned = dict((*wide.points, *wide.forces, *wide.corrections))

    def at(self, expression, **more):
        numbers = {**self.depths, **{number_symbol(k): v for k, v in more.items()}}
        return at_depth(expression, numbers, self.expected.notation)

    def copies(self, layer):
        """The numbers of a generic layer's copies; one empty case for a single stream."""
        if layer.known is None:
            return [{}]
        last = int(sympy.sympify(layer.known.last).subs(self.depths))
        return [{"l": k} for k in range(layer.known.first, last + 1)]

    def exists(self):
        """Whether every block has the copies that first and last layers are about."""
        blocks = [part for part in self.theory.composed.parts if isinstance(part, Block)]
        return min(self.depths.values()) >= max(block.least for block in blocks)
