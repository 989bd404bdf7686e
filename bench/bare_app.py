"""The least that a Textual program with a header, a table and a footer can be: what the console is measured against."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header


class Bare(App[None]):
    BINDINGS = [("q", "quit", "Quit")]  # noqa: RUF012 - as Textual's own examples write it

    def compose(self) -> ComposeResult:
        yield Header()
        table: DataTable[str] = DataTable()
        table.add_columns("#", "Subject")
        table.add_rows([(str(number), f"Ticket {number}") for number in range(60)])
        yield table
        yield Footer()


if __name__ == "__main__":
    Bare().run()
