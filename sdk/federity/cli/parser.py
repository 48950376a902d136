"""argparse whose refusals are exceptions, say what was meant, and know verbs from elsewhere."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

from federity.cli.elsewhere import OPTIONS, VERBS
from federity.cli.refused import Refused

__all__ = ["Parser", "Usage", "meant", "misspelt", "unknown", "verbs"]

# The shortest verb that a name is taken for with a slip in it.
SLIPS_FROM = 4
# Words of their own that one slip would make a verb of.
WORDS = frozenset({"crate", "last", "lest", "lift", "lint", "lisp", "lit", "lost", "project", "rest"})
# What is a commit and no branch's name: HEAD, what lies before another, a branch elsewhere, a commit's name.
COMMIT = re.compile(r"HEAD|@|.*[~^/].*|.*@\{.*|[0-9a-f]{7,64}|[1-9A-HJ-NP-Za-km-z]{32,44}")


class Usage(Refused):
    """The words of a command do not fit. `usage` says which would."""

    def __init__(self, message: str, usage: str = "") -> None:
        """Keep the usage beside the sentence."""
        super().__init__(message)
        self.usage = usage


class Parser(argparse.ArgumentParser):
    """The parser of the program, and of each command and verb."""

    # The option that a bare number stands for: `log -3` is `log -n 3`.
    number: str | None = None
    # The verb of a word that is none and like none: `branch side` is `branch create side`.
    otherwise: str | None = None
    # Verbs as others spell them: `remote rm` is `remote remove`.
    spelt: Mapping[str, str] = {}
    _interleaving = False

    def error(self, message: str) -> NoReturn:
        """Raise Usage."""
        raise Usage(message, self.format_usage())

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str], namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse all words or raise Usage: each command answers for its own, so that its usage is shown."""
        if self._interleaving:
            return super().parse_known_args(args, namespace)
        words = self._worded(self._numbered(args))
        found, rest = super().parse_known_args(words, namespace)
        if rest and not any(word.startswith("-") for word in rest) and self._may_have_split():
            found, rest = self._interleaved(words)
        if rest:
            self._refuse(rest)
        return found, rest

    def _may_have_split(self) -> bool:
        """Whether argparse may have left a word over in `WORD --option x WORD`: it takes the words up to the
        option for all there are.
        """
        words = [action for action in self._actions if not action.option_strings]
        return len(words) > 1 and any(action.nargs == "?" for action in words)

    def _interleaved(self, words: list[str]) -> tuple[argparse.Namespace, list[str]]:
        self._interleaving = True
        try:
            return self.parse_known_intermixed_args(words)
        finally:
            self._interleaving = False

    def _numbered(self, words: Iterable[str]) -> list[str]:
        if self.number is None:
            return list(words)
        return [
            f"{self.number}{word[1:]}" if word[:1] == "-" and word[1:].isdecimal() else word for word in words
        ]

    def _worded(self, words: list[str]) -> list[str]:
        first = words[0] if words else "-"
        if first in self.spelt:
            return [self.spelt[first], *words[1:]]
        if self.otherwise is None or first.startswith("-"):
            return words
        if first in (known := verbs(self)):
            return words
        likely = [] if any(map(_settles, words[1:])) else [verb for verb in known if misspelt(first, verb)]
        if likely:
            named = f"`{self.prog} {self.otherwise} {first}` takes it for a name"
            raise Usage(f"there is no `{self.prog} {first}`: did you mean {likely[0]}? {named}")
        return [self.otherwise, *words]

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if isinstance(action, argparse._SubParsersAction) and value not in action.choices:
            raise Usage(unknown(str(value), self.prog, action.choices))
        super()._check_value(action, value)

    def _refuse(self, words: list[str]) -> NoReturn:
        command = self.prog.partition(" ")[2]
        for word in words:
            if (command, word) in OPTIONS:
                raise Usage(f"`{self.prog}` has no {word}: {OPTIONS[command, word]}")
        options = {option.lstrip("-"): option for option in self._option_string_actions if len(option) > 2}
        likely = [options[close] for word in words for close in meant(word.lstrip("-"), options)]
        question = f"; did you mean {' or '.join(likely)}?" if likely else ""
        self.error(f"unrecognized arguments: {' '.join(words)}{question}")


def verbs(parser: argparse.ArgumentParser) -> dict[str, Parser]:
    """The commands of the program, or the verbs of a command, by name."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return {name: verb for action in groups for name, verb in action.choices.items()}


def unknown(word: str, prog: str, known: Iterable[str]) -> str:
    """What to say of a command that is not there: Federity's way, what was meant, or what there is."""
    known = list(known)
    if prog == "federity" and word in VERBS:
        return f"`federity {word}` is not there: {VERBS[word]}"
    likely = meant(word, known)
    rest = f"did you mean {likely[0]}?" if likely else f"there are {', '.join(known)}"
    return f"there is no `{prog} {word}`: {rest}"


def meant(word: str, known: Iterable[str]) -> list[str]:
    """The known word that `word` is close to, if there is one."""
    from difflib import get_close_matches

    return get_close_matches(word, list(known), n=1, cutoff=0.6)


def misspelt(word: str, verb: str) -> bool:
    """Whether a word that may as well be a name is a verb of four letters or more with one slip: two letters
    that changed places or, after the first one, a letter too few, too many or another. A verb with something
    behind it (`lists`, `reset2`) is a name, and so is one that is longer in front (`preset`).
    """
    if len(verb) < SLIPS_FROM or word.startswith(verb) or word in WORDS:
        return False
    swapped = {verb[:at] + verb[at + 1] + verb[at] + verb[at + 2 :] for at in range(len(verb) - 1)}
    if word in swapped:
        return True
    same = next((at for at, pair in enumerate(zip(word, verb, strict=False)) if len({*pair}) > 1), None)
    at = min(len(word), len(verb)) if same is None else same
    rests = ((word[at + 1 :], verb[at + 1 :]), (word[at:], verb[at + 1 :]), (word[at + 1 :], verb[at:]))
    return at > 0 and any(left == right for left, right in rests)


def _settles(word: str) -> bool:
    """Whether a word after the first says that this is a name: an option, or what can only be a commit."""
    return word.startswith("-") or COMMIT.fullmatch(word) is not None
