"""Where the program starts. `--version` answers before anything heavy is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, and end with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from deskterm import __version__

        print(f"deskterm {__version__}")
        return
    from deskterm.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
