"""Commands on a ticket that are rarer than a key: what the command line's commands of the same names do (C-13)."""
