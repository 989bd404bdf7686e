"""Channels: by which ways people write to the desk, and are answered."""

from __future__ import annotations

MAIL = "email"
"""The channel of what is written to people by mail; by any other, something was said or shown to them."""
