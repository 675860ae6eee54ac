"""What is wrong with a description, said before anything is derived from it."""
