"""Packages that offer kinds of layers, put where an interpreter of its own finds them."""

import os
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "own_layer"


def installed(folder):
    """The example package in a folder of its own: by pip where it can build, or else by hand."""
    if find_spec("hatchling"):
        options = ["--no-deps", "--no-build-isolation", "--quiet", "--target", str(folder)]
        command = [sys.executable, "-m", "pip", "install", *options, str(EXAMPLE)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return folder
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    offer(folder, project["entry-points"]["derive.layers"], project["name"])
    source = EXAMPLE / "moving_average.py"
    (folder / source.name).write_bytes(source.read_bytes())
    return folder


def offer(folder, points, name="some-kinds"):
    """Entry points of the group derive.layers, as an installed package has them."""
    place = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    place.mkdir(parents=True)
    (place / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = [f"{kind} = {value}" for kind, value in points.items()]
    (place / "entry_points.txt").write_text("\n".join(["[derive.layers]", *lines, ""]))


def run(site, *arguments, cwd=None):
    """Run Python with the folder's packages."""
    paths = os.pathsep.join((str(site), str(ROOT)))
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        env=environment, cwd=cwd, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
