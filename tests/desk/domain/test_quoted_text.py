"""Own words and quoted ones in a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.domain.quoted_text import extract_own_text, redact_quotes, remove_history, remove_quoted_lines
from deskterm.desk.linking.list_items import parse_list_items

LETTER = "The picture is exchanged.\nReply here if something is left to do."
BELOW = "Thanks!\n-----Original Message-----\nFrom: Ann\nSent: Monday, 10:12\nSubject: Picture\n" + LETTER
LINES = st.text(alphabet=st.sampled_from("> ab:-"), max_size=12)
BODIES = st.lists(LINES, max_size=8).map("\n".join)


def test_text_below_a_separator_goes_only_if_it_was_sent() -> None:
    assert extract_own_text(BELOW, [LETTER]) == "Thanks!"
    assert extract_own_text(BELOW) != "Thanks!"
    assert "still" in extract_own_text(BELOW + "\nIt is still the old one.", [LETTER])


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 23 Nov 2026 at 10:12, Ann <desk@studio.example> wrote:",
        "On Mon, 23 Nov 2026 at 10:12, Ann of the studio\n<desk@studio.example> wrote:",
        "Am 23.11.2026 um 10:12 schrieb Ann:",
    ],
)
def test_an_attribution_goes_with_the_quotation_below_it(attribution: str) -> None:
    assert extract_own_text(f"Thanks!\n{attribution}\n> The picture") == "Thanks!"
    assert extract_own_text(f"Thanks!\n{attribution}\nThe picture") != "Thanks!"


@given(BODIES)
def test_own_lines_stay_in_their_order_and_no_marked_line_is_left(body: str) -> None:
    kept = [line for line in body.splitlines() if line.strip()[:1] != ">"]
    assert remove_quoted_lines(body) == "\n".join(kept)
    assert remove_quoted_lines(body).startswith(remove_history(body))
    assert set(extract_own_text(body).split("\n")) - {""} <= {line.strip() for line in kept}


@given(BODIES)
def test_only_quotations_of_a_text_are_redacted(body: str) -> None:
    assert redact_quotes(body, ["no such line"], "[erased]") == body
    quoted = "\n".join(f"> {line}" for line in body.split("\n"))
    redacted = redact_quotes(quoted, [body], "[erased]").split("\n")
    assert [line != "> [erased]" for line in redacted] == [not line.strip("> ") for line in body.split("\n")]


def test_indented_quotations_are_no_items_of_a_list() -> None:
    assert parse_list_items("- one\n  > - quoted\n- two") == ["one", "two"]


def test_a_line_of_a_paragraphs_length_is_no_attribution() -> None:
    quote = "\n> It fails.\nIt still does."
    for length, own in ((249, False), (250, True)):
        line = "On Mon, 23 Nov 2026 at 10:12, wrote:".replace("wrote", f"{'x' * (length - 37)} wrote")
        assert len(line) == length
        assert (line in extract_own_text(line + quote)) is own


@pytest.mark.parametrize(("between", "is_head"), [(2, True), (3, False)])
def test_the_head_of_an_earlier_message_has_its_lines_close_together(between: int, is_head: bool) -> None:
    """Two more headers within four lines below the sender."""
    below = "\n".join(["Sent: Monday, 10:12", *["(no words)"] * between, "Subject: Picture"])
    assert remove_history(f"Thanks!\nFrom: Ann\n{below}") == ("Thanks!" if is_head else f"Thanks!\nFrom: Ann\n{below}")
