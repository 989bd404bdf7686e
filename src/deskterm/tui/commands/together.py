"""Taking back, and tickets that belong together: each does what the command line's command of the same name does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm.errors import DeskError, UsageError
from deskterm.tui.commands.command import Command
from deskterm.tui.commands.working import these
from deskterm.tui.shown import Choice
from deskterm.tui.text import sanitize

if TYPE_CHECKING:
    from deskterm.desk.desk import Desk
    from deskterm.desk.transaction import Done
    from deskterm.tui.screens.desk import DeskScreen


class Undo(Command):
    """Take back the last command on the ticket, on all the tickets that it was about."""

    name, title, keys, footer, rows, act, group = "undo", "undo", ("u",), 10, "many", "undo", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        now = screen.instant()
        taken: dict[int, Done] = {}

        def take_back(desk: Desk, number: int) -> Done:
            from deskterm.desk import undo

            if number not in taken:
                together = undo.concerned(desk, number)
                done = undo.undo(desk, number, now=now)
                taken.update((one, done) for one in together)
            return taken[number]

        await screen.carrying.to_each(screen.lines(many=True), take_back)


class Duplicate(Command):
    """Close the tickets as duplicates of another one: their people take part there."""

    asks = True
    name, title, argument = "duplicate", "Duplicate of", "original"
    rows, act, group = "many", "link", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        lines = screen.lines(many=True)
        original = _number(argument or await screen.asking.line(f"{these(lines)}: duplicate of number"))
        if original is not None:
            now = screen.instant()

            def close(desk: Desk, number: int) -> Done:
                from deskterm.desk import linking

                return linking.duplicate(desk, number, original, now=now)

            await screen.carrying.to_each(lines, close)


class Merge(Command):
    """Let the tickets go on in another one, which shows their conversations too."""

    asks = True
    name, title, argument = "merge", "Merge into", "ticket"
    rows, act, group = "many", "link", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        lines = screen.lines(many=True)
        into = _number(argument or await screen.asking.line(f"{these(lines)}: merge into number"))
        if into is not None:
            now = screen.instant()

            def join(desk: Desk, number: int) -> Done:
                from deskterm.desk import merging

                return merging.merge(desk, number, into, now=now)

            await screen.carrying.to_each(lines, join)


class Split(Command):
    """Make a ticket of its own of a message of the requester, or of each thing that it lists."""

    asks = True
    name, title, rows, act, group = "split", "Split off", "one", "link", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        lines, card, now = screen.lines(many=False), screen.card, screen.instant()
        said = [turn for turn in card.turns if turn.voice == "requester" and turn.seq] if card is not None else []
        if not said or card is None or card.number != lines[0].number:
            raise DeskError("There is no message of the requester here to split off.")
        choices = [Choice(str(turn.seq), sanitize(turn.words.split("\n")[0][:70])) for turn in reversed(said)]
        chosen = choices[0].key if len(choices) == 1 else await screen.asking.choose("Split off which?", choices)
        if chosen is None:
            return
        number, message = card.number, int(chosen)

        def look(desk: Desk) -> list[str]:
            from deskterm.desk import splitting

            return splitting.preview(desk, number, message, now=now)

        things = await screen.clerk.do(look)
        how = "whole"
        if things:
            listed = " · ".join(thing.split("\n")[0] for thing in things)
            ways = [
                Choice("each", sanitize(f"a ticket of each of its {len(things)} things"), sanitize(listed)),
                Choice("whole", sanitize("one ticket of the whole message")),
            ]
            how = await screen.asking.choose(f"Message {message} lists {len(things)} things", ways) or ""

        def part(desk: Desk, one: int) -> Done:
            from deskterm.desk import splitting

            if how == "each":
                return splitting.split_items(desk, one, message, now=now)
            return splitting.split(desk, one, message, now=now)

        if how:
            await screen.carrying.to_each(lines, part)


class Hold(Command):
    """Keep the tickets as they are, whatever their age; `-` holds them no longer."""

    asks = True
    name, title, argument = "hold", "Hold", "reason, or -"
    rows, act, group = "many", "hold", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        lines = screen.lines(many=True)
        reason = argument or await screen.asking.line(f"Why is {these(lines)} held? (- to release)")
        if reason:
            now = screen.instant()

            def keep(desk: Desk, number: int) -> Done:
                from deskterm.desk import retention

                if reason == "-":
                    return retention.release(desk, number, now=now)
                return retention.hold(desk, number, reason, now=now)

            await screen.carrying.to_each(lines, keep)


def _number(words: str | None) -> int | None:
    """The ticket that a person names; None when they call it off."""
    if not words:
        return None
    wanted = words.strip().removeprefix("#")
    if not wanted.isdecimal() or len(wanted) > 18:
        raise UsageError(f"{words!r} is no ticket number: write it as 1042.")
    return int(wanted)


TOGETHER = (Undo(), Duplicate(), Merge(), Split(), Hold())
