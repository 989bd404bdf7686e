"""Lines that say who wrote what is quoted, in the languages of mail programs (M-20, M-31)."""

from __future__ import annotations

import pytest

from deskterm.mail.visible.attributions import find_attribution, read_attribution

WHO = "Kim Berg <kim@example.org>"

CERTAIN = [
    f"On Mon, Oct 25, 2021 at 3:04 PM {WHO} wrote:",
    f"On Oct 25, 2021, at 3:04 PM, {WHO} wrote:",
    "On 25/10/2021 15:04, Kim Berg wrote:",
    f"--- On Mon, 10/25/21, {WHO} wrote:",
    f"{WHO} wrote:",
    f"Am Mo., 25. Okt. 2021 um 15:04 Uhr schrieb {WHO}:",
    "Am 25.10.21 um 15:04 schrieb Kim Berg:",
    f"{WHO} schrieb am Mo., 25. Okt. 2021, 15:04:",
    f"Zitat von {WHO}:",
    f"Le lun. 25 oct. 2021 à 15:04, {WHO} a écrit :",
    f"El lun, 25 oct 2021 a las 15:04, {WHO} escribió:",
    f"Il giorno lun 25 ott 2021 alle ore 15:04 {WHO} ha scritto:",
    f"Em seg., 25 de out. de 2021 às 15:04, {WHO} escreveu:",
    f"Op 25 okt. 2021 om 15:04 heeft {WHO} het volgende geschreven:",
    f"Op ma 25 okt. 2021 om 15:04 schreef {WHO}:",
    f"Den mån 25 okt. 2021 kl 15:04 skrev {WHO}:",
    f"man. 25. okt. 2021 kl. 15:04 skrev {WHO}:",
    f"{WHO} kirjoitti 25.10.2021 kello 15.04:",
    f"pon., 25 paź 2021 o 15:04 {WHO} napisał(a):",
    "W dniu 25.10.2021 o 15:04, Kim Berg pisze:",
    f"po 25. 10. 2021 v 15:04 odesílatel {WHO} napsal:",
    f"po 25. 10. 2021 o 15:04 {WHO} napísal(a):",
    f"{WHO} ezt írta (időpont: 2021. okt. 25., H, 15:04):",
    f"În lun., 25 oct. 2021 la 15:04, {WHO} a scris:",
    f"pon, 25. lis 2021. u 15:04 {WHO} napisao je:",
    f"{WHO}, 25 Eki 2021 Pzt, 15:04 tarihinde şunu yazdı:",
    f"пн, 25 окт. 2021 г. в 15:04, {WHO}:",
    f"Понедельник, 25 октября 2021, 15:04 +03:00 от {WHO}:",
    f"пн, 25 жовт. 2021 р. о 15:04 {WHO} пише:",
    f"Στις Δευ, 25 Οκτ 2021 στις 3:04 μ.μ., ο χρήστης {WHO} έγραψε:",
    f"{WHO} 于2021年10月25日周一 下午3:04写道：",
    f"2021年10月25日(月) 15:04 {WHO}:",
    f"2021년 10월 25일 (월) 오후 3:04, {WHO}님이 작성:",
    f"Vào Th 2, 25 thg 10, 2021 vào lúc 15:04 {WHO} đã viết:",
    f"* {WHO} [2021-10-25 15:04]:",
]


@pytest.mark.rule("M-20")
@pytest.mark.parametrize("line", CERTAIN)
def test_an_attribution_is_known_and_taken_apart(line: str) -> None:
    found = read_attribution(line)
    assert found is not None
    assert found.is_certain
    if "@" in line:
        assert (found.name, found.address) == ("Kim Berg", "kim@example.org")


@pytest.mark.rule("M-20")
@pytest.mark.parametrize(
    "line",
    [
        "My colleague wrote:",
        "Please call me at 10:30 on 3 May 2024:",
        "Contact: kim@example.org:",
        "He said:",
        "Meeting 3 May 2024 10:30 with kim@example.org",
        "",
        ":",
        "@" * 300 + ":",
    ],
)
def test_a_sentence_of_somebody_is_none(line: str) -> None:
    assert read_attribution(line) is None


@pytest.mark.rule("M-20")
@pytest.mark.parametrize(
    "line",
    [
        "As I wrote on Monday 3 May at 10:30:",
        "Am 3. Mai 2024 um 10:00 habe ich geschrieben:",
        "On 12 May 2024 at 10:30 the server sent:",
        "Kim Berg wrote:",
    ],
)
def test_a_sentence_that_may_be_one_needs_quoted_lines_below(line: str) -> None:
    found = read_attribution(line)
    assert found is not None
    assert not found.is_certain


@pytest.mark.rule("M-20")
def test_a_broken_attribution_is_put_together_and_takes_nothing_from_above() -> None:
    lines = [
        "It is the blue one.",
        "On Monday, 25 October 2021 at 15:04 Kim Berg from the",
        "second floor <",
        "kim@example.org> wrote:",
    ]
    found = find_attribution(lines, 3)
    assert found is not None
    assert found[0] == 1
    assert find_attribution(lines, 0) is None


@pytest.mark.rule("M-31")
@pytest.mark.parametrize(
    ("line", "date"),
    [
        ('Il giorno 28/10/2021, 12:46 "Kim Berg" <kim@example.org> ha scritto:', "28/10/2021, 12:46"),
        ("Kim Berg <kim@example.org> skrev følgende den 28/10/2021, 12:46:", "28/10/2021, 12:46"),
        ('28/10/2021, 12:46 пользователь "Kim Berg" <kim@example.org> написал:', "28/10/2021, 12:46"),
    ],
)
def test_the_date_is_as_it_is_written(line: str, date: str) -> None:
    found = read_attribution(line)
    assert found is not None
    assert found.date == date
