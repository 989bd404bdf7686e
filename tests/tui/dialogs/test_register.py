"""The form of a new ticket: what is typed reaches the store, and nothing of it is lost."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import Input, Static, TextArea

from deskterm.present.form_fields import FormField
from deskterm.present.sanitize import Safe
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.people.known import find_clients
from deskterm.tui.dialogs.choose import Choose
from deskterm.tui.dialogs.register import Register, Request, Suggestion
from deskterm.tui.themes import DARK
from tui.console_session import ConsoleSession, open_console
from tui.four_tickets import load_detail


async def test_a_new_ticket_is_opened_from_its_form(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.run_command("new")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the types")
        await console.pilot.press("1")
        await console.wait_for_text("severe")
        await console.pilot.press("2")
        await console.wait_until(lambda: isinstance(console.app.screen, Register), "the form")
        await console.pilot.press(*"Help", "ctrl+s")
        await console.wait_for_ticket(1005)
    found = load_detail(url, 1005)
    assert (found.row.subject, found.type, found.row.severity) == ("Help", "fault", "low")


@pytest.mark.law("C-05", "C-22")
async def test_files_of_a_new_ticket_are_named_in_its_form_and_a_path_that_is_wrong_keeps_it(
    url: str, tmp_path: Path
) -> None:
    (tmp_path / "boot trace.log").write_text("up")
    (tmp_path / "plan.pdf").write_bytes(b"%PDF")
    async with open_console(url) as console:
        first = await open_form_of_a_fault(console)
        first.query_one("#body", TextArea).text = "It jams."
        line = first.query_one("#files", Input)
        line.focus()
        await console.pilot.press(*f"{tmp_path}/pla")
        await console.wait_until(lambda: line._suggestion.endswith("plan.pdf"), "the path")
        await console.pilot.press("right")
        assert line.value == f"{tmp_path}/plan.pdf"
        line.value = f"'{tmp_path}/boot trace.log' {tmp_path}/gone.pdf"
        first.query_one("#subject", Input).value = "Help"
        await console.pilot.press("ctrl+s")
        again = await wait_for_form(console, first)
        await console.wait_for_text("There is no file")
        assert again.query_one("#body", TextArea).text == "It jams."
        again.query_one("#files", Input).value = f"'{tmp_path}/boot trace.log' {tmp_path}/plan.pdf"
        await console.pilot.press("ctrl+s")
        await console.wait_for_ticket(1005)
    assert [(file.name, file.size) for file in load_detail(url, 1005).files] == [("boot trace.log", 2), ("plan.pdf", 4)]


async def open_form_of_a_fault(console: ConsoleSession) -> Register:
    console.workspace.run_command("new")
    await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the types")
    await console.pilot.press("1")
    await console.wait_for_text("severe")
    await console.pilot.press("2")
    return await wait_for_form(console)


async def wait_for_form(console: ConsoleSession, other_than: Register | None = None) -> Register:
    def there() -> bool:
        screen = console.app.screen
        return isinstance(screen, Register) and screen is not other_than and bool(screen.query("#subject"))

    await console.wait_until(there, "the form")
    assert isinstance(console.app.screen, Register)
    return console.app.screen


async def test_a_refused_ticket_keeps_what_was_typed(url: str) -> None:
    async with open_console(url) as console:
        first = await open_form_of_a_fault(console)
        first.query_one("#body", TextArea).text = "It jams."
        await console.pilot.press(*"Help")
        first.query_one("#organisation", Input).value = "nobody-at-all"
        await console.pilot.press("ctrl+s")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the question who is meant")
        await console.pilot.press("escape")
        again = await wait_for_form(console, first)
        await console.wait_for_text("nobody-at-all")
        assert again.query(".refusal")
        assert again.query_one("#subject", Input).value == "Help"
        assert again.query_one("#body", TextArea).text == "It jams."
        again.query_one("#organisation", Input).value = ""
        await console.pilot.press("ctrl+s")
        await console.wait_for_ticket(1005)
    assert load_detail(url, 1005).messages[0].body == "It jams."


async def test_a_ticket_that_was_not_opened_is_gone_on_with(url: str) -> None:
    async with open_console(url) as console:
        await open_form_of_a_fault(console)
        await console.pilot.press(*"Help", "escape")
        await console.wait_for_notice("Press c to continue")
        await console.wait_until(lambda: not console.busy(), "the end of the first")
        again = await open_form_of_a_fault(console)
        assert again.query_one("#subject", Input).value == "Help"
        await console.pilot.press("escape")
        await console.wait_until(lambda: not console.busy(), "the end of the second")


class Bare(App[None]):
    """Nothing but the console's colours."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DARK.variables


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("sentences", [0, 4, 12])
async def test_all_that_is_to_be_read_before_asking_can_be_read(size: tuple[int, int], sentences: int) -> None:
    intake = " ".join(["Say what you did, what happened then, and what you expected instead of it."] * sentences)
    app = Bare()
    async with app.run_test(size=size) as pilot:
        await app.push_screen(Register("Fault", Request(), f"{intake} That is all." if intake else ""))
        await pilot.pause()
        screen = app.screen
        assert screen.query_one(TextArea).size.height >= 2
        assert screen.query(".hint").last().region.bottom < screen.query_one(".form").region.bottom
        for scroll in screen.query(".intake"):
            shown = scroll.max_scroll_y + scroll.size.height
            assert shown == scroll.query_one(Static).virtual_region.bottom
            if scroll.can_focus:
                await pilot.press("shift+tab", "end")
                await pilot.pause()
                assert scroll.scroll_target_y == scroll.max_scroll_y


