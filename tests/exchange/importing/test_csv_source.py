"""Records of logs in files: correct and broken csv, in all encodings and compressions."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deskterm.errors import DeskError
from deskterm.exchange.formula_guard import guard_formula
from deskterm.exchange.importing.csv_source import BadRow, LogRecord, open_log
from real_data import real_data

ROWS = [["a", "b", "c"], ["1", "2", "3"], ["4", "x\ny", 'say "so"']]
TEXT = 'a,b,c\r\n1,2,3\r\n4,"x\ny","say ""so"""\r\n'


def read(path: Path, delimiter: str = ",", encoding: str = "auto") -> list[list[str]]:
    """Read the header and all records; a bad one fails the test."""
    with open_log(path, delimiter=delimiter, encoding=encoding) as log:
        records = list(log.read_records())
        assert not [record for record in records if isinstance(record, BadRow)]
        return [list(log.columns), *(record.values for record in records if isinstance(record, LogRecord))]


def read_bad_rows(path: Path) -> list[BadRow]:
    with open_log(path) as log:
        return [record for record in log.read_records() if isinstance(record, BadRow)]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress], ids=["plain", "gz", "bz2", "xz"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_compression_and_encoding_do_not_change_the_records(
    tmp_path: Path, pack: Callable[[bytes], bytes], encoding: str
) -> None:
    path = tmp_path / "log"
    path.write_bytes(pack(TEXT.encode(encoding)))
    assert read(path) == ROWS


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "dos", "mac"])
def test_every_kind_of_line_end_is_accepted(tmp_path: Path, end: str) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(end.join(["a,b", "1,2", '"3",4', ""]).encode())
    assert read(path) == [["a", "b"], ["1", "2"], ["3", "4"]]


def test_bytes_that_are_not_utf_8_are_read_as_windows_1252(tmp_path: Path) -> None:
    """D-31: `“Café”` became `\\x93Café\\x94`. Where most of a file is UTF-8, the rest of it stays that."""
    path = tmp_path / "log.csv"
    path.write_bytes("a,b\n“Café” – 5 €,né\n".encode("cp1252"))
    assert read(path)[1] == ["“Café” – 5 €", "né"]
    path.write_bytes("a,b\n“São”,né\n".encode("cp1252") + "Grüße – 5 €,“ok”\n".encode())
    assert read(path)[1:] == [["“São”", "né"], ["Grüße – 5 €", "“ok”"]]


def test_an_encoding_of_the_mapping_is_used_strictly(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes("a,b\n€,2\n".encode("cp1252"))
    assert read(path, encoding="cp1252")[1] == ["€", "2"]
    with pytest.raises(DeskError, match="is not text in utf-8: say its encoding"):
        read(path, encoding="utf-8")


def test_nul_bytes_are_left_out_and_the_line_is_named(tmp_path: Path) -> None:
    """D-47: they were left out in silence."""
    path = tmp_path / "log.csv"
    path.write_bytes(b'a,b\n\x001,\x00\n2,3\n4,"x\ny\x00"\n')
    with open_log(path) as log:
        assert list(log.read_records()) == [
            LogRecord(2, ["1", ""], "a control character (U+0000) was left out"),
            LogRecord(3, ["2", "3"]),
            LogRecord(4, ["4", "x\ny"], "a control character (U+0000) in line 5 was left out"),
        ]


def test_a_broken_record_does_not_affect_the_others(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text('a,b\n1,2\n3,"never closed\n4,5\n6\n7,"8" 9\n10,"11"\n12,13,14\n15,"16\n17"\n')
    with open_log(path) as log:
        records = list(log.read_records())
    assert [record.values for record in records if isinstance(record, LogRecord)] == [
        ["1", "2"],
        ["4", "5"],
        ["10", "11"],
        ["15", "16\n17"],
    ]
    assert [record for record in records if isinstance(record, BadRow)] == [
        BadRow(3, "text follows a closing quotation mark"),
        BadRow(5, "1 fields where the header has 2"),
        BadRow(6, "text follows a closing quotation mark"),
        BadRow(8, "3 fields where the header has 2"),
    ]


def test_an_unclosed_quotation_mark_costs_one_record(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text('a,b\n1,"open\n2,3\n4,5\n')
    with open_log(path) as log:
        assert list(log.read_records()) == [
            BadRow(2, "a quotation mark is opened and never closed"),
            LogRecord(3, ["2", "3"]),
            LogRecord(4, ["4", "5"]),
        ]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"])
def test_a_truncated_log_is_refused(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "log"
    whole = pack("\n".join(["a,b", *(f"{n * 7919 % 10007},{n}" for n in range(20_000))]).encode())
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DeskError, match=r"breaks off inside its compressed data: fetch it again\.$"):
        read(path)


def test_damaged_compression_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.xz"
    whole = bytearray(lzma.compress(TEXT.encode() * 99))
    whole[20:40] = bytes(20)
    path.write_bytes(bytes(whole))
    with pytest.raises(DeskError, match="cannot be read"):
        read(path)


def test_a_file_that_is_no_log_is_reported(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    with pytest.raises(DeskError, match="is empty: give a log whose first line names its columns"):
        read(empty)
    with pytest.raises(DeskError, match="There is no file"):
        read(tmp_path / "none.csv")
    with pytest.raises(DeskError, match="is a folder"):
        read(tmp_path)


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=2)))
@example([[""], ["'@"]])
def test_written_csv_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    """R-62: cells are guarded as exports guard them, because one guard is taken off of whatever has one."""
    header = [f"c{number}" for number in range(len(rows[0]))]
    text = io.StringIO()
    guarded = [[guard_formula(cell) for cell in row] for row in rows]
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([header, *guarded])
    path = tmp_path_factory.getbasetemp() / "written.csv"
    path.write_bytes(text.getvalue().encode())
    assert read(path) == [header, *rows]


# -- collections of csv files from other projects ------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "newlines", "quotes_and_newlines"),
        *("simple", "simple_crlf", "utf8"),
    ],
)
def test_csv_spectrum_gives_its_expected_values(name: str) -> None:
    folder = real_data("csv_torture") / "csv-spectrum"
    header, *rows = read(folder / "csvs" / f"{name}.csv")
    expected = json.loads((folder / "json" / f"{name}.json").read_text())
    assert [dict(zip(header, row, strict=True)) for row in rows] == expected


