"""The runtime as generated modules carry it: one text, whose names don't meet."""

import ast
import importlib
import pkgutil
from collections import Counter

import numpy as np
import pytest

from derive.programs.assemble import assemble, runtime_source
from derive.theories.disorder.module import runtime

NAMES = [info.name for info in pkgutil.iter_modules(runtime.__path__)]
MODULES = [importlib.import_module(f"{runtime.__name__}.{name}") for name in NAMES]
IMPORTS = """from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
from scipy import special"""


def test_no_two_files_define_one_name():
    defined = Counter()
    for module in MODULES:
        for node in ast.parse(runtime_source(module)).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                defined[node.name] += 1
            elif isinstance(node, ast.Assign):
                defined[node.targets[0].id] += 1
    assert [name for name, count in defined.items() if count > 1] == []


@pytest.fixture(scope="module")
def carried():
    parts = [runtime_source(module) for module in MODULES]
    return assemble([IMPORTS, *parts], "carried").load()


def test_the_text_runs_alone(carried):
    z, weight = carried.gaussian_nodes((0.0,), (0.1,))

    def update(x):
        return np.array([weight @ np.tanh(1.7 * np.sqrt(x[0]) * z) ** 2])

    found = carried.fixed_point(update, np.array([0.5]), lambda x: 0 <= x[0] <= 1)
    assert found.converged and 0.1 < found.point[0] < 0.9
    field = carried.field_integral(lambda h: -np.abs(h), z, 0.4, breaks=(0.0,), widths=(0.0,))
    site = carried.site_integral(None, z, 0.0, points=((1.0, 0.0), (-1.0, 0.0)))
    assert field.error.max() < 1e-12
    np.testing.assert_allclose(site.log, carried.log_two_cosh(z))
