"""Which test shows which rule of mail: docs/mail-rules.md, made from the markers of the tests."""

from __future__ import annotations

from rule_lists import build_list


def document() -> str:
    """Return the rules with their tests. Raises ValueError as `build_list` does."""
    heading = (
        "# The rules of mail",
        "",
        "What holds for mails and letters, and the tests that show it. How mail is set up: mail.md.",
    )
    return build_list("mail_rules.toml", "rule", heading)
