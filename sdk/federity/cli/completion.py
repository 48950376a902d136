"""`federity completion`: a script with which a shell completes commands, options and their choices."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result
from federity.cli.parser import Parser, verbs

WAYS = {
    "bash": 'eval "$(federity completion bash)"      # in ~/.bashrc',
    "zsh": 'eval "$(federity completion zsh)"       # in ~/.zshrc',
    "fish": "federity completion fish | source       # in ~/.config/fish/config.fish",
}


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "completion", run)
    parser.add_argument("shell", choices=tuple(WAYS), help="the shell that the script is for")


def run(invocation: Invocation) -> Result:
    """Print the script."""
    from federity.cli.main import build

    shell: str = invocation.args.shell
    text = f"# {WAYS[shell]}\n{fish(build()) if shell == 'fish' else bash(build(), shell)}"
    return Result({"shell": shell, "script": text}, text)


def walk(parser: Parser) -> Iterator[Parser]:
    """The parser and all below it."""
    yield parser
    for verb in verbs(parser).values():
        yield from walk(verb)


def options(parser: Parser) -> list[argparse.Action]:
    """The options of one command."""
    return [action for action in parser._actions if action.option_strings]


def choices(action: argparse.Action) -> str:
    """The values that an option or argument takes, when they can be listed."""
    return " ".join(map(str, action.choices or ()))


def words(parser: Parser) -> str:
    """What may follow: verbs, the choices of arguments, long options."""
    given = [
        choices(action)
        for action in parser._actions
        if not action.option_strings and not isinstance(action, argparse._SubParsersAction)
    ]
    long = [word for action in options(parser) for word in action.option_strings if word.startswith("--")]
    return " ".join(filter(None, [*verbs(parser), *given, *long]))


def paths(parser: Parser) -> list[str]:
    """Every command and verb with what leads to it."""
    return [below.prog for below in walk(parser)][1:]


def bash(parser: Parser, shell: str) -> str:
    """The script for bash, or for zsh, which lends bash's way."""
    offered, valued = [], []
    for below in walk(parser):
        offered.append(f'        "{below.prog}") offered="{words(below)}" ;;')
        for action in options(below):
            if action.nargs != 0:
                names = "|".join(f'"{below.prog} {name}"' for name in action.option_strings)
                valued.append(f'        {names}) offered="{choices(action)}" ;;')
    known = "|".join(f'"{path}"' for path in paths(parser))
    lines = [
        *(["autoload -Uz bashcompinit && bashcompinit"] if shell == "zsh" else []),
        "_federity() {",
        '    local word here="federity" offered=""',
        # zsh takes a length that begins with a letter for one of its modifiers.
        '    for word in "${COMP_WORDS[@]:1:$((COMP_CWORD-1))}"; do',
        f'        case "$here $word" in {known}) here="$here $word" ;; esac',
        "    done",
        '    case "$here" in',
        *offered,
        "    esac",
        '    case "$here ${COMP_WORDS[COMP_CWORD-1]}" in',
        *valued,
        "    esac",
        '    COMPREPLY=($(compgen -W "$offered" -- "${COMP_WORDS[COMP_CWORD]}"))',
        "}",
        "complete -o default -F _federity federity",
    ]
    return "\n".join(lines)


def fish(parser: Parser) -> str:
    """The script for fish, which also shows what each word means."""
    lines = [
        "function __federity_at",
        "    set -l here federity",
        "    for word in (commandline -opc)[2..]",
        '        switch "$here $word"',
        f"            case {' '.join(map(shlex.quote, paths(parser)))}",
        '                set here "$here $word"',
        "        end",
        "    end",
        '    test "$here" = "$argv"',
        "end",
    ]
    for below in walk(parser):
        at = f"complete -c federity -n {shlex.quote('__federity_at ' + below.prog)}"
        for name, verb in verbs(below).items():
            lines.append(f"{at} -f -a {name} -d {described(verb.description)}")
        for action in below._actions:
            names = [f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in action.option_strings]
            values = f" -x -a {shlex.quote(choices(action))}" if choices(action) else " -r"
            if names:
                value = "" if action.nargs == 0 else values
                lines.append(f"{at} {' '.join(names)}{value} -d {described(action.help)}")
            elif choices(action) and not verbs(below):
                lines.append(f"{at} -f -a {shlex.quote(choices(action))}")
    return "\n".join(lines)


def described(text: str | None) -> str:
    """A text between fish's quotes, in which only the quote and the backslash are special."""
    escaped = (text or "").replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
