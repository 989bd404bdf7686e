"""Records of json: whichever member holds them, one at a time, up to the place where a file breaks off."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.errors import DeskError
from deskterm.exchange.importing.tables.json_files import _LISTS, _WRAPPERS
from deskterm.exchange.importing.tables.open_table import open_table
from deskterm.exchange.importing.tables.records import TreeRecord

TICKET = {"id": 7, "subject": "né", "requester": {"name": "Bo"}, "tags": ["a", "b"], "rating": 4.5}


def read(path: Path) -> list[Any]:
    with open_table(path) as table:
        return [getattr(record, "tree", "no JSON object") for record in table.records]


def find_slowly(document: Any) -> list[Any] | None:
    """The records of a document that is in memory: the rule, told once more."""
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        for name in _LISTS:
            if isinstance(document.get(name), list):
                return list(document[name])
        for inner in document.values():
            if (found := find_slowly(inner) if isinstance(inner, dict) else None) is not None:
                return found
        if any(isinstance(document.get(name), dict) for name in _WRAPPERS):
            return [document]
    return None


records = st.lists(
    st.dictionaries(st.sampled_from(["id", "subject"]), st.integers() | st.text(), max_size=2), max_size=3
)
documents = st.recursive(
    records | st.integers(),
    lambda inner: st.dictionaries(
        st.sampled_from([*_LISTS[:3], *_WRAPPERS[:2], "meta", "a.b"]), inner | st.just([1, {"id": 2}]), max_size=3
    ),
    max_leaves=6,
)


@given(document=documents.filter(lambda one: isinstance(one, dict) and one), indent=st.sampled_from([1, 2]))
def test_the_records_are_those_that_the_whole_document_has(
    tmp_path_factory: pytest.TempPathFactory, document: Any, indent: int
) -> None:
    path = tmp_path_factory.mktemp("json") / "x.json"
    path.write_text(json.dumps(document, indent=indent), encoding="utf-8")
    expected = find_slowly(document)
    if expected is None:
        with pytest.raises(DeskError, match="has no list of tickets"):
            read(path)
    else:
        names = set(_WRAPPERS)
        found = read(path)
        assert len(found) == len(expected)
        for got, whole in zip(found, expected, strict=True):
            assert got == whole or got == "no JSON object" or names & set(whole)


@pytest.mark.parametrize("total", ['"total": 9,', ""])
def test_a_list_behind_other_members_is_found_and_what_is_missing_is_said(tmp_path: Path, total: str) -> None:
    path = tmp_path / "x.json"
    end = "" if total else ', "total": 9'
    path.write_text(f'\ufeff{{{total} "page": {{"values": 1}}, "result": {{"issues": [{json.dumps(TICKET)}]}}{end}}}')
    with open_table(path) as table:
        assert "requester.name" in table.columns
        (record,) = table.records
        assert isinstance(record, TreeRecord)
        assert record.find("rating") == ["4.5"]
        assert record.find("tags") == ["a", "b"]
        assert [note.reason for note in table.notes] == ["the file has 1 of 9 tickets: fetch the further pages too"]


@pytest.mark.parametrize("packed", [False, True])
def test_rows_come_before_the_place_where_a_file_breaks_off_and_the_refusal_names_it(
    tmp_path: Path, packed: bool
) -> None:
    whole = json.dumps({"tickets": [TICKET] * 70 + [{"id": 71, "subject": "x" * 90}]}).encode()
    path = tmp_path / "x.json"
    path.write_bytes(gzip.compress(whole[:-60]) if packed else whole[:-60])
    with open_table(path) as table:
        assert len(list(islice(table.records, 70))) == 70
        with pytest.raises(DeskError, match=r"x.json is no JSON after record 70 \(it breaks off\): fetch it again"):
            next(table.records)


def test_a_file_that_breaks_off_among_the_first_records_gives_those_before(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('[{"id": 1}, {"id": 2}, {"id": nothing}]')
    with open_table(path) as table:
        assert len(list(islice(table.records, 2))) == 2
        with pytest.raises(DeskError, match=r"no JSON after record 2 \(invalid string in json text"):
            next(table.records)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"tick', "is no JSON .it breaks off"),
        ('[{"id": 1}] and more', "after record 1 .trailing garbage"),
        ('{"name": "x"\n}', "has no list of tickets"),
        ('{"tickets": [{"id": NaN}]}', "after record 0 .invalid char"),
    ],
)
def test_what_is_no_json_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(DeskError, match=sentence):
        read(path)


def test_objects_in_lines_keep_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b'\xef\xbb\xbf\n{"id": 1}\r\n\r\n{"id": 2\n[3]\n{"ticket": {"id": 4}}')
    with open_table(path) as table:
        found = list(table.records)
    assert [record.place for record in found] == [2, 4, 5, 6]
    assert [record.tree for record in found if isinstance(record, TreeRecord)] == [{"id": 1}, {"id": 4}]


READ = """
import resource, sys
from pathlib import Path
from deskterm.exchange.importing.tables.open_table import open_table
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open_table(Path(sys.argv[1])) as table:
    count = sum(1 for _ in table.records)
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("megabytes", [2, pytest.param(60, marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", ["json", "ndjson"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, megabytes: int, kind: str) -> None:
    one = json.dumps(TICKET | {"description": "x" * 1000})
    count = megabytes * 1_000_000 // len(one)
    path = tmp_path / "x.json"
    with path.open("w") as file:
        file.write('{"meta": {}, "tickets": [\n' if kind == "json" else "")
        file.writelines(one + (",\n" if kind == "json" else "\n") for _ in range(count - 1))
        file.write(one + ("]}" if kind == "json" else ""))
    read_apart = subprocess.run([sys.executable, "-c", READ, path], capture_output=True, text=True, check=True)
    found, kilobytes = map(int, read_apart.stdout.split())
    assert found == count
    assert kilobytes < 8_000
