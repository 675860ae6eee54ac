"""What is printed by a name on the pages of one derivation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from derive.algebra.kinds import Expression
from derive.algebra.naming import Name, fold, nodes_in


@dataclass(frozen=True)
class Names:
    """Names of matrices and of sizes.

    Attributes:
        matrices: In the order in which they are explained.
        sizes: From sizes, multiplied out, to their names; None for those without one.
        directions: The symbols dG_s.
        blocks: Blocks of overlaps and of directions, named where there are directions.
    """

    matrices: tuple[Name, ...]
    sizes: dict[Any, str | None]
    directions: frozenset[Any] = frozenset()
    blocks: tuple[Name, ...] = ()

    def mapping(self) -> dict[Any, str]:
        """From expressions to names, for `derive.algebra.latex`."""
        sizes = {size: name for size, name in self.sizes.items() if name is not None}
        return {name.value: name.name for name in self.matrices} | sizes

    def fold(self, expression: Expression) -> tuple[Any, tuple[Name, ...]]:
        """The expression with named matrices replaced, and the names that this brought in.

        An expression that is itself named keeps its value: it is the definition.
        """
        inside = nodes_in(expression)
        known = self.matrices + (self.blocks if self.directions & inside else ())
        names = [n for n in known if n.value != expression and n.occurs(inside)]
        folded = fold(expression, names)
        present = nodes_in(folded) - inside
        return folded, tuple(n for n in names if n.symbol in present)
