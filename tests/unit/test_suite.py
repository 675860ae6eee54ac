"""The suite itself: what is slow stands beside a fast case, and no test is made of nothing."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest

from derive import Embedding, Network, Readout, derive
from derive.algebra import differentiate, inverse
from derive.theories.networks.derivation import RULES

TESTS = Path(__file__).parents[1]
FILES = {str(path.relative_to(TESTS)): path for path in sorted(TESTS.rglob("test_*.py"))}
SLOW = re.compile(r"mark\.slow\b|^EVERY_DAY\b", re.MULTILINE)
WITH_SLOW = [name for name, path in FILES.items() if SLOW.search(path.read_text(encoding="utf-8"))]


def is_slow(decorator):
    """The mark on a whole test; on one of its parameters it leaves the others."""
    return isinstance(decorator, ast.Attribute) and ast.unparse(decorator).endswith("mark.slow")


def every_day(tree, tests):
    """The tests of every day that a file names, or all whose function is not marked."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EVERY_DAY":
            return {name.partition("[")[0] for name in ast.literal_eval(node.value)} & set(tests)
    marked = any(
        isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "pytestmark"
        and "mark.slow" in ast.unparse(node.value)
        for node in tree.body
    )
    fast = {name for name, test in tests.items() if not any(map(is_slow, test.decorator_list))}
    return set() if marked else fast


@pytest.mark.parametrize("name", WITH_SLOW)
def test_a_file_with_slow_tests_has_one_of_every_day(name):
    tree = ast.parse(FILES[name].read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    tests = {node.name: node for node in functions if node.name.startswith("test_")}
    assert every_day(tree, tests), f"{name} is never run: leave one case without the mark"


def test_no_two_files_have_one_name():
    assert len({path.name for path in FILES.values()}) == len(FILES)  # pytest imports by the name


def test_a_parametrisation_without_a_case_is_an_error(pytestconfig):
    assert pytestconfig.getini("empty_parameter_set_mark") == "fail_at_collect"


def networks():
    """Two that are equal, and one whose variance is printed otherwise."""
    return [Network((Embedding(7, 1.3), Readout(value)), 0.3) for value in (2, 2, 2.0)]


def test_equal_networks_are_derived_once():
    first, same, other = networks()
    theory = derive(first).theory
    assert derive(same).theory is theory
    assert derive(other).theory is not theory
    assert derive(same, replace(RULES)).theory is not theory


def test_a_test_that_changes_what_derives_shares_nothing_from_then_on(monkeypatch):
    first, same, _ = networks()
    theory = derive(first).theory
    monkeypatch.setattr("derive.theories.networks.report.figures.available", bool)
    assert derive(same).theory is theory  # a floor above: no derivation can depend on it
    monkeypatch.setattr(inverse, "inv", inverse.inv)
    assert derive(same).theory is not derive(first).theory


def test_a_table_of_rules_that_is_changed_is_shared_with_nobody(monkeypatch):
    first, same, _ = networks()
    monkeypatch.setitem(differentiate.RULES, "nothing", None)
    assert derive(same).theory is not derive(first).theory
