"""The look-up of procedure versions."""

from __future__ import annotations

import pytest

from deskterm.desk.core.procedure_versions import ProcedureVersions
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure, to_document
from small_desk import small_procedure


def test_each_version_is_loaded_once() -> None:
    loaded: list[int] = []

    def load(version: int) -> str:
        loaded.append(version)
        return to_document(small_procedure())

    versions = ProcedureVersions(load)
    assert versions(3).version == versions(3).version == 3
    assert versions(3) is versions(3)
    assert versions(4).version == 4
    assert loaded == [3, 4]


def test_look_ups_may_share_what_they_have_compiled() -> None:
    compiled: dict[int, CompiledProcedure] = {}
    first = ProcedureVersions(lambda version: to_document(small_procedure()), compiled)(1)

    def refuse(version: int) -> str:
        raise DeskError(f"There is no version {version}.")

    second = ProcedureVersions(refuse, compiled)
    assert second(1) is first
    with pytest.raises(DeskError, match="no version 2"):
        second(2)
