"""The command line: parse, call, print, exit status.

0 means success, 1 that a check disagrees, 2 a wrong call or bad input, 3 that something did not
converge or stays inconclusive, 70 a fault of derive itself, 130 an interruption. What a command
needs is imported when it runs, so that `derive --help` answers at once.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from derive.cli.parser import read
from derive.cli.streams import steady_streams
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
    with steady_streams() as output:
        status = _status(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
        lost = None if output is None else output.lost
        if isinstance(lost, BrokenPipeError):  # whoever read the output has gone
            return BROKEN_PIPE
        if lost is not None:
            return _say(
                f"standard output: {lost.strerror}; what was to be printed is lost", status or USAGE
            )
        return status


def _status(arguments: list[str]) -> int:
    """The status of a call; whatever it raises is one line."""
    try:
        with _QUIET:
            return _call(arguments)
    except SystemExit as leaving:  # help was asked for, and printed
        return int(leaving.code or 0)
    except BrokenPipeError:
        return BROKEN_PIPE
    except KeyboardInterrupt as interrupt:
        return _say(str(interrupt) or "interrupted", INTERRUPTED)
    except CertificateError as error:
        return _say(str(error), DISAGREES)
    except DeriveError as error:
        return _say(str(error), USAGE)
    except MemoryError:
        return _say("out of memory; give a smaller problem", FAULT)
    except Exception as error:
        if os.environ.get("DERIVE_TRACEBACK") == "1":
            raise
        reason = _reason(error)
        if reason is not None:
            return _say(reason, USAGE)
        reason = f"{type(error).__name__}: {error}"
        return _say(f"{reason}; set DERIVE_TRACEBACK=1 to see where, and report it", FAULT)


def _reason(error: Exception) -> str | None:
    """What a user can do about an error of the system; None where it is a fault of derive."""
    if isinstance(error, OSError) and error.strerror:
        place = "" if error.filename is None else f"{error.filename}: "
        return f"{place}{error.strerror}; give another path, or mend this one"
    if isinstance(error, UnicodeError):
        return f"a name or a text is not Unicode ({error}); give another one"
    if isinstance(error, ValueError) and "integer string conversion" in str(error):
        return "a whole number has more digits than can be printed; give a smaller one"
    return None


def _call(arguments: list[str]) -> int:
    options, verb = read(arguments)
    return verb(options)


def _say(message: str, status: int) -> int:
    from derive.wording import one_line

    print(f"derive: {one_line(message, 2000)}", file=sys.stderr)
    return status
