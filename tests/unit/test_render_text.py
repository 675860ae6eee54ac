"""Prose in each medium, and names of networks made safe."""

from __future__ import annotations

import re
import string
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from derive import (
    Attention,
    Embedding,
    Identity,
    Linear,
    Network,
    Parallel,
    Readout,
    Residual,
)
from derive.theories.networks.derivation import derive
from derive.typeset.text import (
    markdown_escaped,
    tex_escaped,
    typeset,
    unicode_math,
    unicode_of,
)

NETWORK = Network((Embedding(9, 1.0), Residual((Attention(2, 1.0),)), Readout(1.0)), 0.1)


def test_identifiers_become_mathematics():
    assert typeset("multiply by G_1 from the right") == "multiply by $G_1$ from the right"
    assert typeset("the H_12 heads of V_a; stream a") == "the $H_{12}$ heads of $V_a$; stream $a$"
    assert typeset("of $G_1$ and path_1x") == "of $G_1$ and path_1x"


def test_terminals_get_unicode():
    assert (
        unicode_of(r"LEADING $N, P \to \infty$ at fixed $P/N$") == "LEADING N, P → ∞ at fixed P/N"
    )
    assert unicode_math(r"\langle f_\ast \rangle") == "⟨f_*⟩"
    assert unicode_math(r"\partial S/\partial G_1") == "∂S/∂G₁"


@pytest.mark.parametrize("char", string.punctuation)
def test_punctuation_is_safe_in_latex(char):
    text = tex_escaped(char)
    bare = re.sub(r"\\(?:[{}$&%#_]|[a-z]+)", "", text)
    assert not set(bare) & set("$&%#_~^\\")
    assert bare.count("{") == bare.count("}")


def test_letters_beyond_ascii_are_safe_in_latex():
    text = tex_escaped("Größe naïve Ωμέγα Жук 注 😀 “q” ½ e\u0301")
    assert text.isascii()
    assert text.startswith(r"Gr\"{o}\ss{}e na\"{\i}ve \ensuremath{\Omega}")
    assert "[U+6CE8]" in text


@pytest.mark.parametrize("name", ["a_b_c", "*x* `y` $z$", "# <b> [l](u) | ~~s~~", "\\ & &amp;"])
def test_markdown_shows_a_name_as_it_is(name):
    (inline,) = (t for t in MarkdownIt().parse(f"# {markdown_escaped(name)}") if t.children)
    assert "".join(child.content for child in inline.children) == name


def test_the_name_of_a_network_reaches_every_medium():
    found = derive(replace(NETWORK, name="50% & more_1"))
    assert found.to_markdown().startswith("# 50% \\& more\\_1\n")
    assert r"50\% \& more\_1" in found.to_latex()
    assert found.text().startswith("50% & more_1: embedding")


def blocks(markdown: str) -> tuple[list[str], list[str]]:
    parts = re.split(r"^\$\$$", markdown, flags=re.MULTILINE)
    return parts[::2], parts[1::2]


def test_inline_mathematics_survives_markdown():
    prose, _ = blocks(derive(NETWORK).to_markdown())
    for text in prose:
        expected = re.findall(r"\$[^$\n]+\$", text)
        shown = []
        for token in MarkdownIt().enable("table").parse(text):
            content = "".join(child.content for child in token.children or ())
            shown += re.findall(r"\$[^$\n]+\$", content)
        assert shown == expected


def test_displays_have_no_line_that_markdown_takes_for_a_list():
    _, displays = blocks(derive(NETWORK).to_markdown())
    assert displays
    for display in displays:
        assert not re.search(r"^\s*([-+*=#>]|\d+\.)", display, flags=re.MULTILINE)
        assert not re.search(r"\\[,;!{}*_]", display)
        assert r"\operatorname" not in display


def test_each_step_shows_name_order_source_and_moves():
    found = derive(NETWORK)
    text = found.to_markdown()
    for number, step in enumerate(found.steps, start=1):
        assert f"### {number}. " in text
        assert f"*Source:* {step.source}" in text
        for move in step.moves:
            assert typeset(move) in text
    assert text.count("**EXACT**") + text.count("**LEADING**") == len(found.steps)


def test_jupyter_gets_the_markdown():
    found = derive(NETWORK)
    assert found._repr_markdown_() == found.to_markdown()


def test_a_square_root_is_a_half_in_the_exponent():
    assert unicode_math(r"\lambda\ X_s = G_1^{1/2}\ X") == "λ X_s = G₁^½ X"


SEVERAL = Parallel((Attention("H_2", 0.6), Identity(), Attention("H_3", 0.9)))
CLOSE = {
    "a sum and its double": (
        (
            Parallel((Linear(0.8, 35), Linear(0.7, 35), Attention("H_1", variance=0.7, width=35))),
            SEVERAL,
        ),
        "(2 N₁ + H₃ N₁ + Nₐ) (1 + H₄ + H₅)/2",
    ),
    "sums that differ in a number": (
        (Parallel((SEVERAL, Residual((Linear(0.7),)), Residual((Linear(0.9),)))),),
        "(3 + H₁ + H₂)",
    ),
}


@pytest.mark.parametrize("case", CLOSE)
def test_numbers_of_vectors_that_are_close_are_not_shown_by_each_other(case):
    layers, shown = CLOSE[case]
    found = derive(Network((Embedding(46, 1.5), *layers, Readout(1.4)), 0.17))
    assert shown in repr(found)
