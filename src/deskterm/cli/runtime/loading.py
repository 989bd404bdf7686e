"""Commands that are imported when they are called, so that a list does not wait for what it does not use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from deskterm.cli.runtime.command import Command, Group
from deskterm.cli.runtime.options import FilterOption


class CommandEntry(NamedTuple):
    """A command of the table.

    target: its function, as `ticket.list:list_tickets` below `deskterm.cli`; help: its line in the help of its group,
    which is the first sentence of the function's docstring.
    """

    target: str
    help: str


class Section(NamedTuple):
    """Commands that stand together in the help of their group. example: a call of one of them."""

    heading: str
    example: str
    commands: Sequence[str]


class GroupEntry(NamedTuple):
    """A group of commands in the table. help: its own help; commands: by name, in the order of its help; sections: of
    its help, where it has many commands; find_meaning: from a word that is no command to the call that it means; usual:
    the command that is meant where none is named, empty for none."""

    help: str
    commands: Mapping[str, CommandEntry | GroupEntry]
    sections: Sequence[Section] = ()
    find_meaning: Callable[[str], str] | None = None
    usual: str = ""


class LazyCommand(TyperCommand):
    """A command of which only the name and the line of help are there, until it is called."""

    def __init__(self, name: str, entry: CommandEntry) -> None:
        super().__init__(name, help=entry.help, rich_markup_mode=None)
        self._target = entry.target

    @cached_property
    def loaded(self) -> TyperCommand:
        """The command itself, with its parameters and its whole help."""
        module, _, function = self._target.partition(":")
        # The one place where the command line imports by name: the table of commands says from where.
        callback = getattr(import_module(f"deskterm.cli.{module}"), function)
        app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
        app.command(self.name, cls=Command)(callback)
        command = typer.main.get_command(app)
        # An app with a single command is that command, and no group
        assert isinstance(command, TyperCommand)
        if command.params and command.params[0].name == "number":
            command.params.append(_build_filter_option())
        return command

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Parse the words of the call. The context that comes back belongs to the loaded command, so that it is what
        is invoked, asked for help and named in errors."""
        return self.loaded.make_context(info_name, args, parent, **extra)


def _build_filter_option() -> Any:
    """Return the option `--filter` for the help and completion of a command on tickets; the command takes it from its
    words itself (`Command.parse_args`)."""

    def take(text: FilterOption = None) -> None:
        """Take the option."""

    app = typer.Typer(add_completion=False)
    app.command()(take)
    option = next(parameter for parameter in typer.main.get_command(app).params if parameter.name == "text")
    option.expose_value = False
    return option


def build_commands(entries: Mapping[str, CommandEntry | GroupEntry]) -> dict[str, TyperCommand | TyperGroup]:
    """Make the commands and groups of a part of the table, by name."""
    return {
        name: LazyCommand(name, entry) if isinstance(entry, CommandEntry) else _build_group(name, entry)
        for name, entry in entries.items()
    }


def _build_group(name: str, entry: GroupEntry) -> Group:
    group = Group(
        name=name,
        help=entry.help,
        commands={**build_commands(entry.commands)},
        no_args_is_help=not entry.usual,
        rich_markup_mode=None,
    )
    group.sections, group.find_meaning, group.usual = entry.sections, entry.find_meaning, entry.usual
    return group
