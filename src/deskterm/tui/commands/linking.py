"""Taking back, and tickets that belong together: each does what the command line's command of the same name does."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from deskterm.errors import DeskError
from deskterm.present.models import Choice
from deskterm.present.sanitize import sanitize
from deskterm.tui.commands.base import Command
from deskterm.tui.commands.prompted import Numbered, Worded

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.core.transaction import CommandResult
    from deskterm.tui.screens.desk import DeskScreen


class Undo(Command):
    """Take back what was done here last, or the last command on the ticket: on all the tickets that it was about."""

    name, title, keys, footer, rows, act, group = "undo", "undo", ("u",), 10, "many", "undo", "Work"

    def has_ticket(self, screen: DeskScreen) -> bool:
        return screen.carrying.last is not None or super().has_ticket(screen)

    async def run(self, screen: DeskScreen, argument: str) -> None:
        now = screen.instant()
        last = screen.carrying.last
        if last is not None and not screen.queue.marks:

            def once(desk: DeskSession, number: int) -> CommandResult:
                from deskterm.desk.history import undo

                return undo.undo_last_command(desk, number, now=now, version=last.version)

            await screen.carrying.to_numbers([last.number], once)
            return
        taken: dict[int, CommandResult] = {}

        def take_back(desk: DeskSession, number: int) -> CommandResult:
            from deskterm.desk.history import undo

            if number not in taken:
                together = undo.find_affected_tickets(desk, number)
                done = undo.undo_last_command(desk, number, now=now)
                taken.update((one, done) for one in together)
            return taken[number]

        await screen.carrying.to_each(screen.lines(many=True), take_back)


class Duplicate(Numbered):
    """Close the tickets as duplicates of another one: their people take part there."""

    name, title, argument, rows, act = "duplicate", "Duplicate of", "original", "many", "link"
    question = "{}: duplicate of number"

    def connect(self, desk: DeskSession, number: int, other: int, now: datetime) -> CommandResult:
        from deskterm.desk.linking import duplicate

        return duplicate.close_as_duplicate(desk, number, other, now=now)


class Merge(Numbered):
    """Let the tickets go on in another one, which shows their conversations too."""

    name, title, argument, rows, act = "merge", "Merge into", "ticket", "many", "link"
    question = "{}: merge into number"

    def connect(self, desk: DeskSession, number: int, other: int, now: datetime) -> CommandResult:
        from deskterm.desk.linking import merge

        return merge.merge_into(desk, number, other, now=now)


class Separate(Worded):
    """Let duplicates or merged tickets go their own way again, whatever was said meanwhile."""

    name, title, argument, rows, act = "separate", "Separate", "[reason]", "many", "link"
    question = "Why {be} {} a matter of its own?"

    def carry(self, desk: DeskSession, number: int, words: str, now: datetime) -> CommandResult:
        from deskterm.desk.linking import separate

        return separate.separate_ticket(desk, number, words, now=now)


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

        def look(desk: DeskSession) -> list[str]:
            from deskterm.desk.linking import split

            return split.preview_list_items(desk, number, message, now=now)

        things = await screen.clerk.do(look)
        how = "whole"
        if things:
            listed = " · ".join(thing.split("\n")[0] for thing in things)
            ways = [
                Choice("each", sanitize(f"a ticket of each of its {len(things)} things"), sanitize(listed)),
                Choice("whole", sanitize("one ticket of the whole message")),
            ]
            how = await screen.asking.choose(f"Message {message} lists {len(things)} things", ways) or ""

        def part(desk: DeskSession, one: int) -> CommandResult:
            from deskterm.desk.linking import split

            if how == "each":
                return split.split_list_items(desk, one, message, now=now)
            return split.split_message(desk, one, message, now=now)

        if how:
            await screen.carrying.to_each(lines, part)


class Hold(Worded):
    """Keep the tickets as they are, whatever their age; `-` holds them no longer."""

    name, title, argument, rows, act = "hold", "Hold", "reason, or -", "many", "hold"
    question = "Why {be} {} held? (- to release)"

    def carry(self, desk: DeskSession, number: int, words: str, now: datetime) -> CommandResult:
        from deskterm.desk.history import retention

        if words == "-":
            return retention.release_hold(desk, number, now=now)
        return retention.place_hold(desk, number, words, now=now)


TOGETHER = (Undo(), Duplicate(), Merge(), Separate(), Split(), Hold())
