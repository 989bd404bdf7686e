"""Notices, the templates that they are written from, and checks of resolution letters."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from deskterm.procedure.schema.text_types import (
    Conditions,
    Key,
    MetricKey,
    NoticeTopic,
    Part,
    RoleKey,
    StatusKey,
    TemplateKey,
    Text,
    Threshold,
)


class Letters(Part):
    """Letters that carry agents' answers to people outside."""

    replies: Literal["letter", "notice", "none"] = "letter"
    """The letter that an agent's answer by mail makes for the requester, with the participants in copy: `letter`, with
    its words; `notice`, only that there is news (S5-15); `none`, no letter, because people read it elsewhere. A
    `[[notices]]` entry for `replied` that names the requester takes the place of this."""


class Notice(Part):
    """A notice: an event, its recipients and the template of their letter."""

    on: NoticeTopic
    """The event. `delayed`: a due time will be missed; `changed-by-feedback`: the result of people's answers."""
    to: tuple[Literal["requester", "participants", "assignee", "team", "department", "lead", "role", "tier"], ...]
    """The recipients."""
    when: Conditions = Field(default={})
    metric: MetricKey | None = None
    """The clock that it is about; any where left out."""
    at: Threshold = ""
    """The warning at which it goes: a share (`75%`) or the time left (`30m`). Left out, `warned` goes at each of them,
    and `delayed` when the time is over (S3-07)."""
    entered: StatusKey | None = None
    """The status whose entering is the moment of a `status` notice."""
    role: RoleKey | None = None
    """The role that is notified where `to` says `role`."""
    template: TemplateKey | None = None
    """The letter."""
    include_body: bool = True
    """False: the letter says that there is news, not what it is: its subject and what people wrote stay out of it
    (S5-15)."""
    or_phone: bool = False
    """A logged phone call will do instead."""


class Template(Part):
    """A letter. Placeholders in braces: {number}, {subject}, {requester}, {client} (their organisation), {agent},
    {organisation} (ours), {status}, {priority}, {severity}, {department}, {team}, {tier}, {level} (of an escalation),
    {due}, {resolution}, {release}, {amount} (of a quote), {other} (the ticket that a duplicate or merged one goes on
    in), {question} and {scale} (of the survey, and its best answer), {link:KEY} (an address of `links`), and {note}:
    what an agent adds, the notes of a release, what came of people's answers. A sentence that wants what there is none
    of is left out, and so is a line of nothing but that, and what leads up to it with a colon; a greeting stays,
    without the name."""

    key: Key
    label: Text
    subject: str = ""
    """The letter's subject; the ticket's own where left out."""
    body: Text
    """The text of the letter."""


class LetterCheck(Part):
    """A thing that a resolution letter must hold (S2-19)."""

    key: Key
    label: Text
    definition: str = ""
    words: tuple[str, ...] = ()
    """Words, any of which shows it."""
