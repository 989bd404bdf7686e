"""Seed files: TOML and CSV, mistakes in them, and their effect on a desk."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.admin.severity_scale import seed_severities
from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.exchange.seeding.seed_files import load_agents, load_clients, load_contacts, load_severities
from deskterm.procedure.shipped import data_folder
from small_desk import MONDAY, SMALL_PROCEDURE, small_desk, small_procedure
from store_templates import create_desk, load_shipped

SEEDS = data_folder() / "seeds"
METRICS = ["response", "next-response", "resolution"]

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    desk = small_desk(store_url)
    yield desk
    desk.store.close()


def reopen(desk: DeskSession) -> DeskSession:
    return open_desk(desk.store, "ann")


def catch_message(read: Callable[[], object]) -> str:
    with pytest.raises(DeskError) as caught:
        read()
    return str(caught.value)


# ---- the content of files ----


def test_contacts_have_a_name_or_an_address_and_an_address_once(write: Write) -> None:
    good = load_contacts(write("good.csv", "name,email,client\nKim,kim@larch.example,\nLou,,larch\n"))
    assert good == [
        {"name": "Kim", "email": "kim@larch.example", "client": ""},
        {"name": "Lou", "email": "", "client": "larch"},
    ]
    assert load_contacts(SEEDS / "contacts.toml")[1] == {"name": "Front desk", "client": "tillgate"}
    for text, sentence in (
        ("name,phone\n,12\n", "a contact has a name or an address"),
        ("email\nkim\n", '"kim" is no e-mail address'),
        ("email\nk@l.example\nk@l.example\n", 'the email "k@l.example" stands on line 2 already'),
        ("name,emial\nKim,x\n", 'unknown column "emial"'),
    ):
        assert sentence in catch_message(lambda text=text: load_contacts(write("bad.csv", text)))  # type: ignore[misc]


def test_toml_and_csv_give_the_same_agents() -> None:
    agents = {row["login"]: row for row in load_agents(SEEDS / "agents.toml")}
    assert list(agents) == [row["login"] for row in load_agents(SEEDS / "agents.csv")]
    for row in load_agents(SEEDS / "agents.csv"):
        assert agents[row["login"]].items() <= row.items() | {("tier", None)}
    assert agents["jona"]["roles"] == "customer-excellence-manager"
    assert agents["mick"]["active"] is False


def test_toml_and_csv_give_the_same_clients() -> None:
    assert load_clients(SEEDS / "clients.csv")[1] == load_clients(SEEDS / "clients.toml")[1]


@pytest.mark.parametrize("escape", ["\\u0000", "\\u001b[31m", "\\u202e"])
def test_characters_that_hide_are_refused_by_line(write: Write, escape: str) -> None:
    """D-47: PostgreSQL cannot keep U+0000, and the answer was the driver's."""
    named = f"the character U+{escape[2:6].upper()}"
    file = write("a.toml", f'[[agents]]\nlogin = "zoe"\nname = "Z{escape}oe"\n')
    assert catch_message(lambda: load_agents(file)) == f"{file}:3: {named} stands in the text of name: take it out."
    file = write("a.csv", f"login,name\nzoe,Z{escape.encode().decode('unicode-escape')}oe\n")
    assert catch_message(lambda: load_agents(file)) == f"{file}:2: {named} stands in this line: take it out."


def test_keys_that_a_file_leaves_out_are_not_in_its_rows(write: Write) -> None:
    assert load_agents(write("a.toml", '[[agents]]\nlogin = "zoe"\nname = "Zoe"\n')) == [
        {"login": "zoe", "name": "Zoe"}
    ]
    assert load_agents(write("a.csv", "login,name\nzoe,Zoe\n")) == [{"login": "zoe", "name": "Zoe"}]


def test_an_empty_cell_empties_only_fields_that_may_be_empty(write: Write) -> None:
    (row,) = load_agents(write("a.csv", "login,name,email,role,team,tier,active\nzoe,Zoe,,,,,\n"))
    assert row == {"login": "zoe", "name": "Zoe", "email": "", "team": None, "tier": None}


def test_columns_of_a_csv_that_are_metrics_are_targets(write: Write) -> None:
    path = write("s.csv", "key,label,urgent,response,next-response\nhigh,High,yes,30m,\nlow,Low,no,1h,2h\n")
    high, low = load_severities(path, METRICS)
    assert (high.severity.urgent, high.targets) == (True, {"response": "30m"})
    assert (low.severity.urgent, low.targets) == (False, {"response": "1h", "next-response": "2h"})


