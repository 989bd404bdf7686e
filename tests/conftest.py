"""Fixtures of all tests: folders of their own, and stores on both databases."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

import postgres
from examples import examples

if TYPE_CHECKING:
    from deskterm.store.db.engine import Store

settings.register_profile("deskterm", deadline=None, max_examples=examples(50))
settings.load_profile("deskterm")

_FOLDERS = pytest.StashKey[postgres.RunFolders]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--snapshot-update",
        nargs="?",
        const="",
        metavar="NAMES",
        help="keep the pictures of the console as they are now; NAMES: only those, with commas between them",
    )


@pytest.hookimpl(tryfirst=True)  # before pytest decides where temporary folders are
def pytest_configure(config: pytest.Config) -> None:
    """Let no test find the desk of the person who runs it, and keep the files of tests in memory.

    They are removed at the end of the run; `--basetemp=FOLDER` keeps those of failed tests.
    """
    if hasattr(config, "workerinput"):
        return
    (config.rootpath / "snapshot_report.html").unlink(missing_ok=True)  # of the run before
    if config.getoption("numprocesses", None):
        # Else every worker would compile all modules and tests anew, and every program that a test starts its own. Not
        # where one process runs all: the tests of mutants do, and a mutant's compiled file must not outlive it.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    folders = config.stash[_FOLDERS] = postgres.RunFolders()
    os.environ[postgres.FOLDER_VARIABLE] = str(folders.folder)
    config.option.basetemp = config.option.basetemp or str(folders.memory / "tmp")
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        os.environ[name] = str(folders.folder / name.lower())
    os.environ.pop("DESKTERM_DATABASE", None)
    os.environ["VISUAL"] = "true"  # an editor that opens nothing, and ends
    os.environ["COLORTERM"] = "truecolor"  # on a terminal of 16 colours the console would choose its theme for these
    os.environ["DESKTERM_ANYWAY"] = "1"  # desks of tests begin on a day of their own, whatever day it is


def pytest_xdist_auto_num_workers() -> int:
    """Return two workers more than there are processors: tests of the console spend half of their time waiting, for
    programs at terminals, for a lock, or for a moment to pass."""
    return (os.cpu_count() or 1) + 2


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were left out because no Dovecot is installed."""
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    if number := sum("needs Dovecot" in reason for reason in reasons):
        terminalreporter.write_line(
            f"{number} tests of IMAP were left out: they need Dovecot (Debian: apt-get install dovecot-imapd). The "
            "others ran on pymap, which has no tokens, no keywords and no TLS."
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take longest, so that no worker is left with them when the others have ended."""
    items.sort(key=lambda item: item.get_closest_marker("first") is None)


def pytest_collection_finish() -> None:
    """Compile SQL once. Keep the garbage collector from what stays for the whole run, and let it look less often at the
    rest."""
    if "deskterm.store.db.engine" in sys.modules:  # tests that need no store do not wait for SQLAlchemy
        from statement_cache import share_compiled_statements

        share_compiled_statements()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_sessionfinish() -> None:
    postgres.end_session()  # not in pytest_unconfigure: nothing waits for what a worker does after its session


def pytest_unconfigure(config: pytest.Config) -> None:
    if folders := config.stash.get(_FOLDERS, None):
        folders.end()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a place where a new desk can be created, on each of the two databases."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'desk.sqlite3'}"
        return
    _need_postgresql()
    with postgres.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store with empty tables, on each of the two databases."""
    from deskterm.store.db.engine import create_store
    from store_templates import copy_store

    if request.param == "sqlite":
        store = copy_store(f"sqlite:///{tmp_path / 'desk.sqlite3'}", ("empty store",), create_store)
        yield store
        store.close()
        return
    _need_postgresql()
    with postgres.database() as url:
        store = copy_store(url, ("empty store",), create_store)
        yield store
        store.close()


def _need_postgresql() -> None:
    try:
        postgres.server_url()
    except postgres.NoServer as reason:
        if os.environ.get("CI"):
            pytest.fail(str(reason))
        pytest.skip(str(reason))
