"""The first minute: what `deskterm` asks where there is no desk yet (C-16). Lines on the terminal and no screen, so
that it is read out and copied like any other text."""

from __future__ import annotations

import gc
import shutil
import sys
import textwrap

from deskterm.cli.admin.demo import run_demo
from deskterm.cli.admin.init import make_desk
from deskterm.cli.runtime.context import CliContext
from deskterm.desk.admin.zone_change import change_zone, find_computer_zone
from deskterm.errors import DeskError
from deskterm.named_files import expand_home
from deskterm.present.sanitize import sanitize
from deskterm.procedure.load import LoadedProcedure, load
from deskterm.procedure.shipped import find_procedure, list_procedure_names
from deskterm.store.db.errors import NoDesk
from deskterm.store.db.reader import open_reader


class _Left(Exception):
    """The person left instead of answering."""


def offer_desk(cli: CliContext) -> CliContext | None:
    """Ask somebody without a desk what to begin with: the demo, a new desk, or a desk at another place. Return the call
    with the desk to open; None when there is none to open, after the demo or when they left."""
    gc.enable()  # turned off for the console's first frame, which comes much later now
    _say(f"There is no desk at {sanitize(cli.display_location)} yet.")
    print()
    print("  1  Try the demo: a working morning on a desk that is thrown away afterwards")
    print("  2  Make a new desk here")
    print("  3  Open a desk that is somewhere else")
    print("  q  Leave\n")
    try:
        match _choose("Number", ("1", "2", "3"), "1"):
            case "1":
                run_demo(cli, None)
                return None
            case "2":
                return _make_desk(cli)
            case _:
                return _find_desk(cli)
    except _Left:
        print("Nothing was made. `deskterm` asks again.")
        return None


def _make_desk(cli: CliContext) -> CliContext:
    """Ask for the procedure, name and zone of a new desk, and make it."""
    loaded = _choose_procedure()
    about = loaded.procedure.about
    name = _ask("Name of the desk", about.organisation)
    own_zone = next(iter(loaded.procedure.calendars.values())).timezone
    while True:
        zone = _ask("Time zone", find_computer_zone() or own_zone)
        try:
            loaded = change_zone(loaded, zone)
            break
        except DeskError as error:
            _say(sanitize(str(error)))
    print()
    make_desk(cli, loaded, name=name)
    _say("Next: c opens a ticket, ? shows the keys; `deskterm seed agents FILE` adds colleagues.")
    _ask("Enter opens the desk", "")
    return cli


def _choose_procedure() -> LoadedProcedure:
    """Ask for a procedure: one of those that come with deskterm, or a file."""
    shipped = [load(find_procedure(name)) for name in list_procedure_names()]
    print("\nWhat kind of desk?\n")
    for number, one in enumerate(shipped, 1):
        _say(f"  {number}  {one.procedure.about.name}: {one.procedure.about.description}", indent=5)
    print()
    _say("A number, or the file of a procedure of your own. What was chosen can be changed later.")
    while True:
        answer = _ask("Kind", "")
        if answer.isdecimal() and 1 <= int(answer) <= len(shipped):
            return shipped[int(answer) - 1]
        try:
            if answer:
                return load(find_procedure(answer))
        except DeskError as error:
            print(sanitize(str(error), multiline=True))


def _find_desk(cli: CliContext) -> CliContext:
    """Ask where the desk is, until there is one."""
    while True:
        place = _ask("File of the desk, or its postgresql:// URL", "")
        if not place:
            continue
        other = CliContext(str(expand_home(place)) if place.startswith("~") else place, login=cli.login)
        other.screen_reader = cli.screen_reader
        try:
            open_reader(other.url).close()
        except NoDesk:
            _say(f"There is no desk at {sanitize(other.display_location)}. q leaves.")
        except DeskError as error:
            _say(sanitize(str(error)))
        else:
            _say(f"To open it every time: export DESKTERM_DATABASE={sanitize(other.display_location)}")
            return other


def _say(sentence: str, indent: int = 0) -> None:
    """Print a sentence without breaking a word at the edge of the terminal. indent: of the lines after the first."""
    width = max(shutil.get_terminal_size().columns, 40)
    print(
        textwrap.fill(sentence, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)
    )


def _choose(question: str, answers: tuple[str, ...], default: str) -> str:
    """Ask until the answer is one of these."""
    while True:
        answer = _ask(question, default)
        if answer in answers:
            return answer
        print(f"Type one of {', '.join(answers)}, or q to leave.")


def _ask(question: str, default: str) -> str:
    """Ask for a line. default: what enter stands for. Raises _Left for `q` and at the end of the input."""
    print(f"{question} [{sanitize(default)}]: " if default else f"{question}: ", end="", flush=True)
    try:
        line = sys.stdin.readline()
    except UnicodeDecodeError:
        line = "\n"
    if not line or line.strip() == "q":
        raise _Left
    return line.strip() or default
