"""What Outlook packs into `winmail.dat`."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.mail.reading.tnef import TnefFile, read_tnef
from mail.support.mail_cases import Score, read_cases
from mail.support.winmail import pack_winmail

_OTHERWISE = {"long-filename.tnef": 1, "missing-filenames.tnef": 4}
"""Files that have attachments with their bytes, though the list that MimeKit's tests compare with has none."""


@pytest.mark.rule("M-17")
def test_files_and_text_come_out_of_it() -> None:
    message = read_tnef(pack_winmail([("Übersicht.txt", b"one")], text="größer"))
    assert message is not None
    assert message.files == [TnefFile("Übersicht.txt", "", b"one")]
    assert message.text == "größer"


@pytest.mark.rule("M-15")
def test_html_stands_for_the_text_where_there_is_none() -> None:
    html = b"<p>packed</p>"
    packed = struct.pack("<IHHII", 1, 0x102, 0x1013, 1, len(html)) + html + b"\x00" * (-len(html) % 4)
    message = read_tnef(pack_winmail([], properties=packed))
    assert message is not None
    assert (message.text, message.html) == ("", "<p>packed</p>")


@pytest.mark.rule("M-21")
def test_counts_that_it_claims_cost_nothing() -> None:
    """A reader that believed them would be busy for hours."""
    for claim in (
        b"\xff" * 4,
        struct.pack("<IHHI", 1, 0x1048, 0x3001, 0xFFFFFFFF),
        struct.pack("<IHHI", 1, 0x102, 1, 2**32 - 1),
    ):
        start = time.process_time()
        assert read_tnef(pack_winmail([], properties=claim)) is not None
        assert time.process_time() - start < 0.5


def test_what_is_none_is_none() -> None:
    assert read_tnef(b"PK\x03\x04") is None
    assert read_tnef(b"") is None


@pytest.mark.rule("M-14")
@given(st.binary(max_size=200), st.integers(0, 150))
def test_nothing_raises(junk: bytes, at: int) -> None:
    packed = pack_winmail([("a.txt", b"one")], text="words", properties=junk)
    read_tnef(packed[:at] + junk + packed[at:])


@pytest.mark.rule("M-17")
def test_files_of_other_projects_are_read_as_they_list_them() -> None:
    score = Score()
    for case, data in read_cases("tnef"):
        message = read_tnef(data)
        assert message is not None
        names = [file.name for file in message.files]
        score.compare("attachments", case["id"], len(names), _OTHERWISE.get(case["id"], case["attachments"]))
        if case["id"] not in _OTHERWISE:
            score.compare("names", case["id"], sorted(names), case["attachment_names"])
        score.compare("bodies", case["id"], bool(message.text.strip() or message.html), case["has_body"])
    score.require(attachments=1, names=1, bodies=1)
