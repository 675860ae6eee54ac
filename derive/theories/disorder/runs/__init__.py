"""Everything about one disordered model, from its description to a folder with a report."""
