"""Pages with code are what the program prints today, each in a process of its own; links hold."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "docs" / "build_pages.py"
spec = importlib.util.spec_from_file_location("build_pages", BUILD)
build_pages = importlib.util.module_from_spec(spec)
spec.loader.exec_module(build_pages)


SHORTEST = "add_a_node"
"""The page of every day; `.ci/docs` builds all."""


@pytest.mark.parametrize(
    "page",
    [pytest.param(p, marks=() if p == SHORTEST else pytest.mark.slow) for p in build_pages.pages()],
)
def test_a_page_is_as_built(page):
    run = subprocess.run(
        [sys.executable, str(BUILD), "--check", page], capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_there_are_pages_of_either_kind():
    found = build_pages.pages()
    sources = [name for name in found if (BUILD.parent / f"{name}.in.md").exists()]
    assert sources and set(found) - set(sources)


@pytest.mark.parametrize(
    "path", [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))], ids=lambda p: p.name
)
def test_files_that_a_page_names_are_there(path):
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    links = [path.parent / link for link in re.findall(r"\]\((?!http)([^)#]+)[^)]*\)", text)]
    roots = "derive|docs|tests|examples|benchmarks"
    named = [ROOT / name for name in re.findall(rf"`((?:{roots})/[\w./]+)`", text)]
    missing = [str(found) for found in links + named if not found.exists()]
    assert not missing


@pytest.mark.parametrize("folder", ["derive", "derive/theories/networks"])
def test_the_readme_names_every_folder(folder):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    packages = [path.parent.name for path in (ROOT / folder).glob("*/__init__.py")]
    shown = "`{}`" if "/" in folder else "`derive/{}"
    assert len(packages) > 10
    assert not [name for name in packages if shown.format(name) not in text]
