"""The command line of the theory of disorder."""
