"""HTML as text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskterm.mail.reading.html_text import CUT, HtmlText, convert_html, html_to_text, strip_tags


@pytest.mark.rule("M-16")
@pytest.mark.parametrize(
    "source",
    [
        "<script>hidden()</script>seen",
        "<style>.hidden{}</style>seen",
        "<head><title>hidden</title></head><body>seen</body>",
        "<!-- hidden -->seen",
        '<p style="display:none">hidden</p>seen',
        "<p hidden>hidden</p>seen",
        '<span style="font-size:0">hidden</span>seen',
        "<template>hidden</template>seen",
    ],
)
def test_what_a_reader_would_not_see_stays_out(source: str) -> None:
    assert html_to_text(source).strip() == "seen"


@pytest.mark.rule("M-16")
def test_a_link_that_leads_to_another_host_than_it_says_shows_both() -> None:
    assert "evil.example" in html_to_text('<a href="https://evil.example/x">https://bank.example</a>')
    assert html_to_text('<a href="https://www.bank.example/x">bank.example</a>').strip() == "bank.example"
    assert html_to_text('<a href="https://evil.example/x">click here</a>').strip() == "click here"


@pytest.mark.rule("M-16")
def test_words_that_the_parser_drops_are_kept_without_it() -> None:
    """Libxml2 drops text below 256 levels."""
    assert "needle" in html_to_text("<div>" * 400 + "needle" + "</div>" * 400)
    assert strip_tags("<p>a&amp;b</p><script>no</script><br>c").split() == ["a&b", "c"]


@pytest.mark.rule("M-21")
def test_what_is_beyond_a_number_of_tags_is_left_out_and_said() -> None:
    """A picture in the source is none of it."""
    assert convert_html("<p>one</p><p>two</p>", 2) == HtmlText(f"one\n{CUT}", 2)
    assert convert_html(f'<img src="data:image/png;base64,{"A" * 500_000}"><p>seen</p>', 9).text.strip() == "seen"


@pytest.mark.rule("M-16")
def test_lines_of_a_table_and_of_paragraphs_stay_lines() -> None:
    assert html_to_text("<p>one</p><p>two</p>").split() == ["one", "two"]
    assert "a" in html_to_text("<table><tr><td>a</td><td>b</td></tr></table>")


@pytest.mark.rule("M-14")
@settings(max_examples=20)
@given(st.text(alphabet=st.sampled_from("<>/apdivtable&#;=\"' \x00é!-"), max_size=120))
def test_nothing_raises(source: str) -> None:
    assert "\x00" not in html_to_text(source)
    assert isinstance(strip_tags(source), str)
