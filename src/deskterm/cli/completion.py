"""`deskterm completion`: a script by which a shell completes commands, options and values.

Commands and options stand in the script itself, so that completing them starts no program. Numbers, people, statuses
and the like are asked of the desk by `deskterm --complete KIND`, which imports no more than reading them takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from deskterm.errors import UsageError

SHELLS = ("bash", "zsh", "fish")
_KINDS_OF_OPTIONS = {
    "--status": "statuses",
    "--severity": "severities",
    "--priority": "priorities",
    "--type": "types",
    "--team": "teams",
    "--department": "departments",
    "--as": "people",
    "--by": "people",
    "--of": "people",
    "--assignee": "people",
    "--ticket": "numbers",
}
"""Option → the kind of its values."""
_KINDS_OF_ARGUMENTS = {"number": "numbers", "reference": "numbers", "login": "people"}
"""Name of an argument → the kind of its values."""


def print_script(
    context: typer.Context,
    shell: Annotated[str, typer.Argument(help="bash, zsh or fish.")],
) -> None:
    """Print a script that lets a shell complete commands, options and values.

    For bash: `deskterm completion bash > ~/.local/share/bash-completion/completions/deskterm`; for zsh, into a file
    `_deskterm` in a folder of `$fpath`; for fish, into `~/.config/fish/completions/deskterm.fish`.
    """
    if shell not in SHELLS:
        raise UsageError(f"There is no script for {shell!r}: choose from {', '.join(SHELLS)}.")
    table = dict(_list_words(context.find_root().command, ""))
    print({"bash": _build_bash, "zsh": _build_zsh, "fish": _build_fish}[shell](table), end="")


def _list_words(command: Any, path: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the path of each command with the words that may follow: commands or options, and `@KIND` for values."""
    inner: Mapping[str, Any] = getattr(command, "commands", {})
    loaded = getattr(command, "loaded", command)
    words = [*inner]
    for parameter in loaded.params:
        words += [name for name in (*parameter.opts, *parameter.secondary_opts) if name.startswith("--")]
    kinds = (_KINDS_OF_ARGUMENTS.get(parameter.name) for parameter in loaded.params)
    words += [f"@{kind}" for kind in kinds if kind]
    yield path, [*dict.fromkeys(words), "--help"]
    for name, part in inner.items():
        yield from _list_words(part, f"{path} {name}".strip())


def _build_cases(table: Mapping[str, list[str]]) -> str:
    return "\n".join(f'    "{path}") words="{" ".join(words)}" ;;' for path, words in table.items())


_FUNCTION = """_deskterm_words() {{
  # $1: the words before the one that is typed; sets words
  local at="" word previous=""
  words=""
  for word in $1; do
    case "$word" in -*) ;; *) case " {paths} " in *" ${{at:+$at/}}$word "*) at="${{at:+$at/}}$word" ;; esac ;;
    esac
    previous="$word"
  done
  case "$previous" in
{options}
  esac
  case "${{at//\\// }}" in
{cases}
  esac
}}
"""


def _build_function(table: Mapping[str, list[str]]) -> str:
    return _FUNCTION.format(
        paths=" ".join(path.replace(" ", "/") for path in table if path),
        options="\n".join(f'    {option}) words="@{kind}"; return ;;' for option, kind in _KINDS_OF_OPTIONS.items()),
        cases=_build_cases(table),
    )


def _build_bash(table: Mapping[str, list[str]]) -> str:
    return (
        "# Completion of deskterm for bash, made by `deskterm completion bash`\n"
        + _build_function(table)
        + """_deskterm() {
  local words word found="" typed="${COMP_WORDS[COMP_CWORD]}"
  _deskterm_words "${COMP_WORDS[*]:1:COMP_CWORD-1}"
  for word in $words; do
    case "$word" in
      @*) [[ "$typed" == -* ]] || found="$found $(deskterm --complete "${word#@}" 2>/dev/null)" ;;
      *) found="$found $word" ;;
    esac
  done
  COMPREPLY=($(compgen -W "$found" -- "$typed"))
}
complete -o default -F _deskterm deskterm
"""
    )


def _build_zsh(table: Mapping[str, list[str]]) -> str:
    return (
        "#compdef deskterm\n# Completion of deskterm for zsh, made by `deskterm completion zsh`\n"
        + _build_function(table).replace("for word in $1", "for word in ${=1}")
        + """_deskterm() {
  local typed="${words[CURRENT]}" before="${words[2,CURRENT-1]}" word
  local -a found
  local words
  _deskterm_words "$before"
  for word in ${=words}; do
    case "$word" in
      @*) [[ "$typed" == -* ]] || found+=(${(f)"$(deskterm --complete "${word#@}" 2>/dev/null)"}) ;;
      *) found+=("$word") ;;
    esac
  done
  compadd -a found
}
compdef _deskterm deskterm
"""
    )


def _build_fish(table: Mapping[str, list[str]]) -> str:
    lines = [
        "# Completion of deskterm for fish, made by `deskterm completion fish`",
        "function __deskterm_at",
        "    set -l words",
        "    for word in (commandline -opc)[2..]",
        "        string match -q -- '-*' $word; or set -a words $word",
        "    end",
        '    string match -q -- "$argv[1]*" "$words"',
        "end",
        "complete -c deskterm -f",
    ]
    for path, words in table.items():
        for word in words:
            place = f"-n '__deskterm_at \"{path}\"' " if path else ""
            if word.startswith("--"):
                kind = _KINDS_OF_OPTIONS.get(word)
                value = f" -x -a '(deskterm --complete {kind})'" if kind else ""
                lines.append(f"complete -c deskterm {place}-l {word[2:]}{value}")
            else:
                place = place or "-n '__fish_use_subcommand' "
                offered = f"(deskterm --complete {word[1:]})" if word.startswith("@") else word
                lines.append(f"complete -c deskterm {place}-a '{offered}'")
    return "\n".join(lines) + "\n"
