"""Shared by all calls of the command line: words, context, options, output, exit codes, and loading of commands."""
