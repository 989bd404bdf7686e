"""The data of a procedure file without what is wrong in it, so that the rest of the file can be checked in the same
run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from deskterm.procedure.checking.toml_positions import Path


class PrunedData:
    """A copy of a file's data from which entries are taken out. Paths are those of the file all the time.

    data: what is left. removed: the paths of what was taken out. names: the keys of entries that were taken out whole,
    which the rest of the file may refer to.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data: dict[str, Any] = _copy(data)
        self.removed: set[Path] = set()
        self.names: set[str] = set()
        self._is_key_unknown = False
        """True when an entry was taken out whose key is wrong: others may refer to it by the right one."""

    def remove(self, path: Path) -> bool:
        """Take out the value at a path of the file; return whether there was one. The whole file is never removed."""
        holder: Any = self.data
        for part in path[:-1]:
            holder = _get(holder, part)
        if not path or _get(holder, path[-1]) is None:
            return False
        self._collect_names(path[-1], _get(holder, path[-1]))
        if isinstance(holder, _List):
            place = holder.origins.index(int(path[-1]))
            del holder[place], holder.origins[place]
        else:
            del holder[path[-1]]
        self.removed.add(path)
        return True

    def to_file_path(self, path: Path) -> Path:
        """Return the path in the file of what has a path in `data`: entries of a list move up when one is removed."""
        found: list[str | int] = []
        inside: Any = self.data
        for part in path:
            if isinstance(inside, _List) and isinstance(part, int) and part < len(inside):
                found.append(inside.origins[part])
                inside = inside[part]
            else:
                found.append(part)
                inside = inside.get(part) if isinstance(inside, Mapping) else None
        return tuple(found)

    def is_touched(self, path: Path, sentence: str) -> bool:
        """Return whether a problem may only be there because something was removed: it stands above what was, or names
        an entry that was."""
        above = any(removed[: len(path)] == path for removed in self.removed)
        if self._is_key_unknown and "there is no " in sentence:
            return True
        return above or any(f'"{name}"' in sentence for name in self.names)

    def _collect_names(self, name: str | int, value: object) -> None:
        if isinstance(value, Mapping):
            self._is_key_unknown |= isinstance(name, int) and "key" not in value
            # Tiers are referred to by their level
            self.names.add(str(value.get("key", value.get("level", name))))
        elif isinstance(value, _List):
            for item in value:
                self._collect_names(name, item)
        elif name == "key":
            self._is_key_unknown = True


class _List(list[Any]):
    """A list that knows the place in the file of each of its entries."""

    def __init__(self, items: Iterable[Any]) -> None:
        super().__init__(items)
        self.origins = list(range(len(self)))


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copy(item) for key, item in value.items()}
    return _List(map(_copy, value)) if isinstance(value, list) else value


def _get(holder: Any, part: str | int) -> Any:
    """Return the member of a table or list by its key or its place in the file; None where there is none."""
    if isinstance(holder, _List):
        return holder[holder.origins.index(part)] if part in holder.origins else None
    return holder.get(part) if isinstance(holder, Mapping) else None
