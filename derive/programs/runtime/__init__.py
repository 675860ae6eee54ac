"""Functions whose source the generator copies into modules; they import numpy and scipy only."""
