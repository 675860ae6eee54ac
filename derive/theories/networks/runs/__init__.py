"""The whole pipeline, from a description and data to a folder with a report."""
