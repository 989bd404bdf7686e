"""Templates and macros on the command line: files of them, lists, and macros of one's own."""
