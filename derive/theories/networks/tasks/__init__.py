"""Data makers: each returns the named arrays of a data file, and draws from its seed alone."""

from derive.theories.networks.tasks.digits import Digits as Digits
from derive.theories.networks.tasks.hidden_markov import DENOISING_PATH as DENOISING_PATH
from derive.theories.networks.tasks.hidden_markov import MATCH_PATH as MATCH_PATH
from derive.theories.networks.tasks.hidden_markov import PATH_NAMES as PATH_NAMES
from derive.theories.networks.tasks.hidden_markov import hidden_markov as hidden_markov
