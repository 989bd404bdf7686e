"""Templates and macros as files have them and as the store keeps them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from deskterm.procedure.schema import Part
from deskterm.procedure.schema.text_types import (
    DepartmentKey,
    ImpactKey,
    Key,
    PriorityKey,
    SeverityKey,
    StatusKey,
    TeamKey,
    TypeKey,
    UrgencyKey,
)

Label = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Words = Annotated[str, StringConstraints(max_length=400)]
Body = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Language = Annotated[str, StringConstraints(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")]
Writing = Literal["reply", "note", "resolve"]

RESERVED = ("record", "save", "stop", "delete")
"""Words with a meaning of their own after `:macro` in the console, which cannot be names of macros."""
ME, NOBODY = "me", "nobody"
"""Words for an assignee that stand for no login."""


class Entry(Part):
    """A template or a macro: its name, and whom and what it is for."""

    key: Key
    label: Label
    description: Words = ""
    """The occasion that it is for."""
    words: tuple[Words, ...] = ()
    """Words by which it is found too."""
    language: Language = ""
    """The language of its text: `en`, `de-AT`. Several may have the same key, each in a language of its own."""
    teams: tuple[TeamKey, ...] = ()
    """The teams whose agents use it; all where left out."""
    types: tuple[TypeKey, ...] = ()
    """The types of request that it is for; all where left out."""
    statuses: tuple[StatusKey, ...] = ()
    """The statuses that it is for; all where left out."""


class ReplyTemplate(Entry):
    """A text that is written often. Placeholders in braces are filled in, and the cursor stands at `{cursor}`."""

    use: tuple[Writing, ...] = ("reply", "note", "resolve")
    """The writing that it is for: replies, notes, letters that resolve."""
    body: Body
    """The text."""

    @field_validator("body")
    @classmethod
    def _strip_ends(cls, body: str) -> str:
        return body.strip("\n")


class Macro(Entry):
    """Several changes of a ticket, and a reply or a note, in one act with one undo. What is left out stays as it is."""

    type: TypeKey | None = None
    impact: ImpactKey | None = None
    urgency: UrgencyKey | None = None
    severity: SeverityKey | None = None
    priority: PriorityKey | None = None
    department: DepartmentKey | None = None
    """The department that it is handed to."""
    team: TeamKey | None = None
    """The team that it is handed to."""
    handover: Annotated[str, StringConstraints(max_length=20_000)] = ""
    """A note for the department or team that gets it."""
    assign: Annotated[str, StringConstraints(pattern=r"^\S*$", max_length=100)] = ""
    """The login of whoever gets it; `me` for whoever runs the macro, `nobody`."""
    tags: tuple[Annotated[str, StringConstraints(min_length=1, max_length=100)], ...] = ()
    """Tags that it gets; those with a minus in front are taken away."""
    fields: dict[str, str | int | bool] = Field(default_factory=dict)
    """Fields of the request."""
    status: tuple[StatusKey, ...] = ()
    """The status that it moves to; several are gone through in turn. The reply goes out with the last move."""
    reason: Words = ""
    """The reason of the changes; of a status that closes, the key of a closing reason."""
    note: Annotated[str, StringConstraints(max_length=20_000)] = ""
    """A note for colleagues, with placeholders."""
    reply: Annotated[str, StringConstraints(max_length=20_000)] = ""
    """A reply to the requester, with placeholders."""
    template: Key | None = None
    """The template that the reply is made of, instead of `reply`."""
    resolution: Literal["temporary", "permanent"] | None = None
    """The resolution that the reply gives."""
    next_steps: bool = False
    """The reply says what happens next."""
    snooze: Annotated[str, StringConstraints(max_length=40)] = ""
    """The time for which it is out of the queue afterwards: `2h`, `tomorrow`."""

    @field_validator("status", mode="before")
    @classmethod
    def _list_status(cls, status: object) -> object:
        return (status,) if isinstance(status, str) else status

    @model_validator(mode="after")
    def _require_sense(self) -> Macro:
        if self.key in RESERVED:
            raise ValueError(f'"{self.key}" is a word of :macro itself: give the macro another key')
        if self.reply and self.template:
            raise ValueError(f'macro "{self.key}" has both a reply and a template: keep one')
        if not self.has_reply and (self.resolution or self.next_steps):
            raise ValueError(f'macro "{self.key}" has no reply that could give a resolution or next steps')
        if not self.list_steps():
            raise ValueError(f'macro "{self.key}" does nothing: give it a change, a note or a reply')
        return self

    @property
    def has_reply(self) -> bool:
        return bool(self.reply or self.template)

    def list_steps(self) -> list[tuple[str, str]]:
        """List what it does, each with its key and value, as a person reads them."""
        found: list[tuple[str, Any]] = [
            (name, getattr(self, name))
            for name in (
                *("type", "impact", "urgency", "severity", "priority", "department", "team", "assign"),
                *("tags", "fields", "note"),
            )
        ]
        found += [
            ("status", " → ".join(self.status)),
            *((name, getattr(self, name)) for name in ("reply", "template", "snooze")),
        ]
        return [(name, _format(value)) for name, value in found if value]


class Library(Part):
    """A file of templates and macros. procedure: the key of the one that it was written for; any where left out."""

    procedure: str = ""
    templates: tuple[ReplyTemplate, ...] = ()
    macros: tuple[Macro, ...] = ()


def _format(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {one}" for key, one in value.items())
    return ", ".join(value) if isinstance(value, tuple) else str(value)
