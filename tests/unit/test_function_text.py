import math

import pytest
import sympy

from derive.algebra import build, nodes
from derive.programs.assemble import assemble, runtime_source
from derive.programs.function import function_text
from derive.programs.program import make_program
from derive.programs.runtime import linear

x = sympy.Symbol("x", positive=True)
U = build.overlap("U", 2)


def loaded(text):
    head = "from math import log\n\nimport numpy as np\nfrom scipy import linalg"
    return assemble([head, text, runtime_source(linear, text)], "small").load()


def test_a_function_computes_its_program():
    program = make_program([x * build.logdet(U) + build.trace(build.inv(U))])
    text = function_text(
        ("value", "x: float, U: np.ndarray", "float"), "x ln det U + tr 1/U.", program,
        program.results[0],
    )  # fmt: skip
    found = loaded(text).value(0.625, [[2.0, 0.0], [0.0, 3.0]])
    assert found == pytest.approx(0.625 * math.log(6) + 5 / 6, rel=1e-14)
    assert loaded(text).value.__doc__ == "x ln det U + tr 1/U."


def test_what_names_the_needs_stands_first_and_a_long_head_is_broken():
    program = make_program([x + 1])
    name = "a_name_of_more_letters_than_a_line_has_room_for_beside_its_arguments_and_its_type"
    text = function_text(
        (name, "given: tuple[float, ...]", "float"), "x + 1.", program, None,
        first=["    (x,) = given"], tail=["    return x + 1"],
    )  # fmt: skip
    assert all(len(line) <= 96 for line in text.splitlines())
    assert getattr(loaded(text), name)((2.5,)) == 3.5


def test_only_what_is_called_is_copied():
    assert "def cholesky(" not in runtime_source(linear, "lift(A, 2)")
    assert "def lift(" in runtime_source(linear, "lift(A, 2)")
    assert "def cholesky(" in runtime_source(linear)
    assert nodes.Lift.__name__ not in runtime_source(linear)
