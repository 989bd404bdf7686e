"""A report's page as one HTML file: no request, no script that runs, the same bytes for the same page (R-52, R-53).

The envelope lies in it as data, so that `deskterm report verify` reads the file.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, tostring

from deskterm.present.report.html.charts import add_bar_chart, add_day_chart
from deskterm.present.report.html.elements import add
from deskterm.present.report.html.style import STYLE
from deskterm.reports.envelope import PAGE_DIGEST, compute_page_digest
from deskterm.reports.pages.page import DayChart, Page, Part, Remark, Table, TableRow, Tile, Tiles
from deskterm.reports.pages.tables import TILES, convert_part

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Whatever slipped in could neither run nor ask for anything."""
_WIDE_FROM = 6
_LONG_FROM = 16
_SHORT = 24
"""Rows of a table that is kept on one sheet of paper."""
_MINUS = "\N{MINUS SIGN}"


def format_html(page: Page, facts: Sequence[str], document: Mapping[str, Any], file: str) -> str:
    """Return a page as an HTML document. facts: further lines under its title. document: its envelope. file: the name
    that it will have, for the command that verifies it."""
    root = Element("html", {"lang": "en-GB"})
    head = add(root, "head")
    add(head, "meta", charset="utf-8")
    add(head, "meta", http_equiv="Content-Security-Policy", content=_POLICY)
    add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    add(head, "meta", name="generator", content=f"deskterm {document.get('program', '')}".strip())
    add(head, "title", page.title)
    # Not through `add`: a line of our own, and without anything that HTML would need escaped
    add(head, "style").text = STYLE
    body = add(root, "body")
    header = add(body, "header")
    add(header, "h1", page.title)
    for fact in (*facts, *page.facts):
        add(header, "p", fact)
    _add_contents(body, page)
    main = add(body, "main")
    for number, part in enumerate(page.parts, 1):
        _add_part(main, part, f"part-{number}")
    data = _add_envelope(body, document, file)
    data.text = _format_data({**document, PAGE_DIGEST: compute_page_digest(_to_text(root))})
    return _to_text(root)


def _to_text(root: Element) -> str:
    return f"<!doctype html>\n{tostring(root, encoding='unicode', method='html')}\n"


def _add_contents(body: Element, page: Page) -> None:
    nav = add(body, "nav", aria_label="Contents")
    items = add(nav, "ul")
    for number, part in enumerate(page.parts, 1):
        add(add(items, "li"), "a", _name_part(part), href=f"#part-{number}")
    add(add(items, "li"), "a", "How this was made", href="#made")


def _name_part(part: Part) -> str:
    return TILES if isinstance(part, Tiles) else part.title


def _add_part(main: Element, part: Part, key: str) -> None:
    section = add(main, "section", id=key, aria_labelledby=f"{key}-head")
    # The tiles need no title to be understood by the eye
    heading = add(section, "h2", _name_part(part), id=f"{key}-head")
    if isinstance(part, Tiles):
        heading.set("class", "unseen")
        tiles = add(section, "dl", class_="tiles")
        for tile in part.tiles:
            _add_tile(tiles, tile)
    elif isinstance(part, DayChart):
        pair = add(section, "div", class_="chart")
        add_day_chart(add(pair, "figure"), part, f"{key}-chart")
        _add_table(pair, convert_part(part), key)
    elif isinstance(part, Table):
        _add_charted_table(section, part, key)
    else:
        _add_remark(section, part)


def _add_tile(tiles: Element, tile: Tile) -> None:
    group = add(tiles, "div")
    add(group, "dt", tile.label)
    add(group, "dd", tile.figure, class_="figure", **{"data_key": tile.key} if tile.key else {})
    if tile.change:
        add(group, "dd", _describe_change(tile.change), class_="change")


def _describe_change(change: str) -> str:
    """Return a change with its direction in words beside the sign: a colour or a shape alone says nothing to some."""
    if change.startswith("+"):
        return f"▲ up {change[1:]}"
    return f"▼ down {change[1:]}" if change.startswith(_MINUS) else change.replace("±0", "unchanged")