def test_a_byte_order_mark_semicolons_and_broken_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes('\ufeffKey;Name;Notes\r\nlarch;Larch Ltd;"Two\r\nlines; and more"\r\n\r\n'.encode())
    assert load_clients(path) == [{"key": "larch", "name": "Larch Ltd", "notes": "Two\r\nlines; and more"}]


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "key": st.from_regex(r"[a-z0-9][a-z0-9-]{0,10}", fullmatch=True),
                "name": st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30),
                "notes": st.text(st.sampled_from('ab,;"\n é漢'), max_size=20).map(str.strip),
            }
        ),
        min_size=1,
        unique_by=lambda row: row["key"],
    )
)
def test_any_clients_come_back_from_csv_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("seeds") / "clients.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["key", "name", "notes"])
        writer.writeheader()
        writer.writerows(rows)
    assert load_clients(path) == rows


# ---- mistakes in files ----


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.toml", '[[agents]]\nlogin = "zoe"\nnamm = "Zoe"\n', 'a.toml:3: unknown key "namm"'),
        ("a.toml", '[[agents]]\nlogin = "zoe"\nnamm = "Zoe"\n', 'did you mean "name"?'),
        ("a.toml", '[[agent]]\nlogin = "zoe"\n', 'unknown key "agent"; did you mean "agents"?'),
        ("a.toml", '[[agents]]\nname = "Zoe"\n', 'the key "login" is missing'),
        ("a.toml", '[[agents]]\nlogin = "zoe"\nname = "Zoe"\nrole = "boss"\n', "a.toml:4: "),
        ("a.toml", "[[agents]\n", "this is no TOML"),
        ("a.toml", "agents = []\n", "holds no agents"),
        ("a.csv", "login,namm\nzoe,Zoe\n", 'a.csv:1: unknown column "namm"; did you mean "name"?'),
        ("a.csv", "login,name\nzoe,Zoe,boss\n", "a.csv:2: 3 values for 2 columns"),
        ("a.csv", "login,name,login\n", 'a.csv:1: the column "login" is there twice.'),
        ("a.csv", "login,name,active\n\nzoe,Zoe,perhaps\n", 'a.csv:3: active: expected true or false, not "perhaps".'),
        ("a.csv", "login,name,role\nzoe,Zoe,aegnt\n", 'did you mean "agent"?'),
        ("a.csv", "login,name\nzoe,Zoe\nzoe,Zed\n", 'a.csv:3: the login "zoe" stands on line 2 already.'),
        ("a.csv", "login,name,email\nzoe,Zoe,zoe.example\n", "is no e-mail address"),
        ("a.csv", "login,name,email\nzoe,Zoe,zoe@ops@larch.example\n", "is no e-mail address"),
        ("a.csv", 'login,name\nzoe,"Zoe\n', "a.csv:2: this is no CSV"),
        ("a.csv", "", "holds no agents"),
        ("a.json", "[]", "is neither .toml nor .csv"),
    ],
)
def test_a_mistake_in_a_file_of_agents_is_reported_by_line(write: Write, name: str, text: str, message: str) -> None:
    assert message in catch_message(lambda: load_agents(write(name, text)))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("s.csv", "key,label,responsee\nhigh,High,1h\n", 'unknown column "responsee"; did you mean "response"?'),
        ("s.csv", "key,label,response\nhigh,High,soon\n", "s.csv:2: response: 'soon' is no duration"),
        ("s.csv", "key,label\nVery High,x\n", 's.csv:2: key: "Very High" is no key'),
        ("s.toml", '[[severities]]\nkey = "a"\nlabel = "A"\ntargets = { answer = "1h" }\n', "s.toml:4: unknown metric"),
        ("s.toml", '[[severities]]\nkey = "a"\nlabel = "A"\n[[severities]]\nkey = "a"\nlabel = "B"\n', "s.toml:5: "),
    ],
)
def test_a_mistake_in_a_scale_is_reported_by_line(write: Write, name: str, text: str, message: str) -> None:
    assert message in catch_message(lambda: load_severities(write(name, text), METRICS))


