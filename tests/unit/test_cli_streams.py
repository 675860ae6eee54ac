"""Standard streams, names of files, signals and variables of the system stop no work."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import derive.cli
from derive.running.workers import ended_in_order
from tests.command_line import call, refusal, write

PRINTS = (
    "import sys, pathlib, derive.cli\n"
    "def work(arguments):\n"
    "    print('note', file=sys.stderr)\n"
    "    print('result' * 3000)\n"
    "    pathlib.Path(arguments[0]).write_text('done')\n"
    "    return int(arguments[1])\n"
    "derive.cli._call = work\n"
    "sys.exit(derive.cli.main())\n"
)
STREAMS = {
    "2>&-": 0, ">&-": 0, "<&-": 0, "<&- >&- 2>&-": 0, "2>/dev/full": 0,
    ">/dev/full": 2, ">/dev/full 2>&1": 2, ">/dev/full 2>&-": 2,
}  # fmt: skip


def shell(text, folder):
    found = subprocess.run(["bash", "-c", text], cwd=folder, capture_output=True, text=True)
    assert "Traceback" not in found.stderr and "Exception" not in found.stderr
    return found


@pytest.mark.parametrize("streams", STREAMS)
def test_a_stream_that_is_closed_or_full_stops_no_work(streams, tmp_path):
    (tmp_path / "prints.py").write_text(PRINTS)
    for status in (0, 3):
        found = shell(f"{sys.executable} prints.py out {status} {streams}", tmp_path)
        assert found.returncode == (status or STREAMS[streams])
        assert (tmp_path / "out").read_text() == "done"
        (tmp_path / "out").unlink()
    if streams == ">/dev/full":
        assert "standard output: No space left on device" in found.stderr


def test_a_closed_stream_is_not_the_next_file(tmp_path):
    shell(f"{sys.executable} -m derive show none.toml 2>&-", tmp_path)
    (tmp_path / "opens.py").write_text(
        "import os, sys\n"
        "from derive.cli.streams import steady_streams\n"
        "with steady_streams():\n"
        "    handle = os.open('data', os.O_CREAT | os.O_WRONLY)\n"
        "    os.system('echo into standard error >&2')\n"
        "    print('a note', file=sys.stderr)\n"
        "    sys.exit(0 if handle > 2 else 1)\n"
    )
    assert shell(f"{sys.executable} opens.py 2>&- >&- <&-", tmp_path).returncode == 0
    assert (tmp_path / "data").read_bytes() == b""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device", "/a/b"), "derive: /a/b: No space left on device; "),
        (PermissionError(13, "Permission denied", "/a"), "derive: /a: Permission denied; "),
        (UnicodeEncodeError("utf-8", "\udcff", 0, 1, "no"), "derive: a name or a text is not Uni"),
        (ValueError("Exceeds the limit (4300 digits) for integer string conversion"), "derive: a "),
    ],
)
def test_what_the_system_refuses_is_the_users_to_mend(error, said, capsys, monkeypatch):
    def fail(_):
        raise error

    monkeypatch.setattr(derive.cli, "_call", fail)
    found = call(capsys, "show")
    assert found.status == 2 and found.err.startswith(said) and found.err.count("\n") == 1


def names(folder):
    """Paths that the system refuses, or that are no text."""
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "plain").write_text("")
    return [
        folder / "loop", folder / "loop" / "x", folder / ("x" * 300), folder / "plain" / "x",
        folder / "none" / "x", os.fsdecode(os.fsencode(folder) + b"/none/\xff\n\x1b"),
        Path("/proc/self/mem"), "x/" * 3000,
    ]  # fmt: skip


def test_every_path_that_the_system_refuses_is_one_line(tmp_path, capsys):
    spec, data = write(tmp_path)
    for path in names(tmp_path):
        for arguments in (
            ("show", path),
            ("compare", path),
            ("solve", spec, "--data", path, "--out", tmp_path / "o.npz"),
            ("solve", spec, "--data", data, "--out", path),
            ("generate", spec, "--out", path),
            ("run", spec, "--data", data, "--out", path),
            ("run", spec, "--data", path, "--out", tmp_path / "new"),
            ("sweep", spec, "--data", data, "--widths", "9", "--out", path),
            ("check", spec, "--ladder", "--out", path),
        ):
            said = refusal(capsys, *arguments, folder=tmp_path)
            assert "derive: " in said and said[:-1].isprintable()


def test_names_that_are_no_unicode_are_written_and_read(tmp_path, capsys, monkeypatch):
    spec, data = write(tmp_path)
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    folder.mkdir()
    strange = folder / os.fsdecode(b"d\xff.npz")
    os.rename(data, strange)
    monkeypatch.chdir(folder)
    found = call(
        capsys, "run", spec, "--data", strange, "--no-checks", "--jobs", 1, "--widths", 12,
        "--out", os.fsdecode(b"r\xfe"),
    )  # fmt: skip
    assert found.status == 0, found.err
    report = (folder / os.fsdecode(b"r\xfe") / "report.html").read_text("utf-8")
    assert "d?.npz" in report


def test_an_ignored_signal_stays_ignored():
    old = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with ended_in_order():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
            os.kill(os.getpid(), signal.SIGHUP)
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGTERM)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        with ended_in_order(), pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, old)


def test_figures_need_no_backend():
    code = (
        "from derive.typeset.figures import available, figure, svg_of\n"
        "import os\n"
        "assert available() and os.environ['MPLBACKEND'] == 'nonsense'\n"
        "with figure('a', 1, 1, 2.0) as (found, axes):\n"
        "    axes[0, 0].plot([1, 2])\n"
        "    assert svg_of(found, 'a line').startswith('<svg')\n"
    )
    environment = {**os.environ, "MPLBACKEND": "nonsense"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


@pytest.mark.parametrize("field", ["size", "stride", "padding", "grid"])
@pytest.mark.parametrize("pair", [False, True])
def test_whole_numbers_of_any_length_are_refused_in_a_line(field, pair, tmp_path, capsys):
    huge = "0x1" + "f" * 4000
    numbers = {"size": "2", "grid": "[2, 3]"} | {field: f"[{huge}, 2]" if pair else huge}
    rows = "\n".join(f"{name} = {value}" for name, value in numbers.items())
    spec, data = write(
        tmp_path,
        'temperature = 0.1\n[[layers]]\nkind = "embedding"\nwidth = 7\nvariance = 1.1\n'
        f'[[layers]]\nkind = "convolution"\nwidth = 9\nvariance = 0.9\n{rows}\n'
        '[[layers]]\nkind = "readout"\nvariance = 1.2\n',
    )
    for arguments in (("show", spec), ("solve", spec, "--data", data, "--out", tmp_path / "o.npz")):
        assert f"{field}: " in refusal(capsys, *arguments, folder=tmp_path)
