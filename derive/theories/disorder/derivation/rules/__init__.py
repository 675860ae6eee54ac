"""The steps of the replica method, one file each."""
