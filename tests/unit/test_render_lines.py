"""Long formulas are broken at signs and inside brackets; every line fits."""

from __future__ import annotations

import re

import pytest

from derive.typeset.boxes import SQUARE, Atom, Fence, Ratio, Sum, row
from derive.typeset.lines import Breaker, Line
from derive.typeset.media import LATEX, PLAIN

PLAIN_BREAKER = Breaker(PLAIN, indent=2.0, sign=3.0, gap=1.0, bracket=2.0)


def letters(text: str, stacked: bool = False) -> Sum:
    return Sum(tuple((letter.isupper(), Atom(letter, letter)) for letter in text), stacked)


def test_a_short_sum_stays_on_its_line():
    assert PLAIN_BREAKER.lines(letters("abC"), 20) == [Line("a + b − C")]


def test_a_long_sum_is_broken_before_signs():
    assert [line.text for line in PLAIN_BREAKER.lines(letters("abCd"), 11)] == ["a + b", "− C + d"]


def test_a_stacked_sum_gets_a_line_for_each_term():
    assert [line.text for line in PLAIN_BREAKER.lines(letters("aBc", True), 8)] == [
        "a",
        "− B",
        "+ c",
    ]


def test_brackets_are_broken_inside_and_their_neighbours_kept():
    formula = row(Atom("N", "N"), Fence(letters("abcdef"), SQUARE), Atom("M", "M"))
    lines = PLAIN_BREAKER.lines(formula, 16)
    assert lines[0].text.startswith("N [ a")
    assert lines[-1].text.endswith("] M")
    assert all(line.indent == 1 for line in lines[1:])
    assert all(len(line.text) + 2 * line.indent <= 16 for line in lines)


def test_what_cannot_be_broken_stays_whole():
    ratio = Ratio(Atom("x", "x" * 30), Atom("y", "y"))
    assert len(PLAIN_BREAKER.lines(ratio, 10)) == 1


@pytest.mark.parametrize("limit", [12.0, 20.0, 35.0])
def test_broken_latex_has_balanced_braces_on_every_line(limit):
    inner = row(Atom("A", "A"), Fence(letters("abcdefghijkl")), Atom("B", "B"))
    formula = Sum(((False, inner), (True, row(Atom("N", "N"), Fence(inner, SQUARE)))))
    lines = Breaker(LATEX, indent=1.0, sign=1.6, gap=0.1, bracket=1.0).lines(formula, limit)
    assert len(lines) > 1
    for line in lines:
        assert line.text.count("{") == line.text.count("}")
        left, right = re.findall(r"\\left", line.text), re.findall(r"\\right", line.text)
        assert len(left) == len(right)
