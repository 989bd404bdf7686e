"""Fixtures for tests of development items and releases."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession


@pytest.fixture
def desk(saas: DeskSession) -> DeskSession:
    """A session on a desk by the saas-platform procedure, which has development with routes and releases."""
    return saas
