"""Rules of a procedure beyond its words and references: hours that open, targets that end, tables without holes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import product

from deskterm.procedure.amounts import CURRENCIES, find_rate_problem
from deskterm.procedure.cadence_dates import find_rule_problem
from deskterm.procedure.checking.problems import Problem, suggest
from deskterm.procedure.checking.toml_positions import Path
from deskterm.procedure.checking.unmatched_policies import find_unmatched_policies
from deskterm.procedure.schema import PolicyPart, Procedure, Severity
from deskterm.procedure.sla_terms import compile_calendar, parse_wall_spans
from deskterm.sla.calendar import Calendar
from deskterm.sla.durations import parse_duration
from deskterm.sla.targets import parse_target


def find_inconsistencies(procedure: Procedure) -> Iterator[Problem]:
    """Everything that would keep a procedure from being worked by. References must have been checked before."""
    calendars: dict[str, Calendar] = {}
    for key, part in procedure.calendars.items():
        if part.day_length is not None and not _is_day_length(part.day_length):
            told = f'"{part.day_length}" is not the length of a working day: write hours, at most 24h, such as 7h30m.'
            yield Problem(("calendars", key, "day_length"), f'calendars "{key}", day_length: {told}')
            continue
        try:
            calendars[key] = compile_calendar(part)
            calendars[key].require_openings()
            calendars[key].require_no_overlap()
        except ValueError as error:
            where = _find_key(str(error))
            if where[0] == "exceptions" and str(where[1]) not in map(str, part.exceptions):
                where = ("holidays",) if part.holidays else ("region",)
            yield Problem(("calendars", key, *where), f'calendars "{key}": {_add_advice(str(error))}')
    for number, shift in enumerate(procedure.shifts):
        try:
            Calendar(shift.timezone, {day: parse_wall_spans(spans) for day, spans in shift.week.items()})
        except ValueError as error:
            told = f'shifts "{shift.key}": {_add_advice(str(error))}'
            yield Problem(("shifts", number, *_find_key(str(error))), told)
    for number, policy in enumerate(procedure.policies):
        yield from _check_targets(("policies", number), policy, procedure, calendars)
    yield from find_unmatched_policies(procedure)
    yield from _check_metrics(procedure)
    yield from _check_raises(("severities",), procedure.severities)
    yield from _check_raises(("priority", "scale"), procedure.priority.scale)
    yield from _check_matrix(procedure)
    yield from _check_initial_statuses(procedure)
    yield from _check_objectives(procedure)
    yield from _check_cadences(procedure)
    yield from _check_money(procedure)
    for number, asked in enumerate(procedure.fields):
        if asked.kind == "choice" and not asked.choices:
            yield Problem(("fields", number), f'fields "{asked.key}": a choice needs choices.')
    for number, key in enumerate(procedure.articles):
        if key not in procedure.links:
            yield Problem(("articles", number), f'articles: there is no link "{key}"{suggest(key, procedure.links)}')
    for number, notice in enumerate(procedure.notices):
        if "role" in notice.to and notice.role is None:
            yield Problem(("notices", number), f"notices number {number + 1}: say which role is told.")


_ADVICE = {
    "unknown time zone": "write an IANA name such as Europe/London",
    "two spans of": "end the one before the other begins",
    "runs into the first span": "a night belongs to the day that it opens on, so begin that day's hours later",
    "opens before the last one": "begin that day's hours later, or end those of the day before sooner",
    "is no time of day": "a night runs into the next day, as 22:00-06:00",
    "opens at 24:00": "",
    "days on end": "a target could be years off; leave out some of its holidays or exceptions",
    "the week has no opening hours": 'give it hours, such as mon = ["08:00-16:00"]',
}
"""Words of a problem with opening hours → the advice that goes with it."""


def _add_advice(wrong: str) -> str:
    advice = next((advice for words, advice in _ADVICE.items() if words in wrong), "")
    zone = re.search(r"unknown time zone '(.*)'", wrong)
    if zone is not None:
        from zoneinfo import available_timezones

        near = get_close_matches(zone[1], sorted(available_timezones()), n=1)
        advice = f"did you mean {near[0]}?" if near else advice
    told = f"{wrong}{'; ' if ': ' in wrong else ': '}{advice}" if advice else wrong
    return told.removesuffix("?") + ("?" if told.endswith("?") else ".")


def _is_day_length(text: str) -> bool:
    """Return True when a length can be that of a working day: hours and minutes, no days."""
    try:
        return "d" not in text.lower() and parse_duration(text, 86_400) <= 86_400
    except ValueError:
        return False


def _find_key(wrong: str) -> Path:
    """The key of a calendar that a sentence of its hours is about."""
    if "time zone" in wrong:
        return ("timezone",)
    if "public holidays" in wrong:
        return ("region",)
    if match := re.search(r"span(?: \S+)? of (mon|tue|wed|thu|fri|sat|sun)\b|spans of (\w{3}) overlap", wrong):
        return "week", match[1] or match[2]
    if match := re.search(r"(?:spans?|span \S+) of (\d{4}-\d\d-\d\d)|days on end from (\d{4}-\d\d-\d\d)", wrong):
        return "exceptions", match[1] or match[2]
    return ("week",)


def _check_targets(
    path: Path, policy: PolicyPart, procedure: Procedure, calendars: dict[str, Calendar]
) -> Iterator[Problem]:
    rows = [((*path, "targets"), policy.targets)]
    rows += [((*path, "by_severity", step), row) for step, row in policy.by_severity.items()]
    rows += [((*path, "by_priority", step), row) for step, row in policy.by_priority.items()]
    roles = {role.key: role for role in procedure.roles}
    cadences = {cadence.kind for cadence in procedure.cadences}
    for where, row in rows:
        for metric, text in row.items():
            day = calendars.get(policy.calendars.get(metric, policy.calendar))
            if day is None:
                continue  # the calendar has its own complaint
            told = f'policies "{policy.key}", target of {metric}'
            try:
                target = parse_target(text, day.day_length)
            except ValueError as error:
                yield Problem((*where, metric), f"{told}: {error}.")
                continue
            if target.role and target.role not in roles:
                yield Problem(
                    (*where, metric), f'{told}: there is no role "{target.role}"{suggest(target.role, roles)}'
                )
            elif target.role and "set-due" not in roles[target.role].may:
                yield Problem((*where, metric), f'{told}: the role "{target.role}" lacks may = ["set-due"].')
            elif target.cadence and target.cadence not in cadences:
                lacking = f"the file has no cadence of kind {target.cadence} to count it by"
                yield Problem((*where, metric), f"{told}: {lacking}.")


def _check_metrics(procedure: Procedure) -> Iterator[Problem]:
    for number, metric in enumerate(procedure.metrics):
        for name, conditions in (("start", metric.start), ("stop", metric.stop)):
            if not conditions:
                told = f'metrics "{metric.key}", {name}: nothing would {name} it; name an occurrence, such as '
                yield Problem(("metrics", number, name), told + ("received." if name == "start" else "agent_reply."))


def _check_raises(path: Path, scale: Sequence[Severity]) -> Iterator[Problem]:
    known = [step.key for step in scale]
    for number, step in enumerate(scale):
        if step.raise_to is not None and step.raise_to not in known:
            yield Problem(
                (*path, number, "raise_to"),
                f'{path[-1]} "{step.key}", raise_to: there is no step "{step.raise_to}"{suggest(step.raise_to, known)}',
            )


def _check_matrix(procedure: Procedure) -> Iterator[Problem]:
    part = procedure.priority
    steps = [step.key for step in part.scale or procedure.severities]
    for impact, row in part.matrix.items():
        for urgency, step in row.items():
            if step not in steps:
                path = ("priority", "matrix", impact, urgency)
                yield Problem(path, f'priority, matrix: there is no step "{step}"{suggest(step, steps)}')
    if part.matrix:
        for effect, haste in product(part.impacts, part.urgencies):
            if haste.key not in part.matrix.get(effect.key, {}):
                told = f'priority, matrix: impact "{effect.key}" with urgency "{haste.key}" has no step.'
                yield Problem(("priority", "matrix", effect.key), told)


def _check_initial_statuses(procedure: Procedure) -> Iterator[Problem]:
    statuses = {status.key: status for status in procedure.statuses}
    for number, kind in enumerate(procedure.types):
        known = [key for key, status in statuses.items() if not status.types or kind.key in status.types]
        if kind.initial is not None and kind.initial not in known:
            told = f'types "{kind.key}", initial: status "{kind.initial}" is not for it{suggest(kind.initial, known)}'
            yield Problem(("types", number, "initial"), told)
        elif not known:
            yield Problem(("types", number), f'types "{kind.key}": no status is for this type.')


def _check_objectives(procedure: Procedure) -> Iterator[Problem]:
    for number, part in enumerate(procedure.objectives):
        path = ("objectives", number, "target")
        if part.statistic in ("share", "attainment"):
            if not re.fullmatch(r"(100|\d{1,2})(\.\d+)?%", part.target):
                yield Problem(path, f'objectives "{part.key}", target: write a share such as 60%.')
        else:
            try:
                parse_duration(part.target, 86_400)
            except ValueError as error:
                yield Problem(path, f'objectives "{part.key}", target: {error}.')


def _check_cadences(procedure: Procedure) -> Iterator[Problem]:
    for number, cadence in enumerate(procedure.cadences):
        wrong = find_rule_problem(cadence.rule, cadence.first)
        if wrong is not None:
            yield Problem(("cadences", number, "rule"), f'cadences "{cadence.key}", rule: {wrong}.')


def _check_money(procedure: Procedure) -> Iterator[Problem]:
    part = procedure.money
    if part.currency not in CURRENCIES:
        near = get_close_matches(part.currency, sorted(CURRENCIES), n=1)
        advice = f'did you mean "{near[0]}"?' if near else "write a code of ISO 4217, such as GBP."
        told = f'money, currency: there is no currency "{part.currency}"; {advice}'
        yield Problem(("money", "currency"), told)
    elif part.rate is not None and (wrong := find_rate_problem(part.rate, part.currency)):
        yield Problem(("money", "rate"), f"money, rate: {wrong}")
