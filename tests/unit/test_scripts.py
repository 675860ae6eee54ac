"""The scripts of .ci, and the workflows and hooks that are made of them."""

import os
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import derive

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
SCRIPTS = {path.name: path for path in (ROOT / ".ci").iterdir() if not path.suffix}
TEXTS = {name: path.read_text(encoding="utf-8") for name, path in SCRIPTS.items()}
COMMANDS = {name: text.splitlines() for name, text in TEXTS.items()}
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MINORS = [
    name.rpartition(" ")[2]
    for name in PROJECT["classifiers"]
    if re.fullmatch(r"Programming Language :: Python :: 3\.\d+", name)
]


def loaded(path):
    """A YAML file; the reader comes with the extra `cluster`."""
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def workflows():
    """All jobs, by file and name."""
    paths = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    return {
        f"{path.stem}: {name}": job
        for path in paths
        for name, job in loaded(path)["jobs"].items()
    }  # fmt: skip


def commands(job):
    return [step["run"] for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_stops_at_the_first_error_and_runs_from_anywhere(name):
    lines = [line for line in COMMANDS[name] if not line.startswith("#")]
    assert lines[:2] == ["set -euo pipefail", 'cd "$(dirname "$0")/.."']
    assert len(lines) > 2 and os.access(SCRIPTS[name], os.X_OK)


def test_workflows_are_made_of_scripts_alone():
    jobs = workflows()
    used = {command for job in jobs.values() for command in commands(job)}
    assert used == {f".ci/{name}" for name in SCRIPTS} - {".ci/run"}
    for job in jobs.values():
        first, *others = commands(job)
        assert first == ".ci/install" or (first == ".ci/lowest" and not others)


def test_what_a_change_has_to_pass_is_what_workflows_run_on_it():
    run = {line for line in COMMANDS["run"] if line.startswith(".ci/")}
    jobs = workflows()
    hosted = {
        command
        for name, job in jobs.items()
        if name.startswith("tests:")
        for command in commands(job)
    }
    assert run == hosted and len(run) > 3


def test_every_python_that_the_classifiers_name_is_tested():
    versions = workflows()["tests: test"]["strategy"]["matrix"]["python"]
    assert versions == MINORS
    assert PROJECT["requires-python"] == f">={MINORS[0]}"


def test_hooks_are_the_commands_of_lint():
    (hooks,) = (repo["hooks"] for repo in loaded(ROOT / ".pre-commit-config.yaml")["repos"])
    lint = [line for line in COMMANDS["lint"] if line.startswith(".venv/")]
    assert [hook["entry"] for hook in hooks] == lint and len(lint) == 4
    for command in [*lint, COMMANDS["test"][-1]]:
        assert re.search(rf"^{re.escape(command)}\s+#", CONTRIBUTING, re.MULTILINE), command


def test_tools_that_judge_are_pinned():
    pins = [Requirement(line) for line in EXTRAS["lint"]]
    assert {pin.name for pin in pins} == {"ruff", "mypy", "import-linter"}
    assert all([mark.operator for mark in pin.specifier] == ["=="] for pin in pins)


def test_the_lowest_versions_are_those_of_the_project():
    lines = (ROOT / ".ci" / "lowest.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    extras = re.search(r"\.\[([\w,]+)\]", TEXTS["lowest"])[1].split(",")
    wanted = PROJECT["dependencies"] + [line for name in extras for line in EXTRAS[name]]
    for requirement in map(Requirement, wanted):
        lowest = [mark.version for mark in requirement.specifier if mark.operator == ">="]
        assert len(lowest) == 1, requirement
        assert Version(pins[requirement.name]) in requirement.specifier, requirement
        release = Version(lowest[0]).release
        assert Version(pins[requirement.name]).release[: len(release)] == release, requirement


def test_extras_that_are_installed_are_extras_of_the_project():
    for name in ("install", "lowest"):
        (names,) = re.findall(r"\.\[([\w,]+)\]", TEXTS[name])
        assert set(names.split(",")) <= set(EXTRAS)
    assert "lint" in COMMANDS["install"][-1]


def test_one_version_and_one_name_of_the_authors():
    citation = loaded(ROOT / "CITATION.cff")
    assert citation["version"] == PROJECT["version"] == derive.__version__
    assert citation["license"] == PROJECT["license"]
    authors = [person["name"] for person in PROJECT["authors"]]
    assert [person["name"] for person in citation["authors"]] == authors
    assert authors[0] in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_package_says_that_it_is_typed():
    assert (files("derive") / "py.typed").is_file()
    assert "Typing :: Typed" in PROJECT["classifiers"]


@pytest.mark.parametrize("name", [*SCRIPTS, "contributing"])
def test_paths_that_are_named_are_there(name):
    text = {**TEXTS, "contributing": CONTRIBUTING}[name]
    named = re.findall(r"\b(?:tests|docs|derive|README)\b[\w/.]*\w|\.(?:ci|github)/\w+", text)
    assert named or name in ("install", "lint", "slow", "test")
    for path in named:
        assert (ROOT / path).exists(), path
