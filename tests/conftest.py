"""Settings of every test: one thread for linear algebra, as the matrices are small.

A test that meets an extra that is not installed is skipped; every line that asks for one says
`install derive[...]`. A session holds hundreds of theories. SymPy remembers 1,000 results a
function by default, and forgets one network's for the next; the garbage collector goes through all
that is kept again and again. Together that was a third of the time of tests that derive.
"""

import gc
import os
import sys
import tomllib
from functools import wraps
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("SYMPY_CACHE_SIZE", "50000")  # both are read at the first import

from derive.errors import DeriveError
from derive.theories.networks.derivation import deriving
from derive.theories.networks.module import module

EXTRAS = {
    "sampling": "arviz_stats",
    "plot": "matplotlib",
    "digits": "sklearn",
    "cluster": "distributed",
}
ASKED = [f"install derive[{name}]" for name, module in EXTRAS.items() if not find_spec(module)]


ANEW = ("mutation", "properties", "rules")
"""Folders whose tests ask how a network is derived, not what comes of it."""


class Shared:
    """Keeps what a function makes of a network: derivations and modules are frozen."""

    on = True

    def __init__(self, function):
        self.function, self.kept = function, {}

    def __call__(self, given, *more):
        network = getattr(given, "network", given)
        theory = getattr(given, "theory", None)
        steps = len(getattr(given, "steps", ()))
        key = network, repr(network), id(theory), steps  # 1 and 1.0 are equal, printed otherwise
        others = [x for x in more if isinstance(x, deriving.Rules) and x is not deriving.RULES]
        if not Shared.on or others:
            return self.function(given, *more)
        if key not in self.kept:
            self.kept[key] = theory, self.function(given, *more)  # what is kept keeps its id
        return self.kept[key][1]


def pytest_sessionstart():
    """Equal networks are derived once, and their modules generated once."""
    gc.set_threshold(10_000, 20, 100)
    for room, name in (
        (deriving, "derive_theory"),
        (deriving, "composed_theory"),
        (module, "_generate_known"),
        (module, "generate_repeated"),
    ):
        setattr(room, name, Shared(getattr(room, name)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Nothing is shared by tests that look at the derivation."""
    Shared.on = not {*ANEW} & {*item.path.parts}
    return (yield)


def _floors_above():
    """Those that no derivation can depend on: the first contract on imports says so."""
    settings = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    return tuple(layers[: layers.index("derive.theories.networks.module")][1:])


ABOVE = _floors_above()


def _leaves_derivations(target):
    """Whether a change of a module, a class or a name leaves alone what is derived."""
    own = "__name__" if isinstance(target, ModuleType) else "__module__"
    place = target if isinstance(target, str) else getattr(target, own, "")
    return place.startswith(ABOVE) or place.partition(".")[0] in sys.stdlib_module_names


def _not_shared_from_now(change, leaves):
    """A change of the program, after which the test shares nothing."""

    @wraps(change)
    def changing(self, target, *more, **options):
        if not leaves(target):
            Shared.on = False
        return change(self, target, *more, **options)

    return changing


for name, leaves in (
    ("setattr", _leaves_derivations),
    ("delattr", _leaves_derivations),
    ("setitem", lambda table: table is os.environ),
    ("delitem", lambda table: table is os.environ),
):
    change = getattr(pytest.MonkeyPatch, name)
    setattr(pytest.MonkeyPatch, name, _not_shared_from_now(change, leaves))


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
