"""The nodes of the theory of disorder, each with its rules."""
