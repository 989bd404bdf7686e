"""Loading of the demo's stories from a folder of people, stories and templates, and their checks."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deskterm.errors import DeskError
from deskterm.exchange.demo.story_schema import (
    YOU,
    DemoClient,
    DemoPeople,
    LoadedStory,
    Step,
    Stories,
    Story,
    StoryTemplate,
    Templates,
    parse_story_duration,
)
from deskterm.exchange.seeding.text_files import load_toml
from deskterm.procedure.checking.problems import suggest
from deskterm.procedure.checking.toml_positions import TomlPositions

_DAY_SECONDS = 28_800
"""Length of a working day for checking the order of steps, before there is a calendar."""


@dataclass(frozen=True, slots=True)
class Storybook:
    """The people and all stories of the demo, those written out and those from templates."""

    people: DemoPeople
    stories: tuple[LoadedStory, ...]

    def find_client(self, contact: str) -> DemoClient:
        """Return the client of a contact."""
        return next(client for client in self.people.clients if contact in client.contacts)

    def build_address(self, contact: str) -> str:
        """Return the e-mail address of a contact: first.last at the client's domain, in ASCII letters."""
        plain = unicodedata.normalize("NFKD", contact).encode("ascii", "ignore").decode().lower()
        return f"{'.'.join(re.findall(r'[a-z]+', plain))}@{self.find_client(contact).domain}"


def load_storybook(folder: Path) -> Storybook:
    """Load the storybook of a folder: `people.toml`, `templates.toml`, and stories in every other file. Raises
    DeskError with file and line of a mistake."""
    people, lines = load_toml(folder / "people.toml", DemoPeople)
    _check_people(people, folder / "people.toml", lines)
    stories: list[LoadedStory] = []
    for path in sorted(folder.glob("*.toml")):
        if path.stem not in ("people", "templates"):
            content, positions = load_toml(path, Stories)
            stories += [LoadedStory(one, str(path), positions, number) for number, one in enumerate(content.stories)]
    contacts = sorted(contact for client in people.clients for contact in client.contacts)
    logins = sorted({agent.login for agent in people.agents} | {YOU})
    for story in stories:
        _check_story(story, contacts, logins)
    path = folder / "templates.toml"
    templates, lines = load_toml(path, Templates)
    for number, template in enumerate(templates.templates):
        _check_template(template, path, lines, number, [*logins, "agent"])
    return Storybook(people, (*stories, *_expand_templates(templates, people, str(path))))


def _check_people(people: DemoPeople, path: Path, lines: TomlPositions) -> None:
    """Raise DeskError for an unknown taker, or a contact of two clients."""
    logins = [agent.login for agent in people.agents]
    for number, taker in enumerate(people.takers):
        if taker not in logins:
            line = lines.find_line(("takers", number))
            raise DeskError(f'{path}:{line}: nobody has the login "{taker}"{suggest(taker, logins)}')
    lines_by_contact: dict[str, int] = {}
    for number, client in enumerate(people.clients):
        for contact in client.contacts:
            line = lines.find_line(("clients", number, "contacts"))
            if contact in lines_by_contact:
                raise DeskError(f'{path}:{line}: "{contact}" is a contact on line {lines_by_contact[contact]} already.')
            lines_by_contact[contact] = line


def _check_story(loaded: LoadedStory, contacts: list[str], logins: list[str]) -> None:
    """Raise DeskError for an unknown person, or a step that is dated before the one above it."""
    story = loaded.story
    if story.requester not in contacts:
        near = suggest(story.requester, contacts)
        raise DeskError(f'{loaded.locate("requester")}: no client has the contact "{story.requester}"{near}')
    _check_logins(story.who, story.steps, logins, lambda number: loaded.locate("steps", number))
    last = None if story.ago is None else parse_story_duration(story.ago, _DAY_SECONDS)
    for number, step in enumerate(story.steps):
        ago = None if step.ago is None else parse_story_duration(step.ago, _DAY_SECONDS)
        if ago is not None and last is not None and ago > last:
            raise DeskError(f'{loaded.locate("steps", number)}: "{step.ago}" ago is before what happened last.')
        last = None if step.on is not None else last if ago is None else ago


