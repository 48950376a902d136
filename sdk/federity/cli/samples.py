"""How many training samples a commit declares: as said, as remembered, or as a person answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from federity.cli.refused import Refused

if TYPE_CHECKING:
    from federity.cli.output import Console
    from federity.repository.working_copy.settings import WorktreeConfig

MISSING = (
    "a commit declares how many training samples it is of, which is its weight where merges are weighted by "
    "them: add --samples N, or remember N with `federity config --local set samples N`"
)


@dataclass(frozen=True)
class Samples:
    """A number of training samples, and what remembers it: empty where this command named it."""

    count: int
    origin: str = ""

    def lines(self) -> list[str]:
        """What a person should know of a number that they did not type."""
        return [f"declares {self.count} training samples, as {self.origin}"] if self.origin else []


def declared(given: int | None, here: WorktreeConfig, console: Console) -> Samples:
    """The number that was `given`, else the working copy's, else the settings', else a person's answer.

    It goes onto the chain for good, so none is made up. Raises Refused when there is none, or nobody to ask.
    """
    from federity.config import Config

    if given is not None:
        return Samples(given)
    if here.samples:
        return Samples(here.samples, "this working copy remembers")
    if everywhere := Config.read().samples:
        return Samples(everywhere, "the settings say")
    if not console.interactive:
        raise Refused(MISSING)
    answer = console.answer("How many training samples is it of?", "nothing was committed")
    if not (answer.isascii() and answer.isdecimal()) or len(answer) > 10:
        raise Refused(f"{answer!r} is no number of samples; nothing was committed" if answer else MISSING)
    return Samples(int(answer))
