"""Rules of a procedure: roles, departments, shifts, the status graph, types and request fields."""
