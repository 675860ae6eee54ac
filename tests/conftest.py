"""Settings of every test: one thread for linear algebra, as the matrices are small.

A test that meets an extra that is not installed is skipped; every line that asks for one says
`install derive[...]`.
"""

import os
from importlib.util import find_spec

import pytest

from derive.errors import DeriveError

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
EXTRAS = {
    "sampling": "arviz_stats",
    "plot": "matplotlib",
    "digits": "sklearn",
    "cluster": "distributed",
}
ASKED = [f"install derive[{name}]" for name, module in EXTRAS.items() if not find_spec(module)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Skip where an extra is missing: told by an error, or by the line of a command."""
    try:
        return (yield)
    except (DeriveError, AssertionError) as error:
        missing = [line for line in ASKED if line in str(error)]
        if missing:
            pytest.skip(missing[0])
        raise


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """A file that names its tests of every day is slow but for these: its list cannot be empty."""
    for item in items:
        named = getattr(getattr(item, "module", None), "EVERY_DAY", None)
        if named and item.name not in named and item.name.partition("[")[0] not in named:
            item.add_marker(pytest.mark.slow)
