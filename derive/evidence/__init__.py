"""What a check says, how numbers are compared, and the table of verdicts."""
