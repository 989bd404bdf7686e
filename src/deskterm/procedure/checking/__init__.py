"""What can be wrong with a procedure file, and where it stands in it."""
