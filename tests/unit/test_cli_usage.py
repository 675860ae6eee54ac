"""Wrong calls get status 2 and one line; help is quick and shows an example."""

import os
import subprocess
import sys

import pytest
from command_line import call, refusal, write

import derive.cli
from derive.errors import DeriveError

COMMANDS = ("run", "show", "generate", "solve", "check")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("slove",), "unknown command 'slove'; did you mean 'solve'?"),
        (("frobnicate",), "unknown command 'frobnicate'; valid: run, show, generate, solve, check"),
        (("--versoin",), "unknown option '--versoin'; did you mean '--version'?"),
        (("--verbose", "solve"), "unknown option '--verbose'"),
        (("solve", "--wdith", "10"), "unknown option '--wdith'; did you mean '--width'?"),
        (("solve", "s.toml", "--dat", "x"), "unknown option '--dat'; did you mean '--data'?"),
        (("check", "--dig", "20"), "unknown option '--dig'; did you mean '--digits'?"),
        (("solve", "-o", "x"), "the following arguments are required: SPEC.toml, --data"),
        (("compare", "-o", "x"), "unknown option '-o'"),
        (("solve",), "the following arguments are required: SPEC.toml, --data, --out"),
        (("solve", "s.toml", "--data", "d.npz"), "the following arguments are required: --out"),
        (("generate",), "required: SPEC.toml"),
        (("generate", "a.toml", "b.toml"), "unexpected argument 'b.toml'"),
        (("solve", "s.toml", "--data", "d", "--out"), "--out: expected one argument"),
        (("solve", "", "--data", "d", "--out", "o"), "SPEC.toml: an empty path"),
        (("check", "--digits", "ten"), "--digits: 'ten' is not a whole number from 15"),
        (("check", "--digits", "3"), "--digits: '3' is not a whole number from 15"),
        (("check", "--seed", "-1"), "--seed: '-1' is not a whole number from 0"),
        (("show", "--digits", "30"), "--digits: it is for certificates; give --certify too"),
        (("show", "--latex", "--markdown"), "--latex and --markdown: they exclude each other"),
        (("show", "--latex", "--certify"), "--latex and --certify"),
        (("run", "--widths", "10,x"), "--widths: 'x' is not a width"),
        (("run", "--widths", ""), "--widths: '' is not a width"),
        (("run", "--jobs", "0"), "--jobs: '0' is not a whole number from 1"),
        (("run", "--seeds", "0"), "--seeds: '0' is not a whole number from 1"),
        (("run", "--resume", "--overwrite"), "--resume and --overwrite: they exclude each other"),
        (("run", "--data", "d.npz"), "--data: the network is missing; give SPEC.toml"),
        (("run", "s.toml"), "--data: it is missing; give --data FILE.npz with SPEC.toml"),
        (("run", "s.toml", "--data", "d", "--seeds", "2"), "--seeds: it is for the packaged task"),
        (("run", "--set", "N_1=10"), "--set: it is for a network of your own"),
        (("run", "--temperature", "-1"), "temperature: -1 is out of range"),
    ],
)
def test_a_wrong_call_is_one_line_with_a_remedy(arguments, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert said in refusal(capsys, *arguments, folder=tmp_path)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--width", "0"), "--width: '0' is not a width; give a whole number from 1, or inf"),
        (("--width", "2.5"), "--width: '2.5' is not a width"),
        (("--width", "nan"), "--width: 'nan' is not a width"),
        (("--width", "9" * 5000), "--width: '999"),
        (("--temperature", "warm"), "--temperature: 'warm' is not a finite number"),
        (("--temperature", "inf"), "--temperature: 'inf' is not a finite number"),
        (("--temperature", "-0.5"), "temperature: -0.5 is out of range"),
        (("--set", "N_1"), "--set: 'N_1' is not NAME=VALUE; write for example N_1=10"),
        (("--set", "=3"), "--set: '=3' is not NAME=VALUE"),
        (("--set", "N_1="), "--set: N_1: '' is not a finite number"),
        (("--set", "N_1=1e999"), "--set: N_1: '1e999' is not a finite number"),
        (("--set", "N_7=3"), "no symbol 'N_7' in this network; its symbols: none"),
        (("--starts", "0"), "--starts: '0' is not a whole number from 1"),
        (("--starts", "2", "--continuation"), "--starts and --continuation: they exclude"),
        (
            ("--width", "inf", "--starts", "2"),
            "--width and --starts: nothing is solved at infinite",
        ),
        (("--seed", "3"), "--seed: there are no random starts; give --starts K too"),
    ],
)
def test_a_wrong_value_is_named(option, said, capsys, tmp_path):
    spec, data = write(tmp_path)
    arguments = ("solve", spec, "--data", data, "--out", tmp_path / "out.npz", *option)
    assert said in refusal(capsys, *arguments, folder=tmp_path)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command, capsys):
    found = call(capsys, command, "--help")
    assert found.status == 0 and found.err == ""
    assert f"example:\n  derive {command}" in found.out


def test_without_a_command_the_help_is_shown(capsys):
    found = call(capsys)
    assert found.status == 0
    assert all(command in found.out for command in COMMANDS)
    assert found.out == call(capsys, "--help").out


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom derive.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'sympy', 'scipy', 'numpy', 'mpmath', 'rich', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_the_package_is_a_command():
    found = subprocess.run(
        [sys.executable, "-m", "derive", "--version"], check=True, capture_output=True, text=True
    )
    assert found.stdout.startswith("derive ")


def test_a_reader_that_leaves_is_no_error():
    # Print more than a pipe holds to a reader that takes one line.
    code = (
        "import sys, derive.cli\n"
        "derive.cli._call = lambda arguments: print('line\\n' * 100_000) or 0\n"
        "sys.exit(derive.cli.main([]))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    process.stdout.close()
    assert process.wait() == derive.cli.BROKEN_PIPE
    assert process.stderr.read() == ""
    process.stderr.close()


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (KeyboardInterrupt(), 130, "derive: interrupted\n"),
        (KeyboardInterrupt("stopped; go on"), 130, "derive: stopped; go on\n"),
        (DeriveError("first\nsecond"), 2, "derive: first second\n"),
        (MemoryError(), 70, "derive: out of memory; "),
        (ZeroDivisionError("by zero"), 70, "derive: ZeroDivisionError: by zero; set DERIVE_"),
    ],
)
def test_an_error_is_one_line(error, status, said, capsys, monkeypatch):
    def fail(_):
        raise error

    monkeypatch.setattr(derive.cli, "_call", fail)
    monkeypatch.delitem(os.environ, "DERIVE_TRACEBACK", raising=False)
    found = call(capsys, "check")
    assert found.status == status
    assert found.err.startswith(said) and found.err.count("\n") == 1


def test_a_fault_can_be_traced(monkeypatch):
    def fail(_):
        raise ZeroDivisionError

    monkeypatch.setattr(derive.cli, "_call", fail)
    monkeypatch.setenv("DERIVE_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        derive.cli.main(["check"])


@pytest.mark.parametrize("verb", ["run", "check", "compare", "expand", "scalar"])
def test_digits_that_no_session_would_see_the_end_of_are_refused(capsys, verb):
    line = refusal(capsys, verb, "network.toml", "--digits", "999999999")
    assert "is not a whole number from" in line and "to 10000" in line
