"""Names, labels and paths are text in every medium, whatever they look like."""

import csv
import io
import math
import re
import tomllib
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import numpy as np
import pytest
from markdown_it import MarkdownIt

from derive import Attention, Embedding, Network, Readout
from derive.escaping import csv_cell, csv_table, html, terminal
from derive.theories.networks.derivation import derive as derive_theory
from derive.theories.networks.description import network_from_dict, network_to_toml
from derive.theories.networks.report import html_of, summary_csv
from tests.command_line import arrays, call
from tests.unit.test_report import point, results

NAMES = {
    "attribute": 'x" onload="alert(1)" y="',
    "single": "x' onload='alert(1)' y='",
    "element": "</svg></title><script>alert(1)</script>",
    "comment": "--> ]]> <!-- <img src=x onerror=alert(1)>",
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+1+1",
    "at": "@SUM(1,2)",
    "minus": "-2+3",
    "mathematics": r"$\frac{1}{ \undefined$ and $",
    "latex": r"\input{/etc/passwd} \end{document} % # & ~ ^ _ {",
    "markdown": "| a | [x](javascript:alert(1)) `code` **b** <i>",
    "docstring": '"""\nimport os'.replace("\n", " ") + ' """ \\',
    "entity": "&lt;script&gt; &#x41; &amp;",
    "bidirectional": "abc \u05d0\u05d1 \u4e2d",
}


class Parsed(HTMLParser):
    """Elements, attributes and text of a page."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.elements, self.attributes, self.text = set(), {}, []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.elements.add(tag)
        for name, value in attributes:
            self.attributes.setdefault(name, set()).add(value)

    def handle_data(self, data):
        self.text.append(data)


def small(name):
    return Network((Embedding(9, 1.1), Attention(2, 0.9, 7), Readout(1.2)), 0.1, name)


@cache
def derivation():
    return derive_theory(small("network"))


@cache
def page_of(name):
    points = [point(w, 0.9, stiff=None) for w in (10, 30, math.inf)]
    found = results(points, title=name, network=small(name))
    return found, html_of(replace(found, title=name))


AT_NIGHT = ("mathematics", "entity")
IN_REPORTS = [
    "attribute", "element", "formula",
    *(pytest.param(key, marks=pytest.mark.slow) for key in AT_NIGHT),
]  # fmt: skip


@pytest.mark.parametrize("key", IN_REPORTS)
def test_reports_show_a_name_and_obey_none_of_it(key):
    name = NAMES[key]
    found, page = page_of(name)
    plain, hostile = Parsed(page_of("plain")[1]), Parsed(page)
    assert hostile.elements == plain.elements and "script" not in hostile.elements
    assert set(hostile.attributes) == set(plain.attributes)
    assert not [key for key in hostile.attributes if key.startswith("on")]
    assert f"order parameters of {name}" in hostile.attributes["aria-label"]
    assert name in "".join(hostile.text)
    for figure in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ElementTree.fromstring(figure)
    rows = list(csv.reader(io.StringIO(summary_csv(found))))
    assert len({len(row) for row in rows}) == 1
    assert rows[1][0] in (name, f"'{name}") and rows[1][0][0] not in "=+-@"


OFTEN = ("element", "mathematics", "latex", "markdown", "docstring", "bidirectional")
EVERY = [
    pytest.param(name, marks=() if key in OFTEN else pytest.mark.slow, id=key)
    for key, name in NAMES.items()
]


@pytest.mark.parametrize("name", EVERY)
def test_pages_and_files_hold_a_name_as_text(name):
    named = replace(derivation(), network=small(name))
    heading = MarkdownIt().parse(named.to_markdown())[1]
    assert heading.type == "inline" and "".join(c.content for c in heading.children) == name
    assert {child.type for child in heading.children} <= {"text", "text_special"}
    title = re.search(r"\\title\{(.*)\}", named.to_latex())
    assert title is None or r"\input" not in title[1]
    read = network_from_dict(tomllib.loads(network_to_toml(small(name))))
    assert read.name == name


@pytest.mark.parametrize("part", ["a\nderive: forged", "red\x1b[31m", "back\rspace", "d\udcffd"])
def test_success_lines_show_a_path_on_one_line(part, capsys, tmp_path):
    (tmp_path / "n.toml").write_text(network_to_toml(small("plain")))
    np.savez(tmp_path / "d.npz", **arrays(2, test=False))
    out = tmp_path / f"{part}.npz"
    spec, data = tmp_path / "n.toml", tmp_path / "d.npz"
    found = call(capsys, "solve", spec, "--data", data, "--out", out)
    assert found.status == 0 and out.exists()
    last = found.out.splitlines()[-1]
    assert last.startswith("wrote ") and last.isprintable() and "forged" not in last.split("\\n")[0]
    assert terminal(str(out)) in last


def test_each_medium_has_one_function():
    assert html("<a b=\"c\" d='e'>&\x07") == "&lt;a b=&quot;c&quot; d=&#x27;e&#x27;&gt;&amp;?"
    cells = ("=1", " =1", "\t=1", "\n=1", "-x", "\uff1d1", "x-", -1.5, None, True)
    assert [csv_cell(v) for v in cells] == [
        "'=1", "' =1", "'\t=1", "'\n=1", "'-x", "'\uff1d1", "x-", -1.5, None, True,
    ]  # fmt: skip
    assert csv_table(("a", "b"), [("=x", 1.25)]) == "a,b\n'=x,1.25\n"
