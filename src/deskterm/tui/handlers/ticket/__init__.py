"""Commands on a ticket that are too rare for a key; they do what the command line's commands of the same names do
(C-13)."""
