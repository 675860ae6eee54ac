"""Data makers: each returns the named arrays of a data file, and draws from its seed alone."""

from derive.tasks.digits import Digits as Digits
from derive.tasks.hidden_markov import DENOISING_PATH as DENOISING_PATH
from derive.tasks.hidden_markov import MATCH_PATH as MATCH_PATH
from derive.tasks.hidden_markov import PATH_NAMES as PATH_NAMES
from derive.tasks.hidden_markov import hidden_markov as hidden_markov
