"""The same samples in other languages, encodings, delimiters and formats of dates."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from deskterm.errors import DeskError
from exchange.importing.tickets.exports import bring_in, expected_figures, incident_desk, sample

Rows = list[list[str]]
REDMINE_DATE = "%m/%d/%Y %I:%M %p"
GERMAN = {
    "osticket.csv": (
        {
            "Ticket Number": "Ticketnummer",
            "Date Created": "Erstellungsdatum",
            "Subject": "Betreff",
            "From": "Von",
            "From Email": "Von E-Mail",
            "Priority": "Priorität",
            "Current Status": "Aktueller Status",
            "Closed Date": "Schließdatum",
        },
        {"Open": "Offen", "Closed": "Geschlossen", "Resolved": "Gelöst", "Emergency": "Notfall", "High": "Hoch"},
    ),
    "redmine.csv": (
        {
            "Status": "Status",
            "Priority": "Priorität",
            "Subject": "Thema",
            "Author": "Autor",
            "Created": "Angelegt",
            "Closed": "Geschlossen",
            "Updated": "Aktualisiert",
            "Description": "Beschreibung",
            "Estimated time": "Geschätzter Aufwand",
        },
        {"In Progress": "In Bearbeitung", "New": "Neu", "Closed": "Erledigt", "Resolved": "Gelöst", "1.50": "1,50"},
    ),
    "otrs.csv": (
        {
            "Ticket Number": "Ticketnummer",
            "Age": "Alter",
            "Created": "Erstellt",
            "Closed": "Geschlossen",
            "State": "Status",
            "Priority": "Priorität",
            "CustomerID": "Kundennummer",
            "Customer Realname": "Kundenname",
            "From": "Von",
            "Subject": "Betreff",
        },
        {"open": "offen", "new": "neu", "closed successful": "erfolgreich geschlossen", "4 high": "4 hoch"},
    ),
}


def read(path: Path, delimiter: str = ",") -> Rows:
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""), delimiter=delimiter))


def write(path: Path, rows: Rows, delimiter: str, encoding: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding, "replace"))


def translate(rows: Rows, heads: Mapping[str, str], words: Mapping[str, str]) -> Rows:
    return [[heads.get(cell, cell) for cell in rows[0]], *([words.get(cell, cell) for cell in row] for row in rows[1:])]


def check(path: Path, name: str, folder: Path, **options: object) -> None:
    expected = expected_figures()[name]
    store = incident_desk(f"sqlite:///{folder / 'desk.sqlite3'}")
    report = bring_in(store, path, **({"zone": expected["zone"]} | options))
    found = report.to_json()
    for key in ("tickets", "messages", "requesters", "organisations"):
        assert found[key] == expected[key], key
    assert [row["created_at"] for row in found["preview"]] == expected["created_utc"]
    assert [row["resolved_at"] for row in found["preview"]] == expected["resolved_utc"]
    unknown = [word for word in found["words"] if not word["known"] and word["field"] in ("status", "priority")]
    assert unknown == []
    store.close()


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-16"), ("\t", "utf-8-sig"), ("|", "utf-16-le")])
def test_any_delimiter_and_encoding_will_do(delimiter: str, encoding: str, tmp_path: Path) -> None:
    path = sample("freshdesk.csv", tmp_path)
    write(path, read(path), delimiter, encoding)
    check(path, "freshdesk.csv", tmp_path)


@pytest.mark.parametrize("name", GERMAN)
def test_headers_words_and_dates_may_be_german(name: str, tmp_path: Path) -> None:
    path = sample(name, tmp_path)

    def to_german(cell: str) -> str:
        for form in (REDMINE_DATE, "%Y-%m-%d %H:%M:%S"):
            try:
                return datetime.strptime(cell, form).strftime("%d.%m.%Y %H:%M")  # noqa: DTZ007 - a cell has no zone
            except ValueError:
                continue
        return cell

    rows = translate(read(path, ";" if name == "otrs.csv" else ","), *GERMAN[name])
    write(path, [[to_german(cell) for cell in row] for row in rows], ";", "iso-8859-1")
    check(path, name, tmp_path)


def test_the_known_names_of_a_header_show_the_encoding_of_another_script(tmp_path: Path) -> None:
    path = sample("redmine.csv", tmp_path)
    heads = {"Status": "ステータス", "Priority": "優先度", "Subject": "題名", "Author": "作成者", "Created": "作成日"}
    heads |= {
        "Closed": "終了日",
        "Updated": "更新日",
        "Description": "説明",
        "Assignee": "担当者",
        "Tracker": "トラッカー",
    }
    words = {"In Progress": "進行中", "New": "新規", "Closed": "終了", "Resolved": "解決", "Feedback": "フィードバック"}
    write(path, translate(read(path), heads, words), ",", "cp932")
    check(path, "redmine.csv", tmp_path)


@pytest.mark.parametrize(("march", "april"), [("Mär", "Apr"), ("mars", "avr."), ("mar.", "abr."), ("мар.", "апр.")])
def test_months_of_jira_are_in_the_exporters_language(march: str, april: str, tmp_path: Path) -> None:
    path = sample("jira.csv", tmp_path)
    text = path.read_text()
    months = {"Mar": march, "Apr": april}
    path.write_text(re.sub(r"(\d\d)/(Mar|Apr)/(26 )", lambda found: f"{found[1]}/{months[found[2]]}/{found[3]}", text))
    check(path, "jira.csv", tmp_path)


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content)


def _zip(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("export.csv", content)
    return buffer.getvalue()


@pytest.mark.parametrize("pack", [_gzip, _zip])
def test_a_compressed_export_is_read(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = sample("zendesk.csv", tmp_path)
    path.write_bytes(pack(path.read_bytes()))
    check(path, "zendesk.csv", tmp_path)


def test_a_description_of_jiras_cloud_is_a_tree(tmp_path: Path) -> None:
    path = sample("jira.json", tmp_path)
    document = json.loads(path.read_text())
    for issue in document["issues"]:
        words = {"type": "text", "text": issue["fields"]["description"]}
        issue["fields"]["description"] = {"type": "doc", "content": [{"type": "paragraph", "content": [words]}]}
    document["total"] = 200
    path.write_text(json.dumps(document))
    check(path, "jira.json", tmp_path)


def test_an_xml_export_with_a_document_type_is_refused(tmp_path: Path) -> None:
    path = sample("freshdesk.xml", tmp_path)
    path.write_bytes(path.read_bytes().replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "c">]>', 1))
    store = incident_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    with pytest.raises(DeskError, match="document type"):
        bring_in(store, path)
    store.close()
