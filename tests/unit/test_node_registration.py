import re
from pathlib import Path

import pytest
import sympy

import derive.algebra.explicit
import derive.symmetry.sectors  # noqa: F401  (their tables are named below)
from derive.algebra import build, evaluate, gradient, nodes, substitute
from derive.algebra.latex import latex
from derive.algebra.rules import TABLES, register
from derive.errors import NoRule, RuleError
from derive.theories.networks.nodes import PathKernel

U, V = build.overlap("U", 3), build.overlap("V", 3)


@pytest.fixture
def node(monkeypatch):
    """A node of its own, whose rules are gone with the test."""

    class Doubled(nodes.Matrix):
        shape = (3, 3)

    yield Doubled
    for table in TABLES.values():
        table.pop(Doubled, None)


OPERATIONS = {
    "rebuild": lambda made: substitute(made, {U: V}),
    "evaluate": lambda made: evaluate(made, {U: [[2, 0, 0], [0, 3, 0], [0, 0, 5]]}),
    "draw": latex,
    "differentiate": lambda made: gradient(sympy.Trace(made), U),
}
RULES = {
    "rebuild": lambda matrix: build.scale(2, matrix),
    "evaluate": lambda run, made: 2 * run.of(made.args[0]),
    "draw": lambda drawer, made: drawer.box(made.args[0]),
    "differentiate": lambda made, cotangent: [build.scale(2, cotangent)],
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_without_a_rule_names_itself_and_the_node(node, operation):
    others = {name: rule for name, rule in RULES.items() if name != operation}
    register(node, **others)
    with pytest.raises(NoRule, match=r"Doubled\(U\)"):
        OPERATIONS[operation](node(U))
    register(node, **{operation: RULES[operation]})
    assert OPERATIONS[operation](node(U)) is not None


def test_a_second_rule_is_refused_and_none_of_the_others_is_taken(node):
    with pytest.raises(RuleError, match="rebuild has a rule for PathKernel already"):
        register(PathKernel, merge=max, rebuild=max)
    assert PathKernel not in TABLES["merge"]


def test_an_operation_that_there_is_not_is_refused_with_those_that_there_are(node):
    with pytest.raises(RuleError, match="no operation 'differentate'; did you mean 'diff"):
        register(node, differentate=max)


def test_the_page_names_all_operations_and_where_their_tables_stand():
    page = (Path(__file__).parents[2] / "docs" / "add_a_node.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| .*: `(.*)` \|$", page, re.MULTILINE)
    said = {(name, home) for names, home in rows for name in re.findall(r"\w+", names)}
    tables = {(table.operation, table.home) for table in TABLES.values()}
    # one theory's ground truth knows SymPy's own functions, and no node
    assert said == {(name, home) for name, home in tables if "/truth/" not in home}
    assert len(said) > 10
