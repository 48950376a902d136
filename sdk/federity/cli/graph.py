"""The graph beside a log: a lane for each line of commits, as git draws them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass
class Lanes:
    """The lanes of a graph, each the commit that comes next in it; `shown` are the commits that will come."""

    shown: frozenset[str]
    next: list[str] = field(default_factory=list)

    def lines(self, commit: str, parents: Sequence[str], text: str, parts: Sequence[str]) -> Iterator[str]:
        """The lines of one commit, after those that bring its lanes together: `text` beside its star, and
        for a merge of a round a line for each of its `parts`.
        """
        if commit not in self.next:
            self.next.append(commit)
        at = self.next.index(commit)
        while (other := _last(self.next, commit)) != at:
            right = len(self.next) - other - 1
            yield f"{'| ' * at}|{'_|' * (other - at - 1)}/{' /' * right}"
            del self.next[other]
        left, right = "| " * at, len(self.next) - at - 1
        fork = f"{left}|\\" + " \\" * right
        parents = [one for one in parents if one in self.shown]
        wide = "   " if parts or len(parents) > 1 else " "
        yield f"{left}*{' |' * right}{wide}{text}"
        if parts:
            yield fork
            yield from (f"{left}| *{' |' * right} {part}" for part in parts)
            yield f"{left}|/{' /' * right}"
        self.next[at : at + 1] = parents
        for _ in parents[1:]:
            yield fork
            fork = fork.replace("|\\", "| |\\", 1)
        if not parents and right:
            yield f"{left}{' /' * right}"


def _last(items: Sequence[str], wanted: str) -> int:
    return len(items) - 1 - list(reversed(items)).index(wanted)
