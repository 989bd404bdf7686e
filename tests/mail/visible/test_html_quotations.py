"""Quotations as the HTML of mail programs marks them (M-20)."""

from __future__ import annotations

import pytest

from deskterm.mail.reading.html_text import html_to_text
from deskterm.mail.visible.html_quotations import Mark, mark_lines
from deskterm.mail.visible.visible_part import find_visible

OLD = "<div>Is it plugged in?</div><div>Sam</div>"
SUBJECT = "<b>Subject:</b> Printer"


@pytest.mark.rule("M-20")
@pytest.mark.parametrize(
    "below",
    [
        f'<div class="gmail_quote"><div class="gmail_attr">Sam teki 3. 5. 2021:</div>{OLD}</div>',
        f'<br><blockquote type="cite">{OLD}</blockquote>',
        f'<div class="moz-cite-prefix">Sam, 3 May:</div><blockquote type="cite">{OLD}</blockquote>',
        f'<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">Zuzu: Sam</div>{OLD}',
        f'<hr id="stopSpelling">Nuqneh: Sam<br>{OLD}',
        f'<div style="border:none; border-top:solid #E1E1E1 1.0pt; padding:3.0pt 0 0 0"><p>Mh: Sam</p></div>{OLD}',
        f'<div class="yahoo_quoted">{OLD}</div>',
        f'<div class="protonmail_quote">Sam on Monday<br><blockquote>{OLD}</blockquote></div>',
        f"On 3 May 2021 at 10:30, Sam &lt;sam@example.org&gt; wrote:<blockquote>{OLD}</blockquote>",
    ],
)
def test_a_quotation_by_structure_folds_whatever_its_language(below: str) -> None:
    source = f"<html><body><p>Yes, it is.</p>{below}</body></html>"
    text = html_to_text(source)
    visible = find_visible(text, html=source)
    assert visible.new_text == "Yes, it is."
    assert visible.whole == text


@pytest.mark.rule("M-20")
def test_answers_between_and_below_blockquotes_show() -> None:
    cited = f'<blockquote type="cite">{OLD}</blockquote>'
    source = f"<p>Hello</p>{cited}<p>Yes.</p>{cited}"
    text = html_to_text(source)
    assert find_visible(text, html=source).new_text == text.strip()


@pytest.mark.rule("M-20")
def test_a_forward_in_gmails_quotation_shows() -> None:
    source = (
        f'<p>See below</p><div class="gmail_quote">---------- Forwarded message ---------<br>From: Lee<br>{OLD}</div>'
    )
    text = html_to_text(source)
    assert find_visible(text, html=source).new_text == text.strip()


@pytest.mark.rule("M-20")
def test_the_html_of_an_alternative_tells_of_the_plain_text_too() -> None:
    source = f'<p>Yes, it is.</p><blockquote type="cite">{OLD}</blockquote>'
    assert find_visible("Yes,\nit is.\n\nIs it plugged\nin?\nSam\n", html=source).new_text == "Yes,\nit is."


@pytest.mark.rule("M-20")
def test_an_indented_paragraph_is_the_writers_own() -> None:
    source = '<p>Two things:</p><blockquote style="margin:0 0 0 40px;border:none">the lid<br>the cable</blockquote>'
    text = html_to_text(source)
    assert find_visible(text, html=source).new_text == text.strip()


@pytest.mark.rule("M-20")
def test_a_signature_by_structure_folds() -> None:
    signature = '<div class="gmail_signature">Kim Berg<br>Example Ltd</div>'
    source = f'<p>Yes.</p>{signature}<blockquote type="cite">{OLD}</blockquote>'
    assert find_visible(html_to_text(source), html=source).new_text == "Yes."


@pytest.mark.rule("M-20")
def test_hidden_words_and_links_written_out_do_not_shift_the_marks() -> None:
    source = (
        '<div style="display:none">preview words that nobody sees at all</div><p>See <a href="http://b.example">a.example</a></p>'
        f'<blockquote type="cite">{OLD}</blockquote>'
    )
    lines = ["See a.example [http://b.example]", "Is it plugged in?", "Sam"]
    assert mark_lines(lines, source) == [Mark.OWN, Mark.QUOTED, Mark.QUOTED]
