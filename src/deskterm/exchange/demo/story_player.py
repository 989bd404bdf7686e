"""Plays the demo's stories on a desk: each registration and step is the command of the agent who is in it."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import assignment, confirmation, register, update
from deskterm.desk.workflow import checklists
from deskterm.desk.workflow.snooze import snooze
from deskterm.errors import DeskError
from deskterm.exchange.demo.story_loader import Storybook
from deskterm.exchange.demo.story_schema import YOU, Step, Story, parse_story_duration, schedule_moments
from deskterm.sla.calendar import Calendar

INTAKE_LOGIN = "intake"
"""The agent in whose name mail and requests from the portal are recorded."""


class StoryPlayer:
    """Plays the stories of a book. desk: opened by the person who looks at the demo."""

    def __init__(self, desk: DeskSession, book: Storybook, calendar: Calendar) -> None:
        self._book, self._calendar, self._viewer = book, calendar, desk.agent.login
        self._store = desk.store
        self._desks: dict[str, DeskSession] = {self._viewer: desk}
        self._tickets: dict[int, int] = {}
        """Index of a story → number of its ticket."""
        self._agents: dict[int, str] = {}
        """Index of a story → the agent of its last step."""

    def play(self, now: datetime) -> int:
        """Play everything up to `now`, and return the number of tickets. Raises DeskError with the place of the step
        that the desk refuses."""
        for at, index, number in schedule_moments(self._book.stories, self._calendar, now):
            loaded = self._book.stories[index]
            try:
                if number is None:
                    self._register(index, loaded.story, at)
                else:
                    self._play_step(index, loaded.story.steps[number], at)
            except DeskError as error:
                place = loaded.locate() if number is None else loaded.locate("steps", number)
                raise DeskError(f"{place}: {error}") from error
        return len(self._tickets)

    def _register(self, index: int, story: Story, at: datetime) -> None:
        client = self._book.find_client(story.requester)
        result = register.register(
            self._open_desk(story.who or INTAKE_LOGIN),
            **story.model_dump(include={"type", "severity", "channel", "subject", "body", "tags"}),
            requester=story.requester,
            email=self._book.build_address(story.requester),
            organisation=client.key,
            team=story.team or self._book.people.team,
            product=story.product or self._book.people.product,
            now=at,
        )
        self._tickets[index] = result.number
        self._agents[index] = story.who

    def _play_step(self, index: int, step: Step, at: datetime) -> None:
        ticket = self._tickets[index]
        if step.customer is not None:
            messages.record_customer_message(
                self._open_desk(INTAKE_LOGIN),
                ticket,
                step.customer,
                author=step.by or self._book.stories[index].story.requester,
                now=at,
            )
            return
        self._agents[index] = step.who or self._agents[index]
        desk = self._open_desk(self._agents[index])
        self._complete_checklist(desk, ticket, step.status or step.move, at)
        match step.act:
            case "reply":
                messages.reply(
                    desk,
                    ticket,
                    step.reply or "",
                    status=step.status,
                    next_steps=step.next,
                    resolution=step.resolution,
                    now=at,
                )
            case "note":
                messages.add_note(desk, ticket, step.note or "", now=at)
            case "move":
                self._move(desk, ticket, step.move or "", at)
            case "assign":
                assignment.assign(
                    desk, ticket, self._to_login(step.assign) if step.assign else None, team=step.team, now=at
                )
            case "severity":
                update.set_severity(desk, ticket, step.severity or "", now=at)
            case "tags":
                update.tag(desk, ticket, step.tags or (), now=at)
            case "subject":
                update.edit(desk, ticket, subject=step.subject, now=at)
            case "snooze":
                seconds = parse_story_duration(step.snooze or "", self._calendar.day_length)
                snooze(desk, ticket, self._calendar.add(at, seconds), now=at)

    def _move(self, desk: DeskSession, ticket: int, status: str, at: datetime) -> None:
        """Change the status. To close a ticket where the requester has to confirm first, confirm it."""
        is_closing = desk.procedure.statuses[status].category == "closed"
        if is_closing and desk.procedure.definition.closing.confirm_before_close:
            confirmation.confirm(desk, ticket, now=at)
        else:
            update.move(desk, ticket, status, now=at)

    def _complete_checklist(self, desk: DeskSession, ticket: int, status: str | None, at: datetime) -> None:
        """Tick the required items of the checklist that a status needs, if any: the stories leave that out."""
        key = desk.procedure.statuses[status].requires_checklist if status is not None else None
        if status is None or key is None:
            return
        checklist = next(part for part in desk.procedure.definition.checklists if part.key == key)
        items = [place for place, item in enumerate(checklist.items, 1) if item.required]
        first_outcome = next((part.key for part in checklist.outcomes), None)
        outcome = desk.procedure.statuses[status].requires_outcome or first_outcome
        checklists.tick_items(desk, ticket, items, checklist=key, outcome=outcome, now=at)

    def _to_login(self, name: str | None) -> str:
        return self._viewer if name in (None, YOU) else str(name)

    def _open_desk(self, name: str) -> DeskSession:
        login = self._to_login(name)
        if login not in self._desks:
            self._desks[login] = open_desk(self._store, login)
        return self._desks[login]
