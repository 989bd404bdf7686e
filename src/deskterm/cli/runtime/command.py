"""Commands and groups of the command line: how they read their words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, get_args, get_origin

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from deskterm.cli.runtime.argv import protect_dashed_arguments
from deskterm.cli.runtime.several import BIGGEST_NUMBER, put_numbers_first, run_for_each, split_numbers, take_filter
from deskterm.errors import DeskError, UsageError

_UNDECIDED = object()
_NUMBERS = "deskterm.numbers"
"""The key of a call's context under which the numbers of its tickets stand."""
_FILTER = "deskterm.filter"
"""The key of a call's context under which the text of its filter stands."""
_ANY_NUMBER = "1"


class Command(TyperCommand):
    """A command that takes words such as `-25m` as words, and does without pydantic where it can."""

    def get_params(self, ctx: Any) -> Any:
        return _with_plain_conversion(super().get_params(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        valued = {
            name
            for parameter in self.params
            if isinstance(parameter, TyperOption) and not parameter.is_flag
            for name in (*parameter.opts, *parameter.secondary_opts)
        }
        arguments = [parameter for parameter in self.params if isinstance(parameter, TyperArgument)]
        of_tickets = bool(arguments) and arguments[0].name == "number"
        text, args = take_filter(args) if of_tickets else (None, args)
        if text is not None:
            # The numbers are looked up when the command is called; until then a placeholder satisfies the parser
            ctx.meta[_FILTER], args = text, [_ANY_NUMBER, *args]
        words = protect_dashed_arguments(args, valued)
        if of_tickets and arguments[-1].name == "macro":
            words = put_numbers_first(words, valued)
        if of_tickets:
            ctx.meta[_NUMBERS], words = split_numbers(words, valued, only_numbers=len(arguments) == 1)
            if text is not None and len(ctx.meta[_NUMBERS]) > 1:
                raise UsageError("Give the numbers of tickets, or --filter: not both.")
        return super().parse_args(ctx, words)

    def invoke(self, ctx: Any) -> Any:
        """Call the command: on each ticket in turn where several were named, or a filter (C-51)."""
        numbers, text = ctx.meta.get(_NUMBERS, ()), ctx.meta.get(_FILTER)
        if text is None and len(numbers) < 2:
            return self._invoke_once(ctx)
        if ctx.params.get("version") is not None:
            raise UsageError("--if-version is for one ticket: name one.")
        if text is not None:
            # Commands without a filter, which are nearly all calls, do not wait for what reads one
            from deskterm.cli.runtime.filtering.filter_words import find_filtered_numbers  # noqa: PLC0415

            numbers = find_filtered_numbers(ctx.find_root().obj, text)

        def call(number: int) -> None:
            ctx.params["number"] = number
            self._invoke_once(ctx)

        run_for_each(numbers, call, as_json=bool(ctx.params.get("as_json")))
        return None

    def _invoke_once(self, ctx: Any) -> Any:
        """Call the command. A refusal gets the option that gives what is missing, if the command has it (C-53)."""
        try:
            return super().invoke(ctx)
        except DeskError as error:
            # A reason may be a positional argument too, as that of `item end` is
            parameters = (*self.params, *ctx.find_root().command.params)
            if error.option and any(error.option in parameter.opts for parameter in parameters):
                error.args = (f"{str(error).removesuffix('.')} ({error.option}).",)
                error.option = ""
            raise


class Group(TyperGroup):
    """A group of commands that does without pydantic where it can. sections: of its help, each with a heading, an
    example and names of commands; find_meaning: from a word that is no command to the call that it means; usual: the
    command that is meant where none is named, empty for none."""

    sections: Sequence[tuple[str, str, Sequence[str]]] = ()
    find_meaning: Callable[[str], str] | None = None
    usual: str = ""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Parse the words of the call, which may leave out the usual command."""
        if self.usual and (not args or args[0].startswith("-")) and not {"-h", "--help"}.intersection(args[:1]):
            args = [self.usual, *args]
        return super().parse_args(ctx, args)

    def get_params(self, ctx: Any) -> Any:
        return _with_plain_conversion(super().get_params(ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands into the help, in their sections where the group has any."""
        if not self.sections:
            super().format_commands(ctx, formatter)
            return
        width = max(map(len, self.commands))
        for heading, example, names in self.sections:
            with formatter.section(heading):
                commands = [(name.ljust(width), self.commands[name]) for name in names]
                formatter.write_dl(
                    [(name, command.get_short_help_str(formatter.width - 6 - width)) for name, command in commands]
                )
                formatter.write_text(f"For example: {example}")

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that the words name. Raises UsageError that names the one that another desk's word means,
        before one of similar spelling."""
        if (
            args
            and self.find_meaning is not None
            and args[0] not in self.commands
            and (meant := self.find_meaning(args[0]))
        ):
            raise UsageError(f"There is no command {args[0]!r} here: you may mean `{meant}`.")
        return super().resolve_command(ctx, args)


def _with_plain_conversion(parameters: list[Any]) -> list[Any]:
    """Make parameters convert plain words themselves, and return them.

    typer imports pydantic and builds a validator for the first parameter that is no given flag, even if that is the
    `--help` that was left out: a third of the time that a short list takes. Whatever is not plainly right is left to
    typer, so that its sentences stay its own.
    """
    for parameter in parameters:
        # The same parameters are asked for several times in a call.
        if isinstance(parameter, (TyperArgument, TyperOption)) and "process_value" not in vars(parameter):
            _convert_plain_words(parameter)
    return parameters


def _convert_plain_words(parameter: TyperArgument | TyperOption) -> None:
    convert = parameter.process_value

    def process_value(ctx: Any, value: Any) -> Any:
        plain = _plain_value(parameter, value)
        if plain is _UNDECIDED:
            return convert(ctx, value)
        return plain if parameter.callback is None else parameter.callback(ctx, parameter, plain)

    parameter.process_value = process_value  # type: ignore[method-assign]


def _plain_value(parameter: TyperArgument | TyperOption, value: Any) -> Any:
    """Return the value that typer would make of a word, or of several; _UNDECIDED if only typer can tell."""
    several = parameter.nargs == -1 or bool(getattr(parameter, "multiple", False))
    if value is None:
        return _UNDECIDED if parameter.required else () if several else None
    annotation: Any = parameter.type_descriptor.annotation
    if not several:
        return _plain_word(annotation, parameter, value)
    if not isinstance(value, (tuple, list)) or (parameter.required and not value):
        return _UNDECIDED
    (kind,) = get_args(annotation) or (None,)
    words = [_plain_word(kind, parameter, word) for word in value]
    return _UNDECIDED if _UNDECIDED in words else words


def _plain_word(annotation: Any, parameter: TyperArgument | TyperOption, word: Any) -> Any:
    if annotation is str and type(word) is str:
        return word
    if annotation is int:
        # A number of 19 digits may be beyond 2^63 - 1: typer judges those. A default comes as a number already.
        number = word
        if type(word) is str:
            # `#1001`, as tickets are named in mails and in the console
            digits = word.removeprefix("#") if parameter.max == BIGGEST_NUMBER else word
            if digits.isascii() and digits.isdigit() and len(digits) < 19:
                number = int(digits)
        low, high = parameter.min, parameter.max
        if type(number) is int and (low is None or low <= number) and (high is None or number <= high):
            return number
    if get_origin(annotation) is Literal and word in get_args(annotation):
        return word
    return _UNDECIDED
