"""Both expansions of two networks, as they are printed."""

import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest
from networks import NETWORKS

from derive.theories.networks.analysis.expansions import finite_width_expansion, saddle_expansion
from derive.theories.networks.derivation import derive
from derive.theories.networks.module import generate_expansion

EXPANSIONS = {"saddle": saddle_expansion, "finite_width": finite_width_expansion}
WRITERS = {
    "txt": lambda expansion: repr(expansion) + "\n",
    "tex": lambda expansion: expansion.to_latex(),
}


@lru_cache
def made(name, kind):
    return EXPANSIONS[kind](derive(NETWORKS[name]))


def everything():
    """Texts and module of one expansion."""
    expansion = made("residual", "finite_width")
    texts = [write(expansion) for write in WRITERS.values()]
    return "".join([*texts, generate_expansion(expansion).source])


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("kind", EXPANSIONS)
@pytest.mark.parametrize("name", ["chain", "residual"])
def test_an_expansion_is_printed_as_before(name, kind, ending, golden):
    golden(f"expansions/{name}_{kind}.{ending}", WRITERS[ending](made(name, kind)))


@pytest.mark.slow
def test_a_fresh_interpreter_writes_the_same_bytes():
    code = (
        "import sys; from test_expansions import everything\n"
        "sys.stdout.buffer.write(everything().encode())\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent,
        env={**os.environ, "PYTHONHASHSEED": "3"},
        capture_output=True,
        check=True,
    )
    assert run.stdout.decode() == everything()