def _add_remark(section: Element, part: Remark) -> None:
    for sentence in part.sentences:
        add(section, "p", sentence)


def _add_charted_table(section: Element, part: Table, key: str) -> None:
    if len(part.rows) <= _SHORT // 2:
        section.set("class", "short")
    pair = add(section, "div")
    figure = add(pair, "figure")
    if add_bar_chart(figure, part, f"{key}-chart"):
        # Beside a wide table there is no room
        if len(part.columns) < _WIDE_FROM:
            pair.set("class", "chart")
    else:
        pair.remove(figure)
    _add_table(pair, part, key)
    for note in part.notes:
        add(section, "p", note, class_="note")


def _add_table(parent: Element, part: Table, key: str) -> None:
    # A table that fits on a sheet is not split between two
    holder = add(parent, "div", class_="short" if len(part.rows) <= _SHORT else "long")
    if len(part.columns) >= _WIDE_FROM or len(part.rows) >= _LONG_FROM:
        # Without a focus the keys would not move what is too wide or too long for its place
        holder.set("class", f"{holder.get('class')} region")
        holder.set("role", "region")
        holder.set("tabindex", "0")
        holder.set("aria-labelledby", f"{key}-caption")
    table = add(holder, "table")
    caption = add(table, "caption", id=f"{key}-caption")
    title = add(caption, "span", f"{part.title}. ", class_="unseen")
    if part.sentence:
        add(caption, "span", part.sentence)
    else:
        title.text = part.title
    heads = add(add(table, "thead"), "tr")
    for column in part.columns:
        add(heads, "th", column.label, scope="col", **{"class_": "number"} if column.is_number else {})
    body = add(table, "tbody")
    for row in part.rows:
        if not row.is_total:
            _add_row(body, row, part)
    totals = [row for row in part.rows if row.is_total]
    if totals:
        foot = add(table, "tfoot")
        for row in totals:
            _add_row(foot, row, part)


def _add_row(parent: Element, row: TableRow, part: Table) -> None:
    line = add(parent, "tr")
    for place, (cell, column) in enumerate(zip(row.cells, part.columns, strict=True)):
        if place == 0:
            add(line, "th", cell, scope="row")
            continue
        attributes = {"class_": "number"} if column.is_number else {}
        if place < len(row.keys) and row.keys[place]:
            # The key by which `deskterm report figures PERIOD --list KEY` lists what is counted here
            attributes["data_key"] = row.keys[place]
        add(line, "td", cell, **attributes)


def _add_envelope(body: Element, document: Mapping[str, Any], file: str) -> Element:
    """Add how the page was made; return the element for the envelope as data."""
    footer = add(body, "footer")
    section = add(footer, "section", id="made", aria_labelledby="made-head")
    add(section, "h2", "How this was made", id="made-head")
    facts = add(section, "dl", class_="made")
    for name, value in _list_facts(document):
        add(facts, "dt", name)
        add(facts, "dd", value)
    paragraph = add(section, "p", "The figures can be counted again and compared: ")
    add(paragraph, "code", f"deskterm report verify {shlex.quote(file)}")
    return add(section, "script", type="application/json", id="envelope")


def _list_facts(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [("Made", str(document.get("made_at", ""))), ("As of", str(document.get("as_of", "")))]
    procedures = document.get("procedures", ())
    if procedures:
        last = procedures[-1]
        found.append(("Procedure", f"{last['key']}, edition {last['version']}"))
    if events := document.get("events"):
        found.append(("Events", f"{events['count']:,}, the last of them {events['last_id']}"))
    found += [("Program", f"deskterm {document.get('program', '')}"), ("Digest", str(document.get("digest", "")))]
    return [(name, value) for name, value in found if value]


def _format_data(document: Mapping[str, Any]) -> str:
    """Return a document as JSON of ASCII that holds nothing that could end a script, and no entity."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
