"""Desks for pictures of the console."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from deskterm.automation.runner import Runner
from deskterm.desk.api import open_desk
from deskterm.desk.billing import time_entries
from deskterm.desk.conversation import messages
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.tickets import register
from deskterm.exchange.demo.build import build_demo_desk
from deskterm.store.db.engine import Store
from small_desk import at, small_desk
from store_templates import copy_store

MORNING = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
"""A Monday on which the demo begins."""

MOMENT = MORNING + timedelta(seconds=20)
"""The instant of the pictures of the demo."""

FIRST = 1124
"""The ticket in the first row of the demo's queue."""


def create_demo_desk(folder: Path) -> str:
    """Create the demo desk in a folder, as sam finds it on its morning; return its URL. Something is in each tab of its
    first ticket."""

    def create(url: str) -> Store:
        store = build_demo_desk(url, morning=MORNING, real_now=MORNING, admin_login="sam")
        desk = open_desk(store, "sam")
        files = [
            NewFile("sign-in page.png", "image/png", b"x" * 48_000),
            NewFile("trace.log", "text/plain", b"x" * 900),
        ]
        messages.record_customer_message(desk, FIRST, "This is what we see.", files=files, now=MORNING)
        time_entries.add_entry(desk, FIRST, 25 * 60, note="compared two tenants", now=MORNING)
        # A look at what would be due records what is due by now, and no picture is to depend on those before it
        for _ in Runner(store).step(MOMENT):
            pass
        return store

    folder.mkdir(exist_ok=True)
    store = copy_store(f"sqlite:///{folder / 'demo.sqlite3'}", ("demo of pictures",), create)
    store.close()
    return store.url


def create_empty_desk(folder: Path) -> str:
    """Create a desk without tickets; return its URL."""
    desk = small_desk(f"sqlite:///{folder / 'empty.sqlite3'}")
    desk.store.close()
    return desk.store.url


def create_hostile_desk(folder: Path, payloads: list[str]) -> str:
    """Create a desk with one ticket of which every text attacks the terminal, and one ticket for each attack; return
    its URL."""
    desk = small_desk(f"sqlite:///{folder / 'hostile.sqlite3'}")
    everything = "\n".join(payloads)
    first = register.register(
        desk,
        type="fault",
        severity="high",
        subject=payloads[0],
        body=everything,
        requester=payloads[1],
        tags=[payloads[2]],
        now=at(0),
    )
    messages.record_customer_message(desk, first.number, everything, author=payloads[3], now=at(1))
    for minute, payload in enumerate(payloads, 2):
        register.register(desk, type="fault", subject=payload, requester=payload, now=at(minute))
    desk.store.close()
    return desk.store.url
