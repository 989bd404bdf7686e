"""Set up a desk, apply editions of its procedure, and switch its rules."""
