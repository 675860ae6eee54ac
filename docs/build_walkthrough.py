"""Write docs/walkthrough.md: prose from walkthrough.in.md, everything else from the program.

Run ``python docs/build_walkthrough.py``; with ``--check`` it says whether the page is as built.
In the source page a block that begins with ```python is run; what it prints stands below it. One
that begins with ```markdown is run too, and what it prints is a part of the page.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SOURCE, PAGE = HERE / "walkthrough.in.md", HERE / "walkthrough.md"
BLOCK = re.compile(r"^```(python|markdown)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
NOTE = "<!-- Written by docs/build_walkthrough.py from docs/walkthrough.in.md; edit that. -->\n\n"


def built() -> str:
    """The page, from a fresh run of all its code."""
    names: dict[str, Any] = {}

    def run(match: re.Match[str]) -> str:
        kind, code = match.groups()
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, str(SOURCE), "exec"), names)  # the project's own page
        output = "\n".join(line.rstrip() for line in printed.getvalue().strip("\n").splitlines())
        if kind == "markdown":
            return output + "\n"
        shown = f"\n```text\n{output}\n```\n" if output else ""
        return f"```python\n{code}```\n{shown}"

    return NOTE + BLOCK.sub(run, SOURCE.read_text(encoding="utf-8"))


def main() -> int:
    """Write the page, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    text = built()
    if parser.parse_args().check:
        same = PAGE.read_text(encoding="utf-8") == text
        print("as built" if same else f"{PAGE.name} differs; run docs/build_walkthrough.py")
        return 0 if same else 1
    PAGE.write_text(text, encoding="utf-8")
    print(f"wrote {PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
