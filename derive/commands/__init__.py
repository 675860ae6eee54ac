"""What verbs of the command line share: a parser with one line for every wrong call, values."""
