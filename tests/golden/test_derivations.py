"""The derivations of three networks, as they are printed."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest
from networks import ANY_DEPTH, NETWORKS

from derive.theories.networks.derivation import Derivation, derive, render
from derive.theories.networks.derivation.repeat.deriving import derive_repeated

WRITERS = {"md": render.markdown, "tex": render.document, "txt": render.table}


@lru_cache
def derivation(name: str) -> Derivation:
    return derive(NETWORKS[name])


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("name", NETWORKS)
def test_derivation_is_printed_as_before(name, ending, golden):
    golden(f"{name}.{ending}", WRITERS[ending](derivation(name)))


@pytest.mark.parametrize("ending", ["md", "tex", "txt"])
@pytest.mark.parametrize("name", ANY_DEPTH)
def test_derivation_of_any_depth_is_printed_as_before(name, ending, golden):
    found = derive_repeated(ANY_DEPTH[name])
    texts = {"md": found.to_markdown, "tex": found.to_latex, "txt": lambda: repr(found)}
    golden(f"{name}.{ending}", texts[ending]())


@pytest.mark.parametrize("seed", ["1", "2"])
def test_a_fresh_interpreter_writes_the_same_bytes(seed):
    code = (
        "import sys; from networks import NETWORKS\n"
        "from derive.theories.networks.derivation import derive, render\n"
        "found = derive(NETWORKS['residual'])\n"
        "text = render.document(found) + render.markdown(found) + render.table(found)\n"
        "sys.stdout.buffer.write(text.encode())\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent,
        env=environment,
        capture_output=True,
        check=True,
    )
    here = "".join(
        writer(derivation("residual"))
        for writer in (render.document, render.markdown, render.table)
    )
    assert run.stdout.decode() == here


def test_two_builds_give_the_same_text():
    assert render.document(derive(NETWORKS["chain"])) == render.document(derivation("chain"))


def test_numbers_of_the_description_do_not_enter():
    def steps(text: str) -> str:
        return text[text.index("## The derivation") :]

    other = NETWORKS["residual"].with_width(5).with_temperature(2.0)
    assert steps(render.markdown(derive(other))) == steps(render.markdown(derivation("residual")))
