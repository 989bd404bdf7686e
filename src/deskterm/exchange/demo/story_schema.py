"""Schema of the demo's stories: tickets that are written out, and templates that produce more of them.

A story gives the time of its ticket and of every step relative to the moment at which the demo begins: in working time
before that moment (`ago = "1d 2h"`), in working time after the step before (`after = "25m"`), or as local time some
calendar days before that moment (`on = "-3 17:40"`). So it can be played on any desk at any moment.
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
"""The login by which stories mean the person who looks at the demo."""

_SEARCH_STEP = timedelta(days=30)
"""The span of calendar time that is searched for open time at once, backwards."""

Ago = Annotated[str, StringConstraints(pattern=r"^(0|(\d+[dhms] ?)+)$")]
On = Annotated[str, StringConstraints(pattern=r"^-\d+ \d\d:\d\d(:\d\d)?$")]
_ACTS = ("reply", "note", "customer", "move", "assign", "severity", "tags", "subject", "snooze")


class Timing(Part):
    """An instant relative to the beginning of the demo. One of the members is set."""

    ago: Ago | None = None
    on: On | None = None


class Step(Timing):
    """One act on the ticket. who: a login or `you`; empty for the agent of the step before. A reply may also move the
    ticket (`status`), state the next steps (`next`) and give a `resolution`."""

    after: Ago | None = None
    who: str = ""
    reply: Text | None = None
    note: Text | None = None
    customer: Text | None = None
    by: str = ""
    """The author of a customer's message, if it is not the requester."""
    move: str | None = None
    assign: str | None = None
    team: Key | None = None
    severity: Key | None = None
    tags: tuple[str, ...] | None = None
    subject: Text | None = None
    snooze: Ago | None = None
    """For how long the ticket is snoozed, in working time."""
    status: Key | None = None
    next: bool = False
    resolution: Literal["temporary", "permanent"] | None = None

    @model_validator(mode="after")
    def _require_one_act(self) -> Step:
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
        """The act: one of `_ACTS`."""
        return next(name for name in _ACTS if getattr(self, name) is not None)


class StoryBase(Part):
    """The members that stories and templates share: the request and the steps after it."""

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
    """The agent who registered it, for a call or a visit; empty for mail and the portal."""

    @model_validator(mode="after")
    def _require_one_time(self) -> Story:
        if (self.ago is None) == (self.on is None):
            raise ValueError("a story has one of ago and on")
        return self


class StoryTemplate(StoryBase):
    """Several tickets of one kind. times: how many; slots: placeholder → the texts to choose from. Two placeholders are
    always there: `{first}`, the requester's first name, and `{agent}`, the first name of the agent who takes the
    ticket. `who` and `assign` of a step may be `agent`."""

    times: Annotated[int, Field(ge=1, le=50)] = 1
    slots: dict[str, tuple[Text, ...]] = Field(default_factory=dict)


class DemoClient(ClientRow):
    """A client with the names of its contacts."""

    contacts: tuple[Text, ...] = Field(min_length=1)


class DemoPeople(Part):
    """The agents and clients of the demo's desk. procedure: the shipped one that it uses; team: of the person who tries
    the demo, and the default of tickets; product: the default of tickets; takers: logins of the agents who take the
    generated tickets."""

    name: Text
    procedure: Key
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
    """Seed of the random choice of people, texts and times: the same seed gives the same desk."""
    newest: Ago
    """The least working time ago at which a ticket of a template came in."""
    oldest: Ago
    """The most working time ago at which a ticket of a template came in."""
    templates: tuple[StoryTemplate, ...]


@dataclass(frozen=True, slots=True)
class LoadedStory:
    """A story with its place in a file, for messages about it. number: its place in the list of that file; lines: None
    for a story that comes from a template."""

    story: Story
    place: str
    lines: TomlPositions | None = None
    number: int = 0

    def locate(self, *path: str | int) -> str:
        """Return file and line of a part of the story."""
        return f"{self.place}:{self.lines.find_line(('stories', self.number, *path))}" if self.lines else self.place


class StoryMoment(NamedTuple):
    """An instant at which something happens in a story. story: its index; step: the index of the step, None for the
    registration."""

    at: datetime
    story: int
    step: int | None


def schedule_moments(stories: Sequence[LoadedStory], calendar: Calendar, now: datetime) -> list[StoryMoment]:
    """Return all registrations and steps up to `now`, in the order of time."""
    found = []
    for index, loaded in enumerate(stories):
        at = _resolve_time(loaded.story, calendar, now, now)
        found.append(StoryMoment(at, index, None))
        for number, step in enumerate(loaded.story.steps):
            # Never before the step above it: templates vary the length of steps.
            at = max(at, _resolve_time(step, calendar, now, at))
            found.append(StoryMoment(at, index, number))
    future = {moment.story for moment in found if moment.step is None and moment.at > now}
    # Without its registration no step of a story can be played
    past = [moment for moment in found if moment.at <= now and moment.story not in future]
    # At one instant the registration comes before the steps
    return sorted(past, key=lambda moment: (moment.at, moment.story, -1 if moment.step is None else moment.step))


def _resolve_time(timing: Timing, calendar: Calendar, now: datetime, last: datetime) -> datetime:
    """Return the instant of a registration or a step. last: of the step before."""
    if timing.on is not None:
        days, _, clock = timing.on.partition(" ")
        local = now.astimezone(calendar.zone).date() + timedelta(days=int(days))
        return datetime.combine(local, time.fromisoformat(clock), calendar.zone).astimezone(UTC)
    if timing.ago is not None:
        return subtract_open_time(calendar, now, parse_story_duration(timing.ago, calendar.day_length))
    after = timing.after if isinstance(timing, Step) else None
    return calendar.add(last, parse_story_duration(after, calendar.day_length)) if after else last


def subtract_open_time(calendar: Calendar, moment: datetime, seconds: int) -> datetime:
    """Return the latest instant from which so many seconds of open time have passed at a moment."""
    left = seconds
    end = moment
    while True:
        start = end - _SEARCH_STEP
        for span in reversed(list(calendar.spans(start, end))):
            length = round((span.end - span.start).total_seconds())
            if length >= left:
                return span.end - timedelta(seconds=left)
            left -= length
        end = start


def parse_story_duration(text: str, day_length: int) -> int:
    """Parse an `ago` or `after` into seconds. day_length: the working seconds of a day."""
    compact = text.replace(" ", "")
    return 0 if compact == "0" else parse_duration(compact, day_length)
