"""Where the program starts. `--version` answers before anything heavy is imported, and the console paints
before the command line is."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, and end with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from deskterm import __version__

        print(f"deskterm {__version__}")
        return
    from deskterm.cli.runtime.argv import parse

    arguments = parse(sys.argv[1:])
    if arguments.opens_console:
        from deskterm.cli.console import run_console

        sys.exit(run_console(arguments))
    from deskterm.cli.main import run_arguments

    sys.exit(run_arguments(arguments))


if __name__ == "__main__":
    main()
