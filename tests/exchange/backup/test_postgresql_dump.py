"""Places of PostgreSQL beside that of a desk (D-49)."""

from __future__ import annotations

import pytest

from deskterm.exchange.backup.postgresql_dump import with_database


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://sam@db.example/desk", "postgresql://sam@db.example/x%20y"),
        ("postgresql://sam:s%23@db.example:5433/desk?sslmode=require",
         "postgresql://sam:s%23@db.example:5433/x%20y?sslmode=require"),
        ("postgresql://?service=desk", "postgresql:///x%20y?service=desk"),
        ("postgresql://sam@/desk?host=%2Frun&dbname=other", "postgresql://sam@/x%20y?host=%2Frun"),
    ],
)  # fmt: skip
def test_another_database_is_on_the_same_server(url: str, expected: str) -> None:
    assert with_database(url, "x y") == expected
