"""What a procedure allows: roles, departments, shifts, the status graph, types and request fields."""
