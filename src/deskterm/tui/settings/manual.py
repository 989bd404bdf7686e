"""The document about the settings, and the template of the settings file."""

from __future__ import annotations

import re

from deskterm.tui.settings.declarations import SETTINGS, Setting


def format_manual() -> str:
    """Format the settings as a document in Markdown."""
    parts = [
        "# Settings of the console",
        "",
        "They stand in a file of your own, `settings.toml` in the user's configuration folder: `deskterm config path`",
        "says where, `deskterm config edit` opens it in your editor and checks it afterwards, `deskterm config check`",
        "checks it, and `deskterm config show` prints what holds. The file need not be there, and nothing makes it but",
        "`config edit`. A mistake in it is said with its line when the console starts, and the default holds.",
        "",
        "What you choose in the console, by `:theme` or `:layout`, is kept in a file of its own, so that yours stays",
        "as you wrote it. A choice holds until you give the setting another value in the file.",
        "",
        "| setting | default | values |",
        "|---|---|---|",
    ]
    parts += [
        f"| [`{name}`](#{name}) | {_format_default(one)} | {_list_values(one)} |" for name, one in SETTINGS.items()
    ]
    for name, setting in SETTINGS.items():
        parts += ["", f"## {name}", "", setting.help]
        if setting.kind == "word":
            parts += ["", *(f"* `{word}`: {meaning}" for word, meaning in setting.meanings.items())]
        parts += ["", "```toml", setting.example, "```"]
    return "\n".join(parts) + "\n"


def format_template() -> str:
    """Format the template that `config edit` begins with: every setting with its meaning and default, commented out."""
    parts = ["# Settings of the deskterm console. Remove the # of a line to change it."]
    for name, setting in SETTINGS.items():
        parts += ["", *(f"# {line}" for line in _wrap(_to_plain(setting.help)))]
        if setting.kind == "word":
            parts += [f"#   {word}: {_to_plain(meaning)}" for word, meaning in setting.meanings.items()]
        elif setting.kind == "names":
            parts += [f"#   {line}" for line in _wrap(", ".join(setting.choices))]
        if setting.kind == "keys":
            parts += [f"# {line}" for line in setting.example.split("\n")]
        else:
            parts += [f"# {name} = {_format_value(setting)}"]
    return "\n".join(parts) + "\n"


def _to_plain(text: str) -> str:
    """Return a sentence without the marks of Markdown."""
    return re.sub(r" \(\[[^]]*\]\([^)]*\)\)", "", text).replace("`", "")


def _wrap(text: str, width: int = 96) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return lines


def _format_value(setting: Setting) -> str:
    if setting.kind == "names":
        return "[]"
    return str(setting.default).lower() if setting.kind in ("switch", "seconds") else f'"{setting.default}"'


def _format_default(setting: Setting) -> str:
    return "none" if setting.kind == "keys" else f"`{_format_value(setting)}`"


def _list_values(setting: Setting) -> str:
    match setting.kind:
        case "switch":
            return "`true`, `false`"
        case "word":
            return ", ".join(f'`"{word}"`' for word in setting.choices)
        case "seconds":
            return "a whole number"
        case "names":
            return "a list of " + ", ".join(f'`"{word}"`' for word in setting.choices)
        case _:
            return "a table: command → key, or a list of keys"
