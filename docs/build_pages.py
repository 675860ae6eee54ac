"""Run the code on pages of docs/, and write what it prints.

Run ``python docs/build_pages.py``; with ``--check`` it says whether the pages are as built, and
names of pages may follow. A page is built from NAME.in.md where there is one, and else in place
where its first line is the note below. A block that begins with ```python is run; what it prints
stands below it. One that begins with ```markdown, in NAME.in.md, is run too, and what it prints is
a part of the page. All blocks of a page are one session.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import io
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BLOCK = re.compile(
    r"^```(python|markdown)\n(.*?)^```\n(?:\n```text\n.*?^```\n)?", re.MULTILINE | re.DOTALL
)
WRITTEN = "<!-- Written by docs/build_pages.py from docs/{}; edit that. -->\n\n"
IN_PLACE = "<!-- The code below is run by docs/build_pages.py, which writes what it prints. -->\n"


def pages() -> list[str]:
    """The names of all pages that are built."""
    whole = {path.name.removesuffix(".in.md") for path in HERE.glob("*.in.md")}
    texts = {path.stem: path.read_text(encoding="utf-8") for path in HERE.glob("*.md")}
    return sorted(whole | {name for name, text in texts.items() if text.startswith(IN_PLACE)})


def built(name: str) -> str:
    """A page, from a fresh run of all its code."""
    source = HERE / f"{name}.in.md"
    note = WRITTEN.format(source.name) if source.exists() else ""
    source = source if source.exists() else HERE / f"{name}.md"
    text, names = source.read_text(encoding="utf-8"), {"__name__": name}

    def run(match: re.Match[str]) -> str:
        kind, code = match.groups()
        printed, above = io.StringIO(), text.count("\n", 0, match.start(2))
        with contextlib.redirect_stdout(printed), contextlib.chdir(HERE.parent):
            # the project's own page; an error names its line
            lines = "\n" * above + code
            exec(compile(lines, str(source), "exec", dont_inherit=True), names)
        output = "\n".join(line.rstrip() for line in printed.getvalue().strip("\n").splitlines())
        if kind == "markdown":
            return output + "\n"
        shown = f"\n```text\n{output}\n```\n" if output else ""
        return f"```python\n{code}```\n{shown}"

    return note + BLOCK.sub(run, text)


def finish(name: str, check: bool) -> int:
    """Write a page, or compare it."""
    page, text = HERE / f"{name}.md", built(name)
    if not check:
        page.write_text(text, encoding="utf-8")
        print(f"wrote {page.name}")
        return 0
    there = page.read_text(encoding="utf-8") if page.exists() else ""
    if there == text:
        print(f"{page.name} is as built")
        return 0
    print(f"{page.name} differs; run docs/build_pages.py")
    print(*difflib.unified_diff(there.split("\n"), text.split("\n"), lineterm=""), sep="\n")
    return 1


def main() -> int:
    """One process for each page: what one registers, another does not see."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="names without .md; else all")
    given = parser.parse_args()
    if len(given.pages) == 1:
        return finish(given.pages[0], given.check)
    flags = ["--check"] if given.check else []
    commands = [[sys.executable, __file__, *flags, name] for name in given.pages or pages()]
    return max(subprocess.run(command).returncode for command in commands)


if __name__ == "__main__":
    sys.exit(main())
