"""Replace the severity scale of a desk by a list, as a new version of its procedure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from deskterm.desk.admin.setup import activate_procedure, count_tickets_using, in_use_error
from deskterm.desk.core.desk_history import recorded_changes
from deskterm.desk.core.person_digests import lock_tickets
from deskterm.desk.core.session import DeskSession
from deskterm.errors import DeskError
from deskterm.procedure.checking.consistency import find_inconsistencies
from deskterm.procedure.checking.references import find_broken_references
from deskterm.procedure.diff import diff_procedures
from deskterm.procedure.schema import PolicyPart, Procedure, Severity
from deskterm.procedure.stored_document import to_model


@dataclass(frozen=True, slots=True)
class SeededSeverity:
    """A severity of the list, the most severe first. Fields that it does not set keep the desk's values. targets:
    metric → target, for policies with targets by severity; when empty, these keep theirs."""

    severity: Severity
    targets: Mapping[str, str] = field(default_factory=dict)


def seed_severities(
    desk: DeskSession, steps: Sequence[SeededSeverity], *, dry_run: bool = False, now: datetime
) -> list[str]:
    """Make the list the severity scale of the desk, in its order, as a new version of the procedure.

    Return the differences, one a line; when there are none, nothing is written. Raises DeskError when the list drops a
    severity that tickets use, sets a target that no policy has a place for, or does not fit the rest of the procedure,
    such as a rule that names a dropped severity."""
    desk.require("seed")
    if not steps:
        raise DeskError("The file holds no severity: list at least one.")
    before = to_model(desk.procedure.definition)
    procedure = replace_severities(before, steps)
    lines = diff_procedures(before, procedure)
    if not lines:
        return []
    # The scale is part of the procedure: rules, matrices and defaults may still name a severity that goes.
    if (
        fault := next(find_broken_references(procedure), None) or next(find_inconsistencies(procedure), None)
    ) is not None:
        raise DeskError(f"The procedure does not fit this scale: {fault.sentence}")
    keys = {seeded.severity.key for seeded in steps}
    with desk.writing("seed") as session:
        for severity in before.severities:
            if severity.key not in keys:
                count, numbers = count_tickets_using(session, "severity", severity.key)
                if count:
                    raise in_use_error("severity", severity.label, count, numbers)
        if not dry_run:
            lock_tickets(session, against_others=True)  # whose places in the queue follow from the edition
            with recorded_changes(session, "edition", now, desk.agent.login, desk.behind):
                activate_procedure(session, procedure, "", desk.agent.login, now)
    desk.refresh()
    return lines


def replace_severities(procedure: Procedure, steps: Sequence[SeededSeverity]) -> Procedure:
    """Return the procedure with another severity scale: dropped severities leave the policies and the defaults of
    request types, and new targets enter the policies with targets by severity. Raises DeskError for an unknown metric,
    or targets without such a policy."""
    keys = {seeded.severity.key for seeded in steps}
    new_targets = {seeded.severity.key: dict(seeded.targets) for seeded in steps if seeded.targets}
    metrics = {metric.key for metric in procedure.metrics}
    for key, row in new_targets.items():
        for metric in row:
            if metric not in metrics:
                raise DeskError(
                    f"The severity {key} has a target for {metric!r}, but the metrics are {', '.join(sorted(metrics))}."
                )
    # A policy with one target for all severities has no row for a new one
    by_severity = [policy for policy in procedure.policies if policy.by_severity]
    if new_targets and not by_severity:
        raise DeskError("No policy of this procedure tells severities apart: give targets in the procedure file.")
    policies = tuple(
        _with_targets(policy, keys, new_targets if policy in by_severity else {}) for policy in procedure.policies
    )
    types = tuple(
        kind.model_copy(update={"default_severity": None}) if kind.default_severity not in keys else kind
        for kind in procedure.types
    )
    before = {severity.key: severity for severity in procedure.severities}
    scale = tuple(_merge_severity(before.get(seeded.severity.key), seeded.severity) for seeded in steps)
    return procedure.model_copy(update={"severities": scale, "policies": policies, "types": types})


def _merge_severity(before: Severity | None, severity: Severity) -> Severity:
    """Return the severity with the desk's values for the fields that the list does not set."""
    changes = {name: getattr(severity, name) for name in severity.model_fields_set}
    return severity if before is None else before.model_copy(update=changes)


def _with_targets(policy: PolicyPart, keys: set[str], new: Mapping[str, Mapping[str, str]]) -> PolicyPart:
    rows = {key: dict(row) for key, row in policy.by_severity.items() if key in keys}
    for key, row in new.items():
        rows[key] = {**rows.get(key, {}), **row}
    return policy.model_copy(update={"by_severity": rows})
