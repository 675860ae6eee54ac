import pytest

import derive.derivation
import derive.network
import derive.solver
from derive.theories.networks import derivation, description, solver


@pytest.mark.parametrize(
    ("documented", "home"),
    [
        (derive.derivation, derivation),
        (derive.network, description),
        (derive.solver, solver),
    ],
)
def test_names_that_users_import_are_those_of_the_theory(documented, home):
    assert home.__all__
    for name in home.__all__:
        assert getattr(documented, name) is getattr(home, name)
