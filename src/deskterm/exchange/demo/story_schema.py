"""Stories: tickets of a demo desk as somebody wrote them down, and templates that more are told from.

A story says when its ticket came and what happened then, in working time before the moment that the desk is seen
(`ago = "1d 2h"`), in working time since the step before (`after = "25m"`), or by the wall clock some calendar days
before that moment (`on = "-3 17:40"`), so that it can be told of any desk at any moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, StringConstraints, model_validator

from deskterm.exchange.seeding.seed_files import AgentRow, ClientRow
from deskterm.procedure.checking.toml_positions import TomlPositions
from deskterm.procedure.schema import Part
from deskterm.procedure.schema.text_types import Key, Text
from deskterm.sla.calendar import Calendar
from deskterm.sla.durations import parse_duration

YOU = "you"
"""The visitor's login in stories."""

_LOOK_BACK = timedelta(days=30)

Ago = Annotated[str, StringConstraints(pattern=r"^(0|(\d+[dhms] ?)+)$")]
On = Annotated[str, StringConstraints(pattern=r"^-\d+ \d\d:\d\d(:\d\d)?$")]
_ACTS = ("reply", "note", "customer", "move", "assign", "severity", "tags", "subject")


class Timing(Part):
    """An instant: one of the three ways to say it."""

    ago: Ago | None = None
    on: On | None = None


class Step(Timing):
    """An act of somebody. who: a login, `you`, or whoever did the step before. One act a step; a reply may move the
    ticket (`status`), say what comes next (`next`) and give a `resolution`."""

    after: Ago | None = None
    who: str = ""
    reply: Text | None = None
    note: Text | None = None
    customer: Text | None = None
    by: str = ""
    """The writer of a customer's message, where it was not the requester."""
    move: str | None = None
    assign: str | None = None
    team: Key | None = None
    severity: Key | None = None
    tags: tuple[str, ...] | None = None
    subject: Text | None = None
    status: Key | None = None
    next: bool = False
    resolution: Literal["temporary", "permanent"] | None = None

    @model_validator(mode="after")
    def _one(self) -> Step:
        acts = [name for name in _ACTS if getattr(self, name) is not None]
        if len(acts) != 1:
            raise ValueError(f"a step is one of {', '.join(_ACTS)}, and this one is {' and '.join(acts) or 'none'}")
        if sum(value is not None for value in (self.ago, self.on, self.after)) != 1:
            raise ValueError("a step has one of after, ago and on")
        if self.reply is None and (self.status or self.next or self.resolution):
            raise ValueError("status, next and resolution belong to a reply; a status alone is a move")
        return self

    @property
    def act(self) -> str:
        return next(name for name in _ACTS if getattr(self, name) is not None)


class StoryBase(Part):
    """The parts of stories and templates alike: the request and its course."""

    type: Key
    severity: Key | None = None
    channel: Key = "email"
    team: Key | None = None
    product: Key | None = None
    subject: Text
    body: str = ""
    tags: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


class Story(StoryBase, Timing):
    """One ticket. requester: a contact of one of the clients."""

    requester: Text
    who: str = ""
    """The agent who registered it, where it did not come in by itself: a call, a visit."""

    @model_validator(mode="after")
    def _came(self) -> Story:
        if (self.ago is None) == (self.on is None):
            raise ValueError("a story has one of ago and on")
        return self


class StoryTemplate(StoryBase):
    """Several tickets of one kind. times: how many; slots: word → what may stand for `{word}`. Beside the slots there
    are `{first}`, the requester's first name, and `{agent}`, the first name of whoever takes it. The step's `who` may
    be `agent`."""

    times: Annotated[int, Field(ge=1, le=50)] = 1
    slots: dict[str, tuple[Text, ...]] = Field(default_factory=dict)


class DemoClient(ClientRow):
    """A client with the people who write for it."""

    contacts: tuple[Text, ...] = Field(min_length=1)


class DemoPeople(Part):
    """The people of the demo's desk. team: the visitor's, and where tickets come in; product: what tickets are about
    that do not say; takers: who has the tickets of templates."""

    name: Text
    team: Key
    product: Key
    takers: tuple[str, ...] = Field(min_length=1)
    agents: tuple[AgentRow, ...]
    clients: tuple[DemoClient, ...]


class Stories(Part):
    """A file of stories."""

    stories: tuple[Story, ...]


class Templates(Part):
    """The file of templates."""

    seed: int
    """The seed of the random choice of people, words and times: the same seed makes the same desk."""
    newest: Ago
    """Templates' tickets came between so much working time ago …"""
    oldest: Ago
    """… and so much."""
    templates: tuple[StoryTemplate, ...]


@dataclass(frozen=True, slots=True)
class LoadedStory:
    """A story with the place that it was written at, for complaints."""

    story: Story
    place: str
    lines: TomlPositions | None = None
    number: int = 0

    def locate(self, *path: str | int) -> str:
        """File and line of a part of the story."""
        return f"{self.place}:{self.lines.find_line(('stories', self.number, *path))}" if self.lines else self.place


class StoryMoment(NamedTuple):
    """Something that happens: the story's place in the book, and its step, None for its registration."""

    at: datetime
    story: int
    step: int | None


def schedule_moments(stories: Sequence[LoadedStory], calendar: Calendar, now: datetime) -> list[StoryMoment]:
    """Return the moments of all stories up to `now`, in the order of time; what is later has not happened."""
    found = []
    for index, told in enumerate(stories):
        at = _instant(told.story, calendar, now, now)
        found.append(StoryMoment(at, index, None))
        for number, step in enumerate(told.story.steps):
            at = max(at, _instant(step, calendar, now, at))
            found.append(StoryMoment(at, index, number))
    late = {moment.story for moment in found if moment.step is None and moment.at > now}
    kept = [moment for moment in found if moment.at <= now and moment.story not in late]
    return sorted(kept, key=lambda moment: (moment.at, moment.story, -1 if moment.step is None else moment.step))


def _instant(when: Timing, calendar: Calendar, now: datetime, last: datetime) -> datetime:
    if when.on is not None:
        days, _, clock = when.on.partition(" ")
        local = now.astimezone(calendar.zone).date() + timedelta(days=int(days))
        return datetime.combine(local, time.fromisoformat(clock), calendar.zone).astimezone(UTC)
    if when.ago is not None:
        return subtract_open_time(calendar, now, parse_story_duration(when.ago, calendar.day_length))
    after = when.after if isinstance(when, Step) else None
    return calendar.add(last, parse_story_duration(after, calendar.day_length)) if after else last


def subtract_open_time(calendar: Calendar, moment: datetime, seconds: int) -> datetime:
    """The latest instant from which `seconds` of open time have passed at `moment`."""
    left = seconds
    end = moment
    while True:
        start = end - _LOOK_BACK
        for span in reversed(list(calendar.spans(start, end))):
            length = round((span.end - span.start).total_seconds())
            if length >= left:
                return span.end - timedelta(seconds=left)
            left -= length
        end = start


def parse_story_duration(text: str, day_length: int) -> int:
    """The seconds of an `ago` or `after`."""
    compact = text.replace(" ", "")
    return 0 if compact == "0" else parse_duration(compact, day_length)
