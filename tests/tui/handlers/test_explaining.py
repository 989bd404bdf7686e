"""Pages that the console shows about the desk: who is on call."""

from __future__ import annotations

from pathlib import Path

from deskterm.desk.api import open_desk
from deskterm.desk.directory.seed_people import seed_agents
from small_desk import ROTA, SMALL_PROCEDURE, at, small_procedure
from store_templates import create_desk
from tui.console_session import open_console


def create(url: str, text: str, **values: str) -> None:
    """Create a desk with the agent sam. values: of his, beside those that everybody has."""
    store = create_desk(url, small_procedure(text), admin_login="ann", admin_name="Ann", now=at(0))
    seed_agents(open_desk(store, "ann"), [{"login": "sam", "name": "Sam", "role": "agent", **values}], now=at(0))
    store.close()


async def test_a_page_shows_who_is_on_call_and_until_when(tmp_path: Path) -> None:
    """D-10."""
    url = f"sqlite:///{tmp_path / 'ward.sqlite3'}"
    create(url, SMALL_PROCEDURE + ROTA, roles="technician")
    async with open_console(url) as console:
        console.workspace.run_command("on-call")
        await console.wait_for_text("Pumps: sam, until Mon 30 Nov 2026 09:00 GMT")
        await console.pilot.press("escape")
        await console.wait_until(lambda: not console.busy(), "the end of the page")


async def test_a_desk_without_a_rota_says_so_at_the_console(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'small.sqlite3'}"
    create(url, SMALL_PROCEDURE)
    async with open_console(url) as console:
        await console.run("on-call")
        await console.wait_for_notice("This procedure has no rota")
