"""Look-up of the versions of the procedure that events name."""

from __future__ import annotations

from collections.abc import Callable

from deskterm.procedure.compiled import CompiledProcedure, compile_document


class ProcedureVersions:
    """The versions of a desk's procedure by number, each loaded and compiled once. It is called with a version, as
    folds do.

    load: version → its document as JSON; it raises DeskError for a version that the desk never had. compiled: versions
    that are compiled already; those that are compiled later are added to it, so that several look-ups may share it.
    """

    def __init__(self, load: Callable[[int], str], compiled: dict[int, CompiledProcedure] | None = None) -> None:
        self._load = load
        self._compiled = {} if compiled is None else compiled

    def __call__(self, version: int) -> CompiledProcedure:
        found = self._compiled.get(version)
        if found is None:
            found = self._compiled[version] = compile_document(self._load(version), version)
        return found
