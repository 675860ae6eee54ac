"""The page that walks through a derivation is what the program prints today."""

import subprocess
import sys
from pathlib import Path

BUILD = Path(__file__).parents[2] / "docs" / "build_walkthrough.py"


def test_the_page_is_as_built():
    run = subprocess.run(
        [sys.executable, str(BUILD), "--check"], capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stdout + run.stderr
