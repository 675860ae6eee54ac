"""The command line: parse, call, print, exit status.

0 means success, 1 that a check disagrees, 2 a wrong call or bad input, 3 that something did not
converge or stays inconclusive, 70 a fault of derive itself, 130 an interruption. What a command
needs is imported when it runs, so that `derive --help` answers at once.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from derive.cli.parser import read
from derive.errors import CertificateError, DeriveError
from derive.threads import Shared

DISAGREES, USAGE, FAULT, INTERRUPTED, BROKEN_PIPE = 1, 2, 70, 130, 141


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Ignore warnings, as errors are one line each."""
    with warnings.catch_warnings():
        if not sys.warnoptions:
            warnings.simplefilter("ignore")
        yield


_QUIET = Shared(_no_warnings)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: What follows `derive` on the command line; `sys.argv` where left out.

    Returns:
        The exit status.
    """
    _print_everything()
    try:
        with _QUIET:
            status = _call(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Whoever read the output has gone; Python's own flush at exit must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt as interrupt:
        return _say(str(interrupt) or "interrupted", INTERRUPTED)
    except CertificateError as error:
        return _say(str(error), DISAGREES)
    except DeriveError as error:
        return _say(str(error), USAGE)
    except MemoryError:
        return _say("out of memory; give fewer examples or a network of fewer paths", FAULT)
    except Exception as error:
        if os.environ.get("DERIVE_TRACEBACK") == "1":
            raise
        reason = f"{type(error).__name__}: {error}"
        return _say(f"{reason}; set DERIVE_TRACEBACK=1 to see where, and report it", FAULT)


def _print_everything() -> None:
    """Make a terminal that lacks a character show a question mark in its place."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _call(arguments: list[str]) -> int:
    options = read(arguments)
    return _command(options.command)(options)


def _command(name: str) -> Callable[[Any], int]:
    from importlib import import_module

    found: Callable[[Any], int] = getattr(import_module(f"derive.cli.{name}"), name)
    return found


def _say(message: str, status: int) -> int:
    from derive.network.wording import one_line

    print(f"derive: {one_line(message, 2000)}", file=sys.stderr)
    return status
