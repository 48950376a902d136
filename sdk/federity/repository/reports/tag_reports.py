"""A tag in words."""

from __future__ import annotations

from dataclasses import dataclass

from federity.repository.reports.report import Report


@dataclass(frozen=True)
class TagView(Report):
    """A tag: a name for a commit that is or was a head. `commit` is that commit's address, `id` its name.

    `tagger` is who set it or moved it last, in `slot`, whose block time is `time` (Unix seconds, None where
    nobody knows it); `moves` counts how often it was moved. `message` is what the tagger said of it;
    `problem` says why the words are not there though the chain names them.
    """

    name: str
    address: str
    commit: str
    id: str
    tagger: str
    slot: int
    moves: int
    message: str = ""
    problem: str = ""
    time: int | None = None