def test_line_breaks_inside_cells_are_kept(tmp_path: Path) -> None:
    folder = real_data("csv_torture") / "csv-spectrum"
    path = tmp_path / "newlines_crlf.csv"  # the collected file lost its CRs on the way here; its values still have them
    text = (folder / "csvs" / "newlines_crlf.csv").read_bytes().replace(b"\r\n", b"\n")
    path.write_bytes(text.replace(b"\n", b"\r\n"))
    header, *rows = read(path)
    expected = json.loads((folder / "json" / "newlines_crlf.json").read_text())
    assert [dict(zip(header, row, strict=True)) for row in rows] == expected


def test_a_quotation_mark_inside_a_plain_cell_is_kept_and_reported() -> None:
    folder = real_data("csv_torture") / "csv-spectrum"
    with open_log(folder / "csvs" / "location_coordinates.csv") as log:
        (record,) = log.read_records()
    expected = json.loads((folder / "json" / "location_coordinates.json").read_text())
    assert isinstance(record, LogRecord)
    found = dict(zip(log.columns, record.values, strict=True))
    phone = "Contact Phone Number"  # the values beside the file have another number
    assert {**found, phone: ""} == {**expected, phone: ""}
    assert record.remark == "a quotation mark inside a field that is not quoted"


def test_sineemore_gives_its_expected_values() -> None:
    folder = real_data("csv_torture") / "sineemore"
    for path in sorted((folder / "json").iterdir()):
        expected = json.loads(path.read_text())
        header, *rows = read(folder / "csv" / f"{path.stem}.csv")
        if path.stem.startswith("header-"):
            assert [dict(zip(header, row, strict=True)) for row in rows] == expected
        else:
            assert [header, *rows] == expected


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bad-header-less-fields", "2 fields where the header has 3"),
        ("bad-header-more-fields", "4 fields where the header has 3"),
        ("bad-missing-quote", "a quotation mark is opened and never closed"),
        ("bad-quotes-with-unescaped-quote", "text follows a closing quotation mark"),
    ],
)
def test_sineemores_broken_records_are_refused(name: str, reason: str) -> None:
    assert read_bad_rows(real_data("csv_torture") / "sineemore" / "csv" / f"{name}.csv") == [BadRow(2, reason)]


def test_sineemores_empty_file_and_stray_quotation_marks_are_reported() -> None:
    folder = real_data("csv_torture") / "sineemore" / "csv"
    with pytest.raises(DeskError, match="is empty"):
        read(folder / "bad-header-no-header.csv")
    with open_log(folder / "bad-unescaped-quote.csv") as log:
        (record,) = log.read_records()
    assert isinstance(record, LogRecord)
    assert record.remark


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("blanks.csv", [["", "NA", "N/A", "NONE", "NULL", "."]]),
        ("dummy.csv.bz2", [["1", "2", "3"]]),
        ("dummy.csv.gz", [["1", "2", "3"]]),
        ("mac_newlines.csv", [["1", "2", "3"], ["Once upon\ra time", "5", "6"]]),
        ("null_byte.csv", [["", "2", "3"]]),
        ("optional_quote_characters.csv", [["1", "2", "3"]]),
        ("test_latin1.csv", [["1", "2", "3"], ["4", "5", "©"]]),
        ("test_utf16_big.csv", [["1", "2", "3"], ["4", "5", "ʤ"]]),
        ("test_utf16_little.csv", [["1", "2", "3"], ["4", "5", "ʤ"]]),
        ("test_utf8_bom.csv", [["1", "2", "3"], ["4", "5", "ʤ"]]),
    ],
)
def test_the_mixed_files_give_their_expected_values(name: str, rows: list[list[str]]) -> None:
    assert read(real_data("csv_torture") / "mixed" / name)[1:] == rows


def test_the_mixed_files_with_bad_rows_keep_their_good_ones() -> None:
    folder = real_data("csv_torture") / "mixed"
    with open_log(folder / "bad.csv") as log:
        assert list(log.read_records()) == [
            BadRow(2, "4 fields where the header has 3"),
            BadRow(3, "2 fields where the header has 3"),
            LogRecord(4, ["0", "mixed types.... uh oh", "17"]),
        ]
    assert read_bad_rows(folder / "test_empty_columns_short_row.csv") == [BadRow(2, "2 fields where the header has 3")]
    assert read(folder / "sniff_limit.csv", delimiter=";")[1:] == [["1", "2", "3"]]
