"""Rules of a procedure beyond its words and references: hours that open, targets that end, tables without holes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import product
from zoneinfo import available_timezones

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
    """Yield everything that keeps a procedure from being used. References must have been checked before."""
    yield from find_own_inconsistencies(procedure)
    yield from find_unmatched_policies(procedure)
    yield from _check_matrix(procedure)
    yield from _check_initial_statuses(procedure)


def find_own_inconsistencies(procedure: Procedure) -> Iterator[Problem]:
    """Yield what is wrong with single entries, which stays wrong whatever other entries there are."""
    calendars: dict[str, Calendar] = {}
    for key, part in procedure.calendars.items():
        if part.day_length is not None and not _is_day_length(part.day_length):
            advice = "write hours, at most 24h, such as 7h30m"
            sentence = f'"{part.day_length}" is not the length of a working day: {advice}.'
            # Not compiled, so that the targets that it counts are not found fault with as well
            yield Problem(("calendars", key, "day_length"), f'calendars "{key}", day_length: {sentence}')
            continue
        try:
            calendars[key] = compile_calendar(part)
            calendars[key].require_openings()
            calendars[key].require_no_overlap()
        except ValueError as error:
            where = _find_key(str(error))
            # Days on end that are closed are named by a date, which may come from the holidays and not be an exception
            if where[0] == "exceptions" and str(where[1]) not in map(str, part.exceptions):
                where = ("holidays",) if part.holidays else ("region",)
            yield Problem(("calendars", key, *where), f'calendars "{key}": {_add_advice(str(error))}')
    for number, shift in enumerate(procedure.shifts):
        try:
            # Built for its checks of zone and spans only: shifts are kept as they are written
            Calendar(shift.timezone, {day: parse_wall_spans(spans) for day, spans in shift.week.items()})
        except ValueError as error:
            sentence = f'shifts "{shift.key}": {_add_advice(str(error))}'
            yield Problem(("shifts", number, *_find_key(str(error))), sentence)
    for number, policy in enumerate(procedure.policies):
        yield from _check_targets(("policies", number), policy, procedure, calendars)
    yield from _check_metrics(procedure)
    yield from _check_raises(("severities",), procedure.severities)
    yield from _check_raises(("priority", "scale"), procedure.priority.scale)
    yield from _check_objectives(procedure)
    yield from _check_cadences(procedure)
    yield from _check_money(procedure)
    for number, field in enumerate(procedure.fields):
        if field.kind == "choice" and not field.choices:
            yield Problem(("fields", number), f'fields "{field.key}": a choice needs choices.')
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


def _add_advice(problem: str) -> str:
    """Return a sentence about opening hours with what to do about it."""
    advice = next((advice for words, advice in _ADVICE.items() if words in problem), "")
    zone = re.search(r"unknown time zone '(.*)'", problem)
    if zone is not None:
        near = get_close_matches(zone[1], sorted(available_timezones()), n=1)
        advice = f"did you mean {near[0]}?" if near else advice
    sentence = f"{problem}{'; ' if ': ' in problem else ': '}{advice}" if advice else problem
    return sentence.removesuffix("?") + ("?" if sentence.endswith("?") else ".")


def _is_day_length(text: str) -> bool:
    """Return True when a length can be that of a working day: hours and minutes, no days."""
    try:
        # It defines what a day is, so it cannot be written in days
        return "d" not in text.lower() and parse_duration(text, 86_400) <= 86_400
    except ValueError:
        return False


def _find_key(problem: str) -> Path:
    """Return the key of a calendar that a sentence about its hours concerns."""
    # The sentences are those of deskterm.sla, which knows no files: only their words tell the key
    if "time zone" in problem:
        return ("timezone",)
    if "public holidays" in problem:
        return ("region",)
    if match := re.search(r"span(?: \S+)? of (mon|tue|wed|thu|fri|sat|sun)\b|spans of (\w{3}) overlap", problem):
        return "week", match[1] or match[2]
    if match := re.search(r"(?:spans?|span \S+) of (\d{4}-\d\d-\d\d)|days on end from (\d{4}-\d\d-\d\d)", problem):
        return "exceptions", match[1] or match[2]
    return ("week",)


def _check_targets(
    path: Path, policy: PolicyPart, procedure: Procedure, calendars: dict[str, Calendar]
) -> Iterator[Problem]:
    """Check the targets of a policy: their form, the role that sets them and the cadence that they need."""
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
            prefix = f'policies "{policy.key}", target of {metric}'
            try:
                target = parse_target(text, day.day_length)
            except ValueError as error:
                yield Problem((*where, metric), f"{prefix}: {error}.")
                continue
            if target.role and target.role not in roles:
                yield Problem(
                    (*where, metric), f'{prefix}: there is no role "{target.role}"{suggest(target.role, roles)}'
                )
            elif target.role and "set-due" not in roles[target.role].may:
                yield Problem((*where, metric), f'{prefix}: the role "{target.role}" lacks may = ["set-due"].')
            elif target.cadence and target.cadence not in cadences:
                reason = f"the file has no cadence of kind {target.cadence} to count it by"
                yield Problem((*where, metric), f"{prefix}: {reason}.")


def _check_metrics(procedure: Procedure) -> Iterator[Problem]:
    for number, metric in enumerate(procedure.metrics):
        for name, conditions in (("start", metric.start), ("stop", metric.stop)):
            if not conditions:
                example = "received" if name == "start" else "agent_reply"
                sentence = f"nothing would {name} it; name an occurrence, such as {example}."
                yield Problem(("metrics", number, name), f'metrics "{metric.key}", {name}: {sentence}')


def _check_raises(path: Path, scale: Sequence[Severity]) -> Iterator[Problem]:
    # No reference of the schema: whether severities or priorities are meant depends on where the scale stands
    known = [step.key for step in scale]
    for number, step in enumerate(scale):
        if step.raise_to is not None and step.raise_to not in known:
            yield Problem(
                (*path, number, "raise_to"),
                f'{path[-1]} "{step.key}", raise_to: there is no step "{step.raise_to}"{suggest(step.raise_to, known)}',
            )


def _check_matrix(procedure: Procedure) -> Iterator[Problem]:
    part = procedure.priority
    # No reference either: the cells are priorities, or severities where the file has no priorities
    steps = [step.key for step in part.scale or procedure.severities]
    for impact, row in part.matrix.items():
        for urgency, step in row.items():
            if step not in steps:
                path = ("priority", "matrix", impact, urgency)
                yield Problem(path, f'priority, matrix: there is no step "{step}"{suggest(step, steps)}')
    if part.matrix:
        for effect, haste in product(part.impacts, part.urgencies):
            if haste.key not in part.matrix.get(effect.key, {}):
                sentence = f'priority, matrix: impact "{effect.key}" with urgency "{haste.key}" has no step.'
                yield Problem(("priority", "matrix", effect.key), sentence)


def _check_initial_statuses(procedure: Procedure) -> Iterator[Problem]:
    statuses = {status.key: status for status in procedure.statuses}
    for number, kind in enumerate(procedure.types):
        known = [key for key, status in statuses.items() if not status.types or kind.key in status.types]
        if kind.initial is not None and kind.initial not in known:
            sentence = f'status "{kind.initial}" is not for it{suggest(kind.initial, known)}'
            yield Problem(("types", number, "initial"), f'types "{kind.key}", initial: {sentence}')
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
        problem = find_rule_problem(cadence.rule, cadence.first)
        if problem is not None:
            yield Problem(("cadences", number, "rule"), f'cadences "{cadence.key}", rule: {problem}.')


def _check_money(procedure: Procedure) -> Iterator[Problem]:
    part = procedure.money
    if part.currency not in CURRENCIES:
        near = get_close_matches(part.currency, sorted(CURRENCIES), n=1)
        advice = f'did you mean "{near[0]}"?' if near else "write a code of ISO 4217, such as GBP."
        sentence = f'money, currency: there is no currency "{part.currency}"; {advice}'
        yield Problem(("money", "currency"), sentence)
    elif part.rate is not None and (problem := find_rate_problem(part.rate, part.currency)):
        yield Problem(("money", "rate"), f"money, rate: {problem}")
