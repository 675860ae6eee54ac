"""What follows from a derived theory: closed forms, reductions, expansions; symbolic only."""
