"""Seeding the severity scale of a desk from a list: what it would change, and changing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from deskterm.desk.admin.setup import activate_procedure, count_tickets_using, in_use_error
from deskterm.desk.core.session import DeskSession
from deskterm.errors import DeskError
from deskterm.procedure.checking.consistency import unsound
from deskterm.procedure.checking.references import broken_references
from deskterm.procedure.diff import difference
from deskterm.procedure.schema import PolicyPart, Procedure, Severity
from deskterm.procedure.stored_document import model


@dataclass(frozen=True, slots=True)
class SeededSeverity:
    """One step as a file has it, the most severe first. What it leaves unsaid stays as the desk has it. targets:
    metric → target, for the policies that tell severities apart; empty keeps what they have."""

    severity: Severity
    targets: Mapping[str, str] = field(default_factory=dict)


def seed_severities(
    desk: DeskSession, steps: Sequence[SeededSeverity], *, dry_run: bool = False, now: datetime
) -> list[str]:
    """Make the desk's scale what the list says, in its order, as a new edition of the procedure. Returns the
    differences, one a line; none, and nothing written, when the scale is so already. DeskError when the list drops a
    severity that tickets have, sets a target that no policy has a place for, or does not fit the rest of the procedure
    (a rule that speaks of a severity that goes)."""
    desk.require("seed")
    if not steps:
        raise DeskError("The file holds no severity: list at least one.")
    before = model(desk.procedure.definition)
    edition = replace_severities(before, steps)
    lines = difference(before, edition)
    if not lines:
        return []
    if (fault := next(broken_references(edition), None) or next(unsound(edition), None)) is not None:
        raise DeskError(f"The procedure does not fit this scale: {fault.sentence}")
    kept = {seeded.severity.key for seeded in steps}
    with desk.store.writing() as session:
        for step in before.severities:
            if step.key not in kept:
                count, numbers = count_tickets_using(session, "severity", step.key)
                if count:
                    raise in_use_error("severity", step.label, count, numbers)
        if not dry_run:
            activate_procedure(session, edition, "", desk.agent.login, now)
    return lines


def replace_severities(procedure: Procedure, steps: Sequence[SeededSeverity]) -> Procedure:
    """The procedure with another scale: dropped steps leave the policies, new targets enter those that tell
    severities apart."""
    kept = {seeded.severity.key for seeded in steps}
    new_targets = {seeded.severity.key: dict(seeded.targets) for seeded in steps if seeded.targets}
    metrics = {metric.key for metric in procedure.metrics}
    for key, row in new_targets.items():
        for metric in row:
            if metric not in metrics:
                raise DeskError(
                    f"The severity {key} has a target for {metric!r}, but the metrics are {', '.join(sorted(metrics))}."
                )
    apart = [policy for policy in procedure.policies if policy.by_severity]
    if new_targets and not apart:
        raise DeskError("No policy of this procedure tells severities apart: give targets in the procedure file.")
    policies = tuple(
        _with_targets(policy, kept, new_targets if policy in apart else {}) for policy in procedure.policies
    )
    types = tuple(
        kind.model_copy(update={"default_severity": None}) if kind.default_severity not in kept else kind
        for kind in procedure.types
    )
    before = {step.key: step for step in procedure.severities}
    scale = tuple(_merged(before.get(seeded.severity.key), seeded.severity) for seeded in steps)
    return procedure.model_copy(update={"severities": scale, "policies": policies, "types": types})


def _merged(before: Severity | None, step: Severity) -> Severity:
    said = {name: getattr(step, name) for name in step.model_fields_set}
    return step if before is None else before.model_copy(update=said)


def _with_targets(policy: PolicyPart, kept: set[str], new: Mapping[str, Mapping[str, str]]) -> PolicyPart:
    rows = {key: dict(row) for key, row in policy.by_severity.items() if key in kept}
    for key, row in new.items():
        rows[key] = {**rows.get(key, {}), **row}
    return policy.model_copy(update={"by_severity": rows})
