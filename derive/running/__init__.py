"""What runs of every theory share: folders, files, a journal, workers, a cluster."""