def _check_logins(agent: str, steps: Iterable[Step], logins: list[str], locate: Callable[[int], str]) -> None:
    """Raise DeskError for a step without an agent, or with an unknown one. agent: of the registration; locate: index of
    a step → its file and line."""
    for number, step in enumerate(steps):
        agent = step.who or agent
        if not agent and step.customer is None:
            raise DeskError(f"{locate(number)}: say who does this.")
        for login in (step.who, step.assign):
            if login and login not in logins:
                raise DeskError(f'{locate(number)}: nobody has the login "{login}"{suggest(login, logins)}')


def _check_template(template: StoryTemplate, path: Path, lines: TomlPositions, number: int, logins: list[str]) -> None:
    """Raise DeskError for an unknown agent or placeholder of a template."""

    def locate(step: int) -> str:
        return f"{path}:{lines.find_line(('templates', number, 'steps', step))}"

    _check_logins("", template.steps, logins, locate)
    placeholders = [*template.slots, "first", "agent"]
    texts = [template.subject, template.body, *(text for step in template.steps for text in _texts(step).values())]
    for word in (word for text in texts for word in _SLOT.findall(text)):
        if word not in placeholders:
            line = lines.find_line(("templates", number))
            raise DeskError(f'{path}:{line}: nothing stands for "{{{word}}}"{suggest(word, placeholders)}')


# -- templates -------------------------------------------------------------------------------------------------------

_SLOT = re.compile(r"\{([a-z]+)\}")


def _expand_templates(templates: Templates, people: DemoPeople, path: str) -> Iterator[LoadedStory]:
    """Yield a story for each ticket of each template, with people, texts and times that are drawn by the file's seed.
    The order of the draws decides what desk it is: change it, and every demo looks different."""
    draw = random.Random(templates.seed)
    newest, oldest = (
        parse_story_duration(templates.newest, _DAY_SECONDS),
        parse_story_duration(templates.oldest, _DAY_SECONDS),
    )
    contacts = [contact for client in people.clients for contact in client.contacts]
    names = {agent.login: agent.name for agent in people.agents}
    for template in templates.templates:
        # Shuffled once, so that no text comes twice before all have come once
        drawn = {word: draw.sample(values, len(values)) for word, values in template.slots.items()}
        for turn in range(template.times):
            requester, taker = draw.choice(contacts), draw.choice(people.takers)
            words = {word: values[turn % len(values)] for word, values in drawn.items()}
            words |= {"first": requester.split()[0], "agent": names[taker].split()[0]}
            story = Story(
                **template.model_dump(include={"type", "severity", "channel", "team", "tags"}),
                requester=requester,
                subject=_fill(template.subject, words),
                body=_fill(template.body, words),
                ago=f"{draw.randint(newest, oldest)}s",
                steps=tuple(_fill_step(step, words, taker, draw) for step in template.steps),
            )
            yield LoadedStory(story, path)


def _fill_step(step: Step, words: dict[str, str], taker: str, draw: random.Random) -> Step:
    """Return a step with its placeholders filled. The time since the step before varies by a third."""
    changes: dict[str, Any] = {name: _fill(text, words) for name, text in _texts(step).items()}
    changes |= {name: taker for name in ("who", "assign") if getattr(step, name) == "agent"}
    if step.after:
        changes["after"] = f"{max(round(parse_story_duration(step.after, _DAY_SECONDS) * draw.uniform(0.7, 1.3)), 1)}s"
    return step.model_copy(update=changes)


def _texts(step: Step) -> dict[str, str]:
    named = {name: getattr(step, name) for name in ("reply", "note", "customer", "subject")}
    return {name: text for name, text in named.items() if text is not None}


def _fill(text: str, words: dict[str, str]) -> str:
    return _SLOT.sub(lambda match: words[match[1]], text)