async def test_the_message_stays_in_sight_whatever_is_found() -> None:
    app, many = Bare(), [Safe(f"{number} The form fails") for number in range(1001, 1005)]

    async def find(*_: str) -> list[Safe]:
        return many

    async def find_known(*_: str) -> list[Suggestion]:
        return [Suggestion(one, {}) for one in many[:3]]

    async with app.run_test(size=(80, 24)) as pilot:
        fields = [FormField(f"field-{place}", Safe(f"Field {place}"), Safe(""), required=False) for place in range(6)]
        intake = "Say what you did, what happened then, and what you expected. " * 8
        form = Register("Fault", Request(), intake, "", fields, find, find_known=find_known)
        await app.push_screen(form)
        for keys, found in ((["I", "t"], "#likely"), (["tab", "K"], "#known")):
            await pilot.press(*keys)
            while not form.query_one(found).display:
                await pilot.pause(0.02)
            await pilot.pause()
            assert form.query_one(TextArea).size.height >= 2
            assert form.query(".hint").last().region.bottom < form.query_one(".form").region.bottom


async def test_a_form_that_is_left_while_something_like_it_is_looked_for_ends_quietly() -> None:
    app = Bare()

    async def leave(*_: str) -> list[Safe]:
        await app.pop_screen()
        return [Safe("1001 The form fails")]

    async with app.run_test() as pilot:
        for look in (Register._show_similar, partial(Register._look_up, line="requester")):
            request = Request(requester="Kim")
            form = Register("Fault", request, find_similar=leave, find_known=leave)  # type: ignore[arg-type]
            await app.push_screen(form)
            await pilot.pause()
            await look(form)
            assert app.screen is not form
            await look(form)


@pytest.mark.law("C-24")
async def test_who_is_known_is_picked_while_typing(url: str) -> None:
    async with open_console(url) as console:
        form = await open_form_of_a_fault(console)
        await console.pilot.press(*"Help", "enter", *"nov")
        await console.wait_for_text("Kim Novak <kim@larch.example> · Larch Ltd")
        await console.pilot.press("down")
        form._begin_known("requester")  # as when what was typed last is found after the choice
        await console.wait_until(lambda: not any(one.group == "known" for one in form.workers), "the search")
        await console.pilot.press("enter")
        values = {name: form.query_one(f"#{name}", Input).value for name in ("requester", "email", "organisation")}
        assert values == {"requester": "Kim Novak", "email": "kim@larch.example", "organisation": "larch"}
        await console.wait_until(lambda: form.focused is form.query_one("#body"), "the next line")
        await console.pilot.press("ctrl+s")
        await console.wait_for_ticket(1005)
    assert load_detail(url, 1005).row.requester == "Kim Novak"


@pytest.mark.law("C-24")
async def test_who_is_not_known_is_made_on_the_spot(url: str) -> None:
    async with open_console(url) as console:
        form = await open_form_of_a_fault(console)
        await console.pilot.press(*"Help", "enter", *"Ines Calder", "enter", "enter", *"Lärch")
        await console.wait_for_text("Larch Ltd · larch.example")
        form.query_one("#organisation", Input).value = "Norvale Freight"
        await console.pilot.press("ctrl+s")
        await console.wait_for_text("There is no client Norvale Freight")
        await console.pilot.press("enter")
        await console.wait_for_ticket(1005)
    found = load_detail(url, 1005)
    assert (found.row.requester, found.row.organisation) == ("Ines Calder", "Norvale Freight")
    with open_reader(url) as reader:
        assert find_clients(reader, "NORVALE")[0].key == "norvale-freight"
