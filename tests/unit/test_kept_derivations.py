import copy
import pickle

import pytest

from derive import Embedding, Network, Readout, derive
from derive.errors import DescriptionError
from derive.theories.networks.derivation.deriving import derived_again

NETWORK = Network((Embedding("N", 1.3), Readout(1.2)), "T")


@pytest.mark.parametrize(
    "again", [copy.deepcopy, lambda derivation: pickle.loads(pickle.dumps(derivation))]
)
def test_a_kept_derivation_is_derived_again(again):
    derivation = derive(NETWORK)
    found = again(derivation)
    assert found is not derivation and repr(found) == repr(derivation)
    assert found.theory.action == derivation.theory.action


def test_what_other_rules_derived_is_refused():
    with pytest.raises(DescriptionError, match="derived by other rules or another version"):
        derived_again(NETWORK, "a digest of something else")
