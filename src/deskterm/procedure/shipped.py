"""Procedures and other data that come with deskterm: their folder, and their names."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from deskterm.errors import DeskError
from deskterm.named_files import expand_home


def data_folder() -> Path:
    """Return the folder of shipped data: inside an installed package, beside `src` in a checkout."""
    packaged = Path(__file__).parents[1] / "data"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "data"


def list_procedure_names() -> list[str]:
    """Return the names of the shipped procedures, in order."""
    return sorted(path.stem for path in (data_folder() / "procedures").glob("*.toml"))


def list_template_files() -> dict[str, Path]:
    """Return the shipped files of reply templates and macros, by the keys of their procedures."""
    return {path.stem: path for path in sorted((data_folder() / "templates").glob("*.toml"))}


def find_procedure(name_or_path: str) -> Path:
    """Return the file of a shipped procedure by its name, or another file by its path.

    Raises DeskError, with the nearest shipped name and all of them, when there is neither.
    """
    names = list_procedure_names()
    if name_or_path in names:
        return data_folder() / "procedures" / f"{name_or_path}.toml"
    path = expand_home(name_or_path)
    if path.is_file():
        return path
    if path.is_dir():
        raise DeskError(f"{name_or_path} is a folder: give the procedure file in it.")
    near = get_close_matches(Path(name_or_path).stem.lower(), names, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]}?" if near else "."
    raise DeskError(
        f"There is no procedure and no file called {name_or_path}{hint} Shipped procedures: {', '.join(names)}."
    )