def test_a_file_that_is_missing_or_no_text_is_reported(tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes("login,name\nzoe,Zoë\n".encode("latin-1"))
    (tmp_path / "folder.toml").mkdir()
    assert catch_message(lambda: load_agents(tmp_path / "none.csv")) == f"There is no file {tmp_path / 'none.csv'}."
    assert "latin.csv:2: the file is not UTF-8 text" in catch_message(lambda: load_agents(tmp_path / "latin.csv"))
    assert "is a folder" in catch_message(lambda: load_agents(tmp_path / "folder.toml"))


# ---- the effect on a desk ----


def test_the_example_files_fit_their_procedure(store_url: str) -> None:
    store = create_desk(store_url, load_shipped("software-vendor"), admin_login="ann", now=MONDAY)
    desk = open_desk(store, "ann")
    metrics = [metric.key for metric in desk.procedure.definition.metrics]
    for suffix in ("toml", "csv"):
        seed_severities(reopen(desk), load_severities(SEEDS / f"severities.{suffix}", metrics), now=MONDAY)
        assert seed_severities(reopen(desk), load_severities(SEEDS / f"severities.{suffix}", metrics), now=MONDAY) == []
        desk.refresh()
        seed_agents(desk, load_agents(SEEDS / f"agents.{suffix}"), now=MONDAY)
        assert seed_agents(desk, load_agents(SEEDS / f"agents.{suffix}"), now=MONDAY) == []
        seed_clients(desk, load_clients(SEEDS / f"clients.{suffix}"), now=MONDAY)
        assert seed_clients(desk, load_clients(SEEDS / f"clients.{suffix}"), now=MONDAY) == []
    store.close()


def test_a_dry_run_of_every_kind_writes_nothing(desk: DeskSession, write: Write) -> None:
    people = load_agents(write("a.csv", "login,name\nzoe,Zoe\n"))
    firms = load_clients(write("c.csv", "key,name\nfir,Fir Ltd\n"))
    scale = load_severities(write("s.csv", "key,label\nhigh,Higher\nlow,Low\n"), METRICS)
    for _ in range(2):
        assert seed_agents(desk, people, dry_run=True, now=MONDAY) == ["+ zoe (Zoe)"]
        assert seed_clients(desk, firms, dry_run=True, now=MONDAY) == ["+ fir (Fir Ltd)"]
        assert len(seed_severities(reopen(desk), scale, dry_run=True, now=MONDAY)) == 1


def test_a_scale_keeps_the_keys_that_the_file_leaves_out(store_url: str, write: Write) -> None:
    text = SMALL_PROCEDURE.replace('label = "High"', 'label = "High"\ndefinition = "Work stands still."', 1)
    desk = open_desk(create_desk(store_url, small_procedure(text), admin_login="ann", now=MONDAY), "ann")
    seed_severities(desk, load_severities(write("s.csv", "key,label\nhigh,Higher\nlow,Low\n"), METRICS), now=MONDAY)
    high = reopen(desk).procedure.severities["high"]
    assert (high.label, high.definition, high.urgent) == ("Higher", "Work stands still.", True)
    desk.store.close()


def test_a_severity_in_use_cannot_be_removed(desk: DeskSession, write: Write) -> None:
    register(desk, subject="x", type="fault", severity="high", now=MONDAY)
    scale = load_severities(write("s.csv", "key,label\nlow,Low\n"), METRICS)
    assert "1 ticket uses it (1001)" in catch_message(lambda: seed_severities(desk, scale, now=MONDAY))


def test_a_scale_without_a_severity_that_a_rule_needs_is_refused(store_url: str, write: Write) -> None:
    rule = '[[rules]]\nkey = "call"\nlabel = "Call"\non = "create"\nwhen = { severity = "high" }\nnotify = ["lead"]\n'
    desk = open_desk(
        create_desk(store_url, small_procedure(SMALL_PROCEDURE + rule), admin_login="ann", now=MONDAY), "ann"
    )
    scale = load_severities(write("s.csv", "key,label\nlow,Low\n"), METRICS)
    message = catch_message(lambda: seed_severities(desk, scale, now=MONDAY))
    assert message.startswith("The procedure does not fit this scale: ")
    assert '"high"' in message
    desk.store.close()


def test_a_team_that_the_procedure_does_not_know_is_refused(store_url: str, write: Write) -> None:
    desk = open_desk(create_desk(store_url, small_procedure(), admin_login="ann", now=MONDAY), "ann")
    rows = load_agents(write("a.csv", "login,name,team\nzoe,Zoe,frist-line\n"))
    assert "Did you mean first-line?" in catch_message(lambda: seed_agents(desk, rows, now=MONDAY))
    desk.store.close()
