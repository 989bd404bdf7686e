"""Surveys of satisfaction."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from deskterm.procedure.schema.text_types import Part


class Feedback(Part):
    """Asking how it was (S3-15, S4-21)."""

    ask: Literal["never", "resolved", "closed"] = "never"
    """The moment at which people are asked."""
    scale: int = Field(ge=2, le=10, default=5)
    """The best answer; the worst is 1."""
    low: int = Field(ge=1, le=9, default=2)
    """Answers up to this are flagged."""
    complaint_is_immediate: bool = False
    """A complaint becomes a task at once."""
    question: str = ""
    """The question."""
    review: bool = True
    """Answers are listed until somebody has read them."""
