"""The entry point of the program.

`--version` answers before anything heavy is imported, and the console paints before the parser of the command line is
imported: each import is where it is known to be needed.
"""

from __future__ import annotations

import gc
import os
import sys


def main(login: str | None = None) -> None:
    """Run the command line, and end with its exit code. login: of whoever calls, where the calling program knows it;
    None: read from the system."""
    if None in (sys.stdin, sys.stdout, sys.stderr):
        from deskterm.cli.runtime.exit import open_missing_streams  # noqa: PLC0415 - hardly ever needed

        if not open_missing_streams():
            sys.exit(1)
    if sys.argv[1:] in (["--version"], ["-V"]):
        from deskterm import __version__  # noqa: PLC0415 - for this option alone

        sys.exit(_print_version(__version__))
    if len(sys.argv) == 3 and sys.argv[1] == "--complete":
        from deskterm.cli.completion_values import print_values  # noqa: PLC0415 - a shell waits for this while somebody types

        sys.exit(print_values(sys.argv[2], login))
    # Everything is imported where its turn comes, because the console and a command need different parts of the
    # program, and printing the version needs none.
    from deskterm.cli.runtime.argv import parse  # noqa: PLC0415

    arguments = parse(sys.argv[1:])
    if arguments.opens_console:
        # Start-up makes hundreds of thousands of objects that stay: a collection would only go over them, again and
        # again. The console turns the collector on once its first rows are painted.
        gc.disable()
        from deskterm.cli.console import run_console  # noqa: PLC0415

        sys.exit(run_console(arguments, login))
    from deskterm.cli.main import run_arguments  # noqa: PLC0415

    sys.exit(run_arguments(arguments, login))


def _print_version(version: str) -> int:
    """Print the version, and return the exit code: 1 where nothing can be printed."""
    try:
        print(f"deskterm {version}", flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the interpreter flushes once more as it ends
        return 1
    return 0


if __name__ == "__main__":
    main()
