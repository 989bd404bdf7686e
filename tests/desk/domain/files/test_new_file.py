"""Files that are about to be kept: how large they may be, and how that is said (C-22)."""

from __future__ import annotations

import pytest

from deskterm.desk.domain.files.new_file import format_size, require_few
from deskterm.errors import UsageError

pytestmark = pytest.mark.law("C-22")


def test_sizes_are_said_as_people_say_them() -> None:
    assert [format_size(size) for size in (0, 999, 1000, 12_400, 999_600, 4_240_000, 18_000_000)] == [
        "0 B", "999 B", "1.0 kB", "12 kB", "1.0 MB", "4.2 MB", "18 MB",
    ]  # fmt: skip


def test_a_message_takes_a_hundred_files_and_no_more() -> None:
    require_few(range(100))
    with pytest.raises(UsageError, match="101 files are too many"):
        require_few(range(101))
