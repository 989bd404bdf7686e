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
    from deskterm.cli.console import plainly, run_plainly

    invocation = plainly(sys.argv[1:])
    if invocation is not None:
        sys.exit(run_plainly(invocation))
    from deskterm.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
