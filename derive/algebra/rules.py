"""Tables of rules by exact node type, and how a node brings its rules to them.

An operation has one table. What the shared nodes need stands in it; a theory brings the rules of a
node of its own together, with `register`, from the file in which the node is defined.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from derive.errors import NoRule, RuleError, named
from derive.wording import choices

TABLES: dict[str, Table] = {}
"""Every table by the name of its operation."""


class Table(dict[type, Any]):
    """The rules of one operation, by exact node type.

    Args:
        operation: Its name, by which nodes register.
        home: The file where the rules of shared nodes stand.
        rules: Those rules.
        below: A table that is asked for what is not in this one.
        says: What a message says that the operation lacks.
    """

    def __init__(
        self,
        operation: str,
        home: str,
        rules: Mapping[type, Any],
        *,
        below: Table | None = None,
        says: str = "",
    ) -> None:
        super().__init__(rules)
        self.operation = operation
        self.home = home
        self.below = below
        self.says = says or f"{operation} has no rule for {{node}}; add one in {{home}}"
        TABLES[operation] = self

    def __missing__(self, kind: type) -> Any:
        if self.below is None:
            raise KeyError(kind)
        return self.below[kind]

    def of(self, node: Any) -> Any:
        """The rule for a node.

        Raises:
            NoRule: There is none.
        """
        try:
            return self[type(node)]
        except KeyError:
            raise self.refusal(node) from None

    def refusal(self, node: Any) -> NoRule:
        """What to raise where there is no rule for a node."""
        kind = type(node).__name__
        said = self.says.format(node=named(node), kind=kind, home=self.home)
        return NoRule(f"{said}; a theory's node brings its own by derive.algebra.rules.register")


def register(kind: type, **rules: Any) -> None:
    """Bring the rules of a node.

    Args:
        kind: The node's type.
        rules: One for each operation that the node takes part in, by the operation's name.

    Raises:
        RuleError: There is no such operation, or it has a rule for the node already.
    """
    for operation in rules:
        if operation not in TABLES:
            raise RuleError(f"register: no operation {operation!r}{choices(operation, TABLES)}")
        if kind in TABLES[operation]:
            raise RuleError(f"register: {operation} has a rule for {kind.__name__} already")
    for operation, rule in rules.items():
        TABLES[operation][kind] = rule
