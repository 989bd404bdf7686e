"""Warnings about a procedure file: what is allowed, but seldom meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

from deskterm.procedure.checking.shift_cover import find_cover_problems
from deskterm.procedure.checking.toml_positions import Path, TomlPositions
from deskterm.procedure.schema import Procedure, Status
from deskterm.procedure.sla_terms import compile_calendar, parse_condition, to_value_set
from deskterm.procedure.template_text import LINK, PLACEHOLDERS, find_template_problems
from deskterm.sla.targets import NONE, parse_target
from deskterm.sla.warning_times import parse_warning

_GREENWICH = frozenset({"GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich"})
"""Zones that are an hour behind the wall clock of these countries in summer."""
_SUMMER = {"EST": "America/New_York", "MST": "America/Denver"}
"""Zones without summer time → the zone that is usually meant."""
_GREENWICH_SUMMER = {"GB": "Europe/London", "IE": "Europe/Dublin", "PT": "Europe/Lisbon"}


class CheckWarning(NamedTuple):
    """A warning. line: its line in the source, from 1; None where no source was given."""

    line: int | None
    sentence: str


def find_warnings(procedure: Procedure, source: str = "", now: datetime | None = None) -> list[CheckWarning]:
    """Return warnings in the order of the file; none of them keeps a procedure from being used. source: the text of the
    file, for the line numbers. now: the present, without which the date of the next review is not checked, nor the
    hours of shifts and the times of day that a change of the clocks makes unclear."""
    lines = TomlPositions(source) if source else None
    found = [
        *_check_calendars(procedure),
        *_check_statuses(procedure),
        *_check_metrics(procedure),
        *_check_policies(procedure),
    ]
    found += [*_check_ladders(procedure), *_check_templates(procedure)]
    if now is not None:
        found += [(("about", "next_review"), f"{sentence}.") for sentence in find_missed_review(procedure, now.date())]
        found += find_cover_problems(procedure, now.year)
    remarks = [CheckWarning(lines.find_line(path) if lines else None, sentence) for path, sentence in found]
    return sorted(remarks, key=lambda remark: remark.line or 0)


def find_missed_review(procedure: Procedure, today: date) -> list[str]:
    """Return a sentence, without its full stop, when the day is over by which the procedure was due for review
    (S1-47)."""
    review = procedure.about.next_review
    if review is None or review >= today:
        return []
    return [f"the procedure was due for review by {review}: afterwards apply it with another next_review"]


Finding = tuple[Path, str]
"""Path and sentence of a warning."""


def _check_calendars(procedure: Procedure) -> Iterator[Finding]:
    for key, part in procedure.calendars.items():
        if not (part.holidays or part.region or part.no_holidays):
            yield (
                ("calendars", key),
                f'calendars "{key}": no holidays are configured; name a region, list them, or say no_holidays = true.',
            )
        zone = part.timezone.removeprefix("Etc/")
        # GMT without a region is most likely written for the country that it is named after (S1-13)
        country = part.region.country if part.region else "GB"
        suggested = _GREENWICH_SUMMER.get(country) if zone in _GREENWICH else _SUMMER.get(zone)
        if suggested:
            yield (
                ("calendars", key, "timezone"),
                f'calendars "{key}": {zone} has no summer time; did you mean {suggested}?',
            )


def _check_statuses(procedure: Procedure) -> Iterator[Finding]:
    numbers = {status.key: number for number, status in enumerate(procedure.statuses)}
    labels = {kind.key: kind.label for kind in procedure.types}
    unreached: dict[str, list[str]] = {}
    for kind in procedure.types:
        known = {status.key: status for status in procedure.statuses if not status.types or kind.key in status.types}
        # As `find_initial_status` has it, which needs a compiled procedure
        initial = kind.initial or next((key for key, status in known.items() if status.category == "new"), None)
        initial = initial or next(iter(known), "")
        reached = _find_reachable(procedure, known, initial)
        for key in [key for key in known if key not in reached]:
            unreached.setdefault(key, []).append(kind.key)
        if not any(status.category == "closed" for status in known.values()):
            yield ("statuses",), f"no status of category closed is for {kind.label}: its tickets can never end."
    for key, kinds in unreached.items():
        status = procedure.statuses[numbers[key]]
        everywhere = len(kinds) == len(status.types or labels)
        whom = "" if everywhere else f" by {' or '.join(labels[kind] for kind in kinds)}"
        yield (
            ("statuses", numbers[key]),
            f'statuses "{key}": no ticket can get here{whom}; let another status go to it.',
        )
    for status in procedure.statuses:
        if status.category != "closed" and not _list_following(status):
            yield ("statuses", numbers[status.key]), f'statuses "{status.key}": there is no way out; say where to go.'
        for number, target in enumerate(status.to):
            shared = procedure.statuses[numbers[target]].types
            if status.types and shared and not set(status.types) & set(shared):
                yield (
                    ("statuses", numbers[status.key], "to", number),
                    f'statuses "{status.key}": no request type knows both it and "{target}".',
                )


def _check_ladders(procedure: Procedure) -> Iterator[Finding]:
    categories = {status.key: status.category for status in procedure.statuses}
    for number, ladder in enumerate(procedure.ladders):
        for place, level in enumerate(ladder.levels):
            if level.status is not None and categories[level.status] in ("solved", "closed"):
                sentence = f'"{level.status}" ends a ticket; a step of escalation leads to one where it is worked on.'
                yield ("ladders", number, "levels", place, "status"), f'ladders "{ladder.key}", status: {sentence}'


def _list_following(status: Status) -> list[str]:
    """Return the statuses that a status leads to."""
    own = [status.on_reply, status.on_reject, status.after.to if status.after else None]
    return [*status.to, *(key for key in own if key is not None)]


def _find_reachable(procedure: Procedure, known: Mapping[str, Status], initial: str) -> set[str]:
    """Return the statuses that a ticket can come to from its initial one, by people or automation."""
    # These move a ticket from any status, whatever its `to` says
    by_itself = [rule.status for rule in procedure.rules]
    by_itself += [status.moves_ticket_to for status in procedure.development.statuses]
    by_itself += [level.status for ladder in procedure.ladders for level in ladder.levels]
    by_itself += [procedure.closing.reopen_to, procedure.duplicates.status]
    waiting = [initial, *(key for key in by_itself if key is not None)]
    reached: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key in known and key not in reached:
            reached.add(key)
            waiting += _list_following(known[key])
    return reached


def _check_metrics(procedure: Procedure) -> Iterator[Finding]:
    categories = {status.category for status in procedure.statuses}
    days: dict[str, int] = {}
    # Only a warning with a lead needs the lengths of days, and calendars take time to compile
    if any(text and not text.endswith("%") for metric in procedure.metrics for text in metric.warn):
        days = {key: compile_calendar(part).day_length for key, part in procedure.calendars.items()}
    for number, metric in enumerate(procedure.metrics):
        for name, conditions in (("start", metric.start), ("stop", metric.stop)):
            for place, text in enumerate(conditions):
                for word in parse_condition(text):
                    what, _, key = word.partition(":")
                    if what == "category" and key not in categories:
                        sentence = f'no status is of category {key}, so "{text}" never happens.'
                        yield ("metrics", number, name, place), f'metrics "{metric.key}", {name}: {sentence}'
        for place, text in enumerate(metric.warn):
            if never := _find_unwarned_targets(procedure, days, metric.key, text):
                sentence = f'"{text}" is no shorter than targets of {_join_names(never)}: it never warns of those.'
                yield ("metrics", number, "warn", place), f'metrics "{metric.key}", warn: {sentence}'


def _find_unwarned_targets(procedure: Procedure, days: Mapping[str, int], metric: str, text: str) -> list[str]:
    """Return the targets of a metric that are no longer than the lead of a warning, so that it never comes. days:
    calendar → length of its day, in seconds."""
    warn = parse_warning(text) if text else None
    if warn is None or warn.share is not None:
        return []
    found: dict[str, None] = {}
    for policy in procedure.policies:
        day = days[policy.calendars.get(metric, policy.calendar)]
        lead = parse_target(warn.lead, day).seconds
        for row in (policy.targets, *policy.by_severity.values(), *policy.by_priority.values()):
            target = parse_target(row[metric], day) if metric in row else NONE
            if target.exact_seconds is not None and lead >= target.exact_seconds:
                found[target.text] = None
    return list(found)


def _check_policies(procedure: Procedure) -> Iterator[Finding]:
    for number, part in enumerate(procedure.policies):
        metrics = {metric: None for row in part.by_severity.values() for metric in row}
        for step in procedure.severities:
            if "severity" in part.when and step.key not in to_value_set(part.when["severity"]):
                continue
            missing = [
                metric
                for metric in metrics
                if metric not in part.targets and metric not in part.by_severity.get(step.key, {})
            ]
            if missing:
                yield (
                    ("policies", number, "by_severity", step.key),
                    f'policies "{part.key}": severity "{step.key}" has no target for {_join_names(missing)}, '
                    'as others have; write "none" if it is to have none.',
                )


def _check_templates(procedure: Procedure) -> Iterator[Finding]:
    for number, template in enumerate(procedure.templates):
        for text, field in ((template.subject, "subject"), (template.body, "body")):
            for name in re.findall(r"\{([^{}\n]*)\}", text):
                if name not in PLACEHOLDERS and name.removeprefix(LINK) not in (
                    procedure.links if LINK in name else ()
                ):
                    yield (
                        ("templates", number, field),
                        f'templates "{template.key}": {{{name}}} stands for nothing; '
                        f"known are {_join_names(PLACEHOLDERS)}.",
                    )

        for sentence in find_template_problems(template.body):
            yield ("templates", number, "body"), f'templates "{template.key}": {sentence}.'


def _join_names(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
