"""Plain pdfLaTeX compiles the documents, whatever the network is called, and nothing overfills."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from networks import ANY_DEPTH, NETWORKS

from derive import Attention, Embedding, Linear, Network, Readout, Residual
from derive.theories.networks.analysis.expansions import finite_width_expansion, saddle_expansion
from derive.theories.networks.derivation import derive

needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is missing")
NAMES = {
    "special": r"# % _ & $ \ { } ~ ^ < > | ` ' a--b ?` \end{document} $x$ %",
    "accents": "Größe, niño, Łódź, Ωμέγα, ŷ, ﬁ",
    "others": "Жук 注意 😀 — “quoted” ½ ∞ → .",
    "long": "x" * 200,
}
CHAIN = (Embedding(10, 1.0), *(Attention(2, 1.0, 10) for _ in range(8)), Readout(1.0))
BODY = Residual((Attention(2, 1.0, 6), Linear(1.0), Residual((Attention(2, 1.0),))))


def but_first_slow(names):
    """Documents of one kind: the first is compiled every day."""
    first, *others = names
    return [first, *(pytest.param(name, marks=pytest.mark.slow) for name in others)]


DEEP = {
    "eight attentions": CHAIN,
    "four residuals": (
        Embedding(10, 1.0),
        *(Residual((Attention(2, 1.0),)) for _ in range(4)),
        Readout(1.0),
    ),
    "residual in a residual": (Embedding(10, 1.0), BODY, Readout(1.0)),
}


def compiled(text: str, folder) -> str:
    """The log of pdfLaTeX, in one line per message."""
    (folder / "derivation.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "derivation.tex"]
    run = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
    log = (folder / "derivation.log").read_text(encoding="utf-8", errors="replace")
    assert run.returncode == 0, re.findall(r"^! .*\n.*", log, re.MULTILINE)
    return log


@needs_latex
@pytest.mark.parametrize("name", NETWORKS)
def test_document_compiles_and_fits_the_page(name, tmp_path):
    log = compiled(derive(NETWORKS[name]).to_latex(), tmp_path)
    assert "Overfull" not in log


@needs_latex
@pytest.mark.parametrize("name", but_first_slow(ANY_DEPTH))
def test_any_depth_compiles_and_fits_the_page(name, tmp_path):
    log = compiled(derive(ANY_DEPTH[name]).to_latex(), tmp_path)
    assert "Overfull" not in log


@needs_latex
@pytest.mark.parametrize("name", but_first_slow(DEEP))
def test_long_equations_fit_the_page(name, tmp_path):
    log = compiled(derive(Network(DEEP[name], 0.1, name)).to_latex(), tmp_path)
    assert "Overfull" not in log


@needs_latex
@pytest.mark.parametrize("kind", NAMES)
def test_any_name_compiles(kind, tmp_path):
    network = replace(NETWORKS["no_layer"], name=NAMES[kind])
    log = compiled(derive(network).to_latex(), tmp_path)
    assert "Overfull" not in log


@needs_latex
@pytest.mark.parametrize("expand", [saddle_expansion, finite_width_expansion])
@pytest.mark.parametrize("name", ["chain", "residual"])
def test_expansions_compile_and_nothing_overfills(name, expand, tmp_path):
    log = compiled(expand(derive(NETWORKS[name])).to_latex(), tmp_path)
    assert "Overfull" not in log
