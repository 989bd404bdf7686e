"""`--only FIELD=VALUE` and `--with FIELD`: the field `source`, and any other, narrows lists and exports."""

from __future__ import annotations

import csv
import io

import pytest

from cli_call import Call

NEW = ("ticket", "new", "Printer", "--type", "fault", "--incomplete", "--email", "kim@larch.example")


@pytest.fixture
def sources(desk: Call) -> Call:
    """The desk with a ticket from the web form, one from monitoring, and one whose source nobody told."""
    for more in (("--field", "source=web form"), ("--field", "source=monitoring"), ()):
        assert desk(*NEW, *more).code == 0
    return desk


def numbers(call: Call, *words: str) -> list[int]:
    return [row["number"] for row in call("ticket", "list", *words, "--json").json]


def test_a_list_is_narrowed_to_a_source_and_shows_the_sources_there_are(sources: Call) -> None:
    assert numbers(sources, "--only", "source=monitoring") == [1002]
    assert numbers(sources, "--only", "source=nowhere") == []
    assert [row["source"] for row in sources("ticket", "list", "--json").json] == ["web form", "monitoring", None]
    assert "Source" in sources("ticket", "list").out
    assert "Source" not in sources("ticket", "list", "--match", "1003").out


def test_a_list_is_narrowed_by_several_fields_whose_values_are_named_by_key_or_label(sources: Call) -> None:
    status = sources("ticket", "list", "--json").json[0]["status"]
    assert numbers(sources, "--only", f"status={status.upper()}", "--only", "source=web form") == [1001]
    assert numbers(sources, "--only", "tier=7") == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["source"], "'source' is no filter: write it as FIELD=VALUE."),
        (["=web"], "There is no field '' to filter by: use "),
        (["colour=red"], "There is no field 'colour' to filter by: use "),
        (["source=a", "source=b"], "--only names source twice: a ticket has one."),
    ],
)
def test_a_filter_that_is_none_is_refused_with_what_to_do(sources: Call, words: list[str], sentence: str) -> None:
    answer = sources("ticket", "list", *(part for word in words for part in ("--only", word)))
    assert answer.code == 2
    assert sentence in answer.err


def test_a_value_that_the_procedure_does_not_know_is_refused_with_the_known_ones(sources: Call) -> None:
    answer = sources("ticket", "list", "--only", "status=sleeping")
    assert answer.code == 1
    assert "There is no status 'sleeping'." in answer.err


def test_an_export_is_narrowed_and_has_the_source_on_request_only(sources: Call) -> None:
    plain = list(csv.DictReader(io.StringIO(sources("export", "tickets").out)))
    assert len(plain) == 3
    assert "source" not in plain[0]
    found = list(
        csv.DictReader(io.StringIO(sources("export", "tickets", "--only", "source=web form", "--with", "source").out))
    )
    assert [(row["number"], row["source"]) for row in found] == [("1001", "web form")]
    refused = sources("export", "messages", "--with", "source")
    assert refused.code == 2
    assert "An export of messages has no 'source' to add" in refused.err


def test_a_source_stands_among_the_facts_of_a_ticket_and_can_be_supplied_later(sources: Call) -> None:
    assert "monitoring" in sources("ticket", "show", 1002).out
    assert sources("ticket", "supply", "1003", "source=walk-in").code == 0
    assert sources("ticket", "show", "1003", "--json").json["source"] == "walk-in"
