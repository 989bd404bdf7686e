"""Stages: statuses under one name, for those who ask how far a ticket is (S4-10)."""

from __future__ import annotations

from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import Stage


def stage_of(procedure: CompiledProcedure, status: str) -> Stage | None:
    """The stage that a status belongs to; None where the procedure groups it under none."""
    known = procedure.statuses.get(status)
    if known is None or known.stage is None:
        return None
    return next((stage for stage in procedure.definition.stages if stage.key == known.stage), None)


def statuses_of(procedure: CompiledProcedure, stage: str) -> list[str]:
    """The keys of the statuses of a stage, in the order of the file."""
    return [status.key for status in procedure.definition.statuses if status.stage == stage]
