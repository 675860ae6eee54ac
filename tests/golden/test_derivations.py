"""The derivations of three networks, as they are printed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest
from networks import ANY_DEPTH, NETWORKS

from derive.theories.networks.derivation import RULES, Derivation, derive

WRITERS = {"md": Derivation.to_markdown, "tex": Derivation.to_latex, "txt": Derivation.text}


@lru_cache
def derivation(name: str) -> Derivation:
    return derive({**NETWORKS, **ANY_DEPTH}[name])


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("name", NETWORKS)
def test_derivation_is_printed_as_before(name, ending, golden):
    golden(f"{name}.{ending}", WRITERS[ending](derivation(name)))


@pytest.mark.parametrize("ending", ["md", "tex", "txt"])
@pytest.mark.parametrize("name", ANY_DEPTH)
def test_derivation_of_any_depth_is_printed_as_before(name, ending, golden):
    found = derivation(name)
    texts = {"md": found.to_markdown, "tex": found.to_latex, "txt": lambda: repr(found)}
    golden(f"{name}.{ending}", texts[ending]())


def test_a_fresh_interpreter_writes_the_same_bytes():
    code = (
        "import sys; from networks import NETWORKS\n"
        "from derive.theories.networks.derivation import derive\n"
        "found = derive(NETWORKS['residual'])\n"
        "text = found.to_latex() + found.to_markdown() + found.text()\n"
        "sys.stdout.buffer.write(text.encode())\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "1"}  # here it is another
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent,
        env=environment,
        capture_output=True,
        check=True,
    )
    here = "".join(
        writer(derivation("residual"))
        for writer in (Derivation.to_latex, Derivation.to_markdown, Derivation.text)
    )
    assert run.stdout.decode() == here


def test_two_builds_give_the_same_text():
    anew = derive(NETWORKS["chain"], replace(RULES))  # nothing of equal rules is shared
    assert anew.to_latex() == derivation("chain").to_latex()


def test_numbers_of_the_description_do_not_enter():
    def steps(text: str) -> str:
        return text[text.index("## The derivation") :]

    other = NETWORKS["residual"].with_width(5).with_temperature(2.0)
    assert steps(derive(other).to_markdown()) == steps(derivation("residual").to_markdown())
