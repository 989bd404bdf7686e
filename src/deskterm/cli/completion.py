"""`deskterm completion`: a script by which a shell completes commands, options and values.

Commands and options stand in the script itself, so that completing them starts no program. Numbers, people, statuses
and the like are asked of the desk by `deskterm --complete KIND`, which imports no more than reading them takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from deskterm.cli.runtime.argv import VALUED_OPTIONS
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
    "--client": "clients",
    "--ticket": "numbers",
    "--filter": "filters",
    "--view": "views",
    "--template": "templates",
}
"""Option → the kind of its values."""
_KINDS_OF_ARGUMENTS = {
    **dict.fromkeys(("number", "reference", "of", "into", "incident", "home"), "numbers"),
    "login": "people",
    "macro": "macros",
}
"""Name of an argument → the kind of its values."""
_FILTERS = frozenset({("ticket list", "words"), ("ticket search", "words"), ("view save", "words")})
"""Commands whose words are a filter, with the name of that argument."""
_VIEWS = frozenset(f"view {verb}" for verb in ("show", "save", "rename", "delete", "share", "default", "place"))
"""Commands whose `name` is that of a view."""

_NAMES = {"template show": "templates", "macro show": "macros", "macro remove": "macros"}
"""Commands whose `name` is that of something else → the kind of it."""


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
    kinds = (_find_kind(path, parameter.name) for parameter in loaded.params)
    words += [f"@{kind}" for kind in kinds if kind]
    yield path, [*dict.fromkeys(words), "--help"]
    for name, part in inner.items():
        yield from _list_words(part, f"{path} {name}".strip())


def _find_kind(path: str, argument: str) -> str:
    """Return the kind of an argument's values; empty where none are known."""
    if (path, argument) in _FILTERS:
        return "filters"
    if argument == "name" and (path in _VIEWS or path in _NAMES):
        return _NAMES.get(path, "views")
    return _KINDS_OF_ARGUMENTS.get(argument, "")


def _build_cases(table: Mapping[str, list[str]]) -> str:
    return "\n".join(f'    "{_join(path)}") offered="{" ".join(words)}" ;;' for path, words in table.items())


def _join(path: str) -> str:
    # Without spaces: shells differ in how they insert a value that contains some
    return path.replace(" ", "/")


_FUNCTION = """_deskterm_words() {{
  # $1: the words before the one that is typed; sets offered, and place to the desk that they name
  local at="" word previous=""
  offered="" place="$DESKTERM_DATABASE"
  for word in $1; do
    case "$previous" in
      --database) place="$word" previous=""; continue ;;
      {valued}) previous=""; continue ;;
    esac
    case "$word" in
      =) continue ;;
      -*) ;;
      *) case " {paths} " in *" ${{at:+$at/}}$word "*) at="${{at:+$at/}}$word" ;; esac ;;
    esac
    previous="$word"
  done
  case "$previous" in
{options}
  esac
  case "$at" in
{cases}
  esac
}}
"""
_VALUED = "|".join(option for option in VALUED_OPTIONS if option != "--database")


def _build_function(table: Mapping[str, list[str]]) -> str:
    return _FUNCTION.format(
        valued=_VALUED,
        paths=" ".join(_join(path) for path in table if path),
        options="\n".join(f'    {option}) offered="@{kind}"; return ;;' for option, kind in _KINDS_OF_OPTIONS.items()),
        cases=_build_cases(table),
    )


def _build_bash(table: Mapping[str, list[str]]) -> str:
    return (
        "# Completion of deskterm for bash, made by `deskterm completion bash`\n"
        + _build_function(table)
        + """_deskterm() {
  local offered place word found="" typed="${COMP_WORDS[COMP_CWORD]}" whole="${COMP_LINE:0:COMP_POINT}"
  [[ "$typed" == [=:] ]] && typed=""
  # A word of a filter: the shell takes what is before its colon for a word of its own
  whole="${whole##* }"
  _deskterm_words "${COMP_WORDS[*]:1:COMP_CWORD-1}"
  for word in $offered; do
    case "$word" in
      @filters) [[ "$whole" == --* ]] || {
        for word in $(DESKTERM_DATABASE="$place" DESKTERM_TYPED="$whole" deskterm --complete filters 2>/dev/null); do
          [[ "$whole" == *:* ]] && word="${word#"${whole%:*}:"}"
          found="$found $word"
        done
        [[ "$whole" == *:* ]] || compopt -o nospace 2>/dev/null
      } ;;
      -*) [[ "$typed" == -* ]] && found="$found $word" ;;
      @*) [[ "$typed" == -* ]] ||
        found="$found $(DESKTERM_DATABASE="$place" deskterm --complete "${word#@}" 2>/dev/null)" ;;
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
  local typed="${words[CURRENT]}" before="${words[2,CURRENT-1]}" word place
  local -a found fields
  local offered
  _deskterm_words "$before"
  for word in ${=offered}; do
    case "$word" in
      @filters) [[ "$typed" == --* ]] || {
        found+=(${(f)"$(DESKTERM_DATABASE="$place" DESKTERM_TYPED="${(Q)typed}" deskterm --complete filters \
          2>/dev/null)"})
        fields=(${(M)found:#*:}) found=(${found:#*:})
      } ;;
      -*) [[ "$typed" == -* ]] && found+=("$word") ;;
      @*) [[ "$typed" == -* ]] ||
        found+=(${(f)"$(DESKTERM_DATABASE="$place" deskterm --complete "${word#@}" 2>/dev/null)"}) ;;
      *) found+=("$word") ;;
    esac
  done
  (( $#fields )) && compadd -S "" -a fields
  (( $#found )) && compadd -a found || (( $#fields )) || _files
}
# From a folder of $fpath this file is run for the first Tab, as the function itself
if [[ "${funcstack[1]}" == _deskterm ]]; then _deskterm "$@"; else compdef _deskterm deskterm; fi
"""
    )


_FISH = """# Completion of deskterm for fish, made by `deskterm completion fish`
function __deskterm_words
    set -l at
    set -l words
    set -l previous
    set -l place $DESKTERM_DATABASE
    set -l typed (commandline -ct)
    for word in (commandline -opc)[2..]
        switch "$previous"
            case --database
                set place $word
                set previous
                continue
            case {valued}
                set previous
                continue
        end
        switch $word
            case '-*'
            case '*'
                set -l path (string join / $at $word)
                contains -- $path {paths}
                and set at $path
        end
        set previous $word
    end
    switch "$previous"
{options}
        case '*'
            switch "$at"
{cases}
            end
    end
    for word in $words
        switch $word
            case '@filters'
                string match -q -- '--*' "$typed"
                or DESKTERM_DATABASE="$place" DESKTERM_TYPED="$typed" deskterm --complete filters 2>/dev/null
            case '-*'
                string match -q -- '-*' "$typed"; and echo $word
            case '@*'
                string match -q -- '-*' "$typed"
                or DESKTERM_DATABASE="$place" deskterm --complete (string sub -s 2 $word) 2>/dev/null
            case '*'
                echo $word
        end
    end
end
complete -c deskterm -f -a '(__deskterm_words)'
"""


def _build_fish(table: Mapping[str, list[str]]) -> str:
    options = (f"        case {option}\n            set words @{kind}" for option, kind in _KINDS_OF_OPTIONS.items())
    cases = (
        f"                case '{_join(path)}'\n                    set words {' '.join(words)}"
        for path, words in table.items()
    )
    return _FISH.format(
        valued=_VALUED.replace("|", " "),
        paths=" ".join(_join(path) for path in table if path),
        options="\n".join(options),
        cases="\n".join(cases),
    )
