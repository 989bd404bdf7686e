"""Time, quotes and development items are entered at the console."""

from __future__ import annotations

from pathlib import Path

from deskterm.desk.tickets import register, update
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import RecordView, load_records
from shipped_desk import finish_checklist, shipped_desk
from small_desk import at
from tui.console_session import open_console


def load_records_of(url: str, kind: str) -> list[RecordView]:
    """Load the records of a kind of ticket 1001."""
    with open_reader(url) as reader:
        return load_records(reader, 1001, kind)


async def test_time_a_quote_and_a_development_item_are_reached_by_their_names(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    desk = shipped_desk(url, "saas-platform")
    register.register(desk, subject="New logo", body="x", requester="Ida", email="ida@larch.example", type="guidance",
                    now=at(0))  # fmt: skip
    update.move(desk, 1001, "triage", now=at(0))
    finish_checklist(desk, 1001, "to-development", "code-change", at(0))
    desk.store.close()
    async with open_console(url) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        await console.run("time", "25m looked at the forms")
        assert [record.values["seconds"] for record in load_records_of(url, "entry")] == [1500]
        await console.run("quote", "request")
        assert [record.state for record in load_records_of(url, "quote")] == ["requested"]
        await console.run("raise")
        await console.run("item", "dev-in-progress")
        assert [record.state for record in load_records_of(url, "item")] == ["dev-in-progress"]
