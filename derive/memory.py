"""How much memory there is, and the refusal of what does not fit into it."""

from __future__ import annotations

import os
from math import inf, log10

from derive.errors import SizeError

NUMBER = 8
"""Bytes of a number in double precision."""


def available_memory() -> float:
    """Bytes that can be had without swapping; infinity where the system does not say."""
    return min(_from_system(), _from_limits())


def refuse_beyond_memory(needed: float, what: str, remedy: str) -> None:
    """Refuse what needs more memory than there is.

    Args:
        needed: Bytes.
        what: What needs it, with its sizes.
        remedy: What would help.

    Raises:
        SizeError: There is less.
    """
    free = available_memory()
    if needed > free:
        raise SizeError(
            f"memory: {what} needs about {amount(needed)}, and {amount(free)} are free; {remedy}"
        )


def amount(size: float) -> str:
    """Bytes in a unit that suits them.

    >>> amount(123456789), amount(2.5e12), amount(10**400)
    ('123 MB', '2.5 TB', '1e388 TB')
    """
    if size >= 10**18:
        return f"{power_of_ten(int(size) // 10**12)} TB"
    units = (("MB", 1e6), ("GB", 1e9), ("TB", 1e12))
    unit, scale = next((pair for pair in units if size < 999.5 * pair[1]), units[-1])
    return f"{size / scale:.{1 if size < 9.95 * scale else 0}f} {unit}"


def path_text(paths: int, distinct: int | None = None) -> str:
    """A number of paths in words, however large, and how many of them differ.

    >>> path_text(64), path_text(64, 7), path_text(10**400)
    ('64 paths', '64 paths (7 of them distinct)', '1e400 paths')
    """
    merged = f" ({distinct} of them distinct)" if distinct not in (None, paths) else ""
    return f"{paths if paths < 10**12 else power_of_ten(paths)} paths{merged}"


def power_of_ten(number: int) -> str:
    """The order of magnitude of a whole number that may be too large to be written.

    >>> power_of_ten(3 * 10**5000)
    '1e5000'
    """
    spare = max(0, number.bit_length() - 53)
    return f"1e{int(log10(number >> spare) + spare * log10(2) + 1e-9)}"


def _from_system() -> float:
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            sizes = dict(line.split(":", 1) for line in file)
        return 1024.0 * int(sizes["MemAvailable"].split()[0])
    except (OSError, KeyError, ValueError):
        pass
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (OSError, ValueError, AttributeError):
        return inf


def _from_limits() -> float:
    """What a limit on the group of processes leaves, where there is one."""
    try:
        with open("/sys/fs/cgroup/memory.max", encoding="ascii") as file:
            limit = float(file.read())
        with open("/sys/fs/cgroup/memory.stat", encoding="ascii") as file:
            used = dict(line.split() for line in file)
        return limit - float(used["anon"])
    except (OSError, KeyError, ValueError):  # no such file, or no limit ("max")
        return inf
