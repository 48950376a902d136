"""The manual page, made of the same parser as the help: `python -m federity.cli.manual` prints it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator

from federity.cli.help import version_text
from federity.cli.options import common
from federity.cli.parser import Parser, verbs

ENVIRONMENT = (
    ("FEDERITY_HOME", "folder of settings, embedded chain, store and caches (default: ~/.federity)"),
    ("FEDERITY_KEYPAIR", "a keypair file: the wallet"),
    ("FEDERITY_DEBUG", "1 shows tracebacks"),
    ("VISUAL, EDITOR", "asks for the message of a commit"),
)
FILES = (
    ("~/.federity/config.toml", "settings: `federity config` shows and sets them"),
    ("~/.federity/contacts.toml", "names of other people's wallets: `federity contact`"),
    ("model.safetensors", "the weights of a working copy"),
    (".federity/", "what a working copy knows of its repository"),
)


def page(parser: Parser) -> str:
    """The page in roff's `man` macros, for section 1."""
    everywhere = {action.dest for action in common()._actions}
    lines = [
        f'.TH FEDERITY 1 "" "{version_text()}" "User Commands"',
        ".SH NAME",
        f"federity \\- {_text((parser.description or '').rstrip('.'))}",
        ".SH SYNOPSIS",
        ".B federity",
        "[\\fIOPTION\\fR]... \\fICOMMAND\\fR [\\fIWORD\\fR]...",
        ".SH COMMON OPTIONS",
        "Every command takes these, before or after its name.",
        *_entries(_option(action) for action in common()._actions),
        ".SH COMMANDS",
    ]
    for below in _leaves(parser):
        own = [action for action in below._actions if action.dest not in {*everywhere, "help"}]
        own = [action for action in own if not isinstance(action, argparse._SubParsersAction)]
        lines += [f".SS {_text(_usage(below, own))}", _text(below.description or "")]
        lines += _entries(_option(action) for action in own)
    lines += [".SH EXIT STATUS", *_entries((str(code), text) for code, text in _codes())]
    lines += [".SH ENVIRONMENT", *_entries(ENVIRONMENT), ".SH FILES", *_entries(FILES)]
    return "\n".join(lines) + "\n"


def _leaves(parser: Parser) -> Iterator[Parser]:
    """Every command and verb that does something, in the order of the help."""
    for verb in verbs(parser).values():
        if verb.get_default("run") is not None:
            yield verb
        yield from _leaves(verb)


def _usage(parser: Parser, own: Iterable[argparse.Action]) -> str:
    """A command with its words; those that may be left out are in brackets."""
    words = [parser.prog]
    for action in own:
        if not action.option_strings:
            word = _value(action)
            words.append(f"[{word}]" if action.nargs in ("?", "*") else word)
    return " ".join(words)


def _option(action: argparse.Action) -> tuple[str, str]:
    """An option with what it takes, and what it means."""
    value = "" if action.nargs == 0 else _value(action)
    names = ", ".join(action.option_strings)
    return " ".join(filter(None, [names, value])), action.help or ""


def _value(action: argparse.Action) -> str:
    return str(action.metavar or "|".join(map(str, action.choices or ())) or action.dest.upper())


def _codes() -> Iterator[tuple[int, str]]:
    """Every exit code with what it says, from the errors themselves."""
    from federity import errors
    from federity.cli.refused import USAGE
    from federity.failures import INTERRUPTED

    said = {0: "success", USAGE: "wrong usage, or a price that nobody agreed to", INTERRUPTED: "an interrupt"}
    for name in errors.__all__:
        kind = getattr(errors, name)
        if isinstance(kind, type) and issubclass(kind, errors.FederityError):
            said.setdefault(kind.exit_code, (kind.__doc__ or name).partition("\n\n")[0].strip().rstrip("."))
    yield from sorted(said.items())


def _entries(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """A list of terms in bold, each with a text below it."""
    return [line for term, text in pairs for line in (".TP", f"\\fB{_text(term)}\\fR", _text(text))]


def _text(text: str) -> str:
    """A text on one line that roff takes for nothing but text."""
    plain = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain


if __name__ == "__main__":
    from federity.cli.main import build

    sys.stdout.write(page(build()))
